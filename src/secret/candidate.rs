//! Files that may be searched for secrets, by their paths alone.
//!
//! A compressed layer passes once, and what is kept of it need not be decoded again. Here a file
//! counts as a candidate at a glance: components, beginnings and ends of its path. The search
//! itself decides by globs; a file that is searched and was no candidate is only read more slowly.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::rules::rules;
use crate::path::without_start;

/// The largest candidate, in bytes.
const LARGEST: u64 = 256 << 10;

/// The parts of paths that decide.
struct Glance {
    /// Names of directories in which nothing is searched.
    names: HashSet<Vec<u8>>,
    /// Beginnings of paths in which nothing is searched.
    starts: Vec<Vec<u8>>,
    /// Ends of names that hold no text.
    endings: HashSet<Vec<u8>>,
}

static GLANCE: LazyLock<Glance> = LazyLock::new(|| {
    let rules = rules();
    let mut glance = Glance { names: HashSet::new(), starts: Vec::new(), endings: HashSet::new() };
    for glob in rules.areas.iter().flat_map(|area| &area.globs) {
        let Some(directory) = glob.strip_suffix("/**") else { continue };
        for plain in alternatives(directory) {
            match plain.strip_prefix("**/") {
                Some(name) if !name.contains(['/', '*']) => {
                    glance.names.insert(name.into());
                }
                None if !plain.contains('*') => glance.starts.push(format!("{plain}/").into()),
                _ => {}
            }
        }
    }
    let endings = rules.not_text.iter().filter_map(|glob| glob.strip_prefix("**/*."));
    glance.endings = endings.flat_map(alternatives).map(Vec::from).collect();
    glance
});

/// Returns whether a file may be searched for secrets, by its path in the layer and its size.
pub fn is_candidate(path: &[u8], bytes: u64) -> bool {
    if !(1..=LARGEST).contains(&bytes) {
        return false;
    }
    let path = without_start(path);
    let glance = &*GLANCE;
    if glance.starts.iter().any(|start| path.starts_with(start)) {
        return false;
    }
    let (directory, name) = match path.iter().rposition(|&b| b == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&path[..0], path),
    };
    let ending = name.iter().rposition(|&b| b == b'.').map(|dot| &name[dot + 1..]);
    !ending.is_some_and(|ending| glance.endings.contains(ending))
        && !directory.split(|&b| b == b'/').any(|name| glance.names.contains(name))
}

/// Expands the first braces of a glob.
fn alternatives(glob: &str) -> Vec<String> {
    let braces = glob.split_once('{').and_then(|(before, rest)| {
        let (inside, after) = rest.split_once('}')?;
        Some(inside.split(',').map(|word| format!("{before}{word}{after}")).collect())
    });
    braces.unwrap_or_else(|| vec![glob.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_texts_of_yours_are_candidates_and_packages_are_none() {
        for path in ["root/.npmrc", "./app/.env", "/etc/app.conf", "srv/main.js", "id_rsa"] {
            assert!(is_candidate(path.as_bytes(), 100), "{path}");
            assert!(!is_candidate(path.as_bytes(), 1 << 20), "{path} is too large");
            assert!(!is_candidate(path.as_bytes(), 0), "{path} is empty");
        }
        for path in [
            "app/node_modules/a/index.js",
            "usr/lib/python3/dist-packages/a.py",
            "./usr/share/doc/a/copyright",
            "var/lib/dpkg/info/a.list",
            "app/logo.png",
            "app/testdata/key.pem",
        ] {
            assert!(!is_candidate(path.as_bytes(), 100), "{path}");
        }
    }
}
