//! Finds code of a project that asks its repository.

use super::{LIMIT, OTHERS, PACKAGED};
use crate::display::{Escaped, escaped};
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::tree::{Kind, NodeId, Tree};

/// The most files that are read.
const FILES: usize = 2_000;
/// Endings of code that may run something while it is built or started.
const CODE: [&str; 20] = [
    "js", "mjs", "cjs", "ts", "mts", "cts", "py", "rb", "rs", "php", "pl", "sh", "bash", "inc",
    "mk", "lua", "groovy", "kts", "ex", "exs",
];
/// Parts of code that ask a repository.
const ASKING: [&str; 22] = [
    "git describe",
    "git rev-parse",
    "git log",
    "git show",
    "git status",
    "git tag",
    "git branch",
    "git ls-files",
    "git symbolic-ref",
    "git config",
    "simple-git",
    "isomorphic-git",
    "nodegit",
    "git-rev-sync",
    "git-describe",
    "git-repo-info",
    "import git\n",
    "from git import",
    "pygit2",
    "dulwich",
    "rugged",
    ".git/",
];
/// Names of the program as a word of its own in a list of arguments.
const ARGUMENTS: [&str; 3] = ["\"git\"", "'git'", "`git`"];

/// Returns the file of the layers from `base_layers` on that may ask a repository, which the image
/// has; `None` if it has no repository.
pub(super) fn asking(
    tree: &Tree,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
) -> Result<Option<Escaped>, Error> {
    let is_repository = |&node: &NodeId| {
        [&b".git"[..], b".hg", b".svn"].contains(&tree.name(node))
            && tree.versions(node).any(|version| tree.added_in(version) >= base_layers)
    };
    if !tree.nodes().any(|node| is_repository(&node)) {
        return Ok(None);
    }
    let is_other = |node: NodeId| {
        let above = std::iter::successors(Some(node), |&node| {
            (node != NodeId::ROOT).then(|| tree.parent(node))
        });
        let mut above = above.skip(1);
        above.any(|node| OTHERS.contains(&tree.name(node)))
    };
    let may_ask = |node: &NodeId| is_code(tree.name(*node)) && !is_other(*node);
    let (mut read, mut nodes) = (0, tree.nodes().filter(may_ask));
    let found = nodes.try_fold(None, |found: Option<Escaped>, node| {
        let own = tree.versions(node).find(|&version| {
            tree.kind(version) == Kind::File
                && tree.added_in(version) >= base_layers
                && tree.size(version) <= LIMIT
        });
        let (Some(version), None, true) = (own, &found, read < FILES) else { return Ok(found) };
        let path = escaped(&tree.path(node));
        if PACKAGED.iter().any(|directory| path.as_str().starts_with(directory)) {
            return Ok(found);
        }
        read += 1;
        let bytes = readable(filesystem.read_start(version, LIMIT))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let asks = ASKING.iter().chain(&ARGUMENTS).any(|part| text.contains(part));
        Ok::<_, Error>(asks.then_some(path))
    })?;
    Ok(found)
}

fn is_code(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending))
}
