//! What a file costs when the image is pulled: its share of the layer as stored.
//!
//! Of a compressed layer only the whole is known, and a file gets the part of
//! it that its bytes are of what the layer ships: whole layers are exact, files
//! are estimates. In a layer that is stored plain a file costs its own bytes.

use super::{Inspection, LayerAccount};
use crate::tree::VersionId;

impl Inspection {
    /// The bytes of an inode as its layer stores them: an estimate where the layer is compressed.
    pub fn pull_bytes(&self, inode: VersionId) -> u64 {
        self.pull_share(self.tree.born(inode), self.tree.size(inode))
    }

    /// How many bytes of a layer as stored so many of what it ships make.
    pub fn pull_share(&self, layer: usize, bytes: u64) -> u64 {
        let Some(account) = self.layers.get(layer).filter(|account| account.is_compressed()) else { return bytes };
        let share = u128::from(bytes) * u128::from(account.stored_bytes) / u128::from(account.shipped.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }

    /// Whether any layer up to this one is stored compressed, so that shares of it are estimates.
    pub fn pull_is_estimated(&self, layer: usize) -> bool {
        self.layers.iter().take(layer.saturating_add(1)).any(LayerAccount::is_compressed)
    }
}
