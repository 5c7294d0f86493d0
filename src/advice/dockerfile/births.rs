//! Indexes the files that each layer added.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::{Tree, VersionId};

/// The inodes of an image by the layer that added them.
#[derive(Default)]
pub struct Births {
    of_layer: Vec<Vec<VersionId>>,
}

impl Births {
    /// Indexes the inodes of an image.
    pub fn find(inspection: &Inspection) -> Self {
        let mut of_layer = vec![Vec::new(); inspection.layers.len()];
        for inode in inspection.tree.inodes() {
            if let Some(layer) = of_layer.get_mut(inspection.tree.added_in(inode).get()) {
                layer.push(inode);
            }
        }
        Self { of_layer }
    }

    /// Returns the inodes that a layer added.
    pub fn in_layer(&self, layer: LayerIndex) -> &[VersionId] {
        layer.get_from(&self.of_layer).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A record of the bytes that changes save: each inode counts only for the first change that claims
/// it.
#[derive(Clone, Default)]
pub struct Claims {
    claimed: HashSet<VersionId, RandomState>,
}

impl Claims {
    /// Returns whether a change has claimed an inode.
    pub fn has(&self, inode: VersionId) -> bool {
        self.claimed.contains(&inode)
    }

    /// Returns the claimed inodes, in no order.
    pub fn iter(&self) -> impl Iterator<Item = VersionId> {
        self.claimed.iter().copied()
    }

    /// Claims inodes, and returns the size of those that were not claimed before.
    pub fn claim(&mut self, tree: &Tree, inodes: impl IntoIterator<Item = VersionId>) -> u64 {
        inodes
            .into_iter()
            .filter(|&inode| self.claimed.insert(inode))
            .map(|inode| tree.size(inode))
            .sum()
    }
}

/// Returns whether a name can be written in a Dockerfile without quotes and without a special
/// meaning.
pub fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@~,:=/".contains(c);
    !name.is_empty() && !name.starts_with('-') && name.chars().all(plain)
}
