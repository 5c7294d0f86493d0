//! Sums and changes at every path, as of a layer: one pass over the versions, one up the tree.

use std::collections::HashSet;

use super::{ALIVE, Kind, NONE, NodeId, Tree};

/// Bytes at a path and below it, as of a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of files that are there.
    pub visible: u64,
    /// Bytes that still ship although a layer up to this one took them away.
    pub dead: u64,
}

impl Totals {
    /// All bytes that ship.
    pub fn shipped(self) -> u64 {
        self.visible + self.dead
    }
}

/// What one layer did at a path and anywhere below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Something is there that was not.
    pub added: bool,
    /// Something is there that was another.
    pub modified: bool,
    /// Something is gone.
    pub removed: bool,
}

impl Changes {
    /// Whether anything changed.
    pub fn any(self) -> bool {
        self.added || self.modified || self.removed
    }

    fn add(&mut self, other: Self) {
        self.added |= other.added;
        self.modified |= other.modified;
        self.removed |= other.removed;
    }
}

/// What a layer did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Nothing was there before.
    Added,
    /// Something was there before.
    Modified,
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
            (Some(before), Some(now)) if before != now => Change::Modified,
            _ => Change::Unchanged,
        }
    }

    /// Sums at every path as of layer `layer`, indexed like [`NodeId`].
    ///
    /// The bytes of a file with several names count once: at the first that is
    /// there, or where its entry was once it is dead.
    pub fn totals(&self, layer: usize) -> Vec<Totals> {
        let layer = u16::try_from(layer).unwrap_or(ALIVE - 1);
        let mut totals = vec![Totals::default(); self.nodes.len()];
        let mut counted = HashSet::new();
        for (i, version) in self.versions.iter().enumerate() {
            if version.size == 0 || version.born > layer || version.kind() != Kind::File {
                continue;
            }
            let total = &mut totals[version.node.index()];
            if version.extra == NONE {
                if version.died > layer {
                    total.visible += version.size;
                } else {
                    total.dead += version.size;
                }
                continue;
            }
            let owner = self.groups[version.extra as usize].owner;
            let dead = self.death(owner).is_some_and(|death| death.layer <= layer);
            if dead && owner.index() == i {
                total.dead += version.size;
            } else if !dead && version.died > layer && counted.insert(version.extra) {
                total.visible += version.size;
            }
        }
        self.sum_up(&mut totals);
        totals
    }

    /// Sums of what layer `layer` itself did, indexed like [`NodeId`]: `visible` is what it
    /// ships, `dead` what it hid of earlier layers.
    pub fn layer_totals(&self, layer: usize) -> Vec<Totals> {
        let mut totals = vec![Totals::default(); self.nodes.len()];
        for inode in self.inodes().filter(|&inode| self.born(inode) == layer) {
            totals[self.node_of(inode).index()].visible += self.size(inode);
        }
        for death in self.deaths.iter().filter(|death| usize::from(death.layer) == layer) {
            if self.born(death.version) < layer {
                totals[self.node_of(death.version).index()].dead += self.size(death.version);
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
                match self.change(version.node, layer) {
                    Change::Added => here.added = true,
                    Change::Modified => here.modified = true,
                    Change::Removed => here.removed = true,
                    Change::Unchanged => {}
                }
            }
        }
        for i in (1..self.nodes.len()).rev() {
            let below = changes[i];
            changes[self.nodes[i].parent.index()].add(below);
        }
        changes
    }

    /// Adds every path's sum to its directory's; a child is always made after its parent.
    fn sum_up(&self, totals: &mut [Totals]) {
        for i in (1..self.nodes.len()).rev() {
            let Totals { visible, dead } = totals[i];
            let parent = &mut totals[self.nodes[i].parent.index()];
            parent.visible += visible;
            parent.dead += dead;
        }
    }
}
