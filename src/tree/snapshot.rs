//! The sums and changes of the tree as of a layer, updated incrementally when moving to another
//! layer.
//!
//! Moving costs time in proportion to the versions between the two layers. The results agree with
//! [`Tree::totals`], [`Tree::layer_totals`] and [`Tree::changes`], which compute them from scratch
//! and serve as oracles in tests.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{ALIVE, Changes, Kind, NONE, Node, NodeId, Totals, Tree, Version, VersionId};
use crate::layer_index::LayerIndex;
use crate::progress::join;

/// The cost of moving by one version, relative to the cost of computing one anew.
const STEP: usize = 6;
/// The number of sums that are copied at the cost of computing one anew.
const COPIES: usize = 4;
/// The number of versions and paths below which moving is always used.
const SMALL: usize = 100_000;

/// Sums and changes at every path as of a layer, indexed like [`NodeId`].
#[derive(Debug)]
pub struct Snapshot {
    layer: LayerIndex,
    /// The number of versions and paths below which moving is always used.
    small: usize,
    up_to: Vec<Totals>,
    /// The sums of everything up to the last layer, if computing them takes long.
    whole: Option<Vec<Totals>>,
    of_layer: OfLayer,
    index: Index,
}

/// The sums and changes of a layer's own work.
#[derive(Debug)]
struct OfLayer {
    sums: Vec<Totals>,
    changes: Vec<Changes>,
}

/// The versions of a tree in other orders.
#[derive(Debug)]
struct Index {
    /// The versions that layers removed, ordered by layer.
    ends: Vec<VersionId>,
    /// The names of inodes with several names, grouped by inode.
    links: Vec<(u32, VersionId)>,
}

impl Snapshot {
    /// Computes the sums as of layer `layer`.
    pub fn new(tree: &Tree, layer: LayerIndex) -> Self {
        Self::with_small(tree, layer, SMALL)
    }

    /// Computes the sums as of layer `layer`, with another number of versions and paths below which
    /// moving is always used. It changes no result.
    pub fn with_small(tree: &Tree, layer: LayerIndex, small: usize) -> Self {
        let up_to = tree.totals(layer);
        let is_slow = layer >= last(tree) && tree.nodes.len() > small;
        let index = Index { ends: ends(tree), links: links(tree) };
        let mut of_layer = OfLayer {
            sums: vec![Totals::default(); tree.nodes.len()],
            changes: vec![Changes::default(); tree.nodes.len()],
        };
        of_layer.add(tree, &index, layer, Totals::plus);
        of_layer.mark_changes(tree, &index, layer);
        Self { layer, small, whole: is_slow.then(|| up_to.clone()), up_to, of_layer, index }
    }

    /// Moves to another layer of the same tree.
    pub fn move_to(&mut self, tree: &Tree, layer: LayerIndex) {
        let (from, to) = (self.layer, layer);
        if from == to {
            return;
        }
        self.layer = to;
        let Self { small, up_to, whole, of_layer, index, .. } = self;
        let end = last(tree);
        let by_steps = |from| index.touched(tree, (from, to)).saturating_mul(STEP);
        let anew = tree.added_up_to(to) + tree.nodes.len();
        let from_end = whole.as_ref().map(|whole| by_steps(end) + whole.len() / COPIES);
        if by_steps(from) <= (*small).max(anew.min(from_end.unwrap_or(anew))) {
            index.step(tree, up_to, (from, to));
            of_layer.move_to(tree, index, (from, to));
            return;
        }
        let leap = || match (whole, from_end.is_some_and(|cost| cost < anew)) {
            (Some(whole), true) => {
                up_to.copy_from_slice(whole);
                index.step(tree, up_to, (end, to));
            }
            _ => tree.totals_into(to, up_to),
        };
        join(leap, || of_layer.move_to(tree, index, (from, to)));
    }

    /// Returns the layer.
    pub fn layer(&self) -> LayerIndex {
        self.layer
    }

    /// Returns the sums of everything up to the layer, as [`Tree::totals`] does.
    pub fn up_to(&self) -> &[Totals] {
        &self.up_to
    }

    /// Returns the sums of the layer's own work, as [`Tree::layer_totals`] does.
    pub fn own(&self) -> &[Totals] {
        &self.of_layer.sums
    }

    /// Returns the changes of the layer, as [`Tree::changes`] does.
    pub fn changes(&self) -> &[Changes] {
        &self.of_layer.changes
    }
}

impl Index {
    /// Returns the versions that were added between two layers, and the places of those that ended.
    fn between(&self, tree: &Tree, (from, to): (LayerIndex, LayerIndex)) -> [Range<usize>; 2] {
        let (low, high) = (from.min(to), from.max(to));
        [
            tree.added_up_to(low)..tree.added_up_to(high),
            self.ended_up_to(tree, low)..self.ended_up_to(tree, high),
        ]
    }

