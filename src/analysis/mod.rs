//! Computes the numbers: pure arithmetic over the tree, with one immutable [`Inspection`] as the
//! result.
//!
//! - **size**: the content bytes of the regular files in a layer's tar. A hard link adds nothing,
//!   because the bytes belong to the inode and count once.
//! - **visible**: the bytes that at least one name in the final merged filesystem still reaches.
//! - **wasted**: size − visible. Each wasted inode has the layer that added it, the layer that
//!   removed it, and the reason.
//! - **hidden**, of a layer: bytes of earlier layers that it deletes or replaces.
//! - **efficiency** = visible ÷ size.

mod argument;
mod completeness;
pub mod download;
mod groups;
mod inspect;
mod masking;
mod rewritten;
mod verification;
pub mod what_if;

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use crate::display::{Escaped, ratio};
use crate::escape::Untrusted;
use crate::image::{
    BuiltOn, Compression, HistoryEntry, Image, Instruction, Layer, OtherPlatforms, ReadLayer, Run,
};
use crate::layer_index::LayerIndex;
use crate::origin::Provider;
use crate::tree::{Kind, Reason, Tree, VersionId};
use crate::warning::{Warning, WarningKind};

pub use completeness::{Amount, Completeness, LayerAmounts};
pub(crate) use groups::{Grouped, place};
pub use groups::{WastedGroup, noteworthy_reasons, reasons, short, wasted_groups};
pub use inspect::inspect;
pub(crate) use rewritten::mark_rewritten;
pub use verification::{Unverified, Verification};

/// The numbers of one layer. All sizes are bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LayerAccount {
    /// The instruction that made the layer.
    pub instruction: Instruction,
    /// The digest of the uncompressed tar.
    pub diff_id: Option<Untrusted>,
    /// The digest of the layer as stored.
    pub digest: Option<Untrusted>,
    /// The compression; `None` if the layer is not in the archive.
    pub compression: Option<Compression>,
    /// The number of entries in the tar, including whiteouts.
    pub entries: usize,
    /// The size: contents of regular files.
    pub size: u64,
    /// The visible part of the size.
    pub visible: u64,
    /// The bytes of earlier layers that the layer removed.
    pub hidden: u64,
    /// The size of the uncompressed tar, with headers and padding.
    pub tar_bytes: u64,
    /// The size of the layer as the archive stores it.
    pub stored_bytes: u64,
}

impl LayerAccount {
    /// Returns the wasted part of the size.
    pub fn wasted(&self) -> u64 {
        self.size - self.visible
    }

    /// Returns whether the archive stores the layer compressed, as a registry would.
    pub fn is_compressed(&self) -> bool {
        self.compression.is_some_and(|compression| compression != Compression::None)
    }
}

/// The sums over an image. All sizes are bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct ImageTotals {
    /// The size: contents of the regular files of all layers.
    pub size: u64,
    /// The visible part of the size.
    pub visible: u64,
    /// The size of the uncompressed tars.
    pub tar_bytes: u64,
    /// The size of the layers as the archive stores them. A layer that is used twice counts twice.
    pub stored_bytes: u64,
    /// The number of names of regular files in the final filesystem.
    pub files: u64,
    /// The number of directories in the final filesystem, without the root.
    pub directories: u64,
    /// The number of symbolic links in the final filesystem.
    pub symlinks: u64,
}

impl ImageTotals {
    /// Returns the wasted part of the size.
    pub fn wasted(&self) -> u64 {
        self.size - self.visible
    }
}

/// A wasted inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wasted {
    /// The version whose entry has the bytes.
    pub version: VersionId,
    /// Its size in bytes.
    pub bytes: u64,
    /// The layer that added it.
    pub added_in: LayerIndex,
    /// The layer that removed its last name.
    pub removed_in: LayerIndex,
    /// The cause.
    pub reason: Reason,
}

/// The extent to which the files of an image are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listing {
    /// All files of all layers.
    #[default]
    Whole,
    /// The final filesystem: a report that lists its paths.
    Final,
    /// No files: a report with the numbers alone.
    Absent,
}

