//! From change to change of a layer, in the order of the tree, whatever is open.

use layerscope::tree::{Change, NodeId};

use super::lens::Lens;
use super::outline::Outline;

/// Walks over what a layer changed, and over nothing else.
pub struct Changed<'a> {
    pub lens: Lens<'a>,
    pub outline: &'a mut Outline,
}

impl Changed<'_> {
    /// The next change after a path; the first one for the root.
    pub fn next(&mut self, from: NodeId) -> Option<NodeId> {
        let mut here = from;
        loop {
            let below = if self.is_entered(here) { self.children(here).first().copied() } else { None };
            here = match below {
                Some(child) => child,
                None => loop {
                    if here == NodeId::ROOT {
                        return None;
                    }
                    match self.sibling(here, 1) {
                        Some(next) => break next,
                        None => here = self.lens.inspection.tree.parent(here),
                    }
                },
            };
            if self.is_stop(here) {
                return Some(here);
            }
        }
    }

    /// The change before a path.
    pub fn previous(&mut self, from: NodeId) -> Option<NodeId> {
        let mut here = from;
        while here != NodeId::ROOT {
            here = match self.sibling(here, -1) {
                Some(before) => self.last_below(before),
                None => self.lens.inspection.tree.parent(here),
            };
            if here != NodeId::ROOT && self.is_stop(here) {
                return Some(here);
            }
        }
        None
    }

    /// The last path below another one, or that one itself.
    fn last_below(&mut self, node: NodeId) -> NodeId {
        let mut here = node;
        while self.is_entered(here)
            && let Some(&last) = self.children(here).last()
        {
            here = last;
        }
        here
    }

    fn change(&self, node: NodeId) -> Change {
        self.lens.inspection.tree.change(node, self.lens.slice.layer)
    }

    /// What is new or gone is so as a whole.
    fn is_entered(&self, node: NodeId) -> bool {
        node == NodeId::ROOT || !matches!(self.change(node), Change::Added | Change::Removed)
    }

    /// Whether a path is a change of its own, and not only one of all that are new or gone with their directory.
    ///
    /// That a directory is listed again with what changed in it is no news.
    fn is_stop(&self, node: NodeId) -> bool {
        match self.change(node) {
            Change::Unchanged => false,
            Change::Modified => true,
            Change::Metadata => !self.lens.slice.changes(node).contents(),
            change => {
                let parent = self.lens.inspection.tree.parent(node);
                parent == NodeId::ROOT || self.change(parent) != change
            }
        }
    }

    /// The children in which something changed.
    fn children(&mut self, node: NodeId) -> Vec<NodeId> {
        let slice = self.lens.slice;
        let children = self.outline.children(node, &self.lens);
        children.iter().copied().filter(|&child| slice.changes(child).any()).collect()
    }

    /// The nearest sibling before or after a path in which something changed.
    fn sibling(&mut self, node: NodeId, step: isize) -> Option<NodeId> {
        let slice = self.lens.slice;
        let children = self.outline.children(self.lens.inspection.tree.parent(node), &self.lens);
        let mut place = children.iter().position(|&child| child == node)?;
        loop {
            place = place.checked_add_signed(step)?;
            let sibling = *children.get(place)?;
            if slice.changes(sibling).any() {
                return Some(sibling);
            }
        }
    }
}