    /// Returns how many versions a step between two layers looks at.
    fn touched(&self, tree: &Tree, layers: (LayerIndex, LayerIndex)) -> usize {
        self.between(tree, layers).iter().map(ExactSizeIterator::len).sum()
    }

    /// Adds the versions that were added and removed between two layers to the sums.
    fn step(&self, tree: &Tree, up_to: &mut [Totals], (from, to): (LayerIndex, LayerIndex)) {
        let [added_in, ended] = self.between(tree, (from, to));
        let mut sums = Sums::new(tree, up_to);
        let mut groups = Vec::new();
        let first_added = added_in.start;
        let ends = self.ends[ended]
            .iter()
            .map(|version| version.index())
            .filter(|&version| version < first_added);
        for version in added_in.chain(ends).map(|i| &tree.versions[i]) {
            sums.add(version.node, worth(version, to).minus(worth(version, from)));
            if version.kind() == Kind::File && version.extra != NONE {
                groups.push(version.extra);
            }
        }
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let start = self.links.partition_point(|&(other, _)| other < group);
            let names = || {
                self.links[start..]
                    .iter()
                    .take_while(|&&(other, _)| other == group)
                    .map(|&(_, name)| name)
            };
            let (before, after) = (
                worth_of_links(tree, group, names(), from),
                worth_of_links(tree, group, names(), to),
            );
            if before != after {
                if let Some((node, totals)) = after {
                    sums.add(node, totals);
                }
                if let Some((node, totals)) = before {
                    sums.add(node, Totals::default().minus(totals));
                }
            }
        }
        sums.finish();
    }

    /// Returns the number of removals by layers up to `layer`; they are the first ones in the list.
    fn ended_up_to(&self, tree: &Tree, layer: LayerIndex) -> usize {
        self.ends.partition_point(|&version| tree.version(version).removed_in <= layer)
    }

    /// Returns the versions that a layer removed.
    fn ended(&self, tree: &Tree, layer: LayerIndex) -> &[VersionId] {
        let before = layer.previous().map_or(0, |layer| self.ended_up_to(tree, layer));
        &self.ends[before..self.ended_up_to(tree, layer)]
    }

    /// Returns the inodes of earlier layers that the layer removed; `first_added` is the first
    /// version of the layer.
    fn removals(&self, tree: &Tree, layer: LayerIndex, first_added: usize) -> Vec<VersionId> {
        let names = self.ended(tree, layer).iter().copied();
        let mut inodes: Vec<_> = names
            .filter(|&name| tree.kind(name) == Kind::File)
            .map(|name| tree.inode(name))
            .filter(|&inode| inode.index() < first_added && tree.size(inode) > 0)
            .filter(|&inode| match tree.version(inode).extra {
                NONE => true,
                _ => tree.removal(inode).is_some_and(|removal| removal.layer == layer),
            })
            .collect();
        inodes.sort_unstable();
        inodes.dedup();
        inodes
    }
}

impl OfLayer {
    /// Moves from one layer to another.
    fn move_to(&mut self, tree: &Tree, index: &Index, (from, to): (LayerIndex, LayerIndex)) {
        self.add(tree, index, from, Totals::minus);
        self.add(tree, index, to, Totals::plus);
        self.changes.fill(Changes::default());
        self.mark_changes(tree, index, to);
    }

    /// Adds a layer's own work to the sums, or subtracts it.
    fn add(
        &mut self,
        tree: &Tree,
        index: &Index,
        layer: LayerIndex,
        combine: fn(Totals, Totals) -> Totals,
    ) {
        let added_in = tree.added_by(layer);
        let mut sums = Sums::new(tree, &mut self.sums);
        for i in added_in.clone() {
            let version = &tree.versions[i];
            let is_inode = version.kind() == Kind::File
                && (version.extra == NONE
                    || tree.groups[version.extra as usize].owner.index() == i);
            let totals = Totals {
                visible: if is_inode { version.size } else { 0 },
                items: u32::from(
                    version.removed_in != version.added_in && version.node != NodeId::ROOT,
                ),
                ..Totals::default()
            };
            sums.add(version.node, combine(Totals::default(), totals));
        }
        for removal in index.removals(tree, layer, added_in.start) {
            let version = tree.version(removal);
            let totals = Totals { wasted: version.size, wasted_items: 1, ..Totals::default() };
            sums.add(version.node, combine(Totals::default(), totals));
        }
        sums.finish();
    }

    /// Marks a layer's changes at every path that it touched and at the directories above.
    fn mark_changes(&mut self, tree: &Tree, index: &Index, layer: LayerIndex) {
        let changes = &mut self.changes;
        let mut mark = |node: NodeId| {
            let change = Changes::from_change(tree.change(node, layer));
            let mut here = node;
            loop {
                let both = changes[here.index()].with(change);
                if both == changes[here.index()] {
                    return;
                }
                changes[here.index()] = both;
                here = tree.parent(here);
            }
        };
        for version in &tree.versions[tree.added_by(layer)] {
            mark(version.node);
        }
        for &version in index.ended(tree, layer) {
            mark(tree.node_of(version));
        }
    }
}