/// Everything known about an image; the basis of every screen and report.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inspection {
    /// The display name of the image.
    pub name: Escaped,
    /// The place that it was read from, escaped for display: a file, or `docker-daemon:NAME`.
    pub source: Escaped,
    /// The options that select it in its source, as words; empty if it is the only image there.
    pub selector: Vec<Untrusted>,
    /// The same image for other platforms in its source, which the numbers do not include.
    pub other_platforms: OtherPlatforms,
    /// The engine or the registry that it was read from; `None` for an archive.
    pub provider: Option<Provider>,
    /// The names in the archive, such as `alpine:3`.
    pub tags: Vec<Untrusted>,
    /// The digest of its config.
    pub id: Option<Untrusted>,
    /// `os/architecture[/variant]`.
    pub platform: Option<Untrusted>,
    /// The time of the build, RFC 3339.
    pub created: Option<Untrusted>,
    /// The base image, as a manifest or an index records it.
    pub built_on: Option<BuiltOn>,
    /// The run configuration of containers.
    pub run: Run,
    /// The history, including instructions that made no layer.
    pub history: Vec<HistoryEntry>,
    /// The layers, the lowest first.
    pub layers: Vec<LayerAccount>,
    /// Sums over the layers and the final filesystem.
    pub totals: ImageTotals,
    /// The merged tree with its history.
    pub tree: Arc<Tree>,
    /// The extent to which the tree has the files.
    pub listing: Listing,
    /// Wasted inodes, the largest first.
    pub wasted: Vec<Wasted>,
    /// Problems with parts of the image.
    pub warnings: Vec<Warning>,
    /// The completeness.
    pub completeness: Completeness,
    /// Sizes and digests that are wrong; `None` if they were not verified.
    pub mismatches: Option<Vec<Warning>>,
    /// Everything that was verified, and everything that could not be; `None` if nothing was to be.
    pub verification: Option<Verification>,
    /// The pairs of layers with wasted bytes, once they have been asked for.
    pub(crate) groups: OnceLock<Grouped>,
}

impl Inspection {
    pub(crate) fn new(
        source: Escaped,
        image: Image,
        read: Vec<Measured>,
        tree: Tree,
        mut warnings: Vec<Warning>,
    ) -> Self {
        let (name, provider) = (image.name(), image.provider);
        let mut layers: Vec<_> =
            image.layers.into_iter().zip(read).map(|(layer, read)| account(layer, &read)).collect();
        for inode in tree.inodes() {
            let layer = &mut layers[tree.added_in(inode)];
            layer.size += tree.size(inode);
            layer.visible += tree.size(inode);
        }
        let mut wasted: Vec<_> = tree
            .removals()
            .iter()
            .map(|removal| Wasted {
                version: removal.version,
                bytes: tree.size(removal.version),
                added_in: tree.added_in(removal.version),
                removed_in: removal.layer,
                reason: removal.reason,
            })
            .collect();
        for d in &wasted {
            layers[d.added_in].visible -= d.bytes;
            if d.removed_in > d.added_in {
                layers[d.removed_in].hidden += d.bytes;
            }
        }
        sort_wasted(&mut wasted, &tree);
        let totals = totals(&layers, &tree);
        remark_squashed_steps(&layers, &mut warnings);
        warnings.sort_by_key(|warning| warning.layer);
        let completeness = Completeness::new(layers.len(), &warnings);
        Self {
            name,
            source,
            selector: Vec::new(),
            other_platforms: OtherPlatforms::default(),
            provider,
            tags: image.tags,
            id: image.id,
            platform: image.platform,
            created: image.created,
            built_on: image.built_on,
            run: image.run,
            history: image.history,
            layers,
            totals,
            tree: Arc::new(tree),
            listing: Listing::Whole,
            wasted,
            warnings,
            completeness,
            mismatches: None,
            verification: None,
            groups: OnceLock::new(),
        }
    }

