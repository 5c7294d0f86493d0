//! Estimates the download size of files from the stored sizes of their layers.
//!
//! Only the total of a compressed layer is known. Each file gets a share in proportion to its size:
//! sizes of whole layers are exact, those of files are estimates. In an uncompressed layer a file
//! counts with its own size.

use super::{Inspection, LayerAccount};
use crate::tree::VersionId;

impl Inspection {
    /// Returns the size of an inode as its layer stores it: an estimate if the layer is compressed.
    pub fn pull_bytes(&self, inode: VersionId) -> u64 {
        self.pull_share(self.tree.born(inode), self.tree.size(inode))
    }

    /// Returns the share of a layer's stored size for `bytes` of its contents.
    pub fn pull_share(&self, layer: usize, bytes: u64) -> u64 {
        let Some(account) = self.layers.get(layer).filter(|account| account.is_compressed()) else { return bytes };
        let share = u128::from(bytes) * u128::from(account.stored_bytes) / u128::from(account.shipped.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }

    /// Returns whether any layer up to this one is stored compressed, so that shares of it are
    /// estimates.
    pub fn pull_is_estimated(&self, layer: usize) -> bool {
        self.layers.iter().take(layer.saturating_add(1)).any(LayerAccount::is_compressed)
    }
}
