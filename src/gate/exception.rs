//! Exceptions: bytes that limits do not count, with a reason and a last day.

use std::collections::HashSet;

use super::Subject;
use crate::display::DAY;
use crate::tree::{NodeId, Tree, VersionId};

/// The bytes that an exception names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excepted {
    /// A path and everything below it; may be a glob.
    Path(String),
    /// The findings of a rule.
    Rule(String),
}

/// Bytes that count neither as wasted nor as avoidable, nor in findings and budgets.
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
    /// Some bytes are excepted.
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
}

impl Exception {
    /// Returns whether the last day is over.
    pub fn has_ended(&self, now: i64) -> bool {
        now >= self.until.saturating_add(DAY)
    }

    /// Returns the inodes that the exception names.
    pub(super) fn inodes(&self, subject: &Subject<'_>) -> HashSet<VersionId> {
        let tree = &subject.inspection.tree;
        match &self.what {
            Excepted::Path(path) => {
                let below = below(tree, path);
                tree.inodes().filter(|&inode| below[tree.node_of(inode).index()]).collect()
            }
            Excepted::Rule(rule) => {
                let findings =
                    subject.study.findings.iter().filter(|finding| finding.rule == *rule);
                let secrets = subject.study.secrets.iter().flat_map(|secrets| &secrets.list);
                let secrets = secrets.filter(|secret| secret.kind.id == *rule);
                findings
                    .flat_map(|finding| finding.inodes.iter().copied())
                    .chain(secrets.filter_map(|secret| secret.inode))
                    .collect()
            }
        }
    }
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
