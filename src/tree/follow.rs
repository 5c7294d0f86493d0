//! Resolves a path through the symbolic links of the image as the kernel does, and never outside
//! its root.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Kind, NodeId, Tree, VersionId};
use crate::layer_index::LayerIndex;

/// The most symbolic links that are followed in one path, as in the kernel.
const LINKS_LIMIT: usize = 40;
/// The most components that links may add to one path.
const STEPS_LIMIT: usize = 4096;

/// The treatment of a symbolic link at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// The link itself is the result.
    Kept,
    /// The link is followed, like all links before it.
    Followed,
}

/// The result of resolving a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The path without symbolic links, except a final one that is kept.
    pub node: NodeId,
    /// The kind of file at the path.
    pub kind: Kind,
    /// The version at the path; `None` for a root directory without an entry.
    pub version: Option<VersionId>,
    /// The symbolic links that were followed, in order.
    pub links: Vec<NodeId>,
}

impl Tree {
    /// Resolves `path` as of `layer` from the root, through the links of the image.
    ///
    /// Trailing slashes are ignored, because users write them after files and links, too. Many
    /// lookups are faster with [`Paths`].
    pub fn lookup(&self, path: &[u8], layer: LayerIndex, last: Last) -> Option<Found> {
        let mut path = path;
        while let Some(rest) = path.strip_suffix(b"/").or(path.strip_suffix(b"/.")) {
            path = rest;
        }
        let child = |directory, name: &[u8]| {
            self.children(directory).find(|&child| self.name(child) == name)
        };
        follow(self, child, layer, NodeId::ROOT, path, last)
    }
}

/// A tree prepared for many lookups: the children of visited directories are kept sorted.
pub struct Paths<'a> {
    tree: &'a Tree,
    directories: RefCell<HashMap<NodeId, Vec<NodeId>, RandomState>>,
}

impl<'a> Paths<'a> {
    /// Prepares `tree` for lookups.
    pub fn new(tree: &'a Tree) -> Self {
        Self { tree, directories: RefCell::default() }
    }

    /// Returns the path with that name in `directory`, whether or not it exists in the final
    /// filesystem.
    pub fn child(&self, directory: NodeId, name: &[u8]) -> Option<NodeId> {
        let mut directories = self.directories.borrow_mut();
        let children = directories.entry(directory).or_insert_with(|| {
            let mut children: Vec<_> = self.tree.children(directory).collect();
            children.sort_unstable_by_key(|&child| self.tree.name(child));
            children
        });
        children
            .binary_search_by_key(&name, |&child| self.tree.name(child))
            .ok()
            .map(|i| children[i])
    }

    /// Looks up `path` as of `layer`, from `directory` on if it does not begin with a slash.
    pub fn lookup(
        &self,
        layer: LayerIndex,
        directory: NodeId,
        path: &[u8],
        last: Last,
    ) -> Option<Found> {
        follow(
            self.tree,
            |directory, name| self.child(directory, name),
            layer,
            directory,
            path,
            last,
        )
    }
}

fn follow(
    tree: &Tree,
    child: impl Fn(NodeId, &[u8]) -> Option<NodeId>,
    layer: LayerIndex,
    directory: NodeId,
    path: &[u8],
    last: Last,
) -> Option<Found> {
    // The next component is at the end.
    let mut todo: Vec<&[u8]> = path.rsplit(|&b| b == b'/').collect();
    let mut here = if path.starts_with(b"/") { NodeId::ROOT } else { directory };
    let mut at = (Kind::Directory, tree.at(here, layer));
    let (mut links, mut steps) = (Vec::new(), 0);
    while let Some(part) = todo.pop() {
        if at.0 != Kind::Directory {
            return None;
        }
        let next = match part {
            b"" | b"." => continue,
            b".." => tree.parent(here),
            name => child(here, name)?,
        };
        let version = tree.at(next, layer);
        let kind = match version {
            Some(version) => tree.kind(version),
            None if next == NodeId::ROOT => Kind::Directory,
            None => return None,
        };
        match version.and_then(|version| tree.target(version)) {
            Some(target) if last == Last::Followed || !todo.is_empty() => {
                links.push(next);
                let before = todo.len();
                todo.extend(target.rsplit(|&b| b == b'/'));
                steps += todo.len() - before;
                if links.len() > LINKS_LIMIT || steps > STEPS_LIMIT {
                    return None;
                }
                if target.starts_with(b"/") {
                    here = NodeId::ROOT;
                }
            }
            _ => (here, at) = (next, (kind, version)),
        }
    }
    Some(Found { node: here, kind: at.0, version: at.1, links })
}
