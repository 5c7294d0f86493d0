//! Files whose size differs from build to build, from `assets/varying.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::matcher::take;
use crate::display::{Escaped, escaped_str, listed, shown};
use crate::glob::{Glob, Matcher};
use crate::tree::{Tree, VersionId};

/// Files of one kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    /// The name for them, in the plural.
    what: String,
    /// The paths.
    globs: Vec<String>,
    /// True if they differ only where commands run together that ran apart.
    #[serde(default)]
    only_merged: bool,
    /// The place that documents them.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for people, and for the test that each kind has one")
    )]
    source: String,
}

#[derive(Deserialize)]
struct VaryingPaths {
    file: Vec<Files>,
}

static TABLE: LazyLock<(Vec<Files>, Matcher)> = LazyLock::new(|| {
    let table: VaryingPaths = toml::from_str(include_str!("../../../assets/varying.toml"))
        .expect("a table that a test reads");
    let mut matcher = Matcher::default();
    for (number, files) in (0..).zip(&table.file) {
        for glob in
            files.globs.iter().flat_map(|text| Glob::parse(text).expect("a glob that a test reads"))
        {
            matcher.add(&glob, number, false);
        }
    }
    (table.file, matcher)
});

/// Says as a clause which files that another build makes differ in size from build to build; `None`
/// if there are none. `is_made` tells of an inode whether the build makes it; its second argument is
/// true for files that differ only where commands run together that ran apart.
pub(crate) fn varying(tree: &Tree, is_made: impl Fn(VersionId, bool) -> bool) -> Option<Escaped> {
    let (all, matcher) = &*TABLE;
    let taken = take(matcher, tree, &[]);
    let mut kinds: Vec<&str> = Vec::new();
    for node in tree.nodes() {
        let kind = taken.get(node.index()).copied().flatten();
        let Some(kind) = kind.and_then(|kind| all.get(usize::from(kind))) else { continue };
        let mut inodes = tree.versions(node).map(|version| tree.inode(version));
        let is_there = inodes.any(|inode| tree.size(inode) > 0 && is_made(inode, kind.only_merged));
        if is_there && !kinds.contains(&kind.what.as_str()) {
            kinds.push(&kind.what);
        }
    }
    let words = || shown!("{} differ in size from build to build", escaped_str(&listed(&kinds)));
    (!kinds.is_empty()).then(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_paths_and_a_source() {
        for files in &TABLE.0 {
            assert!(
                !files.globs.is_empty() && files.source.starts_with("https://"),
                "{}",
                files.what
            );
        }
    }
}
