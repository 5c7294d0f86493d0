//! Lays a layer's own tree over the layers below, from the root down.
//!
//! At each directory, an opaque mark removes everything first, then whiteouts remove names, then
//! the layer's own entries replace what is in their way. The cause of a removal is the one nearest
//! to the root.

use super::build::Builder;
use super::marks::{Gone, Own};
use super::own_tree::{OwnId, OwnNode};
use super::{IMPLIED, Kind, NodeId, Reason, VersionId};
use crate::layer_index::LayerIndex;
use crate::warning::RuntimeDifference as Difference;

impl Builder {
    pub(super) fn overlay(&mut self, own: &Own) {
        if let Some(version) = self.explicit(NodeId::ROOT) {
            self.supersede(NodeId::ROOT, version);
        }
        // Each directory with the stamp of the last opaque mark at or above it.
        let mut work = vec![(OwnId::ROOT, 0)];
        let mut children = Vec::new();
        let mut only_marked = None;
        while let Some((id, above)) = work.pop() {
            let OwnNode { node: directory, mark, .. } = *self.own.at(id);
            self.apply_marks(directory, mark, own);
            let is_opaque = own.opaque.get(&directory) == Some(&mark);
            let opaque = own
                .opaque_at
                .get(&directory)
                .copied()
                .filter(|_| is_opaque)
                .unwrap_or(0)
                .max(above);
            children.extend(self.own.children(id));
            for id in children.drain(..) {
                let child = *self.own.at(id);
                let is_before = child.mark < opaque && child.explicit().is_none();
                if is_before {
                    self.remark(|b| Difference::BeforeOpaque { path: b.tree.path(child.node) });
                }
                if only_marked.is_none() && self.is_only_marked(&child) {
                    only_marked = Some(child.node);
                }
                if self.place(&child, directory) {
                    work.push((id, if is_before { 0 } else { opaque }));
                }
            }
        }
        // Where engines differ about the layer anyway, they do not agree on this directory either.
        if let Some(node) = only_marked
            && !self.differs()
        {
            self.remark(|b| Difference::OnlyMarked { path: b.tree.path(node) });
        }
    }

    /// Returns whether only whiteouts and opaque marks of the layer name a directory.
    fn is_only_marked(&self, own: &OwnNode) -> bool {
        own.explicit().is_none()
            && own.is_empty()
            && self.state[own.node.index()].below.some().is_none()
    }

    fn apply_marks(&mut self, directory: NodeId, mark: u32, own: &Own) {
        if own.opaque.get(&directory) == Some(&mark) {
            if directory == NodeId::ROOT && self.layer > LayerIndex::FIRST {
                self.remark(|_| Difference::OpaqueRoot);
            }
            while let Some(child) = self.tree.node(directory).first_child.some() {
                self.kill(child, Reason::Opaque);
            }
        }
        if let Some((of, gone)) = own.whiteouts.get(&directory)
            && *of == mark
        {
            for &gone in gone {
                let Some(below) = self.state[gone.node.index()].below.some() else { continue };
                self.remark_again(gone, below, own);
                self.kill(gone.node, Reason::Deleted);
            }
        }
    }

    /// Adds a remark on a name that the layer first removes and then adds as a directory.
    fn remark_again(&mut self, gone: Gone, below: VersionId, own: &Own) {
        let Gone { node, after_own } = gone;
        let Some(again) = self.own_id(node).filter(|_| !after_own) else { return };
        let again = *self.own.at(again);
        match again.explicit() {
            None => self.remark(|b| Difference::Other {
                path: b.tree.path(node),
                how: "is deleted, and then paths below it follow without an entry for it; docker and \
                    containerd on overlay refuse the layer"
                    .into(),
            }),
            Some(version) => {
                let both = self.tree.version(version).is_directory() && self.tree.version(below).is_directory();
                let opaque = own.opaque.get(&node) == Some(&again.mark);
                if both && !opaque {
                    self.remark(|b| Difference::Remade { path: b.tree.path(node) });
                }
            }
        }
    }

