//! Files whose size differs from build to build, from `assets/varying.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::matcher::take;
use crate::glob::{Glob, Matcher};
use crate::tree::{NodeId, Tree};

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
struct Table {
    file: Vec<Files>,
}

static TABLE: LazyLock<(Vec<Files>, Matcher)> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../../assets/varying.toml"))
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

/// Returns the paths whose size differs from build to build, each with the name of its kind, and
/// true if it differs only where commands run together that ran apart.
pub(crate) fn varying_files(tree: &Tree) -> impl Iterator<Item = (NodeId, &'static str, bool)> {
    let (kinds, matcher) = &*TABLE;
    let taken = take(matcher, tree, &[]);
    let nodes: Vec<_> = tree.nodes().collect();
    nodes.into_iter().filter_map(move |node| {
        let kind = taken.get(node.index()).copied().flatten()?;
        let kind = kinds.get(usize::from(kind))?;
        Some((node, kind.what.as_str(), kind.only_merged))
    })
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
