//! Secrets in files, of every layer.
//!
//! A file is read once, if its path is that of a rule or if it may be a text, and only within
//! limits: names decide, then sizes, then the first bytes. Texts are not downloaded for it.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use super::{Place, Secret, Secrets};
use crate::advice::findings::{Glob, Matcher};
use crate::analysis::Inspection;
use crate::display::escaped_str;
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::filesystem::{Filesystem, readable};
use crate::files::packages::Packages;
use crate::progress::Progress;
use crate::secret::{FileRule, Hit, Looks, Masked, find_in_command, find_tokens, pairs, rules};
use crate::tree::{NodeId, Removal, Tree, VersionId};

/// The largest file of a rule that is read, in bytes.
const FILE: u64 = 1 << 20;
/// The largest text that is searched for tokens, in bytes.
const TEXT: u64 = 256 << 10;
/// The most bytes that are read in all.
const BYTES: u64 = 64 << 20;
/// The most files that are read.
const FILES: usize = 20_000;
/// The most secrets of a file, and of all files.
const SECRETS: (usize, usize) = (5, 200);
/// The number of bytes in which a file without zeros is taken for a text.
const HEAD: usize = 8 << 10;

/// A file that is to be read.
struct Candidate<'a> {
    inode: VersionId,
    node: NodeId,
    removal: Option<&'a Removal>,
    /// The rule of its path; `None` for any text.
    rule: Option<&'static FileRule>,
}

/// Finds the secrets in the files of an image.
///
/// # Errors
///
/// Only a cancellation.
pub fn find(
    inspection: &Inspection,
    contents: &dyn Contents,
    packages: &Packages,
    progress: &Arc<Progress>,
) -> Result<Secrets, Error> {
    let tree = &inspection.tree;
    let filesystem = Filesystem::new(tree, contents, progress);
    let mut secrets = Secrets::default();
    let (mut bytes, mut files) = (BYTES, FILES);
    for candidate in candidates(tree) {
        let size = tree.size(candidate.inode);
        let is_costly = candidate.rule.is_none() && !contents.is_at_hand(tree, candidate.inode);
        if is_costly || size > bytes || files == 0 || secrets.list.len() >= SECRETS.1 {
            secrets.unread += 1;
            continue;
        }
        bytes -= size;
        files -= 1;
        match readable(filesystem.read_start(candidate.inode, size))? {
            Some(text) => {
                let found = candidate.secrets(tree, packages, &text);
                secrets.list.extend(found);
            }
            None => secrets.unread += 1,
        }
    }
    Ok(secrets)
}

/// Returns the files to read, in the order of the layers and of their places in them.
fn candidates(tree: &Tree) -> Vec<Candidate<'_>> {
    let files = &rules().files;
    let taken = matcher().take(tree, &[]);
    let inodes = tree.inodes_with_removals().filter_map(|(inode, removal)| {
        let node = tree.node_of(inode);
        let number = usize::from(taken[node.index()]?);
        let rule = files.get(number);
        let most = if rule.is_some() { FILE } else { TEXT };
        (1..=most).contains(&tree.size(inode)).then_some(Candidate { inode, node, removal, rule })
    });
    let mut candidates: Vec<_> = inodes.collect();
    // Named files come first, so that texts cannot use up their bytes.
    candidates.sort_by_key(|candidate| {
        let inode = candidate.inode;
        (candidate.rule.is_none(), tree.added_in(inode), tree.data_offset(inode))
    });
    candidates
}

/// Returns the globs of all rules, numbered like the rules of files; any text comes last.
fn matcher() -> &'static Matcher {
    static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
        let rules = rules();
        let mut matcher = Matcher::default();
        let mut add = |glob: &str, of: usize, excludes: bool| {
            let of = u16::try_from(of).expect("there are few rules");
            let globs = Glob::parse(glob).expect("a test parses them");
            globs.iter().for_each(|glob| matcher.add(glob, of, excludes));
        };
        let text = rules.files.len();
        for (number, rule) in rules.files.iter().enumerate() {
            rule.globs.iter().for_each(|glob| add(glob, number, false));
            rule.except.iter().for_each(|glob| add(glob, number, true));
            let areas = rules.areas.iter().filter(|area| area.all);
            areas.flat_map(|area| &area.globs).for_each(|glob| add(glob, number, true));
        }
        add("**", text, false);
        let areas = rules.areas.iter().flat_map(|area| &area.globs);
        areas.chain(&rules.not_text).for_each(|glob| add(glob, text, true));
        matcher
    });
    &MATCHER
}

