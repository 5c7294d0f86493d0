//! Summarises the places of a finding's files by a few directories.

use std::collections::HashMap;

use super::Spot;
use super::assign::{Matches, Subject};
use crate::analysis::{Inspection, place};
use crate::tree::{NodeId, Tree};

/// The most directories that are listed; if more are needed, one that has most of the bytes is
/// listed instead.
const PLACES: usize = 3;

/// Returns up to three directories that contain the spots, the largest first, and the one directory
/// that contains most of them.
pub fn find(
    inspection: &Inspection,
    matches: &Matches,
    subject: Subject,
    spots: &[Spot],
) -> (Vec<Spot>, Option<Spot>) {
    let tree = &inspection.tree;
    let one_for_all = || {
        let node = place(tree, spots.iter().map(|spot| (spot.node, spot.bytes)));
        // Files elsewhere do not count here.
        let bytes = spots
            .iter()
            .filter(|spot| is_at_or_below(tree, spot.node, node))
            .map(|spot| spot.bytes)
            .sum();
        Spot { node, bytes }
    };
    let Subject::Rule(rule) = subject else {
        let all = one_for_all();
        return (vec![all], Some(all));
    };
    let mut roots: HashMap<NodeId, u64> = HashMap::new();
    // Each file of a directory asks for the same top.
    let mut known: HashMap<NodeId, NodeId> = HashMap::new();
    for spot in spots {
        let root = top(inspection, matches, rule, tree.parent(spot.node), &mut known);
        *roots.entry(root).or_default() += spot.bytes;
    }
    let mut places: Vec<_> = roots.into_iter().map(|(node, bytes)| Spot { node, bytes }).collect();
    places.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| tree.compare_paths(a.node, b.node)));
    let biggest = places.first().copied();
    if places.len() > PLACES {
        places = vec![one_for_all()];
    }
    (places, biggest)
}

fn is_at_or_below(tree: &Tree, mut node: NodeId, top: NodeId) -> bool {
    while node != top && node != NodeId::ROOT {
        node = tree.parent(node);
    }
    node == top
}

/// Returns the root of the subtree that a rule matches entirely; `directory` itself if it matches
/// single files.
fn top(
    inspection: &Inspection,
    matches: &Matches,
    rule: u16,
    directory: NodeId,
    known: &mut HashMap<NodeId, NodeId>,
) -> NodeId {
    let (mut here, mut way) = (directory, Vec::new());
    let top = loop {
        if let Some(&top) = known.get(&here) {
            break top;
        }
        way.push(here);
        if here == NodeId::ROOT || matches.rule[here.index()] != Some(rule) {
            break here;
        }
        here = inspection.tree.parent(here);
    };
    known.extend(way.into_iter().map(|node| (node, top)));
    top
}
