//! Walks two trees side by side, path by path.

use std::cmp::Ordering;

use crate::tree::{NodeId, Tree};

/// A path that exists in the history of at least one of two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PathPair {
    /// The path in the first tree.
    pub one: Option<NodeId>,
    /// The path in the second tree.
    pub two: Option<NodeId>,
}

/// Calls `take` with every path except the root. A directory comes before its contents; names are
/// in byte order.
///
/// The first argument of `take` is the value that it returned for the parent directory, or `root`
/// for the contents of the root. If `take` returns `None`, everything below the path is skipped.
pub(super) fn walk(
    one: &Tree,
    two: &Tree,
    root: usize,
    mut take: impl FnMut(usize, PathPair) -> Option<usize>,
) {
    let mut work = Vec::new();
    push_children(
        one,
        two,
        root,
        PathPair { one: Some(NodeId::ROOT), two: Some(NodeId::ROOT) },
        &mut work,
    );
    while let Some((above, place)) = work.pop() {
        if let Some(here) = take(above, place) {
            push_children(one, two, here, place, &mut work);
        }
    }
}

/// Pushes the children of a place on the stack, the last name first.
fn push_children(
    one: &Tree,
    two: &Tree,
    here: usize,
    place: PathPair,
    work: &mut Vec<(usize, PathPair)>,
) {
    let sorted = |tree: &Tree, node: Option<NodeId>| {
        let mut children: Vec<_> = node.into_iter().flat_map(|node| tree.children(node)).collect();
        children.sort_unstable_by(|&a, &b| tree.name(a).cmp(tree.name(b)));
        children
    };
    let (mut ones, mut twos) = (sorted(one, place.one), sorted(two, place.two));
    while let Some(order) = match (ones.last(), twos.last()) {
        (Some(&a), Some(&b)) => Some(one.name(a).cmp(two.name(b))),
        (Some(_), None) => Some(Ordering::Greater),
        (None, Some(_)) => Some(Ordering::Less),
        (None, None) => None,
    } {
        let one = if order == Ordering::Less { None } else { ones.pop() };
        let two = if order == Ordering::Greater { None } else { twos.pop() };
        work.push((here, PathPair { one, two }));
    }
}
