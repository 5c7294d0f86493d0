//! Computes the numbers: pure arithmetic over the tree, with one immutable [`Inspection`] as the
//! result.
//!
//! - **shipped** (size): the content bytes of the regular files in a layer's tar. A hard link adds nothing, because
//!   the bytes belong to the inode and count once.
//! - **live** (visible): shipped bytes that at least one name in the final merged filesystem still reaches.
//! - **dead** (wasted): shipped − live. Each dead inode has the layer that added it, the layer that removed it, and
//!   the cause.
//! - **killed**, of a layer: bytes of earlier layers that it removed.
//! - **efficiency** = live ÷ shipped.

mod completeness;
pub mod download;
mod groups;
mod inspect;
mod recopied;
mod verification;
pub mod what_if;

use crate::display::ratio;
use crate::image::{BuiltOn, Compression, HistoryEntry, Image, Instruction, Layer, ReadLayer, Run};
use crate::tree::{Cause, Kind, Tree, VersionId};
use crate::warning::{Warning, WarningKind};

pub use completeness::{Amount, Completeness, LayerAmounts};
pub(crate) use groups::place;
pub use groups::{DeadGroup, dead_groups};
pub use inspect::inspect;
pub(crate) use recopied::mark_recopied;
pub use verification::{Unverified, Verification};

/// The numbers of one layer. All sizes are bytes.
#[derive(Debug, Clone)]
pub struct LayerAccount {
    /// The instruction that made the layer.
    pub instruction: Instruction,
    /// The digest of the uncompressed tar.
    pub diff_id: Option<String>,
    /// The digest of the layer as stored.
    pub digest: Option<String>,
    /// The compression; `None` if the layer is not in the archive.
    pub compression: Option<Compression>,
    /// The number of entries in the tar, including whiteouts.
    pub entries: usize,
    /// The size: contents of regular files.
    pub shipped: u64,
    /// The visible part of the size.
    pub live: u64,
    /// The bytes of earlier layers that the layer removed.
    pub killed: u64,
    /// The size of the uncompressed tar, with headers and padding.
    pub tar_bytes: u64,
    /// The size of the layer as the archive stores it.
    pub stored_bytes: u64,
}

impl LayerAccount {
    /// Returns the wasted part of the size.
    pub fn dead(&self) -> u64 {
        self.shipped - self.live
    }

    /// Returns whether the archive stores the layer compressed, as a registry would.
    pub fn is_compressed(&self) -> bool {
        self.compression.is_some_and(|compression| compression != Compression::None)
    }
}

/// The sums over an image. All sizes are bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ImageTotals {
    /// The size: contents of the regular files of all layers.
    pub shipped: u64,
    /// The visible part of the size.
    pub live: u64,
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
    pub fn dead(&self) -> u64 {
        self.shipped - self.live
    }
}

/// A dead inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dead {
    /// The version whose entry has the bytes.
    pub version: VersionId,
    /// Its size in bytes.
    pub bytes: u64,
    /// The layer that added it.
    pub born_in: usize,
    /// The layer that removed its last name.
    pub died_in: usize,
    /// The cause.
    pub cause: Cause,
}

/// Everything known about an image; the basis of every screen and report.
#[derive(Debug)]
pub struct Inspection {
    /// The display name of the image.
    pub name: String,
    /// The names in the archive, such as `alpine:3`.
    pub tags: Vec<String>,
    /// The digest of its config.
    pub id: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// The time of the build, RFC 3339.
    pub created: Option<String>,
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
    pub tree: Tree,
    /// Dead inodes, the largest first.
    pub dead: Vec<Dead>,
    /// Problems with parts of the image.
    pub warnings: Vec<Warning>,
    /// The completeness.
    pub completeness: Completeness,
    /// Sizes and digests that are wrong; `None` if they were not verified.
    pub mismatches: Option<Vec<Warning>>,
    /// Everything that was verified, and everything that could not be; `None` if nothing was to be.
    pub verification: Option<Verification>,
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
        let completeness = Completeness::new(layers.len(), &warnings);
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
            completeness,
            mismatches: None,
            verification: None,
        }
    }

    /// Adds a remark that was found later, such as that the archive has changed meanwhile.
    pub fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
        self.completeness = Completeness::new(self.layers.len(), &self.warnings);
    }

    /// Returns live ÷ shipped, which is 1 for an empty image; `None` if not all of the image was
    /// read.
    pub fn efficiency(&self) -> Option<f64> {
        let ImageTotals { shipped, live, .. } = self.totals;
        self.completeness.sizes_are_exact().then(|| if shipped == 0 { 1.0 } else { ratio(live, shipped) })
    }

    /// Makes an amount of a sum over the image: exact, or a lower bound if not everything was read.
    pub fn amount(&self, bytes: u64) -> Amount {
        self.completeness.amount(bytes)
    }

    /// Returns the amounts of a layer, counted from 0, with how far each can be relied on.
    pub fn amounts_of(&self, layer: usize) -> LayerAmounts {
        let nothing = LayerAmounts {
            shipped: Amount::Unknown,
            live: Amount::Unknown,
            dead: Amount::Unknown,
            hid: Amount::Unknown,
        };
        self.layers.get(layer).map_or(nothing, |account| self.completeness.of_layer(layer, account))
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
    pub fn of(layer: &ReadLayer) -> Self {
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

/// Adds remarks on layers that a builder made from several instructions but recorded under the last
/// one only.
fn remark_squashed_steps(layers: &[LayerAccount], warnings: &mut Vec<Warning>) {
    for (i, layer) in layers.iter().enumerate() {
        if layer.entries > 0 && layer.instruction.is_metadata() {
            warnings.push(Warning::layer(i, WarningKind::SquashedSteps));
        }
    }
}
