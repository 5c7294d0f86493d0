//! Extracts a file, a link or a directory of an image to the host.
//!
//! Names, links and sizes are hostile. Everything is written into a [`NewDirectory`], which only
//! its owner can enter, and only into directories created there, and is moved into place at the
//! end. Nothing is overwritten. After an error or a cancellation nothing remains.

mod host;
mod plan;
mod write;

use std::path::Path;
use std::sync::Arc;

use crate::display::escaped;
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::output::NewDirectory;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::tree::{NodeId, Tree, VersionId};

/// The part of an image to extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The file or directory at a path as of a layer, with everything below it.
    AsOf {
        /// The path.
        node: NodeId,
        /// The last layer that counts.
        layer: LayerIndex,
    },
    /// A version, even a deleted one. A directory is extracted as it was just before it was
    /// deleted.
    Version(VersionId),
}

/// Options of an extraction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The treatment of the setuid and setgid bits.
    pub special_bits: SpecialBits,
}

/// The treatment of the setuid and setgid bits. Owners are not restored, so these bits would grant
/// the rights of the user who extracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpecialBits {
    /// The bits are removed.
    #[default]
    Dropped,
    /// The bits are kept.
    Kept,
}

/// The result of an extraction.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Extracted {
    /// Files whose contents were written.
    pub files: u64,
    /// Directories created for directories of the image.
    pub directories: u64,
    /// Symbolic links, and additional names of files.
    pub links: u64,
    /// The size of the files in bytes.
    pub bytes: u64,
    /// The paths that were left out.
    pub skipped: Vec<Skipped>,
}

/// A path that was left out. For a directory, this includes everything below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The path.
    pub node: NodeId,
    /// The reason.
    pub reason: Reason,
}

/// The reason why a path was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The file is a device.
    Device,
    /// The file is a named pipe.
    Fifo,
    /// The host cannot have such a name, path or link.
    Name,
    /// The name is taken on the host, for example because the host ignores case.
    Collision,
}

impl Reason {
    /// Returns the end of a sentence that begins with the path.
    pub fn text(self) -> &'static str {
        match self {
            Self::Device => "is a device, which is not made",
            Self::Fifo => "is a named pipe, which is not made",
            Self::Name => "has a name or a length that this system does not allow",
            Self::Collision => "has a name that this system takes for another one",
        }
    }
}

/// Extracts `what` into the directory `destination`, which is created if it does not exist.
///
/// The contents of the root go directly into `destination`; anything else is created there under
/// its own name. Permission bits and modification times of files and directories are kept, and hard
/// links and symbolic links stay links. Owners are not restored. Adds the bytes read to `progress`.
///
/// # Errors
///
/// [`Error::Exists`] names the first path that is in the way, before anything is written. Other
/// errors concern reading the image, writing to the host, or a cancellation; nothing remains of
/// what was written.
pub fn extract(
    tree: &Tree,
    contents: &dyn Contents,
    what: What,
    destination: &Path,
    options: Options,
    progress: &Arc<Progress>,
) -> Result<Extracted, Error> {
    let selected = plan::select(tree, what).ok_or_else(|| match what {
        What::AsOf { node, layer } => Error::NotThere { file: escaped(&tree.path(node)), layer },
        What::Version(version) => Error::NotThere {
            file: escaped(&tree.path(tree.node_of(version))),
            layer: tree.added_in(version),
        },
    })?;
    let wanted =
        if selected.node == NodeId::ROOT { plan::children(tree, selected) } else { vec![selected] };
    let names = wanted.iter().filter_map(|wanted| host::name(tree.name(wanted.node)));
    let place = NewDirectory::prepare(destination, names)?;
    let mut writer = write::Writer::new(tree, contents, options, progress, &place, selected.node);
    let written = writer.write(&selected);
    let result = written
        .and_then(|()| contents.check_unchanged())
        .and_then(|()| writer.settle())
        .and_then(|held| {
            if !writer.is_empty() {
                place.move_in()?;
            }
            held.into_iter().try_for_each(write::ModeOfDirectory::settle)?;
            Ok(std::mem::take(&mut writer.extracted))
        });
    if result.is_err() {
        writer.remove();
    }
    result
}
