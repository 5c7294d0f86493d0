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

/// The kinds of files, and what finds them.
struct Kinds {
    all: Vec<Files>,
    matcher: Matcher,
    /// For each glob a name that each of its paths has in it, and few others have.
    words: Vec<Vec<u8>>,
}

static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
    let table: VaryingPaths = toml::from_str(include_str!("../../../assets/varying.toml"))
        .expect("a table that a test reads");
    let (mut matcher, mut words) = (Matcher::default(), Vec::new());
    for (number, files) in (0..).zip(&table.file) {
        for text in &files.globs {
            words.push(word_of(text).into());
            for glob in Glob::parse(text).expect("a glob that a test reads") {
                matcher.add(&glob, number, false);
            }
        }
    }
    Kinds { all: table.file, matcher, words }
});

/// Returns the longest component of a glob that takes only one name; an empty one if none does.
fn word_of(glob: &str) -> &str {
    let is_fixed = |name: &&str| !name.contains(['*', '?', '[', '{']);
    glob.split('/').filter(is_fixed).max_by_key(|name| name.len()).unwrap_or("")
}

/// The files of a tree whose size differs from build to build, each with its kind.
#[derive(Default)]
pub(crate) struct Varying(Vec<(VersionId, usize)>);

impl Varying {
    /// Finds them among all versions of all paths.
    pub fn find(tree: &Tree) -> Self {
        if !tree.has_name_among(&KINDS.words) {
            return Self::default();
        }
        let taken = take(&KINDS.matcher, tree, &[]);
        let mut files = Vec::new();
        for node in tree.nodes() {
            let Some(kind) = taken.get(node.index()).copied().flatten() else { continue };
            let inodes = tree.versions(node).map(|version| tree.inode(version));
            let sized: Vec<_> = inodes.filter(|&inode| tree.size(inode) > 0).collect();
            // What one command wrote alone, it writes so among others that write none of it.
            let is_alone = sized.len() < 2;
            if KINDS.all.get(usize::from(kind)).is_some_and(|kind| kind.only_merged && is_alone) {
                continue;
            }
            files.extend(sized.into_iter().map(|inode| (inode, usize::from(kind))));
        }
        Self(files)
    }

    /// Says as a clause which files that another build makes differ in size from build to build;
    /// `None` if there are none. `is_made` tells of an inode whether the build makes it; its second
    /// argument is true for files that differ only where commands run together that ran apart.
    pub fn among(&self, is_made: impl Fn(VersionId, bool) -> bool) -> Option<Escaped> {
        let mut kinds: Vec<&str> = Vec::new();
        for &(inode, kind) in &self.0 {
            let Some(kind) = KINDS.all.get(kind) else { continue };
            if !kinds.contains(&kind.what.as_str()) && is_made(inode, kind.only_merged) {
                kinds.push(&kind.what);
            }
        }
        let words =
            || shown!("{} differ in size from build to build", escaped_str(&listed(&kinds)));
        (!kinds.is_empty()).then(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_paths_and_a_source() {
        for files in &KINDS.all {
            assert!(
                !files.globs.is_empty() && files.source.starts_with("https://"),
                "{}",
                files.what
            );
        }
    }

    #[test]
    fn every_glob_has_a_word_that_few_paths_have() {
        let words: Vec<_> =
            KINDS.words.iter().map(|word| std::str::from_utf8(word).unwrap()).collect();
        assert!(words.iter().all(|word| word.len() > 2), "{words:?}");
        assert_eq!(word_of("var/log/apt/*.xz"), "apt");
        assert_eq!(word_of("**/*.log"), "", "it is in every name");
    }

    #[test]
    fn a_name_is_known_as_a_whole() {
        let opened = crate::image::builtin::demo::open().unwrap();
        let tree = crate::inspect(&opened, &crate::Progress::default()).unwrap().tree;
        let has = |names: &[&str]| tree.has_name_among(names);
        assert!(has(&["apk"]) && has(&["no-such-name", "apk"]));
        assert!(!has(&["ap"]) && !has(&["pk"]) && !has(&[]));
    }
}
