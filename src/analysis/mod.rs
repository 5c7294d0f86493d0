//! The numbers: pure arithmetic over the tree, yielding one immutable [`Inspection`].
//!
//! - **shipped**: the content bytes of the regular files in a layer's tar; a
//!   hard link costs nothing, the bytes belong to the inode, once.
//! - **live**: shipped bytes that at least one name in the final merged
//!   filesystem still reaches.
//! - **dead**: shipped − live; each dead inode knows the layer it was born in,
//!   the layer it died in, and why.
//! - **killed**, of a layer: bytes of earlier layers that it hid.
//! - **efficiency** = live ÷ shipped.

mod groups;
mod inspect;
mod pull;
mod recopied;
pub mod what_if;

use crate::display::ratio;
use crate::image::{BuiltOn, Compression, HistoryEntry, Image, Instruction, Layer, ReadLayer, Run};
use crate::tree::{Cause, Kind, Tree, VersionId};
use crate::warning::Warning;

pub(crate) use groups::place;
pub use groups::{DeadGroup, dead_groups};
pub use inspect::inspect;
pub(crate) use recopied::mark_recopied;

/// What one layer costs. All sizes are bytes.
#[derive(Debug, Clone)]
pub struct LayerAccount {
    /// What made it.
    pub instruction: Instruction,
    /// The digest of the uncompressed tar.
    pub diff_id: Option<String>,
    /// The digest of the bytes as stored.
    pub digest: Option<String>,
    /// How it is compressed; `None` if it is not in the archive.
    pub compression: Option<Compression>,
    /// The entries of its tar, with whiteouts.
    pub entries: usize,
    /// Contents of its regular files.
    pub shipped: u64,
    /// What of that the final filesystem still reaches.
    pub live: u64,
    /// What of earlier layers it hid.
    pub killed: u64,
    /// The uncompressed tar, with headers and padding.
    pub tar_bytes: u64,
    /// The layer as the archive stores it.
    pub stored_bytes: u64,
}

impl LayerAccount {
    /// What it ships although nothing reaches it.
    pub fn dead(&self) -> u64 {
        self.shipped - self.live
    }

    /// Whether the archive stores it as a registry would.
    pub fn is_compressed(&self) -> bool {
        self.compression.is_some_and(|compression| compression != Compression::None)
    }
}

/// Sums over an image. All sizes are bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ImageTotals {
    /// Contents of the regular files of all layers.
    pub shipped: u64,
    /// What of that the final filesystem still reaches.
    pub live: u64,
    /// The uncompressed tars.
    pub tar_bytes: u64,
    /// The layers as the archive stores them, each as often as it is used.
    pub stored_bytes: u64,
    /// Names of regular files in the final filesystem.
    pub files: u64,
    /// Directories in the final filesystem, without the root.
    pub directories: u64,
    /// Symbolic links in the final filesystem.
    pub symlinks: u64,
}

impl ImageTotals {
    /// What ships although nothing reaches it.
    pub fn dead(&self) -> u64 {
        self.shipped - self.live
    }

    /// live ÷ shipped; 1 where nothing ships.
    pub fn efficiency(&self) -> f64 {
        if self.shipped == 0 { 1.0 } else { ratio(self.live, self.shipped) }
    }
}

/// A dead inode with what there is to say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dead {
    /// The version whose entry carries the bytes.
    pub version: VersionId,
    /// Its size in bytes.
    pub bytes: u64,
    /// The layer that ships it.
    pub born_in: usize,
    /// The layer that took its last name away.
    pub died_in: usize,
    /// How.
    pub cause: Cause,
}

/// Everything known of an image: what every screen and report reads.
#[derive(Debug)]
pub struct Inspection {
    /// What to call the image.
    pub name: String,
    /// The names it was saved under.
    pub tags: Vec<String>,
    /// The digest of its config.
    pub id: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// When it was built, RFC 3339.
    pub created: Option<String>,
    /// What its manifest, or an index, says of the image that it was built on.
    pub built_on: Option<BuiltOn>,
    /// What a container of the image runs.
    pub run: Run,
    /// All steps of the build.
    pub history: Vec<HistoryEntry>,
    /// The layers, the lowest first.
    pub layers: Vec<LayerAccount>,
    /// Sums over the layers and the final filesystem.
    pub totals: ImageTotals,
    /// The merged tree with its history.
    pub tree: Tree,
    /// Dead inodes, the biggest first.
    pub dead: Vec<Dead>,
    /// What is wrong with parts of the image.
    pub warnings: Vec<Warning>,
    /// What does not have the size or digest that it should have; `None` if that was not verified.
    pub mismatches: Option<Vec<Warning>>,
}