/// Returns the last layer.
fn last(tree: &Tree) -> LayerIndex {
    LayerIndex::highest(tree.layers()).unwrap_or_default()
}

impl Tree {
    /// Returns the versions that a layer added.
    fn added_by(&self, layer: LayerIndex) -> Range<usize> {
        layer.previous().map_or(0, |below| self.added_up_to(below))..self.added_up_to(layer)
    }
}

fn ids(tree: &Tree) -> impl Iterator<Item = (VersionId, &Version)> {
    let count = u32::try_from(tree.versions.len()).unwrap_or(NONE);
    (0..count).map(VersionId).zip(&tree.versions)
}

fn ends(tree: &Tree) -> Vec<VersionId> {
    let ended = ids(tree).filter(|(_, version)| version.removed_in != ALIVE);
    let mut ends: Vec<_> = ended.map(|(id, _)| id).collect();
    ends.sort_by_key(|&id| tree.version(id).removed_in);
    ends
}

/// Returns the names of inodes that have several, grouped by inode and ordered by version.
pub(super) fn links(tree: &Tree) -> Vec<(u32, VersionId)> {
    let linked =
        ids(tree).filter(|(_, version)| version.kind() == Kind::File && version.extra != NONE);
    let mut links: Vec<_> = linked.map(|(id, version)| (version.extra, id)).collect();
    links.sort_unstable();
    links
}

/// Returns the contribution of a version to its path as of a layer, without the bytes of an inode
/// that has several names.
fn worth(version: &Version, layer: LayerIndex) -> Totals {
    let bytes =
        if version.kind() == Kind::File && version.extra == NONE { version.size } else { 0 };
    if version.added_in > layer {
        Totals::default()
    } else if version.removed_in > layer {
        Totals {
            visible: bytes,
            items: u32::from(version.node != NodeId::ROOT),
            ..Totals::default()
        }
    } else {
        Totals { wasted: bytes, wasted_items: u32::from(bytes > 0), ..Totals::default() }
    }
}

/// Returns the path at which an inode with several names counts as of a layer, and its
/// contribution.
fn worth_of_links(
    tree: &Tree,
    group: u32,
    mut names: impl Iterator<Item = VersionId>,
    layer: LayerIndex,
) -> Option<(NodeId, Totals)> {
    let owner = tree.groups[group as usize].owner;
    let size = tree.size(owner);
    if size == 0 {
        return None;
    }
    if tree.removal(owner).is_some_and(|removal| removal.layer <= layer) {
        return Some((
            tree.node_of(owner),
            Totals { wasted: size, wasted_items: 1, ..Totals::default() },
        ));
    }
    let there = |&name: &VersionId| {
        tree.version(name).added_in <= layer && tree.version(name).removed_in > layer
    };
    let first = names.find(there)?;
    Some((tree.node_of(first), Totals { visible: size, ..Totals::default() }))
}

/// An accumulator of sums at paths and their parents. Contributions to one directory are passed up
/// together.
struct Sums<'a> {
    nodes: &'a [Node],
    sums: &'a mut [Totals],
    directory: NodeId,
    pending: Totals,
    /// Contributions to deep directories, which are passed up at the end.
    waiting: BTreeMap<NodeId, Totals>,
}

/// The number of levels up to which a contribution is passed up at once. It would be passed through
/// thousands of levels again and again in a deep tree.
const LEVELS: usize = 64;

impl<'a> Sums<'a> {
    fn new(tree: &'a Tree, sums: &'a mut [Totals]) -> Self {
        Self {
            nodes: &tree.nodes,
            sums,
            directory: NodeId::ROOT,
            pending: Totals::default(),
            waiting: BTreeMap::new(),
        }
    }

    fn add(&mut self, node: NodeId, totals: Totals) {
        if node != NodeId::ROOT {
            let here = &mut self.sums[node.index()];
            *here = here.plus(totals);
        }
        let directory = self.nodes[node.index()].parent;
        if directory != self.directory {
            self.go_up();
            self.directory = directory;
        }
        self.pending = self.pending.plus(totals);
    }

    fn go_up(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let mut here = self.directory;
        for _ in 0..LEVELS {
            let sum = &mut self.sums[here.index()];
            *sum = sum.plus(pending);
            if here == NodeId::ROOT {
                return;
            }
            here = self.nodes[here.index()].parent;
        }
        self.wait(here, pending);
    }

    fn wait(&mut self, directory: NodeId, totals: Totals) {
        let waiting = self.waiting.entry(directory).or_default();
        *waiting = waiting.plus(totals);
    }

    fn finish(mut self) {
        self.go_up();
        // Nothing can be added any more to the last directory.
        while let Some((directory, totals)) = self.waiting.pop_last() {
            let sum = &mut self.sums[directory.index()];
            *sum = sum.plus(totals);
            if directory != NodeId::ROOT {
                self.wait(self.nodes[directory.index()].parent, totals);
            }
        }
    }
}
