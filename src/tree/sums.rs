//! Sums and changes at every path, as of a layer: one pass over the versions, one up the tree.

use std::collections::HashSet;

use super::{ALIVE, Cause, Kind, NONE, NodeId, Tree, VersionId};

/// What is at a path and below it, as of a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of files that are there.
    pub visible: u64,
    /// Bytes that still ship although a layer up to this one took them away.
    pub dead: u64,
    /// Names that are there, of any kind; the root is none.
    pub items: u32,
    /// Files that still ship bytes although no name of theirs is there any more.
    pub dead_items: u32,
}

impl Totals {
    /// All bytes that ship.
    pub fn shipped(self) -> u64 {
        self.visible + self.dead
    }

    /// Both together; round the corner where differences are added, so that sums come out right.
    pub fn plus(self, other: Self) -> Self {
        Self {
            visible: self.visible.wrapping_add(other.visible),
            dead: self.dead.wrapping_add(other.dead),
            items: self.items.wrapping_add(other.items),
            dead_items: self.dead_items.wrapping_add(other.dead_items),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            visible: self.visible.wrapping_sub(other.visible),
            dead: self.dead.wrapping_sub(other.dead),
            items: self.items.wrapping_sub(other.items),
            dead_items: self.dead_items.wrapping_sub(other.dead_items),
        }
    }
}

/// What one layer did at a path and anywhere below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Something is there that was not.
    pub added: bool,
    /// Something is there that was another.
    pub modified: bool,
    /// Something came again with another mode, owner, time or attributes, and the same contents.
    pub metadata: bool,
    /// Something is gone.
    pub removed: bool,
}

impl Changes {
    /// Whether anything changed.
    pub fn any(self) -> bool {
        self.added || self.modified || self.metadata || self.removed
    }

    /// Whether anything changed that is more than mode, owner, time or attributes.
    pub fn contents(self) -> bool {
        self.added || self.modified || self.removed
    }

