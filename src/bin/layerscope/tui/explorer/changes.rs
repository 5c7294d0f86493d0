//! Steps through the changes of a layer in the order of the tree, even in closed directories.

use layerscope::tree::{Change, NodeId};

use super::lens::Lens;
use super::outline::Outline;

/// A walk over the changes of a layer.
pub struct Changed<'a> {
    lens: Lens<'a>,
    outline: &'a mut Outline,
    /// The index of the last sibling in its directory, so that the next one is found without a
    /// search.
    place: usize,
}

impl<'a> Changed<'a> {
    pub fn new(lens: Lens<'a>, outline: &'a mut Outline) -> Self {
        Self { lens, outline, place: 0 }
    }

    /// Returns the next change after a path; the first one for the root.
    pub fn next(&mut self, from: NodeId) -> Option<NodeId> {
        let mut here = from;
        loop {
            let below =
                if self.is_entered(here) { self.children(here).first().copied() } else { None };
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

    /// Returns the change before a path.
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

    /// Returns the last path below another one, or that one itself.
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

    /// Returns whether to walk into a path; one that was added or removed counts as a whole.
    fn is_entered(&self, node: NodeId) -> bool {
        node == NodeId::ROOT || !matches!(self.change(node), Change::Added | Change::Removed)
    }

    /// Returns whether a path is a separate change, and not one of many that were added or removed
    /// with their directory.
    ///
    /// A directory that is only listed because of changes in it does not count.
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

    /// Returns the children with changes.
    fn children(&mut self, node: NodeId) -> Vec<NodeId> {
        let slice = self.lens.slice;
        let children = self.outline.children(node, &self.lens);
        children.iter().copied().filter(|&child| slice.changes(child).any()).collect()
    }

    /// Returns the nearest sibling with changes, before or after a path.
    fn sibling(&mut self, node: NodeId, step: isize) -> Option<NodeId> {
        let slice = self.lens.slice;
        let children = self.outline.children(self.lens.inspection.tree.parent(node), &self.lens);
        let is_known = children.get(self.place) == Some(&node);
        let mut place =
            if is_known { self.place } else { children.iter().position(|&child| child == node)? };
        loop {
            place = place.checked_add_signed(step)?;
            let sibling = *children.get(place)?;
            if slice.changes(sibling).any() {
                self.place = place;
                return Some(sibling);
            }
        }
    }
}
