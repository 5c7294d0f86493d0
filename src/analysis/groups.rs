//! Groups wasted bytes by the pair of layers that added and removed them.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use foldhash::fast::RandomState;

use super::Inspection;
use crate::tree::{Cause, NodeId, Tree};

/// The bytes that one layer added and another removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadGroup {
    /// The layer that added the bytes.
    pub born_in: usize,
    /// The layer that removed them.
    pub died_in: usize,
    /// The size in bytes.
    pub bytes: u64,
    /// The number of inodes.
    pub count: usize,
    /// The most frequent cause, by bytes.
    pub cause: Cause,
    /// The deepest directory that has at least nine tenths of the bytes, or the file itself.
    pub place: NodeId,
}

/// Groups the dead inodes by the layers that added and removed them, the largest group first.
pub fn dead_groups(inspection: &Inspection) -> Vec<DeadGroup> {
    let tree = &inspection.tree;
    let mut members: HashMap<(usize, usize), Vec<Member>, RandomState> = HashMap::default();
    // Deaths are ordered by version and therefore by memory; the list of dead inodes is not.
    for death in tree.deaths() {
        let member = Member { node: tree.node_of(death.version), bytes: tree.size(death.version), cause: death.cause };
        members.entry((tree.born(death.version), usize::from(death.layer))).or_default().push(member);
    }
    let mut groups: Vec<_> =
        members.into_iter().map(|((born_in, died_in), members)| group(tree, born_in, died_in, &members)).collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.bytes), group.born_in, group.died_in));
    groups
}

/// An inode of a group.
struct Member {
    node: NodeId,
    bytes: u64,
    cause: Cause,
}

fn group(tree: &Tree, born_in: usize, died_in: usize, members: &[Member]) -> DeadGroup {
    let mut by_cause: BTreeMap<Cause, (u64, usize)> = BTreeMap::new();
    for member in members {
        let sum = by_cause.entry(member.cause).or_default();
        sum.0 += member.bytes;
        sum.1 += 1;
    }
    let bytes = by_cause.values().map(|(bytes, _)| bytes).sum();
    let cause =
        by_cause.into_iter().max_by_key(|&(cause, sum)| (sum, cause)).map_or(Cause::Deleted, |(cause, _)| cause);
    let place = place(tree, members.iter().map(|member| (member.node, member.bytes)));
    DeadGroup { born_in, died_in, bytes, count: members.len(), cause, place }
}

/// Returns the deepest directory that has at least nine tenths of the bytes, or the file itself.
pub(crate) fn place(tree: &Tree, files: impl Iterator<Item = (NodeId, u64)>) -> NodeId {
    let mut below: BinaryHeap<(NodeId, u64)> = files.collect();
    let total: u64 = below.iter().map(|(_, bytes)| bytes).sum();
    // A path comes after its directory, so nothing more can be added to the last one.
    while let Some((node, mut bytes)) = below.pop() {
        while let Some(same) = below.peek().filter(|(other, _)| *other == node) {
            bytes += same.1;
            below.pop();
        }
        if bytes >= total - total / 10 || node == NodeId::ROOT {
            return node;
        }
        below.push((tree.parent(node), bytes));
    }
    NodeId::ROOT
}