    pub(super) fn of(change: Change) -> Self {
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

/// What a layer did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Nothing was there before.
    Added,
    /// Something else was there before.
    Modified,
    /// The same was there before: at most mode, owner, time or attributes are others.
    Metadata,
    /// Something was there before, and nothing is now.
    Removed,
    /// The layer did not touch it.
    Unchanged,
}

impl Tree {
    /// What layer `layer` did to a path.
    pub fn change(&self, node: NodeId, layer: usize) -> Change {
        let now = self.at(node, layer);
        let before = layer.checked_sub(1).and_then(|below| self.at(node, below));
        match (before, now) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(before), Some(now)) if before == now => Change::Unchanged,
            (Some(before), Some(now)) if self.is_the_same(before, now) => Change::Metadata,
            (Some(_), Some(_)) => Change::Modified,
            (None, None) => Change::Unchanged,
        }
    }

    /// Whether a version is what the one before it at the same path was, but for mode, owner, time and attributes.
    ///
    /// Of a file that is known where its contents were compared: where the old inode died of it.
    fn is_the_same(&self, before: VersionId, after: VersionId) -> bool {
        self.kind(before) == self.kind(after)
            && match self.kind(after) {
                Kind::File => {
                    self.inode(before) == self.inode(after)
                        || self.death(self.inode(before)).is_some_and(|death| {
                            death.cause == Cause::Recopied
                                && death.last_name == self.node_of(after)
                                && usize::from(death.layer) == self.born(after)
                        })
                }
                Kind::Symlink => self.target(before) == self.target(after),
                Kind::Char | Kind::Block => self.device(before) == self.device(after),
                Kind::Directory | Kind::Fifo => true,
            }
    }

    /// Sums at every path as of layer `layer`, indexed like [`NodeId`].
    ///
    /// The bytes of a file with several names count once: at the first that is
    /// there, or where its entry was once it is dead.
    pub fn totals(&self, layer: usize) -> Vec<Totals> {
        let mut totals = Vec::new();
        self.totals_into(layer, &mut totals);
        totals
    }

    /// The same, into memory that has been used before.
    pub(super) fn totals_into(&self, layer: usize, totals: &mut Vec<Totals>) {
        let layer = u16::try_from(layer).unwrap_or(ALIVE - 1);
        totals.clear();
        totals.resize(self.nodes.len(), Totals::default());
        let mut counted = HashSet::new();
        for (i, version) in self.versions[..self.born_up_to(layer)].iter().enumerate() {
            let total = &mut totals[version.node.index()];
            total.items += u32::from(version.died > layer && version.node != NodeId::ROOT);
            if version.size == 0 || version.kind() != Kind::File {
                continue;
            }
            let (visible, dead) = if version.extra == NONE {
                (version.died > layer, version.died <= layer)
            } else {
                let owner = self.groups[version.extra as usize].owner;
                let dead = self.death(owner).is_some_and(|death| death.layer <= layer);
                (!dead && version.died > layer && counted.insert(version.extra), dead && owner.index() == i)
            };
            if visible {
                total.visible += version.size;
            } else if dead {
                total.dead += version.size;
                total.dead_items += 1;
            }
        }
        self.sum_up(totals);
    }

    /// How many versions the layers up to `layer` have brought: the first so many.
    pub(super) fn born_up_to(&self, layer: u16) -> usize {
        self.versions.partition_point(|version| version.born <= layer)
    }

    /// Sums of what layer `layer` itself did, indexed like [`NodeId`]: `visible` is what it
    /// ships, `dead` what it hid of earlier layers; `items` are the names that it made.
    pub fn layer_totals(&self, layer: usize) -> Vec<Totals> {
        let mut totals = vec![Totals::default(); self.nodes.len()];
        for inode in self.inodes().filter(|&inode| self.born(inode) == layer) {
            totals[self.node_of(inode).index()].visible += self.size(inode);
        }
        for version in self.versions.iter().filter(|version| usize::from(version.born) == layer) {
            let kept = version.died != version.born && version.node != NodeId::ROOT;
            totals[version.node.index()].items += u32::from(kept);
        }
        for death in self.deaths.iter().filter(|death| usize::from(death.layer) == layer) {
            if self.born(death.version) < layer && self.size(death.version) > 0 {
                let total = &mut totals[self.node_of(death.version).index()];
                total.dead += self.size(death.version);
                total.dead_items += 1;
            }
        }
        self.sum_up(&mut totals);
        totals
    }

    /// What layer `layer` did at every path and below it, indexed like [`NodeId`].
    pub fn changes(&self, layer: usize) -> Vec<Changes> {
        let mut changes = vec![Changes::default(); self.nodes.len()];
        for version in &self.versions {
            if usize::from(version.born) == layer || usize::from(version.died) == layer {
                let here = &mut changes[version.node.index()];
                *here = here.with(Changes::of(self.change(version.node, layer)));
            }
        }
        for i in (1..self.nodes.len()).rev() {
            let parent = self.nodes[i].parent.index();
            changes[parent] = changes[parent].with(changes[i]);
        }
        changes
    }

    /// What the inodes that layers up to `layer` brought are worth, at every path and below it, indexed like [`NodeId`].
    pub fn worth(&self, layer: usize, of: impl Fn(VersionId) -> u64) -> Vec<u64> {
        let mut sums = vec![0_u64; self.nodes.len()];
        for inode in self.inodes().take_while(|&inode| self.born(inode) <= layer) {
            let sum = &mut sums[self.node_of(inode).index()];
            *sum = sum.saturating_add(of(inode));
        }
        for i in (1..self.nodes.len()).rev() {
            let parent = self.nodes[i].parent.index();
            sums[parent] = sums[parent].saturating_add(sums[i]);
        }
        sums
    }

    /// Adds every path's sum to its directory's; a child is always made after its parent.
    fn sum_up(&self, totals: &mut [Totals]) {
        for i in (1..self.nodes.len()).rev() {
            let parent = self.nodes[i].parent.index();
            totals[parent] = totals[parent].plus(totals[i]);
        }
    }
}