    /// Adds a remark that was found later, such as that the archive has changed meanwhile.
    pub fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
        self.completeness = Completeness::new(self.layers.len(), &self.warnings);
    }

    /// Returns visible ÷ size, which is 1 for an empty image; `None` if not all of the image was
    /// read.
    pub fn efficiency(&self) -> Option<f64> {
        let ImageTotals { size, visible, .. } = self.totals;
        self.completeness
            .sizes_are_exact()
            .then(|| if size == 0 { 1.0 } else { ratio(visible, size) })
    }

    /// Makes an amount of a sum over the image: exact, or a lower bound if not everything was read.
    pub fn amount(&self, bytes: u64) -> Amount {
        self.completeness.amount(bytes)
    }

    /// Returns the highest layer; the lowest if there is none.
    pub fn last_layer(&self) -> LayerIndex {
        LayerIndex::highest(self.layers.len()).unwrap_or_default()
    }

    /// Returns the layer that an entry of the history made, if it made one.
    pub fn layer_of_entry(&self, entry: usize) -> Option<LayerIndex> {
        let makes_one = |entry: &&HistoryEntry| entry.empty_layer != Some(true);
        let (before, rest) = self.history.split_at_checked(entry)?;
        rest.first().filter(makes_one)?;
        let layer = before.iter().filter(makes_one).count();
        (layer < self.layers.len()).then(|| LayerIndex::new(layer))
    }

    /// Returns the amounts of a layer, with how far each can be relied on.
    pub fn amounts_of(&self, layer: LayerIndex) -> LayerAmounts {
        let nothing = LayerAmounts {
            size: Amount::Unknown,
            visible: Amount::Unknown,
            wasted: Amount::Unknown,
            hid: Amount::Unknown,
        };
        layer
            .get_from(&self.layers)
            .map_or(nothing, |account| self.completeness.of_layer(layer, account))
    }
}

/// Facts about a layer that was read, besides its entries.
#[derive(Clone)]
pub(crate) struct Measured {
    compression: Option<Compression>,
    entries: usize,
    tar_bytes: u64,
    stored_bytes: u64,
}

impl Measured {
    pub fn from_layer(layer: &ReadLayer) -> Self {
        Self {
            compression: Some(layer.compression),
            entries: layer.entries.len(),
            tar_bytes: layer.tar_bytes,
            stored_bytes: layer.stored_bytes,
        }
    }

    /// Makes the facts of a layer that is not in the archive.
    pub fn missing() -> Self {
        Self { compression: None, entries: 0, tar_bytes: 0, stored_bytes: 0 }
    }
}

fn account(layer: Layer, read: &Measured) -> LayerAccount {
    LayerAccount {
        instruction: layer.instruction,
        diff_id: layer.diff_id.map(Untrusted::from),
        digest: layer.digest.map(Untrusted::from),
        compression: read.compression,
        entries: read.entries,
        size: 0,
        visible: 0,
        hidden: 0,
        tar_bytes: read.tar_bytes,
        stored_bytes: read.stored_bytes,
    }
}

/// Sorts wasted inodes by size, the largest first, then by layer and path.
fn sort_wasted(wasted: &mut [Wasted], tree: &Tree) {
    let size_and_layer = |inode: &Wasted| (Reverse(inode.bytes), inode.added_in);
    wasted.sort_unstable_by_key(|inode| (size_and_layer(inode), inode.version));
    // Paths lie all over the memory, and few have to be compared.
    for alike in wasted.chunk_by_mut(|a, b| size_and_layer(a) == size_and_layer(b)) {
        let path = |inode: &Wasted| tree.node_of(inode.version);
        alike.sort_by(|a, b| tree.compare_paths(path(a), path(b)));
    }
}

fn totals(layers: &[LayerAccount], tree: &Tree) -> ImageTotals {
    let mut totals = ImageTotals::default();
    for layer in layers {
        totals.size += layer.size;
        totals.visible += layer.visible;
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

/// Adds remarks on layers that a builder made from several instructions but recorded under the last
/// one only.
fn remark_squashed_steps(layers: &[LayerAccount], warnings: &mut Vec<Warning>) {
    for (i, layer) in LayerIndex::numbered(layers) {
        if layer.entries > 0 && layer.instruction.is_metadata() {
            warnings.push(Warning::layer(i, WarningKind::SquashedSteps));
        }
    }
}
