//! The paths of the layer that is being applied, as the builder puts them into the layer's own tree.

use super::build::Builder;
use super::own_tree::OwnId;
use super::{NodeId, Reason, VersionId};

impl Builder {
    /// Begins the own tree of the next layer.
    pub(super) fn begin_own(&mut self) {
        self.state[NodeId::ROOT.index()].own = self.own.begin();
    }

    /// Returns the place of a node in the own tree of the current layer.
    pub(super) fn own_id(&self, node: NodeId) -> Option<OwnId> {
        self.own.id_of(self.state[node.index()].own)
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
            self.own.set_explicit(id, version);
        }
    }

    /// Returns the generation stamp of a node in the layer's own tree, and 0 for any other.
    pub(super) fn mark(&self, node: NodeId) -> u32 {
        self.own_id(node).map_or(0, |id| self.own.at(id).mark)
    }

    /// Adds a node to the layer's own tree.
    pub(super) fn become_own(&mut self, node: NodeId, parent: NodeId) {
        let parent = self.own_id(parent);
        self.state[node.index()].own = self.own.add(node, parent);
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
        self.own.empty(top);
        directories
    }
}
