//! Says that a budget is about nothing: a misspelt path would pass for ever.

use super::exception::below;
use crate::display::{Escaped, escaped, escaped_str, shown};
use crate::path::components;
use crate::toml_file::unknown;
use crate::tree::{NodeId, Tree};

/// The most names of a directory that are compared with a misspelt one.
const NAMES: usize = 1_000;

/// Says that no layer has a path, with the most similar one; `None` if one has it.
pub(super) fn absence(tree: &Tree, path: &str) -> Option<Escaped> {
    if below(tree, path).contains(&true) {
        return None;
    }
    let text = "no layer has this path, so the limit checks nothing";
    Some(match similar(tree, path) {
        Some(similar) => shown!("{}; {}", Escaped::from(text), similar),
        None => text.into(),
    })
}

/// Asks whether the most similar name was meant, where the path leaves the tree.
fn similar(tree: &Tree, path: &str) -> Option<Escaped> {
    let mut here = NodeId::ROOT;
    for part in components(path.as_bytes()) {
        let child = tree.children(here).find(|&child| tree.name(child) == part);
        if let Some(child) = child {
            here = child;
            continue;
        }
        let names = tree.children(here).take(NAMES).map(|child| tree.name(child));
        let names: Vec<_> = names.map(String::from_utf8_lossy).collect();
        let near = unknown("path", &String::from_utf8_lossy(part), names.iter().map(|it| &**it));
        let hint = escaped_str(&near.hint()?);
        let directory = escaped(&tree.path(here));
        return Some(shown!("in {}, {}", directory, hint));
    }
    None
}
