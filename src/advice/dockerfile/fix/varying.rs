//! Tells when a size cannot be exact, because another build of the same file makes another one.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::{Change, Work};
use crate::advice::dockerfile::births::Claims;
use crate::advice::findings::Varying;
use crate::advice::ladder::Certainty;
use crate::display::Escaped;
use crate::layer_index::LayerIndex;

impl Work<'_> {
    /// Returns why the size after the changes is an estimate, as a clause; `None` if it is not.
    pub(super) fn varying(&self, changes: &[Change], saved: &Claims) -> Option<Escaped> {
        if changes.is_empty() {
            return None;
        }
        let tree = &self.inspection.tree;
        let files = self.varying.get_or_init(|| Varying::find(tree));
        files.among(|inode, only_merged| {
            let added_in = tree.added_in(inode);
            let is_affected = !only_merged || self.merged.contains(&added_in);
            added_in >= self.target.base_layers && is_affected && !saved.has(inode)
        })
    }

    /// Returns the reliability of what combining some layers saves.
    pub(super) fn certainty_of_merge(
        &self,
        layers: &HashSet<LayerIndex, RandomState>,
    ) -> Certainty {
        let tree = &self.inspection.tree;
        let files = self.varying.get_or_init(|| Varying::find(tree));
        let varies = files.among(|inode, only_merged| {
            only_merged && layers.contains(&tree.added_in(inode)) && !self.claims.has(inode)
        });
        varies.map_or(Certainty::Exact, |why| Certainty::Estimate(why.into()))
    }
}
