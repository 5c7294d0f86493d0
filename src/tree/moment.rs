//! The tree as of a layer, which moves to another layer for the cost of what lies between.
//!
//! [`Tree::totals`], [`Tree::layer_totals`] and [`Tree::changes`] say the same
//! from scratch; they are what this is held against.

use super::{ALIVE, Changes, Kind, NONE, Node, NodeId, Totals, Tree, Version, VersionId};

/// Moving costs this many times as much for each version as making the sums anew.
const STEP: usize = 6;
/// Trees with fewer versions and paths are moved in any case.
const SMALL: usize = 100_000;

/// Sums and changes at every path as of a layer, indexed like [`NodeId`].
#[derive(Debug)]
pub struct Moment {
    layer: u16,
    up_to: Vec<Totals>,
    own: Vec<Totals>,
    changes: Vec<Changes>,
    /// Versions that layers took away, in the order of these layers.
    ends: Vec<VersionId>,
    /// The names of inodes with several, an inode after the other.
    links: Vec<(u32, VersionId)>,
}

impl Moment {
    /// The tree as of layer `layer`.
    pub fn new(tree: &Tree, layer: usize) -> Self {
        let mut moment = Self {
            layer: number(layer),
            up_to: tree.totals(layer),
            own: vec![Totals::default(); tree.nodes.len()],
            changes: vec![Changes::default(); tree.nodes.len()],
            ends: ends(tree),
            links: links(tree),
        };
        moment.add_own(tree, Totals::plus);
        moment.mark_changes(tree);
        moment
    }

    /// Moves to another layer of the same tree.
    pub fn move_to(&mut self, tree: &Tree, layer: usize) {
        let (from, to) = (self.layer, number(layer));
        if from == to {
            return;
        }
        self.add_own(tree, Totals::minus);
        let (low, high) = (from.min(to), from.max(to));
        let born = tree.born_up_to(low)..tree.born_up_to(high);
        let ended = self.ended_up_to(tree, low)..self.ended_up_to(tree, high);
        let touched = (born.len() + ended.len()).saturating_mul(STEP);
        if touched > SMALL.max(tree.versions.len() + tree.nodes.len()) {
            tree.totals_into(layer, &mut self.up_to);
        } else {
            self.step(tree, born, ended, (from, to));
        }
        self.layer = to;
        self.add_own(tree, Totals::plus);
        self.changes.fill(Changes::default());
        self.mark_changes(tree);
    }

    /// The layer.
    pub fn layer(&self) -> usize {
        usize::from(self.layer)
    }

    /// Sums of everything up to the layer, as [`Tree::totals`] says them.
    pub fn up_to(&self) -> &[Totals] {
        &self.up_to
    }

    /// Sums of what the layer itself did, as [`Tree::layer_totals`] says them.
    pub fn own(&self) -> &[Totals] {
        &self.own
    }

    /// What the layer did, as [`Tree::changes`] says it.
    pub fn changes(&self) -> &[Changes] {
        &self.changes
    }