    /// Puts a node of the layer's own tree in its place; returns whether it is a directory.
    fn place(&mut self, own: &OwnNode, parent: NodeId) -> bool {
        let (node, explicit) = (own.node, own.explicit());
        let directory = explicit.is_none_or(|version| self.tree.version(version).is_directory());
        let below = self.state[node.index()].below.some();
        if directory && below.is_some_and(|version| self.tree.version(version).is_directory()) {
            match (explicit, below) {
                (Some(version), _) => self.supersede(node, version),
                (None, Some(below)) => self.remark_reset(node, below),
                (None, None) => {}
            }
            return true;
        }
        if let Some(below) = below {
            match self.tree.version(below).kind() {
                _ if explicit.is_some() => {}
                Kind::Symlink => self.remark(|b| Difference::LinkToDirectory { path: b.tree.path(node) }),
                _ => self.remark(|b| Difference::Other {
                    path: b.tree.path(node),
                    how: "was no directory below, and no entry makes it one; overlayfs runtimes make it a \
                        directory, others refuse the layer"
                        .into(),
                }),
            }
            self.kill_all_below(node, Reason::Replaced);
        } else {
            self.link_live(node, parent);
        }
        let version = match explicit {
            Some(version) => version,
            None => {
                let root = self.owner(0, 0);
                self.new_version(node, Kind::Directory, 0o755 | IMPLIED, root, 0)
            }
        };
        self.state[node.index()].below = version;
        directory
    }

    /// Gives a directory new metadata and keeps its contents.
    fn supersede(&mut self, node: NodeId, version: VersionId) {
        let below = self.state[node.index()].below;
        self.tree.versions[below.index()].removed_in = self.layer;
        self.state[node.index()].below = version;
    }

    fn remark_reset(&mut self, node: NodeId, below: VersionId) {
        let version = self.tree.version(below);
        let (mode, owner) = (version.mode & 0o7777, self.tree.owners[usize::from(version.owner)]);
        if (mode, owner) != (0o755, (0, 0)) && version.mode & IMPLIED == 0 {
            self.remark(|b| {
                let (uid, gid) = owner;
                Difference::Implied { path: b.tree.path(node), mode, uid, gid }
            });
        }
    }

    /// Removes everything visible at `node` and below it.
    ///
    /// Paths for which this layer has an entry are overwritten; the others are removed for
    /// `reason`.
    fn kill(&mut self, node: NodeId, reason: Reason) {
        self.unlink_live(node);
        self.kill_all_below(node, reason);
    }

    /// Does the same, but leaves the node itself in the list of what is visible in its directory.
    fn kill_all_below(&mut self, node: NodeId, reason: Reason) {
        let mut work = vec![node];
        while let Some(id) = work.pop() {
            let below = std::mem::replace(&mut self.state[id.index()].below, VersionId::NONE);
            self.tree.versions[below.index()].removed_in = self.layer;
            self.release(below, id, if self.is_own(id) { Reason::Overwritten } else { reason });
            let mut child =
                std::mem::replace(&mut self.tree.nodes[id.index()].first_child, NodeId::NONE);
            while let Some(c) = child.some() {
                let next = &mut self.tree.nodes[c.index()].next_sibling;
                child = std::mem::replace(next, NodeId::NONE);
                self.state[c.index()].previous_visible = NodeId::NONE;
                work.push(c);
            }
        }
    }

    // What is visible in a directory is a doubly linked list.

    fn link_live(&mut self, node: NodeId, parent: NodeId) {
        let first = &mut self.tree.nodes[parent.index()].first_child;
        let next = std::mem::replace(first, node);
        if next.some().is_some() {
            self.state[next.index()].previous_visible = node;
        }
        self.tree.nodes[node.index()].next_sibling = next;
        self.state[node.index()].previous_visible = NodeId::NONE;
    }

    fn unlink_live(&mut self, node: NodeId) {
        let unlinked = &mut self.tree.nodes[node.index()];
        let (next, parent) =
            (std::mem::replace(&mut unlinked.next_sibling, NodeId::NONE), unlinked.parent);
        let previous = &mut self.state[node.index()].previous_visible;
        let previous = std::mem::replace(previous, NodeId::NONE);
        if next.some().is_some() {
            self.state[next.index()].previous_visible = previous;
        }
        match previous.some() {
            Some(previous) => self.tree.nodes[previous.index()].next_sibling = next,
            None => self.tree.nodes[parent.index()].first_child = next,
        }
    }
}
