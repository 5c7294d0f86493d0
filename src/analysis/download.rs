//! Estimates the download size: of files from the stored sizes of their layers, and of a changed
//! image from the compression of its layers.
//!
//! Only the total of a compressed layer is known. Each file gets a share in proportion to its size:
//! sizes of whole layers are exact, those of files are estimates. In an uncompressed layer a file
//! counts with its own size.

use super::what_if::Outcome;
use super::{Inspection, LayerAccount};
use crate::display::Units;
use crate::layer_index::LayerIndex;
use crate::tree::VersionId;

impl Inspection {
    /// Returns the size of an inode as its layer stores it: an estimate if the layer is compressed.
    pub fn download_bytes(&self, inode: VersionId) -> u64 {
        self.download_share(self.tree.added_in(inode), self.tree.size(inode))
    }

    /// Returns the share of a layer's stored size for `bytes` of its contents.
    pub fn download_share(&self, layer: LayerIndex, bytes: u64) -> u64 {
        let Some(account) = layer.get_from(&self.layers).filter(|account| account.is_compressed())
        else {
            return bytes;
        };
        let share =
            u128::from(bytes) * u128::from(account.stored_bytes) / u128::from(account.size.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }

    /// Returns whether any layer up to this one is stored compressed, so that shares of it are
    /// estimates.
    pub fn download_is_estimated(&self, layer: LayerIndex) -> bool {
        self.layers.iter().take(layer.count()).any(LayerAccount::is_compressed)
    }
}

/// The download size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Download {
    /// The layers are stored as they are in the archive.
    Exact(u64),
    /// The layers were compressed to measure them. Another gzip of the same level differs by less
    /// than 0.5 %.
    Measured(u64),
    /// The layers are assumed to compress as well as before.
    Estimate(u64),
    /// The archive has uncompressed layers, which a registry would not.
    Unknown,
}

impl Download {
    /// Returns the number of bytes, if known.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Self::Exact(bytes) | Self::Measured(bytes) | Self::Estimate(bytes) => Some(bytes),
            Self::Unknown => None,
        }
    }

    /// Returns whether the size is exact.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// Formats the size, with "about" for an estimate.
    pub fn words(self, units: Units) -> Option<String> {
        let about = if self.is_exact() { "" } else { "about " };
        self.bytes().map(|bytes| format!("download: {about}{}", units.size(bytes)))
    }
}

/// Estimates the download size of the changed image: each layer keeps its compression ratio.
pub fn estimate_download(inspection: &Inspection, outcome: &Outcome) -> Download {
    if !inspection.layers.iter().all(|layer| layer.size == 0 || layer.is_compressed()) {
        return Download::Unknown;
    }
    let tree = &inspection.tree;
    let mut left = vec![0u64; inspection.layers.len()];
    for inode in tree.inodes().filter(|&inode| outcome.keeps(inode)) {
        left[tree.added_in(inode)] += tree.size(inode);
    }
    let mut changed = false;
    let layers = LayerIndex::numbered(&inspection.layers).zip(left).map(|((i, layer), left)| {
        changed |= left != layer.size;
        if layer.size == 0 { layer.stored_bytes } else { inspection.download_share(i, left) }
    });
    let sum = layers.sum();
    if changed { Download::Estimate(sum) } else { Download::Exact(sum) }
}
