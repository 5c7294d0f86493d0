//! Names of inodes: what goes with some paths is only what has no other name.

use std::collections::{HashMap, HashSet};

use crate::tree::{Kind, NodeId, Tree, VersionId};

/// The visible names of inodes that have several.
pub struct Links {
    names: HashMap<VersionId, Vec<NodeId>>,
}

impl Links {
    /// Gathers the names of a tree.
    pub fn from_tree(tree: &Tree) -> Self {
        let mut names: HashMap<VersionId, Vec<NodeId>> = HashMap::new();
        for node in tree.nodes() {
            if let Some(version) = tree.last(node).filter(|&version| tree.is_linked(version)) {
                names.entry(tree.inode(version)).or_default().push(node);
            }
        }
        Self { names }
    }

    /// Returns the inodes of files all of whose names are among some paths, in order.
    pub fn wholly_named(&self, tree: &Tree, paths: &[NodeId]) -> Vec<VersionId> {
        let all: HashSet<_> = paths.iter().copied().collect();
        let is_whole = |inode: &VersionId| {
            self.names.get(inode).is_none_or(|names| names.iter().all(|n| all.contains(n)))
        };
        let files = paths
            .iter()
            .flat_map(|&node| tree.versions(node))
            .filter(|&v| tree.kind(v) == Kind::File);
        let mut inodes: Vec<_> =
            files.map(|version| tree.inode(version)).filter(is_whole).collect();
        inodes.sort_unstable();
        inodes.dedup();
        inodes
    }
}
