//! Plans the layers of a changed image, and the members of the original layers that each consists
//! of.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::analysis::Inspection;
use crate::analysis::what_if::Outcome;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// The layers of an image that does not exist yet.
pub struct Plan {
    /// The lowest first.
    pub layers: Vec<Layer>,
}

/// A layer of an image that does not exist yet.
#[derive(PartialEq, Eq)]
pub enum Layer {
    /// A layer as it is in the archive, by its index.
    Kept(LayerIndex),
    /// A layer assembled from members of others.
    Made(Recipe),
}

/// The members that a layer is assembled from.
#[derive(PartialEq, Eq)]
pub struct Recipe {
    /// The layers that the members come from, in order.
    pub of: RangeInclusive<LayerIndex>,
    /// For each version of these layers, whether its member is included; indexed by version,
    /// relative to the first one.
    members: Vec<bool>,
    first: usize,
    /// The treatment of the remaining entries.
    pub others: Others,
}

/// The treatment of entries without a version: whiteouts, opaque marks, and entries that container
/// runtimes do not unpack.
#[derive(PartialEq, Eq)]
pub enum Others {
    /// Left out, because there is nothing below.
    Gone,
    /// Kept, except marks that no longer hide anything and entries in dropped directories.
    Needed {
        /// For each path, whether it is dropped; indexed by path.
        dropped: Arc<[bool]>,
        /// Files that one of the layers removes and that are never created; in order.
        never_made: Vec<NodeId>,
    },
}

impl Plan {
    /// Plans the layers of an image after some changes.
    pub fn changed(inspection: &Inspection, outcome: &Outcome) -> Self {
        let tree = &inspection.tree;
        let dropped: Arc<[bool]> = std::iter::once(NodeId::ROOT)
            .chain(tree.all_nodes())
            .map(|node| outcome.drops(node))
            .collect();
        let mut never_made = never_made(tree, outcome);
        let layers = outcome.runs().map(|run| {
            let (first, last) = (*run.start(), *run.end());
            let mut gone: Vec<_> = first
                .up_to(last)
                .flat_map(|layer| std::mem::take(&mut never_made[layer]))
                .collect();
            let lost = |version| {
                let is_file = tree.kind(version) == Kind::File;
                outcome.drops(tree.node_of(version))
                    || is_file && !outcome.keeps(tree.inode(version))
            };
            if first == last && gone.is_empty() && !tree.versions_of(run.clone()).any(lost) {
                return Layer::Kept(first);
            }
            gone.sort_unstable();
            let others = Others::Needed { dropped: dropped.clone(), never_made: gone };
            let first = tree.versions_of(run.clone()).next().map_or(0, VersionId::index);
            Layer::Made(Recipe {
                members: members_of_run(tree, outcome, &run),
                first,
                of: run,
                others,
            })
        });
        Self { layers: layers.collect() }
    }

    /// Plans an image that keeps the lowest layers and adds one with these inodes and their parent
    /// directories.
    pub fn copied(inspection: &Inspection, below: usize, inodes: &[VersionId]) -> Self {
        let tree = &inspection.tree;
        let mut members = vec![false; tree.version_count()];
        for &inode in inodes {
            members[inode.index()] = true;
            let mut directory = tree.parent(tree.node_of(inode));
            while directory != NodeId::ROOT {
                if let Some(version) =
                    tree.last(directory).filter(|&version| tree.added_in(version) >= below)
                {
                    members[version.index()] = true;
                }
                directory = tree.parent(directory);
            }
        }
        let mut layers: Vec<_> = LayerIndex::all(below).map(Layer::Kept).collect();
        if !inodes.is_empty() {
            let of = LayerIndex::new(below)..=LayerIndex::new(inspection.layers.len() - 1);
            let first = tree.versions_of(of.clone()).next().map_or(0, VersionId::index);
            layers.push(Layer::Made(Recipe {
                of,
                members: members.split_off(first),
                first,
                others: Others::Gone,
            }));
        }
        Self { layers }
    }
}

/// Returns, for each layer, the files that it removes and that are never created, if nothing older
/// takes their place.
fn never_made(tree: &Tree, outcome: &Outcome) -> Vec<Vec<NodeId>> {
    let is_lost = |version| tree.kind(version) == Kind::File && !outcome.keeps(tree.inode(version));
    let mut by_layer = vec![Vec::new(); tree.layers()];
    for name in tree.file_names().filter(|&name| is_lost(name)) {
        let node = tree.node_of(name);
        let older = || tree.versions(node).skip_while(|&version| version != name).skip(1);
        if let Some(removed_in) =
            tree.removed_in(name).filter(|&removed_in| removed_in > tree.added_in(name))
            && older().all(is_lost)
        {
            by_layer[removed_in].push(node);
        }
    }
    by_layer
}

/// Selects the versions of a run of layers that the merged layer contains, in order.
fn members_of_run(tree: &Tree, outcome: &Outcome, run: &RangeInclusive<LayerIndex>) -> Vec<bool> {
    let alone = run.start() == run.end();
    let is_there = |version: VersionId| {
        let node = tree.node_of(version);
        // A layer that is not merged also contains files that it writes twice.
        !outcome.drops(node) && (alone || tree.at(node, *run.end()) == Some(version))
    };
    let mut moved = HashSet::new();
    let is_shipped = |version: VersionId| {
        let inode = tree.inode(version);
        if tree.kind(version) != Kind::File {
            return is_there(version);
        }
        if inode == version {
            // The bytes are stored with the first name, whichever names are left.
            return outcome.keeps(inode);
        }
        let is_left = outcome.keeps(inode) && is_there(version);
        is_left && (is_there(inode) || !moved.insert(inode))
    };
    tree.versions_of(run.clone()).map(is_shipped).collect()
}

impl Layer {
    /// Returns whether the archive has the layer compressed, as a registry would.
    pub fn is_stored(&self, inspection: &Inspection) -> bool {
        matches!(self, Self::Kept(layer) if inspection.layers[*layer].is_compressed() || inspection.layers[*layer].stored_bytes == 0)
    }

    /// Estimates the number of bytes to be read for the measurement.
    pub fn work(&self, inspection: &Inspection) -> u64 {
        let layers = &inspection.layers;
        match self {
            Self::Kept(layer) if layers[*layer].is_compressed() => 0,
            Self::Kept(layer) => layers[*layer].tar_bytes,
            Self::Made(recipe) => {
                let read =
                    recipe.layers().filter(|&layer| recipe.takes_of(&inspection.tree, layer));
                read.map(|layer| layers[layer].tar_bytes).fold(0, u64::saturating_add)
            }
        }
    }
}

impl Recipe {
    /// Returns the layers that the members come from, in order.
    pub fn layers(&self) -> impl Iterator<Item = LayerIndex> + use<> {
        self.of.start().up_to(*self.of.end())
    }

    /// Returns whether the layer includes the member of a version.
    pub fn has(&self, version: VersionId) -> bool {
        version
            .index()
            .checked_sub(self.first)
            .and_then(|at| self.members.get(at))
            .is_some_and(|&is_in| is_in)
    }

    /// Returns whether the layer may include members of another one.
    pub fn takes_of(&self, tree: &Tree, layer: LayerIndex) -> bool {
        self.others != Others::Gone
            || tree.versions_of(layer..=layer).any(|version| self.has(version))
    }
}