    /// Takes what is born and what ends between two layers into the sums.
    fn step(
        &mut self,
        tree: &Tree,
        born: std::ops::Range<usize>,
        ended: std::ops::Range<usize>,
        (from, to): (u16, u16),
    ) {
        let mut sums = Sums::new(tree, &mut self.up_to);
        let mut groups = Vec::new();
        let first_born = born.start;
        let ends = self.ends[ended].iter().map(|version| version.index()).filter(|&version| version < first_born);
        for version in born.chain(ends).map(|i| &tree.versions[i]) {
            sums.add(version.node, worth(version, to).minus(worth(version, from)));
            if version.kind() == Kind::File && version.extra != NONE {
                groups.push(version.extra);
            }
        }
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let start = self.links.partition_point(|&(other, _)| other < group);
            let names = || self.links[start..].iter().take_while(|&&(other, _)| other == group).map(|&(_, name)| name);
            let (before, after) =
                (worth_of_links(tree, group, names(), from), worth_of_links(tree, group, names(), to));
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

    /// How many of the ends are of layers up to `layer`: the first so many.
    fn ended_up_to(&self, tree: &Tree, layer: u16) -> usize {
        self.ends.partition_point(|&version| tree.version(version).died <= layer)
    }

    /// The versions that the layer took away.
    fn ended(&self, tree: &Tree) -> &[VersionId] {
        let before = self.layer.checked_sub(1).map_or(0, |layer| self.ended_up_to(tree, layer));
        &self.ends[before..self.ended_up_to(tree, self.layer)]
    }

    /// The versions that the layer brought.
    fn born(&self, tree: &Tree) -> std::ops::Range<usize> {
        self.layer.checked_sub(1).map_or(0, |layer| tree.born_up_to(layer))..tree.born_up_to(self.layer)
    }

    /// Puts what the layer did into its own sums, or takes it out of them.
    fn add_own(&mut self, tree: &Tree, combine: fn(Totals, Totals) -> Totals) {
        let born = self.born(tree);
        let mut own = std::mem::take(&mut self.own);
        let mut sums = Sums::new(tree, &mut own);
        for i in born.clone() {
            let version = &tree.versions[i];
            let is_inode = version.kind() == Kind::File
                && (version.extra == NONE || tree.groups[version.extra as usize].owner.index() == i);
            let totals = Totals {
                visible: if is_inode { version.size } else { 0 },
                items: u32::from(version.died != version.born && version.node != NodeId::ROOT),
                ..Totals::default()
            };
            sums.add(version.node, combine(Totals::default(), totals));
        }
        for death in self.deaths(tree, born.start) {
            let version = tree.version(death);
            let totals = Totals { dead: version.size, dead_items: 1, ..Totals::default() };
            sums.add(version.node, combine(Totals::default(), totals));
        }
        sums.finish();
        self.own = own;
    }

    /// The inodes with bytes of earlier layers that the layer took away; `first_born` is the first of its own.
    fn deaths(&self, tree: &Tree, first_born: usize) -> Vec<VersionId> {
        let names = self.ended(tree).iter().copied();
        let mut inodes: Vec<_> = names
            .filter(|&name| tree.kind(name) == Kind::File)
            .map(|name| tree.inode(name))
            .filter(|&inode| inode.index() < first_born && tree.size(inode) > 0)
            .filter(|&inode| match tree.version(inode).extra {
                NONE => true,
                _ => tree.death(inode).is_some_and(|death| death.layer == self.layer),
            })
            .collect();
        inodes.sort_unstable();
        inodes.dedup();
        inodes
    }

    /// Marks what the layer did at every path that it touched and above.
    fn mark_changes(&mut self, tree: &Tree) {
        let mut changes = std::mem::take(&mut self.changes);
        let layer = usize::from(self.layer);
        let mut mark = |node: NodeId| {
            let change = Changes::of(tree.change(node, layer));
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
        for version in &tree.versions[self.born(tree)] {
            mark(version.node);
        }
        for &version in self.ended(tree) {
            mark(tree.node_of(version));
        }
        self.changes = changes;
    }
}

fn number(layer: usize) -> u16 {
    u16::try_from(layer).unwrap_or(ALIVE - 1)
}

fn ids(tree: &Tree) -> impl Iterator<Item = (VersionId, &Version)> {
    let count = u32::try_from(tree.versions.len()).unwrap_or(NONE);
    (0..count).map(VersionId).zip(&tree.versions)
}

fn ends(tree: &Tree) -> Vec<VersionId> {
    let ended = ids(tree).filter(|(_, version)| version.died != ALIVE);
    let mut ends: Vec<_> = ended.map(|(id, _)| id).collect();
    ends.sort_by_key(|&id| tree.version(id).died);
    ends
}

/// The names of files with several, those of an inode together and in the order of their versions.
pub(super) fn links(tree: &Tree) -> Vec<(u32, VersionId)> {
    let linked = ids(tree).filter(|(_, version)| version.kind() == Kind::File && version.extra != NONE);
    let mut links: Vec<_> = linked.map(|(id, version)| (version.extra, id)).collect();
    links.sort_unstable();
    links
}

/// What a version is worth at its path as of a layer, without the bytes of an inode that has several names.
fn worth(version: &Version, layer: u16) -> Totals {
    let bytes = if version.kind() == Kind::File && version.extra == NONE { version.size } else { 0 };
    if version.born > layer {
        Totals::default()
    } else if version.died > layer {
        Totals { visible: bytes, items: u32::from(version.node != NodeId::ROOT), ..Totals::default() }
    } else {
        Totals { dead: bytes, dead_items: u32::from(bytes > 0), ..Totals::default() }
    }
}

/// Where the bytes of an inode with several names count as of a layer.
fn worth_of_links(
    tree: &Tree,
    group: u32,
    mut names: impl Iterator<Item = VersionId>,
    layer: u16,
) -> Option<(NodeId, Totals)> {
    let owner = tree.groups[group as usize].owner;
    let size = tree.size(owner);
    if size == 0 {
        return None;
    }
    if tree.death(owner).is_some_and(|death| death.layer <= layer) {
        return Some((tree.node_of(owner), Totals { dead: size, dead_items: 1, ..Totals::default() }));
    }
    let there = |&name: &VersionId| tree.version(name).born <= layer && tree.version(name).died > layer;
    let first = names.find(there)?;
    Some((tree.node_of(first), Totals { visible: size, ..Totals::default() }))
}

/// Sums that are added to, at paths and above; what lies in one directory goes up together.
struct Sums<'a> {
    nodes: &'a [Node],
    sums: &'a mut [Totals],
    directory: NodeId,
    pending: Totals,
}

impl<'a> Sums<'a> {
    fn new(tree: &'a Tree, sums: &'a mut [Totals]) -> Self {
        Self { nodes: &tree.nodes, sums, directory: NodeId::ROOT, pending: Totals::default() }
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
        loop {
            let sum = &mut self.sums[here.index()];
            *sum = sum.plus(pending);
            if here == NodeId::ROOT {
                return;
            }
            here = self.nodes[here.index()].parent;
        }
    }

    fn finish(mut self) {
        self.go_up();
    }
}
