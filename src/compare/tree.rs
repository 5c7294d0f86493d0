//! Arranges the differences between two final filesystems as a tree, whose directories have the
//! sums of their contents.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::paths::{Delta, Difference, PathChange, VersionsAtPaths};
use super::walk::{PathPair, walk};
use super::{DifferingFiles, Sharing};
use crate::analysis::{Inspection, Listing};
use crate::tree::{NodeId, Tree};

/// A path that differs, or a directory with something that differs.
#[derive(Debug, Clone, Copy)]
pub struct PathDifference {
    delta: Delta,
    above: usize,
    /// The end of the subtree: one past the index of its last entry.
    end: usize,
    /// The difference of the path itself; [`Difference::Same`] if only something below it differs.
    pub difference: Difference,
    /// The number of bytes removed at the path and below.
    pub less: u64,
    /// The number of bytes added at the path and below.
    pub more: u64,
    /// The number of paths that differ, at and below this path.
    pub count: usize,
}

impl PathDifference {
    /// Returns the number of bytes added and removed, at the path and below.
    pub fn weight(&self) -> u64 {
        self.less.saturating_add(self.more)
    }

    /// Returns the path in the first image, if any of its layers has named it.
    pub fn first(&self) -> Option<NodeId> {
        self.delta.place.one
    }

    /// Returns the path in the second image, if any of its layers has named it.
    pub fn second(&self) -> Option<NodeId> {
        self.delta.place.two
    }

    /// Returns the number of bytes added and removed at the path itself.
    pub fn own_weight(&self) -> u64 {
        self.delta.less.saturating_add(self.delta.more)
    }

    /// Returns the last component of the path.
    pub fn name<'a>(&self, first: &'a Tree, second: &'a Tree) -> &'a [u8] {
        match (self.second(), self.first()) {
            (Some(node), _) => second.name(node),
            (None, Some(node)) => first.name(node),
            (None, None) => b"",
        }
    }

    /// Returns the index of the parent directory.
    pub fn above(&self) -> usize {
        self.above
    }
}

/// The paths that differ and their parent directories. A directory comes before its contents.
#[derive(Debug, Clone)]
pub struct DifferenceTree {
    /// In the order of a depth-first walk; the first entry is the root.
    entries: Vec<PathDifference>,
    /// The number of files that look the same, but come from layers that differ.
    uncompared: usize,
}

impl DifferenceTree {
    /// The index of the root.
    pub const ROOT: usize = 0;

    /// Compares the final filesystems of two images, with the layers that they share and files that
    /// are known to differ; without the files of one of them, there is no difference.
    pub fn compare(
        first: &Inspection,
        second: &Inspection,
        sharing: &Sharing,
        differing: &DifferingFiles,
    ) -> Self {
        let (before, after) = (VersionsAtPaths::last(first), VersionsAtPaths::last(second));
        let entry = |above, delta: Delta| PathDifference {
            delta,
            above,
            end: 0,
            difference: delta.difference,
            less: delta.less,
            more: delta.more,
            count: usize::from(delta.difference != Difference::Same),
        };
        let root = PathPair { one: Some(NodeId::ROOT), two: Some(NodeId::ROOT) };
        let mut entries = vec![entry(Self::ROOT, Delta::nothing(root))];
        if [first, second].iter().any(|image| image.listing == Listing::Absent) {
            return Self { entries: kept(entries), uncompared: 0 };
        }
        let mut uncompared = 0;
        walk(&first.tree, &second.tree, Self::ROOT, |above, place| {
            // If a path does not exist any more, nothing is below it.
            let mut delta = Delta::at(place, &before, &after)?;
            let nodes = place.one.zip(place.two);
            if nodes.is_some_and(|nodes| differing.contains(&nodes)) {
                delta.has_changed();
            }
            uncompared += usize::from(delta.is_uncompared(&sharing.same));
            entries.push(entry(above, delta));
            Some(entries.len() - 1)
        });
        Self { entries: kept(entries), uncompared }
    }

    /// Returns the number of entries, including the root.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.root().count == 0
    }

    /// Returns the number of files of the same path, size, time, mode and owner in layers that differ.
    /// Their contents have not been compared.
    pub fn uncompared(&self) -> usize {
        self.uncompared
    }

    /// Returns the root, with the sums of everything.
    pub fn root(&self) -> &PathDifference {
        &self.entries[Self::ROOT]
    }

    /// Returns the entry at an index.
    pub fn get(&self, place: usize) -> &PathDifference {
        &self.entries[place]
    }

    /// Returns the indices of all paths that differ themselves, without the root, ordered by path.
    pub fn changes(&self) -> impl Iterator<Item = usize> {
        let differs = |&place: &usize| self.entries[place].difference != Difference::Same;
        (1..self.entries.len()).filter(differs)
    }

    /// Returns the indices of paths that may or may not differ, ordered by path.
    pub fn unknown(&self) -> impl Iterator<Item = usize> {
        self.changes().filter(|&place| self.get(place).difference == Difference::Unknown)
    }

    /// Returns the indices of all paths whose own size differs, the largest difference first.
    pub fn biggest(&self) -> Vec<usize> {
        let mut places: Vec<_> =
            self.changes().filter(|&place| self.get(place).own_weight() > 0).collect();
        places.sort_by_key(|&place| (Reverse(self.get(place).own_weight()), place));
        places
    }

    /// Returns the indices of the direct children of an entry, ordered by name.
    pub fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        let end = self.entries[place].end;
        let inside = move |next: usize| (next < end).then_some(next);
        std::iter::successors(inside(place + 1), move |&child| inside(self.entries[child].end))
    }

    /// Returns the entry's own difference with path, sizes and layers, without anything below it.
    pub fn change(&self, place: usize, first: &Tree, second: &Tree) -> PathChange {
        self.entries[place].delta.named(first, second)
    }

    /// Returns, for each kind of difference, the number of paths and of bytes.
    pub fn sums(&self) -> BTreeMap<Difference, (usize, u64)> {
        let mut sums: BTreeMap<Difference, (usize, u64)> = BTreeMap::new();
        for entry in self.changes().map(|place| self.get(place)) {
            let sum = sums.entry(entry.difference).or_default();
            sum.0 += 1;
            sum.1 = sum.1.saturating_add(entry.own_weight());
        }
        sums
    }
}

/// Computes the sums, and drops entries without any difference at or below them.
fn kept(mut entries: Vec<PathDifference>) -> Vec<PathDifference> {
    for i in (1..entries.len()).rev() {
        let PathDifference { above, less, more, count, .. } = entries[i];
        let above = &mut entries[above];
        above.less = above.less.saturating_add(less);
        above.more = above.more.saturating_add(more);
        above.count += count;
    }
    let mut place = 0;
    let mut places = Vec::with_capacity(entries.len());
    for (i, entry) in entries.iter().enumerate() {
        places.push(place);
        place += usize::from(i == DifferenceTree::ROOT || entry.count > 0);
    }
    let mut i = 0;
    entries.retain(|entry| {
        i += 1;
        i == 1 || entry.count > 0
    });
    // The contents of a directory follow it, so the end of its subtree is known when walking
    // backwards.
    for i in (0..entries.len()).rev() {
        let above = places[entries[i].above];
        entries[i].above = above;
        entries[i].end = entries[i].end.max(i + 1);
        if i > 0 {
            entries[above].end = entries[above].end.max(entries[i].end);
        }
    }
    entries
}
