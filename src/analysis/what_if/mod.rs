//! What an image would ship if it had been built otherwise: exact in shipped bytes, since the same files are left out.
//!
//! Every change comes down to inodes that are never shipped. A merged run of
//! layers does not ship what it makes and takes away itself; a path that is
//! dropped, and everything below it, is never made.

mod pull;

use std::ops::RangeInclusive;

use crate::analysis::Inspection;
use crate::tree::{NodeId, Tree, VersionId};

pub use pull::{Pull, estimate_pull};

/// One thing that is done otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The layers `first..=last` are made by one instruction.
    Merge {
        /// The lowest of them.
        first: usize,
        /// The highest of them.
        last: usize,
    },
    /// A path is never made, nor anything below it, by any layer.
    Drop(NodeId),
    /// These inodes are never made.
    Without(Vec<VersionId>),
}

/// What an image ships after some changes. All sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What each layer of the image ships then; a merged run is counted in its last layer.
    pub layers: Vec<u64>,
    /// What the whole image ships then.
    pub shipped: u64,
    /// What of that nothing reaches.
    pub dead: u64,
    /// The inodes that are left, by the index of their version.
    kept: Vec<bool>,
    /// The paths that are never made, by their index.
    dropped: Vec<bool>,
    runs: Runs,
}

impl Outcome {
    /// Whether a path is one of those that are never made.
    pub fn drops(&self, node: NodeId) -> bool {
        self.dropped[node.index()]
    }

    /// The layers that are made by one instruction, in order; most are alone.
    pub fn runs(&self) -> impl Iterator<Item = RangeInclusive<usize>> {
        let mut first = 0;
        self.runs.last.iter().enumerate().filter(|(layer, last)| layer == *last).map(move |(_, &last)| {
            let run = first..=last;
            first = last + 1;
            run
        })
    }

    /// Whether an inode still ships.
    pub fn keeps(&self, inode: VersionId) -> bool {
        self.kept[inode.index()]
    }

    /// What is left out, of all that `inspection` ships.
    pub fn saved(&self, inspection: &Inspection) -> u64 {
        inspection.totals.shipped - self.shipped
    }
}

/// Counts what is left after `changes`.
pub fn what_if(inspection: &Inspection, changes: &[Change]) -> Outcome {
    let tree = &inspection.tree;
    let runs = Runs::of(inspection.layers.len(), changes);
    let dropped = dropped(tree, changes);
    let mut kept = named(tree, &dropped);
    for change in changes {
        if let Change::Without(inodes) = change {
            for inode in inodes {
                kept[inode.index()] = false;
            }
        }
    }
    let layers = vec![0; inspection.layers.len()];
    let mut outcome = Outcome { layers, shipped: 0, dead: 0, kept, dropped, runs };
    for (inode, death) in tree.inodes_with_deaths() {
        let born = tree.born(inode);
        let death = death.map(|death| usize::from(death.layer));
        let kept = &mut outcome.kept[inode.index()];
        *kept &= death.is_none_or(|died| !outcome.runs.are_one(born, died));
        if *kept {
            outcome.layers[outcome.runs.last[born]] += tree.size(inode);
            outcome.shipped += tree.size(inode);
            outcome.dead += if death.is_some() { tree.size(inode) } else { 0 };
        }
    }
    outcome
}

/// Whether each inode has a name that is not dropped, by the index of its version.
fn named(tree: &Tree, dropped: &[bool]) -> Vec<bool> {
    let is_dropped = |name: VersionId| dropped[tree.node_of(name).index()];
    let any_dropped = dropped.contains(&true);
    let mut named = vec![!any_dropped; tree.version_count()];
    if any_dropped {
        for name in tree.file_names().filter(|&name| !is_dropped(name)) {
            named[tree.inode(name).index()] = true;
        }
    }
    named
}

/// The paths that are dropped, and all below them.
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

/// Which layers are made by one instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Runs {
    /// For each layer the last one of its run.
    last: Vec<usize>,
    /// Whether the layer was asked to be one with others.
    merged: Vec<bool>,
}

impl Runs {
    fn of(layers: usize, changes: &[Change]) -> Self {
        let mut runs = Self { last: (0..layers).collect(), merged: vec![false; layers] };
        let mut joined = vec![false; layers];
        for change in changes {
            if let Change::Merge { first, last } = *change {
                let run = first..=last;
                for (layer, merged) in runs.merged.iter_mut().enumerate().filter(|(layer, _)| run.contains(layer)) {
                    *merged = true;
                    // A layer is joined to the one before it.
                    joined[layer] |= layer > first;
                }
            }
        }
        for layer in (1..layers).rev() {
            if joined[layer] {
                runs.last[layer - 1] = runs.last[layer];
            }
        }
        runs
    }

    fn are_one(&self, born: usize, died: usize) -> bool {
        self.merged[born] && self.last[born] == self.last[died]
    }
}
