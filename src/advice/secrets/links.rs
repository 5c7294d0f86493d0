//! The other names of files: a hard link or a symbolic link may have the name of a secret, while its
//! target has none.

use std::collections::BTreeSet;

use crate::layer_index::LayerIndex;
use crate::secret::FileSearch;
use crate::tree::{Kind, Last, NodeId, Paths, Tree, VersionId};

/// Returns the files that another name asks to search in another way than their own one, each with
/// that search; `taken` are the searches of all paths.
pub fn other_names(tree: &Tree, taken: &[Option<u16>]) -> Vec<(VersionId, FileSearch)> {
    let mut found = BTreeSet::new();
    let mut add = |inode: VersionId, number: u16| {
        let own = taken[tree.node_of(inode).index()].map(FileSearch::numbered);
        if own.is_none_or(|own| !own.includes(FileSearch::numbered(number))) {
            found.insert((inode, number));
        }
    };
    for name in tree.file_names().filter(|&name| tree.is_linked(name)) {
        if let Some(number) = taken[tree.node_of(name).index()] {
            add(tree.inode(name), number);
        }
    }
    let paths = Paths::new(tree);
    for (node, number) in named(tree, taken) {
        for link in tree.versions(node) {
            for target in targets(tree, &paths, node, link) {
                add(tree.inode(target), number);
            }
        }
    }
    found.into_iter().map(|(inode, number)| (inode, FileSearch::numbered(number))).collect()
}

/// Returns the paths that have a rule of their own.
fn named<'a>(tree: &'a Tree, taken: &'a [Option<u16>]) -> impl Iterator<Item = (NodeId, u16)> + 'a {
    tree.nodes().filter_map(|node| {
        let number = taken[node.index()]?;
        FileSearch::numbered(number).rule().map(|_| (node, number))
    })
}

/// Returns the files to which a symbolic link leads: in the layer that adds it, and in the last one.
fn targets(tree: &Tree, paths: &Paths<'_>, node: NodeId, link: VersionId) -> Vec<VersionId> {
    let Some(target) = tree.target(link) else { return Vec::new() };
    let layers = [tree.added_in(link), LayerIndex::FINAL];
    let found = layers.into_iter().filter_map(|layer| {
        let found = paths.lookup(layer, tree.parent(node), target, Last::Followed)?;
        found.version.filter(|_| found.kind == Kind::File)
    });
    found.collect()
}
