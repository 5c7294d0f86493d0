//! Exceptions: bytes that limits do not count, with a reason and a last day.

use std::collections::HashSet;

use super::Subject;
use crate::advice::secrets::Secret;
use crate::display::DAY;
use crate::tree::{NodeId, Tree, VersionId};

/// The bytes or the secrets that an exception names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excepted {
    /// A path and everything below it; may be a glob. Secrets in it still count, since nobody may
    /// know of them.
    Path(String),
    /// The findings of a rule, or the secrets of a kind.
    Rule {
        /// The ID of the rule or of the kind.
        rule: String,
        /// The path below which they are excepted; may be a glob. `None` for all.
        path: Option<String>,
    },
}

impl Excepted {
    /// Returns the rule, if one is named.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Path(_) => None,
            Self::Rule { rule, .. } => Some(rule),
        }
    }

    /// Returns the path, if one is named.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path),
            Self::Rule { path, .. } => path.as_deref(),
        }
    }
}

/// Bytes that count neither as wasted nor as avoidable, nor in findings and budgets; or secrets that
/// do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The bytes.
    pub what: Excepted,
    /// The reason, for the readers of the report.
    pub reason: String,
    /// The last day, in seconds since 1970.
    pub until: i64,
}

/// The state of an exception on the day of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionState {
    /// Some bytes or secrets are excepted.
    Used,
    /// Nothing in the image is named by it.
    Unused,
    /// The last day is over, so nothing is excepted.
    Ended,
}

impl ExceptionState {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Ended => "ended",
        }
    }
}

/// An exception with its effect on an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionUse {
    /// The exception.
    pub exception: Exception,
    /// The state.
    pub state: ExceptionState,
    /// The size of what it names, in bytes.
    pub bytes: u64,
    /// The number of secrets that it names.
    pub secrets: usize,
    /// The number of secrets below its path that still count, because it does not name their rule.
    pub other_secrets: usize,
    /// The rules of these secrets, each once.
    pub other_rules: Vec<String>,
}

impl Exception {
    /// Returns whether the last day is over.
    pub fn has_ended(&self, now: i64) -> bool {
        now >= self.until.saturating_add(DAY)
    }

    /// Returns what the exception names in an image.
    pub(super) fn of_image(&self, subject: &Subject<'_>) -> Named {
        let tree = &subject.inspection.tree;
        let below = self.what.path().map(|path| below(tree, path));
        let is_below =
            |inode: VersionId| below.as_ref().is_none_or(|it| it[tree.node_of(inode).index()]);
        let all = subject.study.secrets.iter().flat_map(|secrets| &secrets.list).enumerate();
        // A part of the config is below no path.
        let is_there = |secret: &Secret| secret.inode.map_or(below.is_none(), is_below);
        let there = all.filter(|(_, secret)| is_there(secret));
        let Some(rule) = self.what.rule() else {
            return Named {
                inodes: tree.inodes().filter(|&inode| is_below(inode)).collect(),
                secrets: HashSet::new(),
                others: there.map(|(_, secret)| secret.kind.id.clone()).collect(),
            };
        };
        let findings = subject.study.findings.iter().filter(|finding| finding.rule == *rule);
        let inodes = findings.flat_map(|finding| finding.inodes.iter().copied());
        let secrets: Vec<_> = there.filter(|(_, secret)| secret.kind.id == *rule).collect();
        Named {
            inodes: inodes
                .filter(|&inode| is_below(inode))
                .chain(secrets.iter().filter_map(|(_, secret)| secret.inode))
                .collect(),
            secrets: secrets.iter().map(|(number, _)| *number).collect(),
            others: Vec::new(),
        }
    }
}

/// The files and secrets of an image that an exception names.
#[derive(Default)]
pub(super) struct Named {
    /// The files, whose bytes do not count.
    pub inodes: HashSet<VersionId>,
    /// The secrets that do not count, by their numbers in the list of all.
    pub secrets: HashSet<usize>,
    /// The rules of the secrets that are below its path and count.
    pub others: Vec<String>,
}

/// Returns, for each node, whether it is at or below a path or a glob.
pub(super) fn below(tree: &Tree, path: &str) -> Vec<bool> {
    let mut below = vec![false; tree.node_count()];
    let path = path.trim_end_matches('/');
    let glob = path.contains(['*', '?', '[', '{']).then(|| {
        let glob =
            globset::GlobBuilder::new(path).literal_separator(true).backslash_escape(true).build();
        glob.map(|glob| glob.compile_matcher())
    });
    let named = if path.is_empty() { Some(NodeId::ROOT) } else { tree.find(path.as_bytes()) };
    if let Some(node) = named {
        below[node.index()] = true;
    }
    // A path comes after its directory, so one pass suffices.
    for node in tree.all_nodes() {
        let is_below = below[tree.parent(node).index()];
        let matches = match &glob {
            Some(Ok(glob)) if !is_below => {
                glob.is_match_candidate(&globset::Candidate::from_bytes(&tree.path(node)))
            }
            _ => false,
        };
        below[node.index()] |= is_below || matches;
    }
    below
}
