//! What differs between two final filesystems, as a tree: directories with the sums of what is in them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::paths::{Delta, Difference, PathChange, State};
use super::walk::{Place, walk};
use crate::analysis::Inspection;
use crate::tree::{NodeId, Tree};

/// A path that differs, or has something below it that does.
#[derive(Debug, Clone, Copy)]
pub struct PathDifference {
    delta: Delta,
    above: usize,
    /// Behind the last entry of what is below it.
    end: usize,
    /// How the path itself differs; [`Difference::Same`] if only something below it does.
    pub difference: Difference,
    /// The bytes that are less at the path and below.
    pub less: u64,
    /// The bytes that are more at the path and below.
    pub more: u64,
    /// How many paths differ, itself and below.
    pub count: usize,
}

impl PathDifference {
    /// The bytes that are more or less: what is moved in all.
    pub fn weight(&self) -> u64 {
        self.less.saturating_add(self.more)
    }

    /// The path in the first image, if any layer of that has named it.
    pub fn first(&self) -> Option<NodeId> {
        self.delta.place.one
    }

    /// The path in the second image.
    pub fn second(&self) -> Option<NodeId> {
        self.delta.place.two
    }

    /// The bytes that are more or less at the path itself.
    pub fn own_weight(&self) -> u64 {
        self.delta.less.saturating_add(self.delta.more)
    }

    /// The last component of the path.
    pub fn name<'a>(&self, first: &'a Tree, second: &'a Tree) -> &'a [u8] {
        match (self.second(), self.first()) {
            (Some(node), _) => second.name(node),
            (None, Some(node)) => first.name(node),
            (None, None) => b"",
        }
    }

    /// The directory that it lies in, by its place in the tree.
    pub fn above(&self) -> usize {
        self.above
    }
}

/// The paths that differ, with the directories that lead to them; a directory comes before what is in it.
#[derive(Debug, Clone)]
pub struct DifferenceTree {
    /// The first is the root.
    entries: Vec<PathDifference>,
}

impl DifferenceTree {
    /// The place of the root.
    pub const ROOT: usize = 0;

    /// Compares the final filesystems of two images.
    pub fn of(first: &Inspection, second: &Inspection) -> Self {
        let (before, after) = (State::last(&first.tree), State::last(&second.tree));
        let entry = |above, delta: Delta| PathDifference {
            delta,
            above,
            end: 0,
            difference: delta.difference,
            less: delta.less,
            more: delta.more,
            count: usize::from(delta.difference != Difference::Same),
        };
        let root = Place { one: Some(NodeId::ROOT), two: Some(NodeId::ROOT) };
        let mut entries = vec![entry(Self::ROOT, Delta::nothing(root))];
        walk(&first.tree, &second.tree, Self::ROOT, |above, place| {
            // Where nothing is any more, nothing is below.
            entries.push(entry(above, Delta::at(place, &before, &after)?));
            Some(entries.len() - 1)
        });
        Self { entries: kept(entries) }
    }

    /// How many entries there are, with the root.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.root().count == 0
    }

    /// The root, with the sums of everything.
    pub fn root(&self) -> &PathDifference {
        &self.entries[Self::ROOT]
    }

    /// The entry at a place.
    pub fn get(&self, place: usize) -> &PathDifference {
        &self.entries[place]
    }

    /// Everything but the root that itself differs, by its place, in the order of paths.
    pub fn changes(&self) -> impl Iterator<Item = usize> {
        let differs = |&place: &usize| self.entries[place].difference != Difference::Same;
        (1..self.entries.len()).filter(differs)
    }

    /// Everything that itself differs in bytes, by its place, the biggest difference first.
    pub fn biggest(&self) -> Vec<usize> {
        let mut places: Vec<_> = self.changes().filter(|&place| self.get(place).own_weight() > 0).collect();
        places.sort_by_key(|&place| (Reverse(self.get(place).own_weight()), place));
        places
    }

    /// What lies directly below a place, in the order of names.
    pub fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        let end = self.entries[place].end;
        let inside = move |next: usize| (next < end).then_some(next);
        std::iter::successors(inside(place + 1), move |&child| inside(self.entries[child].end))
    }

    /// The entry at a place with its own path, sizes and layers; what is below it does not count.
    pub fn change(&self, place: usize, first: &Tree, second: &Tree) -> PathChange {
        self.entries[place].delta.named(first, second)
    }

    /// How many paths differ in each way, and by how many bytes.
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

/// Sums everything up, and keeps what differs or leads to something that does.
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
    // What lies in a directory follows it, so the last entry below it is known once all are gone through backwards.
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
