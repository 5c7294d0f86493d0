//! What the changed image would be to download: an estimate, since only recompressing tells.

use super::Outcome;
use crate::analysis::Inspection;
use crate::display::Units;

/// Bytes that a registry stores and `docker pull` loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// The layers are stored as they are in the archive, or were compressed to find out.
    Exact(u64),
    /// In proportion to what ships: the compressed layers are as dense as before.
    Estimate(u64),
    /// The archive holds plain layers, which no registry would.
    Unknown,
}

impl Pull {
    /// The bytes, if anything is known of them.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Self::Exact(bytes) | Self::Estimate(bytes) => Some(bytes),
            Self::Unknown => None,
        }
    }

    /// Whether the bytes are no estimate.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// The bytes in words, with "about" where they are an estimate.
    pub fn words(self, units: Units) -> Option<String> {
        let about = if self.is_exact() { "" } else { "about " };
        self.bytes().map(|bytes| format!("{about}{} to pull", units.size(bytes)))
    }
}

/// Estimates the download of what is left: each layer keeps the density that it has in the archive.
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
