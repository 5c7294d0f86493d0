//! Groups wasted bytes by the pair of layers that added and removed them.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use foldhash::fast::RandomState;

use super::{Inspection, Wasted};
use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Reason, Tree};

/// The number of steps up the tree, for each file, after which a search for a place in another way
/// is quicker in deep trees.
const STEPS: usize = 32;

/// The bytes that one layer added and another removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WastedGroup {
    /// The layer that added the bytes.
    pub added_in: LayerIndex,
    /// The layer that removed them.
    pub removed_in: LayerIndex,
    /// The size in bytes.
    pub bytes: u64,
    /// The number of files that are not empty.
    pub count: usize,
    /// The most frequent cause, by bytes.
    pub reason: Reason,
    /// The deepest directory that has at least nine tenths of the bytes, or the file itself.
    pub place: NodeId,
    /// True if all of the bytes are there.
    pub all_in_place: bool,
}

/// The layer that added bytes, and the one that removed them.
type Pair = (LayerIndex, LayerIndex);

/// The wasted bytes of all pairs of layers.
#[derive(Debug, Clone)]
pub(crate) struct Grouped {
    /// The groups, the largest first.
    groups: Vec<WastedGroup>,
    /// The bytes of each pair by cause, ordered by pair.
    causes: Vec<(Pair, Reason, u64)>,
}

impl Grouped {
    /// Returns the bytes of a pair by cause.
    fn causes_of(&self, pair: Pair) -> impl Iterator<Item = (Reason, u64)> {
        let start = self.causes.partition_point(|(other, ..)| *other < pair);
        let of_pair = self.causes[start..].iter().take_while(move |(other, ..)| *other == pair);
        of_pair.map(|&(_, reason, bytes)| (reason, bytes))
    }
}

/// Groups the wasted inodes that are not empty by the layers that added and removed them, the
/// largest group first.
pub fn wasted_groups(inspection: &Inspection) -> Vec<WastedGroup> {
    of_all_pairs(inspection).groups.clone()
}

fn of_all_pairs(inspection: &Inspection) -> &Grouped {
    // Findings, possible sizes and reports all ask, and a large image has very many inodes.
    inspection.groups.get_or_init(|| grouped(inspection))
}

fn grouped(inspection: &Inspection) -> Grouped {
    let tree = &inspection.tree;
    let mut members: HashMap<Pair, Vec<Member>, RandomState> = HashMap::default();
    // Removals are ordered by version and therefore by memory; the list of wasted inodes is not.
    // An empty file wastes nothing, so it is not counted anywhere.
    for removal in tree.removals().iter().filter(|it| tree.size(it.version) > 0) {
        let member = Member {
            node: tree.node_of(removal.version),
            bytes: tree.size(removal.version),
            reason: removal.reason,
        };
        members.entry((tree.added_in(removal.version), removal.layer)).or_default().push(member);
    }
    let mut causes = Vec::with_capacity(members.len());
    let mut groups: Vec<_> = members
        .into_iter()
        .map(|(pair, members)| {
            let sums = by_reason(&members);
            causes.extend(sums.iter().map(|(&reason, &(bytes, _))| (pair, reason, bytes)));
            group(tree, pair, sums, &members)
        })
        .collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.bytes), group.added_in, group.removed_in));
    causes.sort_unstable();
    Grouped { groups, causes }
}

/// Returns why the bytes of some groups were removed, the reason of the most bytes first.
pub fn reasons(inspection: &Inspection, groups: &[WastedGroup]) -> Vec<Reason> {
    let mut pairs: Vec<_> = groups.iter().map(|group| (group.added_in, group.removed_in)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let all = of_all_pairs(inspection);
    noteworthy(pairs.into_iter().flat_map(|pair| all.causes_of(pair)))
}

/// Returns why some bytes were removed, the reason of the most bytes first, without those of less
/// than a hundredth of them.
pub fn noteworthy_reasons<'a>(wasted: impl Iterator<Item = &'a Wasted>) -> Vec<Reason> {
    noteworthy(wasted.map(|wasted| (wasted.reason, wasted.bytes)))
}

fn noteworthy(bytes: impl Iterator<Item = (Reason, u64)>) -> Vec<Reason> {
    let mut sums: BTreeMap<Reason, u64> = BTreeMap::new();
    bytes.for_each(|(reason, bytes)| *sums.entry(reason).or_default() += bytes);
    let all: u64 = sums.values().sum();
    let mut reasons: Vec<_> = sums.into_iter().filter(|(_, sum)| *sum > all / 100).collect();
    reasons.sort_by_key(|&(reason, bytes)| (std::cmp::Reverse(bytes), reason));
    reasons.into_iter().map(|(reason, _)| reason).collect()
}

/// An inode of a group.
struct Member {
    node: NodeId,
    bytes: u64,
    reason: Reason,
}

/// Adds up the bytes and the files of each cause.
fn by_reason(members: &[Member]) -> BTreeMap<Reason, (u64, usize)> {
    let mut sums: BTreeMap<Reason, (u64, usize)> = BTreeMap::new();
    for member in members {
        let sum = sums.entry(member.reason).or_default();
        sum.0 += member.bytes;
        sum.1 += 1;
    }
    sums
}

fn group(
    tree: &Tree,
    (added_in, removed_in): Pair,
    by_reason: BTreeMap<Reason, (u64, usize)>,
    members: &[Member],
) -> WastedGroup {
    let bytes = by_reason.values().map(|(bytes, _)| bytes).sum();
    let reason = by_reason
        .into_iter()
        .max_by_key(|&(reason, sum)| (sum, reason))
        .map_or(Reason::Deleted, |(reason, _)| reason);
    let (place, there) =
        place_and_bytes(tree, members.iter().map(|member| (member.node, member.bytes)));
    let all_in_place = there == bytes;
    WastedGroup { added_in, removed_in, bytes, count: members.len(), reason, place, all_in_place }
}

