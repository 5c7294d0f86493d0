//! Writes what is in an image to the host: a file, a link, or a directory with all that is below it.
//!
//! Everything is hostile here: names, links, sizes. So all is written into a
//! fresh directory that nobody else may enter, only into directories that were
//! made there, and moved into place at the end. Nothing is overwritten, and on
//! an error or when somebody asks to stop nothing remains.

mod host;
mod place;
mod plan;
mod write;

use std::path::Path;
use std::sync::Arc;

use crate::display::escaped;
use crate::error::Error;
use crate::files::contents::Contents;
use crate::progress::Progress;
use crate::tree::{NodeId, Tree, VersionId};

/// What is to be extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// What is at a path as of a layer, with all that is below it then.
    AsOf {
        /// The path.
        node: NodeId,
        /// The last layer that counts.
        layer: usize,
    },
    /// A version, be it dead; of a directory, with what was below it when it was there last.
    Version(VersionId),
}

/// How things are extracted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// What becomes of the setuid and setgid bits.
    pub special_bits: SpecialBits,
}

/// What becomes of the setuid and setgid bits: owners are not restored, so they would give somebody else's rights away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpecialBits {
    /// They are left out.
    #[default]
    Dropped,
    /// They are kept.
    Kept,
}

/// What has been extracted.
#[derive(Debug, Default)]
pub struct Extracted {
    /// Files whose contents were written.
    pub files: u64,
    /// Directories that were made for directories of the image.
    pub directories: u64,
    /// Symbolic links, and further names of files.
    pub links: u64,
    /// The bytes of the files.
    pub bytes: u64,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
}

/// Something that was left out; of a directory, also what is below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub node: NodeId,
    /// Why.
    pub reason: Reason,
}

/// Why something was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is a device.
    Device,
    /// It is a named pipe.
    Fifo,
    /// The host cannot have such a name, path or link.
    Name,
    /// The host takes its name for one that is there already, such as where case does not count.
    Collision,
}

impl Reason {
    /// The reason as the end of a sentence that begins with the path.
    pub fn text(self) -> &'static str {
        match self {
            Self::Device => "is a device, which is not made",
            Self::Fifo => "is a named pipe, which is not made",
            Self::Name => "has a name or a length that this system does not allow",
            Self::Collision => "has a name that this system takes for another one",
        }
    }
}

/// Extracts `what` into the directory `destination`, which is made if it is not there.
///
/// The root's contents are put right into it, everything else under its own name. Permission bits and the
/// modification times of files and directories are kept, names of one file stay names of one file, symbolic links are
/// made as they are; owners are not restored. Counts what was read in `progress`.
///
/// # Errors
///
/// [`Error::Exists`] names the first thing that is in the way, before anything is written.
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
        What::Version(version) => {
            Error::NotThere { file: escaped(&tree.path(tree.node_of(version))), layer: tree.born(version) }
        }
    })?;
    let place = place::Place::prepare(tree, &selected, destination)?;
    let mut writer = write::Writer::new(tree, contents, options, progress, place.root(), selected.node);
    let written = writer.write(&selected);
    let result = written.and_then(|()| writer.settle()).and_then(|held| {
        place.move_in(writer.is_empty())?;
        held.into_iter().try_for_each(write::Held::settle)?;
        Ok(std::mem::take(&mut writer.extracted))
    });
    if result.is_err() {
        writer.remove();
    }
    result
}
