//! Computes sums and changes at every path as of a layer: one pass over the versions, one up the
//! tree.

use std::collections::HashSet;

use super::{Kind, NONE, NodeId, Reason, Tree, VersionId};
use crate::layer_index::LayerIndex;

/// The sums of a path and everything below it, as of a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// The visible size in bytes.
    pub visible: u64,
    /// The wasted size in bytes: removed by a layer up to this one, but still in the image.
    pub wasted: u64,
    /// The number of visible names of any kind, without the root.
    pub items: u32,
    /// The number of files that have bytes in the image but no visible name.
    pub wasted_items: u32,
}

impl Totals {
    /// Returns the size in bytes, visible and wasted.
    pub fn size(self) -> u64 {
        self.visible + self.wasted
    }

    /// Adds two sums. The addition wraps around, so that adding a negative difference is correct.
    pub fn plus(self, other: Self) -> Self {
        Self {
            visible: self.visible.wrapping_add(other.visible),
            wasted: self.wasted.wrapping_add(other.wasted),
            items: self.items.wrapping_add(other.items),
            wasted_items: self.wasted_items.wrapping_add(other.wasted_items),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            visible: self.visible.wrapping_sub(other.visible),
            wasted: self.wasted.wrapping_sub(other.wasted),
            items: self.items.wrapping_sub(other.items),
            wasted_items: self.wasted_items.wrapping_sub(other.wasted_items),
        }
    }
}

/// The kinds of changes that one layer made at a path and below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Something was added.
    pub added: bool,
    /// Something was replaced by something else.
    pub modified: bool,
    /// Something was written again with other metadata (mode, owner, time, attributes) and the same
    /// contents.
    pub metadata: bool,
    /// Something was removed.
    pub removed: bool,
}

impl Changes {
    /// Returns whether there is any change.
    pub fn any(self) -> bool {
        self.added || self.modified || self.metadata || self.removed
    }

    /// Returns whether there is a change of more than metadata.
    pub fn contents(self) -> bool {
        self.added || self.modified || self.removed
    }

    pub(super) fn from_change(change: Change) -> Self {
        let mut changes = Self::default();
        match change {
            Change::Added => changes.added = true,
            Change::Modified => changes.modified = true,
            Change::Metadata => changes.metadata = true,
            Change::Removed => changes.removed = true,
            Change::Unchanged => {}
        }
        changes
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self {
            added: self.added || other.added,
            modified: self.modified || other.modified,
            metadata: self.metadata || other.metadata,
            removed: self.removed || other.removed,
        }
    }
}

/// The change that a layer made to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// The path did not exist before.
    Added,
    /// The path had another file before.
    Modified,
    /// The same file existed before, at most with other metadata.
    Metadata,
    /// The path existed before, and does not any more.
    Removed,
    /// The layer did not change the path.
    Unchanged,
}

