//! A run of layers as one: the entries that lead from the tree before it to the tree after it.

use std::collections::BTreeMap;

use super::map::{Model, What};
use super::paths::Path;
use super::stack::Item;

/// The layer that does at once what lies between two models; `None` where one layer cannot say it.
pub fn between(before: &Model, after: &Model) -> Option<Vec<Item>> {
    let spelled = |path: &Path| path.join("/");
    let mut items = Vec::new();
    let mut first_names: BTreeMap<usize, String> = BTreeMap::new();
    for path in before.tree.keys().filter(|path| !path.is_empty()) {
        let parent = after.tree.get(&path[..path.len() - 1]).map(|thing| &thing.what);
        if !after.tree.contains_key(path) && parent == Some(&What::Directory) {
            items.push(Item::Whiteout { path: spelled(path) });
        }
    }
    for (path, thing) in &after.tree {
        if thing.layer < before.layers || path.is_empty() {
            continue;
        }
        let (mode, path) = (thing.mode, spelled(path));
        items.push(match &thing.what {
            What::Directory => Item::Directory { path, mode },
            What::Symlink(target) => Item::Symlink { path, target: target.clone() },
            What::Fifo => Item::Fifo { path },
            What::File(inode) if after.inodes[*inode].layer < before.layers => return None,
            What::File(inode) => match first_names.get(inode) {
                Some(target) => Item::Link { path, target: target.clone() },
                None => {
                    first_names.insert(*inode, path.clone());
                    Item::File { path, contents: after.inodes[*inode].contents, mode }
                }
            },
        });
    }
    Some(items)
}
