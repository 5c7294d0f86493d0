//! Computes the sizes of a few paths as of every layer, in one pass over the versions.
//!
//! The results agree with [`Tree::totals`], which covers all paths as of one layer and serves as
//! the oracle in tests.

use super::snapshot::links;
use super::{ALIVE, Kind, NONE, NodeId, Tree, Version};
use crate::layer_index::LayerIndex;

/// The size of a path and everything below it as of a layer, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The visible size.
    pub visible: u64,
    /// The wasted size: removed by a layer up to this one, but still in the image.
    pub wasted: u64,
}

/// The sizes of some paths as of every layer.
#[derive(Debug, Default)]
pub struct History {
    layers: usize,
    /// The sizes, path by path, each with all layers.
    held: Vec<Sizes>,
}

/// The index for paths that are neither in the list nor below one in it.
const NOWHERE: usize = usize::MAX;

impl History {
    /// Computes the sizes of distinct paths in all layers. One path may be below another.
    pub fn collect(tree: &Tree, paths: &[NodeId]) -> Self {
        let places = places(tree, paths);
        let mut history =
            Self { layers: tree.layers, held: vec![Sizes::default(); paths.len() * tree.layers] };
        for version in tree
            .versions
            .iter()
            .filter(|version| version.kind() == Kind::File && version.extra == NONE)
        {
            let place = places[version.node.index()];
            history.appears(place, version.added_in, version.size);
            if version.removed_in != ALIVE {
                history.goes(place, version.removed_in, version.size);
                history.dies(place, version.removed_in, version.size);
            }
        }
        history.add_linked(tree, &places);
        history.add_up_layers();
        history.add_up_paths(tree, paths, &places);
        history
    }

    /// Returns the size of the path at an index of the list as of a layer; zero if there is no such
    /// layer.
    pub fn held(&self, path: usize, layer: LayerIndex) -> Sizes {
        if layer < self.layers {
            self.held[path * self.layers + layer.get()]
        } else {
            Sizes::default()
        }
    }

    /// Adds the inodes with several names. Their bytes count at the first visible name or, if there
    /// is none, at the original entry.
    fn add_linked(&mut self, tree: &Tree, places: &[usize]) {
        for names in links(tree).chunk_by(|(one, _), (other, _)| one == other) {
            let owner = tree.groups[names[0].0 as usize].owner;
            let size = tree.size(owner);
            let removal = tree.removal(owner).map_or(ALIVE, |removal| removal.layer);
            // A name counts from the layer in which all names before it are gone.
            let mut free = LayerIndex::FIRST;
            for version in names.iter().map(|&(_, name)| tree.version(name)) {
                let &Version { node, added_in, removed_in, .. } = version;
                let (from, until) = (added_in.max(free), removed_in.min(removal));
                if from < until {
                    self.appears(places[node.index()], from, size);
                    if until != ALIVE {
                        self.goes(places[node.index()], until, size);
                    }
                    free = removed_in;
                }
            }
            if removal != ALIVE {
                self.dies(places[tree.node_of(owner).index()], removal, size);
            }
        }
    }

    // Until they are added up, the list has the difference between each layer and the previous
    // one, with wrap-around.

    fn appears(&mut self, place: usize, layer: LayerIndex, size: u64) {
        if let Some(held) = self.change(place, layer) {
            held.visible = held.visible.wrapping_add(size);
        }
    }

    fn goes(&mut self, place: usize, layer: LayerIndex, size: u64) {
        if let Some(held) = self.change(place, layer) {
            held.visible = held.visible.wrapping_sub(size);
        }
    }

    fn dies(&mut self, place: usize, layer: LayerIndex, size: u64) {
        if let Some(held) = self.change(place, layer) {
            held.wasted = held.wasted.wrapping_add(size);
        }
    }

    fn change(&mut self, place: usize, layer: LayerIndex) -> Option<&mut Sizes> {
        (place != NOWHERE).then(|| &mut self.held[place * self.layers + layer.get()])
    }

    fn add_up_layers(&mut self) {
        for held in self.held.chunks_mut(self.layers.max(1)) {
            let mut sum = Sizes::default();
            for held in held {
                sum = sum.plus(*held);
                *held = sum;
            }
        }
    }

    /// Adds the size of every path to the nearest listed path above it. Later nodes come first,
    /// because they may be below earlier ones.
    fn add_up_paths(&mut self, tree: &Tree, paths: &[NodeId], places: &[usize]) {
        let mut order: Vec<_> =
            (0..paths.len()).filter(|&path| paths[path] != NodeId::ROOT).collect();
        order.sort_unstable_by_key(|&path| std::cmp::Reverse(paths[path]));
        for path in order {
            let above = places[tree.parent(paths[path]).index()];
            if above != NOWHERE {
                for layer in LayerIndex::all(self.layers) {
                    let below = self.held(path, layer);
                    let held = &mut self.held[above * self.layers + layer.get()];
                    *held = held.plus(below);
                }
            }
        }
    }
}

impl Sizes {
    fn plus(self, other: Self) -> Self {
        Self {
            visible: self.visible.wrapping_add(other.visible),
            wasted: self.wasted.wrapping_add(other.wasted),
        }
    }
}

/// Returns, for every path of the tree, the index of the nearest listed path at or above it.
fn places(tree: &Tree, paths: &[NodeId]) -> Vec<usize> {
    let mut places = vec![NOWHERE; tree.nodes.len()];
    for (place, path) in paths.iter().enumerate() {
        places[path.index()] = place;
    }
    for i in 1..tree.nodes.len() {
        if places[i] == NOWHERE {
            places[i] = places[tree.nodes[i].parent.index()];
        }
    }
    places
}
