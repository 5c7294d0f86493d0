//! What came, went and grew between two images, path by path.

use std::collections::BTreeMap;

use crate::analysis::Inspection;
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// How a path of the second image differs from the same path of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only the second image has it.
    Came,
    /// Only the first image has it.
    Went,
    /// It is bigger in the second image.
    Grew,
    /// It is smaller in the second image.
    Shrank,
    /// It is something else, or has another mode, owner, time or target; its size is the same.
    Changed,
    /// Nothing tells the two apart; contents of the same size and time are not compared.
    Same,
}

impl Difference {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// A path with its sizes in both images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// The path, byte for byte, beginning with a slash.
    pub path: Vec<u8>,
    /// How it differs.
    pub difference: Difference,
    /// Its size in the first image, in bytes; 0 if it is not there or no file.
    pub before: u64,
    /// Its size in the second image.
    pub after: u64,
    /// The layer of the first image that it is from.
    pub layer_before: Option<usize>,
    /// The layer of the second image that it is from.
    pub layer_after: Option<usize>,
}

impl PathChange {
    /// The bytes that are more or less.
    pub fn weight(&self) -> u64 {
        match self.difference {
            Difference::Came | Difference::Went | Difference::Grew | Difference::Shrank => {
                self.before.abs_diff(self.after)
            }
            Difference::Changed | Difference::Same => 0,
        }
    }
}

/// Everything that is not the same in the final filesystems, in the order of paths.
pub fn changed_paths(first: &Inspection, second: &Inspection) -> Vec<PathChange> {
    let mut out = Vec::new();
    let (one, two) = (&first.tree, &second.tree);
    compare(one, two, Tree::last, |change| {
        if change.difference != Difference::Same {
            out.push(change);
        }
    });
    out
}

/// What the layer at one place of both images put differently.
pub(super) fn changed_at(first: &Inspection, second: &Inspection, layer: usize) -> Vec<PathChange> {
    let mut out = Vec::new();
    let from_layer = move |tree: &Tree, node: NodeId| tree.at(node, layer);
    compare(&first.tree, &second.tree, from_layer, |change| {
        if change.layer_before == Some(layer) || change.layer_after == Some(layer) {
            out.push(change);
        }
    });
    out
}

/// Walks both trees side by side; names come in the order of their bytes.
fn compare(one: &Tree, two: &Tree, at: impl Fn(&Tree, NodeId) -> Option<VersionId>, mut take: impl FnMut(PathChange)) {
    let mut work = vec![(Vec::new(), Some(NodeId::ROOT), Some(NodeId::ROOT))];
    while let Some((path, in_one, in_two)) = work.pop() {
        let version = |tree: &Tree, node: Option<NodeId>| node.and_then(|node| at(tree, node));
        let (a, b) = (version(one, in_one), version(two, in_two));
        if !path.is_empty() && (a.is_some() || b.is_some()) {
            take(change(path.clone(), one, a, two, b));
        }
        let mut names: BTreeMap<&[u8], (Option<NodeId>, Option<NodeId>)> = BTreeMap::new();
        for child in in_one.into_iter().flat_map(|node| one.children(node)) {
            names.entry(one.name(child)).or_default().0 = Some(child);
        }
        for child in in_two.into_iter().flat_map(|node| two.children(node)) {
            names.entry(two.name(child)).or_default().1 = Some(child);
        }
        for (name, (in_one, in_two)) in names.into_iter().rev() {
            let mut below = path.clone();
            below.push(b'/');
            below.extend_from_slice(name);
            work.push((below, in_one, in_two));
        }
    }
}

fn change(path: Vec<u8>, one: &Tree, a: Option<VersionId>, two: &Tree, b: Option<VersionId>) -> PathChange {
    let size = |tree: &Tree, version: Option<VersionId>| {
        version.filter(|&v| tree.kind(v) == Kind::File).map_or(0, |v| tree.size(v))
    };
    let (before, after) = (size(one, a), size(two, b));
    let difference = match (a, b) {
        (None, _) => Difference::Came,
        (_, None) => Difference::Went,
        (Some(a), Some(b)) => match before.cmp(&after) {
            std::cmp::Ordering::Less => Difference::Grew,
            std::cmp::Ordering::Greater => Difference::Shrank,
            std::cmp::Ordering::Equal if looks_same(one, a, two, b) => Difference::Same,
            std::cmp::Ordering::Equal => Difference::Changed,
        },
    };
    let (layer_before, layer_after) = (a.map(|v| one.born(v)), b.map(|v| two.born(v)));
    PathChange { path, difference, before, after, layer_before, layer_after }
}

/// Of directories the time does not count: it changes with what is put in them.
fn looks_same(one: &Tree, a: VersionId, two: &Tree, b: VersionId) -> bool {
    one.kind(a) == two.kind(b)
        && one.mode(a) == two.mode(b)
        && one.owner(a) == two.owner(b)
        && one.target(a) == two.target(b)
        && one.device(a) == two.device(b)
        && (one.kind(a) == Kind::Directory || one.mtime(a) == two.mtime(b))
}
