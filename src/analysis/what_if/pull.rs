//! Estimates the download size of a changed image.

use super::Outcome;
use crate::analysis::Inspection;
use crate::display::Units;

/// The download size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
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

impl Pull {
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
        self.bytes().map(|bytes| format!("{about}{} to pull", units.size(bytes)))
    }
}

/// Estimates the download size of the changed image: each layer keeps its compression ratio.
pub fn estimate_pull(inspection: &Inspection, outcome: &Outcome) -> Pull {
    if !inspection.layers.iter().all(|layer| layer.shipped == 0 || layer.is_compressed()) {
        return Pull::Unknown;
    }
    let tree = &inspection.tree;
    let mut left = vec![0u64; inspection.layers.len()];
    for inode in tree.inodes().filter(|&inode| outcome.keeps(inode)) {
        left[tree.born(inode)] += tree.size(inode);
    }
    let mut changed = false;
    let layers = inspection.layers.iter().zip(left).enumerate().map(|(i, (layer, left))| {
        changed |= left != layer.shipped;
        if layer.shipped == 0 { layer.stored_bytes } else { inspection.pull_share(i, left) }
    });
    let sum = layers.sum();
    if changed { Pull::Estimate(sum) } else { Pull::Exact(sum) }
}
