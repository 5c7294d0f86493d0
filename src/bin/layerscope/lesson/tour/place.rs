//! Finds the place in the tree where most bytes of a pair of layers are.

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::analysis::WastedGroup;
use layerscope::tree::NodeId;

/// The smallest part of the bytes that leads into a subdirectory: one part in so many.
const DEEPER: u64 = 4;

/// Returns the place of most bytes of a pair: a path that was removed as a whole, or the deepest
/// directory that has most of them.
pub fn biggest_place(inspection: &Inspection, group: &WastedGroup) -> NodeId {
    let tree = &inspection.tree;
    let mut sums: BTreeMap<NodeId, u64> = BTreeMap::new();
    for wasted in &inspection.wasted {
        if (wasted.added_in, wasted.removed_in) == (group.added_in, group.removed_in) {
            // Of several names, the last one to be removed is the one that the layer removed.
            let name = tree
                .removal(wasted.version)
                .map_or_else(|| tree.node_of(wasted.version), |removal| removal.last_name);
            *sums.entry(name).or_default() += wasted.bytes;
        }
    }
    // The largest file in each directory. A path comes after its directory, so its contents have
    // been seen.
    let mut biggest: BTreeMap<NodeId, (u64, NodeId)> = BTreeMap::new();
    while let Some((node, bytes)) = sums.pop_last().filter(|&(node, _)| node != NodeId::ROOT) {
        let directory = tree.parent(node);
        *sums.entry(directory).or_default() += bytes;
        let known = biggest.entry(directory).or_insert((bytes, node));
        if bytes >= known.0 {
            *known = (bytes, node);
        }
    }
    let (mut here, mut bytes) = (NodeId::ROOT, group.bytes);
    while let Some(&(more, next)) = biggest.get(&here) {
        let is_gone = here != NodeId::ROOT && tree.at(here, group.removed_in).is_none();
        if is_gone || more < bytes / DEEPER {
            break;
        }
        (here, bytes) = (next, more);
    }
    here
}
