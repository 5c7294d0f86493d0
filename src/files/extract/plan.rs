//! Selects the files to extract, and orders them.

use super::What;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// A path of the tree as of a layer.
#[derive(Clone, Copy)]
pub struct Selected {
    /// The path.
    pub node: NodeId,
    /// The version at the path.
    pub version: VersionId,
    /// The last layer that counts for everything below the path.
    pub layer: LayerIndex,
}

/// Finds the version to extract; `None` if there is nothing at the path.
pub fn select(tree: &Tree, what: What) -> Option<Selected> {
    match what {
        What::AsOf { node, layer } => {
            Some(Selected { node, version: tree.at(node, layer)?, layer })
        }
        What::Version(version) => {
            let last = tree
                .removed_in(version)
                .map_or(LayerIndex::FINAL, |removed_in| removed_in.previous().unwrap_or_default());
            Some(Selected {
                node: tree.node_of(version),
                version,
                layer: last.max(tree.added_in(version)),
            })
        }
    }
}

/// Returns the entries of a directory as of its layer, by name.
pub fn children(tree: &Tree, of: Selected) -> Vec<Selected> {
    if tree.kind(of.version) != Kind::Directory {
        return Vec::new();
    }
    let mut children: Vec<_> = tree
        .children(of.node)
        .filter_map(|node| {
            Some(Selected { node, version: tree.at(node, of.layer)?, layer: of.layer })
        })
        .collect();
    // If two names are equal for the host, the result does not depend on chance.
    children.sort_by(|a, b| tree.name(a.node).cmp(tree.name(b.node)));
    children
}

/// Sorts files by the position of their contents in the layers, so that a compressed layer is
/// decoded only once.
///
/// Among the names of one file, the one that has the contents is first: its bits and its time
/// count.
pub fn sort_by_place(tree: &Tree, files: &mut [Selected]) {
    files.sort_by_cached_key(|file| {
        let inode = tree.inode(file.version);
        (tree.added_in(inode), tree.data_offset(inode), inode, file.version != inode)
    });
}