/// Returns the directory that stands for a place in a sentence: its path has at most three names.
pub fn short(tree: &Tree, node: NodeId) -> NodeId {
    const NAMES: usize = 3;
    let mut names = Vec::new();
    let mut here = node;
    while here != NodeId::ROOT {
        names.push(here);
        here = tree.parent(here);
    }
    names.get(names.len().saturating_sub(NAMES)).copied().unwrap_or(NodeId::ROOT)
}

/// Returns the deepest directory that has all files, if nothing directly below it has `enough`
/// bytes, and if few steps lead to it. Files that a layer wrote again are mostly scattered so.
fn scattered(tree: &Tree, files: &[(NodeId, u64)], enough: u64) -> Option<NodeId> {
    let mut steps = STEPS * files.len();
    let mut up = |node: NodeId| {
        steps = steps.checked_sub(1)?;
        Some(tree.parent(node))
    };
    let mut top = files.first()?.0;
    for &(mut here, _) in files {
        // A path comes after its directory, so the later of two is not above the other.
        while here != top {
            if here > top { here = up(here)? } else { top = up(top)? }
        }
    }
    let mut below = Vec::with_capacity(files.len());
    for &(mut here, bytes) in files.iter().filter(|(file, _)| *file != top) {
        while tree.parent(here) != top {
            here = up(here)?;
        }
        below.push((here, bytes));
    }
    below.sort_unstable();
    let mut children = below.chunk_by(|(one, _), (other, _)| one == other);
    let has_enough =
        |child: &[(NodeId, u64)]| child.iter().map(|(_, bytes)| bytes).sum::<u64>() >= enough;
    (!children.any(has_enough)).then_some(top)
}

/// Returns the deepest directory that has at least nine tenths of the bytes, or the file itself.
pub(crate) fn place(tree: &Tree, files: impl Iterator<Item = (NodeId, u64)>) -> NodeId {
    place_and_bytes(tree, files).0
}

/// Returns the same with the bytes that are there.
fn place_and_bytes(tree: &Tree, files: impl Iterator<Item = (NodeId, u64)>) -> (NodeId, u64) {
    let files: Vec<(NodeId, u64)> = files.collect();
    let total: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    let enough = total - total / 10;
    match scattered(tree, &files, enough) {
        Some(top) => (top, total),
        None => gathered(tree, files, enough),
    }
}

/// Returns the deepest path that has `enough` of the bytes, going up from all files, and its bytes.
fn gathered(tree: &Tree, files: Vec<(NodeId, u64)>, enough: u64) -> (NodeId, u64) {
    let total = files.iter().map(|(_, bytes)| bytes).sum();
    let mut below = BinaryHeap::from(files);
    // A path comes after its directory, so nothing more can be added to the last one.
    while let Some((node, mut bytes)) = below.pop() {
        while let Some(same) = below.peek().filter(|(other, _)| *other == node) {
            bytes += same.1;
            below.pop();
        }
        if bytes >= enough || node == NodeId::ROOT {
            return (node, bytes);
        }
        below.push((tree.parent(node), bytes));
    }
    (NodeId::ROOT, total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Entry;
    use crate::image::LayerEntries;
    use crate::tree::Builder;

    #[test]
    fn scattered_files_have_the_place_that_going_up_from_all_of_them_finds() {
        let mut entries = LayerEntries::default();
        let mut paths = Vec::new();
        for i in 0..60 {
            let path = format!("usr/{}/{}/{i}", ["lib", "share"][i % 2], i % 7);
            assert!(entries.push(&Entry { name: path.clone().into(), ..Entry::default() }));
            paths.push(path);
        }
        let mut builder = Builder::new();
        builder.apply(&entries).unwrap();
        let tree = builder.finish().tree;
        let nodes: Vec<_> = paths.iter().map(|path| tree.find(path.as_bytes()).unwrap()).collect();
        let mut found = 0;
        for (first, step) in (0..60).flat_map(|first| (1..20).map(move |step| (first, step))) {
            let files: Vec<_> =
                (first..60).step_by(step).map(|i| (nodes[i], (i as u64 * 7) % 50)).collect();
            let total: u64 = files.iter().map(|(_, bytes)| bytes).sum();
            let enough = total - total / 10;
            if let Some(place) = scattered(&tree, &files, enough) {
                assert_eq!(place, gathered(&tree, files, enough).0);
                found += 1;
            }
        }
        assert!(found > 500, "{found} of 1140");
    }

    #[test]
    fn the_reasons_of_some_groups_are_those_of_their_files() {
        let opened = crate::image::builtin::demo::open().unwrap();
        let inspection = crate::inspect(&opened, &crate::Progress::default()).unwrap();
        let groups = wasted_groups(&inspection);
        assert!(groups.len() > 2);
        for some in (0..groups.len()).flat_map(|first| [&groups[first..], &groups[first..=first]]) {
            let is_of_some = |it: &&Wasted| {
                some.iter()
                    .any(|group| (group.added_in, group.removed_in) == (it.added_in, it.removed_in))
            };
            let all = noteworthy_reasons(inspection.wasted.iter().filter(is_of_some));
            assert_eq!(reasons(&inspection, some), all);
        }
        let twice = [groups.clone(), groups.clone()].concat();
        assert_eq!(reasons(&inspection, &twice), reasons(&inspection, &groups));
    }
}
