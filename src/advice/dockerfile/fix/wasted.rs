//! Counts what is wasted after the changes: a command that cleans up deletes files of the base image
//! as well, and their bytes stay.

use super::Work;
use crate::advice::dockerfile::births::Claims;

/// Bytes that are wasted after the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WastedAfter {
    /// All of them.
    pub bytes: u64,
    /// Those of the base image's files.
    pub of_base: u64,
}

impl Work<'_> {
    /// Adds up the files that stay wasted, and those that the changes delete.
    pub(super) fn wasted_after(&self, saved: &Claims) -> WastedAfter {
        let tree = &self.inspection.tree;
        let stay = self.inspection.wasted.iter().map(|wasted| wasted.version);
        let stay = stay.filter(|&inode| !saved.has(inode));
        let mut wasted = WastedAfter::default();
        for inode in stay.chain(self.deleted.iter().copied()) {
            wasted.bytes += tree.size(inode);
            if tree.added_in(inode) < self.target.base_layers {
                wasted.of_base += tree.size(inode);
            }
        }
        wasted
    }
}
