//! Searches the files of an application for the names of npm packages.

use std::collections::HashSet;

use crate::display::{escaped, escaped_str};
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// The largest file that is searched, in bytes.
const LIMIT: u64 = 4 << 20;
/// The most bytes, and the most files, that are searched.
const BYTES: u64 = 64 << 20;
const FILES: usize = 4_000;
/// Directories whose files are no part of the application.
const OTHERS: [&[u8]; 3] = [b"node_modules", b".git", b".yarn"];
/// Files that list packages, or tell people and editors of them.
const LISTS: [&str; 8] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    ".package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "license",
    "dockerfile",
];
/// Endings of files that load packages, or say what does.
const CODE: [&str; 18] = [
    "js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "vue", "svelte", "astro", "json",
    "json5", "yml", "yaml", "toml", "sh", "coffee",
];

/// The names that are looked for.
pub(super) struct Names<'a> {
    /// All packages: they are used where a string is their name.
    pub all: HashSet<&'a str>,
    /// Those that the project asks for itself: they are used where anything names them.
    pub direct: HashSet<&'a str>,
}

/// Returns what of an application below a directory uses one of some packages, as far as its files
/// tell, as a clause.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub(super) fn used_by_application(
    tree: &Tree,
    filesystem: &Filesystem<'_>,
    (directory, base_layers): (NodeId, usize),
    names: &Names<'_>,
) -> Result<Option<String>, Error> {
    let (mut bytes, mut count) = (0, 0);
    for (node, version) in own_files(tree, directory, base_layers) {
        let size = tree.size(version);
        bytes += size;
        count += 1;
        let path = escaped(&tree.path(node));
        if size > LIMIT || bytes > BYTES || count > FILES {
            return Ok(Some(format!("{path} was not searched for their names")));
        }
        let Some(text) = readable(filesystem.read_start(version, LIMIT))? else {
            return Ok(Some(format!("{path} cannot be searched for their names")));
        };
        if let Some(name) = names.in_text(&String::from_utf8_lossy(&text)) {
            return Ok(Some(format!("{path} names {}", escaped_str(name))));
        }
    }
    Ok(None)
}

/// Returns the visible files of an application that load packages, or say what does.
fn own_files(tree: &Tree, directory: NodeId, base_layers: usize) -> Vec<(NodeId, VersionId)> {
    let (mut found, mut open) = (Vec::new(), vec![directory]);
    while let Some(directory) = open.pop() {
        for child in tree.children(directory) {
            let Some(version) = tree.last(child) else { continue };
            match tree.kind(version) {
                Kind::Directory if !OTHERS.contains(&tree.name(child)) => open.push(child),
                Kind::File
                    if tree.added_in(version) >= base_layers
                        && may_load(tree.name(child))
                        && tree.size(version) > 0 =>
                {
                    found.push((child, version));
                }
                _ => {}
            }
        }
    }
    found
}

fn may_load(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let has_known_ending = || match name.trim_start_matches('.').rsplit_once('.') {
        Some((_, ending)) => CODE.contains(&ending),
        // `.sequelizerc`, and scripts.
        None => true,
    };
    !LISTS.contains(&name.as_str()) && has_known_ending()
}

impl<'a> Names<'a> {
    /// Returns the package that a text names.
    pub(super) fn in_text(&self, text: &str) -> Option<&'a str> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "@/_-.~".contains(c);
        let bytes = text.as_bytes();
        let is_quote = |at: usize| bytes.get(at).is_some_and(|byte| b"\"'`".contains(byte));
        let mut pieces = text.split(|c: char| !is_name(c)).filter(|piece| !piece.is_empty());
        pieces.find_map(|piece| {
            let start = piece.as_ptr() as usize - text.as_ptr() as usize;
            let is_quoted = start > 0 && is_quote(start - 1) && is_quote(start + piece.len());
            let name = package_in(piece);
            let known = if is_quoted { &self.all } else { &self.direct };
            known.get(name).copied()
        })
    }
}

/// Returns the name of the package in what loads something of it, such as `dotenv` in
/// `dotenv/config`.
fn package_in(piece: &str) -> &str {
    let piece = piece.trim_matches('.');
    let inside = piece.rsplit_once("node_modules/").map_or(piece, |(_, inside)| inside);
    let inside = inside.strip_prefix(".bin/").unwrap_or(inside);
    let parts = if inside.starts_with('@') { 2 } else { 1 };
    let end = inside.match_indices('/').nth(parts - 1).map_or(inside.len(), |(at, _)| at);
    &inside[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_used_where_a_string_or_a_command_names_it() {
        let names = Names {
            all: ["ms", "once", "dotenv", "@a/b"].into(),
            direct: ["dotenv", "@a/b"].into(),
        };
        for (text, name) in [
            ("require('dotenv').config()", "dotenv"),
            ("import 'dotenv/config'", "dotenv"),
            ("import x from \"@a/b/c.js\";", "@a/b"),
            ("execSync('npx dotenv run')", "dotenv"),
            ("exec node_modules/.bin/dotenv", "dotenv"),
            ("const ms = require(`ms`)", "ms"),
        ] {
            assert_eq!(names.in_text(text), Some(name), "{text}");
        }
        for text in ["call it once, for 3 ms", "require('./dotenv')", "dotenv-x", "@a/c"] {
            assert_eq!(names.in_text(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_may_load_a_package_is_searched() {
        assert!(may_load(b"a.mjs") && may_load(b".sequelizerc") && may_load(b"start"));
        assert!(!may_load(b"package.json") && !may_load(b"a.png") && !may_load(b"README.md"));
    }
}
