//! An index of wasted bytes by pair of layers, for any path.
//!
//! Paths are numbered in the order of a depth-first walk, so that everything below a path is
//! contiguous; the wasted inodes are stored in that order.

use std::collections::HashMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::tree::{NodeId, Tree};

/// Wasted inodes in the order of a walk over the tree.
pub struct WastedBelow {
    /// The number of each path, and the first number that is not below it.
    spans: Vec<(u32, u32)>,
    wasted: Vec<WastedAt>,
    /// The pairs of layers that added and removed bytes, by number.
    pairs: Vec<(LayerIndex, LayerIndex)>,
}

#[derive(Clone, Copy)]
struct WastedAt {
    place: u32,
    pair: u32,
    bytes: u64,
}

/// The wasted bytes of two layers below a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub added_in: LayerIndex,
    pub removed_in: LayerIndex,
    pub bytes: u64,
    pub count: usize,
}

impl WastedBelow {
    pub fn new(inspection: &Inspection) -> Self {
        let spans = spans(&inspection.tree);
        let mut numbers = HashMap::new();
        let mut pairs = Vec::new();
        let mut wasted: Vec<_> = inspection
            .wasted
            .iter()
            .map(|wasted| {
                let pair =
                    *numbers.entry((wasted.added_in, wasted.removed_in)).or_insert_with(|| {
                        pairs.push((wasted.added_in, wasted.removed_in));
                        u32::try_from(pairs.len() - 1)
                            .expect("no more pairs than wasted inodes, which have a limit")
                    });
                let place = spans[inspection.tree.node_of(wasted.version).index()].0;
                WastedAt { place, pair, bytes: wasted.bytes }
            })
            .collect();
        wasted.sort_unstable_by_key(|wasted| wasted.place);
        Self { spans, wasted, pairs }
    }

    /// Returns the number of a path in the order of the walk, and the first number that is not
    /// below it.
    pub fn span(&self, node: NodeId) -> (u32, u32) {
        self.spans[node.index()]
    }

    /// Returns the pairs of layers with wasted bytes below a path as of a layer, the largest first.
    pub fn pairs(&self, node: NodeId, layer: LayerIndex) -> Vec<Pair> {
        let (first, end) = self.spans[node.index()];
        let from = self.wasted.partition_point(|wasted| wasted.place < first);
        let to = self.wasted.partition_point(|wasted| wasted.place < end);
        let mut sums = vec![(0_u64, 0_usize); self.pairs.len()];
        for wasted in &self.wasted[from..to] {
            let (bytes, count) = &mut sums[wasted.pair as usize];
            *bytes += wasted.bytes;
            *count += 1;
        }
        let mut pairs: Vec<_> = std::iter::zip(&self.pairs, sums)
            .filter(|&(&(_, removed_in), (bytes, _))| bytes > 0 && removed_in <= layer)
            .map(|(&(added_in, removed_in), (bytes, count))| Pair {
                added_in,
                removed_in,
                bytes,
                count,
            })
            .collect();
        pairs.sort_unstable_by_key(|pair| {
            (std::cmp::Reverse(pair.bytes), pair.added_in, pair.removed_in)
        });
        pairs
    }
}

fn spans(tree: &Tree) -> Vec<(u32, u32)> {
    // Children come after their parents, so subtree sizes are computed backwards, and positions
    // forwards.
    let nodes: Vec<_> = std::iter::once(NodeId::ROOT).chain(tree.all_nodes()).collect();
    let mut sizes = vec![1_u32; nodes.len()];
    for &node in nodes[1..].iter().rev() {
        sizes[tree.parent(node).index()] += sizes[node.index()];
    }
    let mut spans = vec![(0, 0); nodes.len()];
    spans[0] = (0, sizes[0]);
    // The position for the next child of each node.
    let mut next = vec![1_u32; nodes.len()];
    for &node in &nodes[1..] {
        let (size, parent) = (sizes[node.index()], tree.parent(node).index());
        let start = next[parent];
        next[parent] += size;
        next[node.index()] = start + 1;
        spans[node.index()] = (start, start + size);
    }
    spans
}
