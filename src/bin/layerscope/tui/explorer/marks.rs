//! The marked paths.

use std::collections::BTreeSet;

use layerscope::tree::{NodeId, Tree};

/// A set of marked paths.
#[derive(Debug, Default)]
pub struct Marks(BTreeSet<NodeId>);

impl Marks {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn contains(&self, node: NodeId) -> bool {
        self.0.contains(&node)
    }

    /// Marks or unmarks a path.
    pub fn toggle(&mut self, node: NodeId) {
        if !self.0.remove(&node) {
            self.0.insert(node);
        }
    }

    pub fn insert(&mut self, node: NodeId) {
        self.0.insert(node);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the marked paths that are not below another marked one, so that each byte counts
    /// once.
    pub fn topmost<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = NodeId> + 'a {
        self.0.iter().copied().filter(|&node| {
            let mut here = node;
            while here != NodeId::ROOT {
                here = tree.parent(here);
                if self.0.contains(&here) {
                    return false;
                }
            }
            true
        })
    }
}
