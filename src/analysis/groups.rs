//! Dead bytes by the pair of instructions that made and removed them.

use std::collections::{BTreeMap, HashMap};

use super::Inspection;
use crate::tree::{Cause, NodeId, Tree};

/// What one layer shipped and another one hid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadGroup {
    /// The layer that ships the bytes.
    pub born_in: usize,
    /// The layer that hid them.
    pub died_in: usize,
    /// How many bytes.
    pub bytes: u64,
    /// How many inodes.
    pub count: usize,
    /// How most of the bytes died.
    pub cause: Cause,
    /// The deepest directory that holds at least nine tenths of the bytes, or the file itself.
    pub place: NodeId,
}

/// Groups the dead inodes by the layers they were born and died in, the biggest group first.
pub fn dead_groups(inspection: &Inspection) -> Vec<DeadGroup> {
    let mut members: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
    for (i, dead) in inspection.dead.iter().enumerate() {
        members.entry((dead.born_in, dead.died_in)).or_default().push(i);
    }
    let mut groups: Vec<_> = members
        .into_iter()
        .map(|((born_in, died_in), members)| group(inspection, born_in, died_in, &members))
        .collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.bytes), group.born_in, group.died_in));
    groups
}

fn group(inspection: &Inspection, born_in: usize, died_in: usize, members: &[usize]) -> DeadGroup {
    let mut by_cause: HashMap<Cause, (u64, usize)> = HashMap::new();
    let mut bytes = 0;
    for &i in members {
        let dead = &inspection.dead[i];
        bytes += dead.bytes;
        let sum = by_cause.entry(dead.cause).or_default();
        sum.0 += dead.bytes;
        sum.1 += 1;
    }
    let cause =
        by_cause.into_iter().max_by_key(|&(cause, sum)| (sum, cause)).map_or(Cause::Deleted, |(cause, _)| cause);
    let place = place(
        &inspection.tree,
        members.iter().map(|&i| {
            let dead = &inspection.dead[i];
            (inspection.tree.node_of(dead.version), dead.bytes)
        }),
    );
    DeadGroup { born_in, died_in, bytes, count: members.len(), cause, place }
}

/// The deepest directory that holds at least nine tenths of the bytes, or the file itself.
pub(crate) fn place(tree: &Tree, files: impl Iterator<Item = (NodeId, u64)>) -> NodeId {
    let mut below: BTreeMap<NodeId, u64> = BTreeMap::new();
    let mut total = 0;
    for (file, bytes) in files {
        *below.entry(file).or_default() += bytes;
        total += bytes;
    }
    // A path is made after the directory it lies in, so the last one of all has nothing left to come from below.
    while let Some((node, bytes)) = below.pop_last() {
        if bytes >= total - total / 10 || node == NodeId::ROOT {
            return node;
        }
        *below.entry(tree.parent(node)).or_default() += bytes;
    }
    NodeId::ROOT
}
