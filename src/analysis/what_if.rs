//! Computes the size of an image if it had been built differently. The result is exact, because the
//! same files are left out.
//!
//! Every change is reduced to inodes that are left out. Merged layers do not contain files that
//! they create and remove themselves; a dropped path and everything below it is never created.

use std::ops::RangeInclusive;

use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Tree, VersionId};

/// A change to the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The layers `first..=last` are made by one instruction.
    Merge {
        /// The lowest layer.
        first: LayerIndex,
        /// The highest layer.
        last: LayerIndex,
    },
    /// No layer creates the path or anything below it.
    Drop(NodeId),
    /// These inodes are never created.
    Without(Vec<VersionId>),
}

/// The size of an image after some changes. All sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The size of each layer; merged layers count in the last of them.
    pub layers: Vec<u64>,
    /// The size of the image.
    pub size: u64,
    /// The wasted part of the size.
    pub wasted: u64,
    /// For each version, whether it is an inode that is left.
    kept: Vec<bool>,
    /// For each path, whether it is dropped.
    dropped: Vec<bool>,
    runs: Runs,
}

impl Outcome {
    /// Returns whether a path is dropped.
    pub fn drops(&self, node: NodeId) -> bool {
        self.dropped[node.index()]
    }

    /// Returns the ranges of layers that are made by one instruction, in order. Most have a single
    /// layer.
    pub fn runs(&self) -> impl Iterator<Item = RangeInclusive<LayerIndex>> {
        let mut first = LayerIndex::FIRST;
        let ends = LayerIndex::numbered(&self.runs.last).filter(|&(layer, &last)| layer == last);
        ends.map(move |(last, _)| {
            let run = first..=last;
            first = last.next();
            run
        })
    }

    /// Returns whether an inode is left.
    pub fn keeps(&self, inode: VersionId) -> bool {
        self.kept[inode.index()]
    }

    /// Returns the number of bytes that the changes save.
    pub fn saved(&self, inspection: &Inspection) -> u64 {
        inspection.totals.size - self.size
    }

    /// Leaves out an inode, if no other change does.
    fn leave_out(&mut self, tree: &Tree, inode: VersionId, is_wasted: bool) {
        if std::mem::replace(&mut self.kept[inode.index()], false) {
            let bytes = tree.size(inode);
            let layer = &mut self.layers[self.runs.last[tree.added_in(inode)]];
            // The sizes of a report that was read back need not be those of its files.
            *layer = layer.saturating_sub(bytes);
            self.size = self.size.saturating_sub(bytes);
            self.wasted = self.wasted.saturating_sub(if is_wasted { bytes } else { 0 });
        }
    }
}

/// Computes the size after `changes`.
pub fn what_if(inspection: &Inspection, changes: &[Change]) -> Outcome {
    let tree = &inspection.tree;
    let runs = Runs::from_changes(inspection.layers.len(), changes);
    let mut layers = vec![0; inspection.layers.len()];
    for (layer, account) in LayerIndex::numbered(&inspection.layers) {
        layers[runs.last[layer]] += account.size;
    }
    let mut outcome = Outcome {
        layers,
        size: inspection.totals.size,
        wasted: inspection.totals.wasted(),
        kept: vec![true; tree.version_count()],
        dropped: dropped(tree, changes),
        runs,
    };
    // Most changes leave out few of the files, so that the others need not be looked at.
    if outcome.dropped.contains(&true) {
        let named = named(tree, &outcome.dropped);
        for (inode, removal) in tree.inodes_with_removals() {
            if !named[inode.index()] {
                outcome.leave_out(tree, inode, removal.is_some());
            }
        }
    }
    for change in changes {
        if let Change::Without(inodes) = change {
            for &inode in inodes {
                outcome.leave_out(tree, inode, tree.removal(inode).is_some());
            }
        }
    }
    for removal in tree.removals() {
        if outcome.runs.are_one(tree.added_in(removal.version), removal.layer) {
            outcome.leave_out(tree, removal.version, true);
        }
    }
    outcome
}

/// Returns, for each version, whether it is an inode with a name that is not dropped.
fn named(tree: &Tree, dropped: &[bool]) -> Vec<bool> {
    let mut named = vec![false; tree.version_count()];
    for name in tree.file_names().filter(|&name| !dropped[tree.node_of(name).index()]) {
        named[tree.inode(name).index()] = true;
    }
    named
}

/// Returns, for each path, whether it or a directory above it is dropped.
fn dropped(tree: &Tree, changes: &[Change]) -> Vec<bool> {
    let mut dropped = vec![false; tree.node_count()];
    let mut work: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Drop(node) => Some(*node),
            Change::Merge { .. } | Change::Without(_) => None,
        })
        .collect();
    while let Some(node) = work.pop() {
        if !std::mem::replace(&mut dropped[node.index()], true) {
            work.extend(tree.children(node));
        }
    }
    dropped
}

/// The layers that are made by one instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Runs {
    /// For each layer, the last layer of its run.
    last: Vec<LayerIndex>,
    /// For each layer, whether a change merges it with others.
    merged: Vec<bool>,
}

impl Runs {
    fn from_changes(layers: usize, changes: &[Change]) -> Self {
        let mut runs =
            Self { last: LayerIndex::all(layers).collect(), merged: vec![false; layers] };
        let mut joined = vec![false; layers];
        for change in changes {
            if let Change::Merge { first, last } = *change {
                let run = first..=last;
                for layer in LayerIndex::all(layers).filter(|layer| run.contains(layer)) {
                    runs.merged[layer] = true;
                    // A layer is joined to the one before it.
                    joined[layer] |= layer > first;
                }
            }
        }
        for layer in LayerIndex::all(layers).rev().filter(|&layer| joined[layer]) {
            if let Some(below) = layer.previous() {
                runs.last[below] = runs.last[layer];
            }
        }
        runs
    }

    fn are_one(&self, added_in: LayerIndex, removed_in: LayerIndex) -> bool {
        self.merged[added_in] && self.last[added_in] == self.last[removed_in]
    }
}
