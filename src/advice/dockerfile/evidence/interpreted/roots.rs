//! Chooses the paths that `COPY` takes from another stage for some files: whole directories where
//! they hold nothing else.

use std::collections::{BTreeMap, HashSet};

use crate::tree::{Kind, NodeId, Tree};

/// The most paths of one directory that are listed one by one.
const LISTED: usize = 12;
/// The most paths.
const ROOTS: usize = 40;
/// Names of directories in which programs of all kinds lie.
const SHARED: [&[u8]; 12] = [
    b"bin", b"etc", b"home", b"lib", b"lib64", b"local", b"opt", b"root", b"sbin", b"share",
    b"usr", b"var",
];

/// Returns the paths to copy for some files, sorted; `None` if they are too many.
pub fn roots(tree: &Tree, wanted: &HashSet<NodeId>) -> Option<Vec<NodeId>> {
    let is_file =
        |node: &NodeId| tree.last(*node).is_some_and(|it| tree.kind(it) != Kind::Directory);
    let (mut with_wanted, mut with_others) = (HashSet::new(), HashSet::new());
    for node in tree.nodes().filter(is_file) {
        let above = if wanted.contains(&node) { &mut with_wanted } else { &mut with_others };
        let mut directory = tree.parent(node);
        while above.insert(directory) && directory != NodeId::ROOT {
            directory = tree.parent(directory);
        }
    }
    let (mut found, mut work) = (Vec::new(), vec![NodeId::ROOT]);
    while let Some(directory) = work.pop() {
        for child in tree.children(directory) {
            let is_whole = with_wanted.contains(&child) && !with_others.contains(&child);
            if wanted.contains(&child) || is_whole {
                found.push(child);
            } else if with_wanted.contains(&child) {
                work.push(child);
            }
        }
    }
    let all = together(tree, found);
    let mut roots: Vec<_> =
        all.iter().copied().filter(|&it| !is_below_one(tree, it, &all)).collect();
    roots.sort_unstable_by(|&one, &other| tree.compare_paths(one, other));
    (roots.len() <= ROOTS).then_some(roots)
}

/// Returns whether a path lies below one of some.
fn is_below_one(tree: &Tree, node: NodeId, all: &[NodeId]) -> bool {
    let mut directory = node;
    while directory != NodeId::ROOT {
        directory = tree.parent(directory);
        if all.contains(&directory) {
            return true;
        }
    }
    false
}

/// Puts a directory in place of many paths in it, if it is one of a package manager.
fn together(tree: &Tree, found: Vec<NodeId>) -> Vec<NodeId> {
    let mut by_directory: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for node in found {
        by_directory.entry(tree.parent(node)).or_default().push(node);
    }
    let paths = |(directory, nodes): (NodeId, Vec<NodeId>)| {
        let is_shared = directory == NodeId::ROOT || SHARED.contains(&tree.name(directory));
        if nodes.len() > LISTED && !is_shared { vec![directory] } else { nodes }
    };
    by_directory.into_iter().flat_map(paths).collect()
}
