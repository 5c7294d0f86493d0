//! What a path leads to in the tree as of a layer, and why it may lead nowhere.

use crate::tree::{Kind, NodeId, Tree};

/// Symbolic links that are followed in one path, as the kernel does.
const HOPS: usize = 40;

/// What is done with a symbolic link at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// It is what is meant.
    Kept,
    /// It is followed like those before it.
    Followed,
}

/// What `path` leads to as of `layer`, through the links of the image as of that layer.
pub fn follow(tree: &Tree, path: &[u8], layer: usize, last: Last) -> Option<NodeId> {
    let split = |path: &[u8]| path.split(|&b| b == b'/').rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut todo = split(path);
    let mut here = NodeId::ROOT;
    let mut hops = 0;
    while let Some(part) = todo.pop() {
        match &part[..] {
            b"" | b"." => continue,
            b".." => {
                here = tree.parent(here);
                continue;
            }
            _ => {}
        }
        let next = tree.children(here).find(|&child| tree.name(child) == part)?;
        let version = tree.at(next, layer)?;
        let ends = todo.iter().all(|part| matches!(&part[..], b"" | b"."));
        match tree.target(version) {
            Some(target) if !ends || last == Last::Followed => {
                hops += 1;
                if hops > HOPS {
                    return None;
                }
                if target.starts_with(b"/") {
                    here = NodeId::ROOT;
                }
                todo.extend(split(target));
            }
            _ if !ends && tree.kind(version) != Kind::Directory => return None,
            _ => here = next,
        }
    }
    Some(here)
}

/// Why nothing is at a path as of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// A layer took it away.
    Gone {
        /// The last layer as of which it was there.
        last: usize,
    },
    /// A later layer brings it.
    NotYet {
        /// That layer.
        first: usize,
    },
    /// It is there as of no layer: the layer that brings it takes it away again.
    Never,
}

/// Why nothing is at `node` as of `layer`; `None` if something is.
pub fn absence(tree: &Tree, node: NodeId, layer: usize) -> Option<Absence> {
    if tree.at(node, layer).is_some() {
        return None;
    }
    let spans = || {
        tree.versions(node)
            .map(|version| (tree.born(version), tree.died(version).unwrap_or(usize::MAX)))
            .filter(|(born, died)| born < died)
    };
    let gone = spans().filter(|&(born, _)| born <= layer).map(|(_, died)| Absence::Gone { last: died - 1 }).next();
    let later = spans().filter(|&(born, _)| born > layer).map(|(first, _)| Absence::NotYet { first }).last();
    Some(gone.or(later).unwrap_or(Absence::Never))
}
