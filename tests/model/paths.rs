//! Paths of the plain map: cleaned, followed through links, found.

use super::map::{Thing, Tree, What};

/// The components of a cleaned path; the root has none.
pub type Path = Vec<String>;

/// Links that are followed in one path.
pub const HOPS: usize = 255;

/// The components of a path, cleaned as the engines clean it.
pub fn clean(path: &str) -> Path {
    let mut out = Path::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(out.pop()),
            part => out.push(part.into()),
        }
    }
    out
}

/// Goes where a link at `here` leads; `todo` is what is left to walk, the next part last.
pub fn follow(target: &str, here: &mut Path, todo: &mut Path) {
    here.pop();
    if target.starts_with('/') {
        here.clear();
    }
    todo.extend(
        target.split('/').rev().filter(|part| !part.is_empty() && *part != ".").map(String::from),
    );
}

/// Finds a path through links in its parents, not at its end.
pub fn find(tree: &Tree, path: &Path) -> Option<Path> {
    let (mut todo, mut here, mut hops) = (path.clone(), Path::new(), 0);
    todo.reverse();
    while let Some(part) = todo.pop() {
        if part == ".." {
            here.pop();
            continue;
        }
        here.push(part);
        match &tree.get(&here)?.what {
            What::Symlink(target) if !todo.is_empty() => {
                hops += 1;
                if hops > HOPS {
                    return None;
                }
                follow(target, &mut here, &mut todo);
            }
            What::Directory => {}
            _ if todo.is_empty() => {}
            _ => return None,
        }
    }
    Some(here)
}

pub fn children(tree: &Tree, path: &Path) -> Vec<Path> {
    tree.keys()
        .filter(|key| key.len() == path.len() + 1 && key.starts_with(path))
        .cloned()
        .collect()
}

/// Takes out what is at a path and below it.
pub fn take(tree: &mut Tree, path: &Path) -> Vec<(Path, Thing)> {
    let gone: Vec<_> = tree.keys().filter(|key| key.starts_with(path)).cloned().collect();
    gone.into_iter().map(|key| (key.clone(), tree.remove(&key).expect("just listed"))).collect()
}
