//! What the changed image would be to download: an estimate, since only recompressing tells.

use super::Outcome;
use crate::analysis::Inspection;
use crate::image::Compression;

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

/// Estimates the download of what is left: each layer keeps the density that it has in the archive.
pub fn estimate_pull(inspection: &Inspection, outcome: &Outcome) -> Pull {
    let compressed = |compression| !matches!(compression, Some(Compression::None) | None);
    if !inspection.layers.iter().all(|layer| layer.shipped == 0 || compressed(layer.compression)) {
        return Pull::Unknown;
    }
    let tree = &inspection.tree;
    let mut left = vec![0u64; inspection.layers.len()];
    for inode in tree.inodes().filter(|&inode| outcome.keeps(inode)) {
        left[tree.born(inode)] += tree.size(inode);
    }
    let mut changed = false;
    let layers = inspection.layers.iter().zip(left).map(|(layer, left)| {
        changed |= left != layer.shipped;
        if layer.shipped == 0 {
            return layer.stored_bytes;
        }
        let part = u128::from(layer.stored_bytes) * u128::from(left) / u128::from(layer.shipped);
        u64::try_from(part).unwrap_or(layer.stored_bytes)
    });
    let sum = layers.sum();
    if changed { Pull::Estimate(sum) } else { Pull::Exact(sum) }
}