impl Candidate<'_> {
    /// Finds the secrets in the contents of the file.
    fn secrets(&self, tree: &Tree, packages: &Packages, bytes: &[u8]) -> Vec<Secret> {
        let mut hits = self.rule.map(|rule| by_rule(rule, bytes)).unwrap_or_default();
        if is_text(bytes) {
            let tokens = find_tokens(bytes);
            hits.retain(|hit| tokens.iter().all(|token| !overlap(token, hit)));
            hits.extend(tokens);
        }
        if hits.is_empty() || self.is_of_a_package(tree, packages) {
            return Vec::new();
        }
        let mut known = HashSet::new();
        hits.retain(|hit| known.insert(bytes[hit.range.clone()].to_vec()));
        hits.truncate(SECRETS.0);
        hits.sort_by_key(|hit| hit.range.start);
        hits.iter().map(|hit| self.secret(tree, bytes, hit)).collect()
    }

    /// Returns whether a package brought the file as it is: everybody who has the package has it.
    fn is_of_a_package(&self, tree: &Tree, packages: &Packages) -> bool {
        let is_first = tree.versions(self.node).last() == Some(self.inode);
        let layer = packages.layer_for(tree, self.inode, self.removal);
        is_first && packages.owner(tree, layer, self.node).is_some()
    }

    fn secret(&self, tree: &Tree, bytes: &[u8], hit: &Hit) -> Secret {
        let before = &bytes[..hit.range.start];
        let line = is_text(bytes).then(|| 1 + before.iter().filter(|&&b| b == b'\n').count());
        Secret {
            kind: hit.kind,
            place: Place::File { node: self.node, line },
            name: hit.name.as_deref().map(escaped_str),
            inode: Some(self.inode),
            added_in: Some(tree.added_in(self.inode)),
            removed_in: self.removal.map(|removal| removal.layer),
            shown: match is_text(bytes) {
                true => Masked::new(&bytes[hit.range.clone()]),
                false => Masked::new(b""),
            },
        }
    }
}

/// Finds the secrets that the rule of a path knows.
fn by_rule(rule: &'static FileRule, bytes: &[u8]) -> Vec<Hit> {
    let as_text = || String::from_utf8_lossy(bytes);
    let of_rule =
        |hit: Hit| Hit { kind: if hit.kind.is_general { &rule.kind } else { hit.kind }, ..hit };
    match &rule.looks {
        Looks::Tokens => Vec::new(),
        Looks::Regex(expressions) => expressions
            .iter()
            .flat_map(|expression| expression.captures_iter(bytes).take(SECRETS.0))
            .filter_map(|found| {
                let value = found.get(1).or_else(|| found.get(0))?;
                let is_value = found.get(1).is_none() || crate::secret::is_value(value.as_bytes());
                is_value.then(|| Hit { kind: &rule.kind, range: value.range(), name: None })
            })
            .collect(),
        // Lossy text has other places; its secrets are found all the same.
        Looks::Pairs if std::str::from_utf8(bytes).is_ok() => {
            pairs(&as_text()).into_iter().map(of_rule).collect()
        }
        Looks::Commands if std::str::from_utf8(bytes).is_ok() => {
            find_in_command(&as_text()).into_iter().map(of_rule).collect()
        }
        Looks::Pairs | Looks::Commands => Vec::new(),
    }
}

fn overlap(one: &Hit, other: &Hit) -> bool {
    one.range.start < other.range.end && other.range.start < one.range.end
}

/// Returns whether the beginning of a file is text.
fn is_text(bytes: &[u8]) -> bool {
    !bytes[..bytes.len().min(HEAD)].contains(&0)
}
