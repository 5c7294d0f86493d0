//! The own tree of the layer that is being applied: the paths that its entries name, without the
//! layers below.
//!
//! It lies in a list of its own, which is as small as the layer, and not beside all paths of the
//! image: most of the work on a layer is done there.

use super::build::Builder;
use super::{NodeId, Reason, VersionId};

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

    fn add(&mut self, node: NodeId) -> OwnId {
        let id = OwnId(u32::try_from(self.nodes.len()).expect("below the limit on paths"));
        let (explicit, mark) = (VersionId::NONE, self.take_mark());
        let (first_child, next_sibling) = (OwnId::NONE, OwnId::NONE);
        self.nodes.push(OwnNode { node, explicit, mark, first_child, next_sibling });
        id
    }
}

impl Builder {
    /// Begins the own tree of the next layer.
    pub(super) fn begin_own(&mut self) {
        // The lowest number says that no layer has named a path.
        let used = u32::try_from(self.own.nodes.len()).expect("below the limit on paths");
        self.own.first = self.own.first.wrapping_add(used).max(1);
        self.own.nodes.clear();
        self.own.last_mark = 0;
        let root = self.own.add(NodeId::ROOT);
        self.state[NodeId::ROOT.index()].own = self.own.first + root.0;
    }

    /// Returns the place of a node in the own tree of the current layer.
    pub(super) fn own_id(&self, node: NodeId) -> Option<OwnId> {
        let number = self.state[node.index()].own.wrapping_sub(self.own.first);
        ((number as usize) < self.own.nodes.len()).then_some(OwnId(number))
    }

    /// Returns whether the node is in the own tree of the current layer.
    pub(super) fn is_own(&self, node: NodeId) -> bool {
        self.own_id(node).is_some()
    }

    /// Returns the version that an entry of this layer gave to a node of its own tree; `None` for
    /// implied directories.
    pub(super) fn explicit(&self, node: NodeId) -> Option<VersionId> {
        self.own.at(self.own_id(node)?).explicit()
    }

    /// Records the version that an entry of this layer gave to a node of its own tree.
    pub(super) fn set_explicit(&mut self, node: NodeId, version: VersionId) {
        if let Some(id) = self.own_id(node) {
            self.own.nodes[id.0 as usize].explicit = version;
        }
    }

    /// Returns the generation stamp of a node in the layer's own tree, and 0 for any other.
    pub(super) fn mark(&self, node: NodeId) -> u32 {
        self.own_id(node).map_or(0, |id| self.own.at(id).mark)
    }

    /// Adds a node to the layer's own tree.
    pub(super) fn become_own(&mut self, node: NodeId, parent: NodeId) {
        let parent = self.own_id(parent);
        let id = self.own.add(node);
        self.state[node.index()].own = self.own.first.wrapping_add(id.0);
        if let Some(parent) = parent {
            let siblings = &mut self.own.nodes[parent.0 as usize].first_child;
            let next = std::mem::replace(siblings, id);
            self.own.nodes[id.0 as usize].next_sibling = next;
        }
    }

    /// Removes everything at and below a node from the layer's own tree; the node itself stays.
    ///
    /// Returns whether an entry had made a directory below: container runtimes set its times at the
    /// end, and find something else there.
    pub(super) fn drop_own(&mut self, node: NodeId) -> bool {
        let Some(top) = self.own_id(node) else { return false };
        let mut directories = false;
        let mut work = vec![top];
        while let Some(id) = work.pop() {
            let dropped = *self.own.at(id);
            if let Some(version) = dropped.explicit() {
                directories |= id != top && self.tree.version(version).is_directory();
                self.tree.versions[version.index()].removed_in = self.layer;
                let reason = if id == top { Reason::Overwritten } else { Reason::Replaced };
                self.release(version, dropped.node, reason);
            }
            work.extend(self.own.children(id));
            if id != top {
                self.state[dropped.node.index()].own = 0;
            }
        }
        let mark = self.own.take_mark();
        let top = &mut self.own.nodes[top.0 as usize];
        (top.mark, top.explicit, top.first_child) = (mark, VersionId::NONE, OwnId::NONE);
        directories
    }
}
