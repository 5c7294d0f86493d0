//! The places with wasted bytes, one by one: what a user goes through to see all waste of an image.

use std::cmp::Reverse;

use layerscope::tree::{NodeId, Totals};
use layerscope::{Inspection, LayerIndex};

/// A place with wasted bytes, which stands for all below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WasteStop {
    pub node: NodeId,
    /// The lowest layer at which all of them are wasted.
    pub layer: LayerIndex,
    pub bytes: u64,
}

/// The wasted bytes at and below a path.
#[derive(Clone, Copy, Default)]
struct Below {
    wasted: u64,
    layer: LayerIndex,
    /// The number of files with wasted bytes directly in it.
    files: u32,
    /// The visible bytes at paths with wasted ones: those of newer versions.
    newer: u64,
}

/// Lists the places with wasted bytes, the largest first: each is a directory that was removed or
/// rewritten as a whole, or a file. Every wasted file is at or below one of them. `totals` are those
/// of all layers.
pub fn waste_stops(inspection: &Inspection, totals: &[Totals]) -> Vec<WasteStop> {
    let tree = &inspection.tree;
    let nodes: Vec<_> = std::iter::once(NodeId::ROOT).chain(tree.all_nodes()).collect();
    let mut below = vec![Below::default(); nodes.len()];
    for wasted in inspection.wasted.iter().filter(|wasted| wasted.bytes > 0) {
        let node = tree.node_of(wasted.version);
        let here = &mut below[node.index()];
        let is_first = here.wasted == 0;
        here.wasted += wasted.bytes;
        here.layer = here.layer.max(wasted.removed_in);
        if is_first {
            here.newer = totals[node.index()].visible;
            below[tree.parent(node).index()].files += 1;
        }
    }
    // Children come after their parents.
    for &node in nodes[1..].iter().rev() {
        let here = below[node.index()];
        if here.wasted > 0 {
            let above = &mut below[tree.parent(node).index()];
            above.wasted += here.wasted;
            above.layer = above.layer.max(here.layer);
            above.newer += here.newer;
        }
    }
    let mut covered = vec![false; nodes.len()];
    let mut stops = Vec::new();
    for &node in &nodes[1..] {
        let here = below[node.index()];
        if here.wasted == 0 {
            continue;
        }
        if covered[tree.parent(node).index()] {
            covered[node.index()] = true;
            continue;
        }
        let visible = totals[node.index()].visible;
        let is_rewritten = visible > 0 && visible <= here.newer;
        let is_emptied = visible == 0 && here.files > 1;
        let is_gone = || tree.at(node, LayerIndex::FINAL).is_none();
        let is_leaf = || tree.children(node).all(|child| below[child.index()].wasted == 0);
        if is_rewritten || is_emptied || is_gone() || is_leaf() {
            covered[node.index()] = true;
            stops.push(WasteStop { node, layer: here.layer, bytes: here.wasted });
        }
    }
    stops.sort_by_key(|stop| (Reverse(stop.bytes), stop.node));
    stops
}