impl Inspection {
    pub(crate) fn new(image: Image, read: Vec<Measured>, tree: Tree, mut warnings: Vec<Warning>) -> Self {
        let name = image.name();
        let mut layers: Vec<_> =
            image.layers.into_iter().zip(read).map(|(layer, read)| account(layer, &read)).collect();
        for inode in tree.inodes() {
            let layer = &mut layers[tree.born(inode)];
            layer.shipped += tree.size(inode);
            layer.live += tree.size(inode);
        }
        let mut dead: Vec<_> = tree
            .deaths()
            .iter()
            .map(|death| Dead {
                version: death.version,
                bytes: tree.size(death.version),
                born_in: tree.born(death.version),
                died_in: usize::from(death.layer),
                cause: death.cause,
            })
            .collect();
        for d in &dead {
            layers[d.born_in].live -= d.bytes;
            if d.died_in > d.born_in {
                layers[d.died_in].killed += d.bytes;
            }
        }
        dead.sort_unstable_by(|a, b| {
            let path = |d: &Dead| tree.node_of(d.version);
            let order = b.bytes.cmp(&a.bytes).then(a.born_in.cmp(&b.born_in));
            order.then_with(|| tree.compare_paths(path(a), path(b))).then(a.version.cmp(&b.version))
        });
        let totals = totals(&layers, &tree);
        remark_squashed_steps(&layers, &mut warnings);
        warnings.sort_by_key(|warning| warning.layer);
        Self {
            name,
            tags: image.tags,
            id: image.id,
            platform: image.platform,
            created: image.created,
            built_on: image.built_on,
            run: image.run,
            history: image.history,
            layers,
            totals,
            tree,
            dead,
            warnings,
            mismatches: None,
        }
    }
}

/// What reading told of a layer, besides its entries.
#[derive(Clone)]
pub(crate) struct Measured {
    compression: Option<Compression>,
    entries: usize,
    tar_bytes: u64,
    stored_bytes: u64,
}

impl Measured {
    pub fn of(layer: &ReadLayer) -> Self {
        Self {
            compression: Some(layer.compression),
            entries: layer.entries.len(),
            tar_bytes: layer.tar_bytes,
            stored_bytes: layer.stored_bytes,
        }
    }

    /// A layer that the archive does not hold.
    pub fn missing() -> Self {
        Self { compression: None, entries: 0, tar_bytes: 0, stored_bytes: 0 }
    }
}

fn account(layer: Layer, read: &Measured) -> LayerAccount {
    LayerAccount {
        instruction: layer.instruction,
        diff_id: layer.diff_id,
        digest: layer.digest,
        compression: read.compression,
        entries: read.entries,
        shipped: 0,
        live: 0,
        killed: 0,
        tar_bytes: read.tar_bytes,
        stored_bytes: read.stored_bytes,
    }
}

fn totals(layers: &[LayerAccount], tree: &Tree) -> ImageTotals {
    let mut totals = ImageTotals::default();
    for layer in layers {
        totals.shipped += layer.shipped;
        totals.live += layer.live;
        totals.tar_bytes += layer.tar_bytes;
        totals.stored_bytes += layer.stored_bytes;
    }
    for (kind, count) in tree.count_kinds() {
        match kind {
            Kind::File => totals.files = count,
            Kind::Directory => totals.directories = count,
            Kind::Symlink => totals.symlinks = count,
            Kind::Char | Kind::Block | Kind::Fifo => {}
        }
    }
    totals
}

/// Some builders write all steps into one layer and name only the last.
fn remark_squashed_steps(layers: &[LayerAccount], warnings: &mut Vec<Warning>) {
    for (i, layer) in layers.iter().enumerate() {
        if layer.entries > 0 && layer.instruction.is_metadata() {
            let text = "the history names an instruction that writes no files; the builder wrote several steps as one layer, and this is only the last of them";
            warnings.push(Warning::layer(i, text));
        }
    }
}
