//! Checks for a file beside a single match, so that a suffix alone does not mislead a rule.

use serde::Deserialize;

use crate::tree::{Kind, NodeId, Paths, Tree};

/// The evidence that a file is what its suffix suggests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Beside {
    /// A directory with the name of an archive, or the start of it: the unpacked archive.
    Directory,
    /// The source of a compiled Python module.
    Source,
    /// The library or program of a file of debugging data.
    Library,
}

/// Directories in which no program reads archives.
const SCRATCH: [&[u8]; 3] = [b"/tmp/", b"/build/", b"/usr/src/"];
/// Endings of packages, which are installed elsewhere.
const PACKAGES: [&[u8]; 3] = [b".deb", b".rpm", b".whl"];

impl Beside {
    /// Returns whether the evidence exists beside a file of the final filesystem.
    pub fn is_there(self, tree: &Tree, paths: &Paths<'_>, file: NodeId) -> bool {
        let (name, directory) = (tree.name(file), tree.parent(file));
        match self {
            Self::Directory => {
                PACKAGES.iter().any(|ending| name.ends_with(ending))
                    || SCRATCH.iter().any(|scratch| tree.path(file).starts_with(scratch))
                    || has_unpacked(tree, paths, directory, name)
            }
            Self::Source => {
                let Some(module) = name.strip_suffix(b".pyc").or(name.strip_suffix(b".pyo")) else {
                    return true;
                };
                let is_cache = tree.name(directory) == b"__pycache__";
                let module = if is_cache {
                    module.split(|&b| b == b'.').next().unwrap_or(module)
                } else {
                    module
                };
                has_file(
                    tree,
                    paths,
                    if is_cache { tree.parent(directory) } else { directory },
                    &[module, b".py"].concat(),
                )
            }
            Self::Library => name.strip_suffix(b".pdb").is_none_or(|stem| {
                [&b".dll"[..], b".exe", b""]
                    .iter()
                    .any(|ending| has_file(tree, paths, directory, &[stem, *ending].concat()))
            }),
        }
    }
}

fn is_there(tree: &Tree, node: NodeId, kind: Kind) -> bool {
    tree.last(node).is_some_and(|version| tree.kind(version) == kind)
}

fn has_file(tree: &Tree, paths: &Paths<'_>, directory: NodeId, name: &[u8]) -> bool {
    paths.child(directory, name).is_some_and(|node| is_there(tree, node, Kind::File))
}

/// Returns whether a directory contains one with the start of an archive's name: `app` or `app-1.2`
/// for `app-1.2.tar.gz`.
fn has_unpacked(tree: &Tree, paths: &Paths<'_>, directory: NodeId, archive: &[u8]) -> bool {
    let ends = (1..archive.len()).filter(|&end| matches!(archive[end], b'.' | b'-' | b'_'));
    let mut beginnings = ends.filter_map(|end| paths.child(directory, &archive[..end]));
    beginnings.any(|node| is_there(tree, node, Kind::Directory))
}
