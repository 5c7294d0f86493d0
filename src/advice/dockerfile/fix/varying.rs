//! Tells when a size cannot be exact, because another build of the same file makes another one.

use super::{Change, Work};
use crate::advice::dockerfile::births::Claims;
use crate::advice::findings::varying_files;
use crate::display::{Escaped, escaped_str, listed, shown};

impl Work<'_> {
    /// Returns why the size after the changes is an estimate, as a clause; `None` if it is not.
    pub(super) fn varying(&self, changes: &[Change], saved: &Claims) -> Option<Escaped> {
        if changes.is_empty() {
            return None;
        }
        let tree = &self.inspection.tree;
        let mut kinds: Vec<&str> = Vec::new();
        for (node, kind, only_merged) in varying_files(tree) {
            let inodes = tree.versions(node).map(|version| tree.inode(version));
            let is_made = |inode| {
                let added_in = tree.added_in(inode);
                let is_affected = !only_merged || self.merged.contains(&added_in);
                added_in >= self.target.base_layers && is_affected && !saved.has(inode)
            };
            let is_there = inodes.filter(|&inode| is_made(inode)).any(|inode| tree.size(inode) > 0);
            if is_there && kinds.iter().all(|known| *known != kind) {
                kinds.push(kind);
            }
        }
        (!kinds.is_empty())
            .then(|| shown!("{} differ in size from build to build", escaped_str(&listed(&kinds))))
    }
}
