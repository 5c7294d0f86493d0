//! The own tree of the layer that is being applied: the paths that its entries name, without the
//! layers below.
//!
//! It lies in a list of its own, which is as small as the layer, and not beside all paths of the
//! image: most of the work on a layer is done there.

use super::{NodeId, VersionId};

/// A place in the layer's own tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnId(u32);

impl OwnId {
    /// The root of the layer's own tree.
    pub const ROOT: Self = Self(0);
    const NONE: Self = Self(super::NONE);
}

/// A path in the layer's own tree.
#[derive(Clone, Copy)]
pub(super) struct OwnNode {
    pub node: NodeId,
    /// The version that an entry of the layer gave it; none for implied directories.
    explicit: VersionId,
    /// Generation stamp: when the layer first touched this path, or emptied it.
    pub mark: u32,
    first_child: OwnId,
    next_sibling: OwnId,
}

impl OwnNode {
    /// Returns the version that an entry of this layer gave to the path; `None` for implied
    /// directories.
    pub fn explicit(&self) -> Option<VersionId> {
        self.explicit.some()
    }

    /// Returns whether the layer has nothing below the path.
    pub fn is_empty(&self) -> bool {
        self.first_child == OwnId::NONE
    }
}

/// The layer's own tree.
#[derive(Default)]
pub(super) struct OwnTree {
    nodes: Vec<OwnNode>,
    /// The number of the first node. Numbers go on from layer to layer, so that the number that an
    /// earlier layer gave to a path tells that this layer has none.
    first: u32,
    last_mark: u32,
}

impl OwnTree {
    /// Returns the path at a place.
    pub fn at(&self, id: OwnId) -> &OwnNode {
        &self.nodes[id.0 as usize]
    }

    /// Returns the places directly below a place, in no particular order.
    pub fn children(&self, id: OwnId) -> impl Iterator<Item = OwnId> {
        let some = |id: OwnId| (id != OwnId::NONE).then_some(id);
        std::iter::successors(some(self.at(id).first_child), move |&child| {
            some(self.at(child).next_sibling)
        })
    }

    /// Returns a stamp that is higher than all before it in this layer.
    pub fn take_mark(&mut self) -> u32 {
        self.last_mark += 1;
        self.last_mark
    }

    /// Begins the tree of the next layer; returns the number of its root.
    pub fn begin(&mut self) -> u32 {
        // The lowest number says that no layer has named a path.
        let used = u32::try_from(self.nodes.len()).expect("below the limit on paths");
        self.first = self.first.wrapping_add(used).max(1);
        self.nodes.clear();
        self.last_mark = 0;
        self.add(NodeId::ROOT, None)
    }

    /// Returns the place with a number, if it is one of this layer.
    pub fn id_of(&self, number: u32) -> Option<OwnId> {
        let id = number.wrapping_sub(self.first);
        ((id as usize) < self.nodes.len()).then_some(OwnId(id))
    }

    /// Adds a path below another one; returns the number of its place.
    pub fn add(&mut self, node: NodeId, parent: Option<OwnId>) -> u32 {
        let id = OwnId(u32::try_from(self.nodes.len()).expect("below the limit on paths"));
        let (explicit, mark) = (VersionId::NONE, self.take_mark());
        let (first_child, mut next_sibling) = (OwnId::NONE, OwnId::NONE);
        if let Some(parent) = parent {
            next_sibling = std::mem::replace(&mut self.nodes[parent.0 as usize].first_child, id);
        }
        self.nodes.push(OwnNode { node, explicit, mark, first_child, next_sibling });
        self.first.wrapping_add(id.0)
    }

    /// Records the version that an entry of the layer gave to the path at a place.
    pub fn set_explicit(&mut self, id: OwnId, version: VersionId) {
        self.nodes[id.0 as usize].explicit = version;
    }

    /// Removes everything at and below a place; the place itself stays, as touched just now.
    pub fn empty(&mut self, id: OwnId) {
        let mark = self.take_mark();
        let top = &mut self.nodes[id.0 as usize];
        (top.mark, top.explicit, top.first_child) = (mark, VersionId::NONE, OwnId::NONE);
    }
}