impl Tree {
    /// Returns the change that layer `layer` made to a path.
    pub fn change(&self, node: NodeId, layer: LayerIndex) -> Change {
        let now = self.at(node, layer);
        let before = layer.previous().and_then(|below| self.at(node, below));
        match (before, now) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(before), Some(now)) if before == now => Change::Unchanged,
            (Some(before), Some(now)) if self.is_the_same(before, now) => Change::Metadata,
            (Some(_), Some(_)) => Change::Modified,
            (None, None) => Change::Unchanged,
        }
    }

    /// Returns whether two successive versions of a path are equal except for mode, owner, time and
    /// attributes.
    ///
    /// For files this is known from the comparison of contents, recorded in the death of the old
    /// inode.
    fn is_the_same(&self, before: VersionId, after: VersionId) -> bool {
        self.kind(before) == self.kind(after)
            && match self.kind(after) {
                Kind::File => {
                    self.inode(before) == self.inode(after)
                        || self.removal(self.inode(before)).is_some_and(|removal| {
                            removal.reason == Reason::RewrittenUnchanged
                                && removal.last_name == self.node_of(after)
                                && removal.layer == self.added_in(after)
                        })
                }
                Kind::Symlink => self.target(before) == self.target(after),
                Kind::Char | Kind::Block => self.device(before) == self.device(after),
                Kind::Directory | Kind::Fifo => true,
            }
    }

    /// Computes the sums at every path as of layer `layer`, indexed like [`NodeId`].
    ///
    /// The bytes of a file with several names count once: at its first visible name or, if there is
    /// none, at its original entry.
    pub fn totals(&self, layer: LayerIndex) -> Vec<Totals> {
        let mut totals = Vec::new();
        self.totals_into(layer, &mut totals);
        totals
    }

    /// Computes the same sums into existing memory.
    pub(super) fn totals_into(&self, layer: LayerIndex, totals: &mut Vec<Totals>) {
        totals.clear();
        totals.resize(self.nodes.len(), Totals::default());
        let mut counted = HashSet::new();
        let mut last = NodeId::ROOT;
        for (i, version) in self.versions[..self.added_up_to(layer)].iter().enumerate() {
            last = last.max(version.node);
            let total = &mut totals[version.node.index()];
            total.items += u32::from(version.removed_in > layer && version.node != NodeId::ROOT);
            if version.size == 0 || version.kind() != Kind::File {
                continue;
            }
            let (visible, wasted) = if version.extra == NONE {
                (version.removed_in > layer, version.removed_in <= layer)
            } else {
                let owner = self.groups[version.extra as usize].owner;
                let wasted = self.removal(owner).is_some_and(|removal| removal.layer <= layer);
                (
                    !wasted && version.removed_in > layer && counted.insert(version.extra),
                    wasted && owner.index() == i,
                )
            };
            if visible {
                total.visible += version.size;
            } else if wasted {
                total.wasted += version.size;
                total.wasted_items += 1;
            }
        }
        // What only later layers name comes behind it.
        let end = totals.len().min(last.index() + 1);
        self.sum_up(&mut totals[..end]);
    }

    /// Returns the number of versions added by the layers up to `layer`; they are the first ones in
    /// the list.
    pub(super) fn added_up_to(&self, layer: LayerIndex) -> usize {
        self.versions.partition_point(|version| version.added_in <= layer)
    }

    /// Computes the sums of layer `layer` itself, indexed like [`NodeId`]: `visible` is the size of
    /// the layer, `wasted` the bytes of earlier layers that it removed, and `items` the number of
    /// its names.
    pub fn layer_totals(&self, layer: LayerIndex) -> Vec<Totals> {
        let mut totals = vec![Totals::default(); self.nodes.len()];
        for inode in self.inodes().filter(|&inode| self.added_in(inode) == layer) {
            totals[self.node_of(inode).index()].visible += self.size(inode);
        }
        for version in self.versions.iter().filter(|version| version.added_in == layer) {
            let kept = version.removed_in != version.added_in && version.node != NodeId::ROOT;
            totals[version.node.index()].items += u32::from(kept);
        }
        for removal in self.removals.iter().filter(|removal| removal.layer == layer) {
            if self.added_in(removal.version) < layer && self.size(removal.version) > 0 {
                let total = &mut totals[self.node_of(removal.version).index()];
                total.wasted += self.size(removal.version);
                total.wasted_items += 1;
            }
        }
        self.sum_up(&mut totals);
        totals
    }

    /// Computes the changes of layer `layer` at every path and below it, indexed like [`NodeId`].
    pub fn changes(&self, layer: LayerIndex) -> Vec<Changes> {
        let mut changes = vec![Changes::default(); self.nodes.len()];
        for version in &self.versions {
            if version.added_in == layer || version.removed_in == layer {
                let here = &mut changes[version.node.index()];
                *here = here.with(Changes::from_change(self.change(version.node, layer)));
            }
        }
        for i in (1..self.nodes.len()).rev() {
            let parent = self.nodes[i].parent.index();
            changes[parent] = changes[parent].with(changes[i]);
        }
        changes
    }

    /// Sums up a value of the inodes that layers up to `layer` added, at every path and below it,
    /// indexed like [`NodeId`].
    pub fn worth(&self, layer: LayerIndex, of: impl Fn(VersionId) -> u64) -> Vec<u64> {
        let mut sums = vec![0_u64; self.nodes.len()];
        for inode in self.inodes().take_while(|&inode| self.added_in(inode) <= layer) {
            let sum = &mut sums[self.node_of(inode).index()];
            *sum = sum.saturating_add(of(inode));
        }
        for i in (1..self.nodes.len()).rev() {
            let parent = self.nodes[i].parent.index();
            sums[parent] = sums[parent].saturating_add(sums[i]);
        }
        sums
    }

    /// Adds every path's sum to that of its directory; a child always comes after its parent. Of a
    /// list without the last paths, those have none.
    fn sum_up(&self, totals: &mut [Totals]) {
        for i in (1..totals.len()).rev() {
            let parent = self.nodes[i].parent.index();
            totals[parent] = totals[parent].plus(totals[i]);
        }
    }
}
