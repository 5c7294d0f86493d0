//! An index of wasted bytes by pair of layers, for any path.
//!
//! Paths are numbered in the order of a depth-first walk, so that everything below a path is
//! contiguous; the dead inodes are stored in that order.

use std::collections::HashMap;

use layerscope::Inspection;
use layerscope::tree::{NodeId, Tree};

/// Dead inodes in the order of a walk over the tree.
pub struct DeadBelow {
    /// The number of each path, and the first number that is not below it.
    spans: Vec<(u32, u32)>,
    dead: Vec<DeadAt>,
    /// The pairs of layers that added and removed bytes, by number.
    pairs: Vec<(usize, usize)>,
}

#[derive(Clone, Copy)]
struct DeadAt {
    place: u32,
    pair: u32,
    bytes: u64,
}

/// The wasted bytes of two layers below a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub born_in: usize,
    pub died_in: usize,
    pub bytes: u64,
    pub count: usize,
}

impl DeadBelow {
    pub fn new(inspection: &Inspection) -> Self {
        let spans = spans(&inspection.tree);
        let mut numbers = HashMap::new();
        let mut pairs = Vec::new();
        let mut dead: Vec<_> = inspection
            .dead
            .iter()
            .filter(|dead| dead.bytes > 0)
            .map(|dead| {
                let pair = *numbers.entry((dead.born_in, dead.died_in)).or_insert_with(|| {
                    pairs.push((dead.born_in, dead.died_in));
                    u32::try_from(pairs.len() - 1).expect("no more pairs than dead inodes, which have a limit")
                });
                let place = spans[inspection.tree.node_of(dead.version).index()].0;
                DeadAt { place, pair, bytes: dead.bytes }
            })
            .collect();
        dead.sort_unstable_by_key(|dead| dead.place);
        Self { spans, dead, pairs }
    }

    /// Returns the pairs of layers with wasted bytes below a path as of a layer, the largest first.
    pub fn pairs(&self, node: NodeId, layer: usize) -> Vec<Pair> {
        let (first, end) = self.spans[node.index()];
        let from = self.dead.partition_point(|dead| dead.place < first);
        let to = self.dead.partition_point(|dead| dead.place < end);
        let mut sums = vec![(0_u64, 0_usize); self.pairs.len()];
        for dead in &self.dead[from..to] {
            let (bytes, count) = &mut sums[dead.pair as usize];
            *bytes += dead.bytes;
            *count += 1;
        }
        let mut pairs: Vec<_> = std::iter::zip(&self.pairs, sums)
            .filter(|&(&(_, died_in), (_, count))| count > 0 && died_in <= layer)
            .map(|(&(born_in, died_in), (bytes, count))| Pair { born_in, died_in, bytes, count })
            .collect();
        pairs.sort_unstable_by_key(|pair| (std::cmp::Reverse(pair.bytes), pair.born_in, pair.died_in));
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
