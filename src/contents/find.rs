//! What a path leads to in the tree as of a layer, and why it may lead nowhere.

use crate::path::components;
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
        match tree.target(version) {
            Some(target) if last == Last::Followed || todo.iter().any(|part| !components(part).is_empty()) => {
                hops += 1;
                if hops > HOPS {
                    return None;
                }
                if target.starts_with(b"/") {
                    here = NodeId::ROOT;
                }
                todo.extend(split(target));
            }
            _ if !todo.is_empty() && !matches!(tree.kind(version), Kind::Directory) => return None,
            _ => here = next,
        }
    }
    Some(here)
}
