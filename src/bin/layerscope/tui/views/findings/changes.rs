//! Findings grouped by what to do: findings with one remedy are one change.

use std::collections::HashMap;

use layerscope::advice::assessment::Study;
use layerscope::advice::findings::{Fate, Finding, Level, Whose};

/// The part of the image that a change belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Own,
    Optional,
    Base,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Own, Self::Optional, Self::Base];

    pub fn title(self) -> &'static str {
        match self {
            Self::Own => "In your Dockerfile",
            Self::Optional => "Optional",
            Self::Base => "Only with another base image",
        }
    }

    fn of_finding(finding: &Finding) -> Self {
        match (finding.whose, finding.fate, finding.level) {
            (Whose::Base, ..) => Self::Base,
            (Whose::Own, Fate::Gone { .. }, _)
            | (Whose::Own, _, Level::Leftovers | Level::Toolchain) => Self::Own,
            (Whose::Own, Fate::Left, _) => Self::Optional,
        }
    }
}

/// A change that avoids some findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: Kind,
    /// Positions in the list of findings, the biggest first.
    pub findings: Vec<usize>,
    /// The bytes that it saves.
    pub bytes: u64,
}

/// Returns the change itself: the advice without the alternatives and the example that follow it.
pub fn clause(finding: &Finding) -> &str {
    let what = finding.fix.what.as_str();
    let end =
        [";", ", or ", ", and copy ", ": "].into_iter().filter_map(|mark| what.find(mark)).min();
    &what[..end.unwrap_or(what.len())]
}

/// Groups the findings of an assessment: the user's own first, the biggest change of each kind
/// first.
pub fn changes(study: &Study) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut known = HashMap::new();
    for (i, finding) in study.findings.iter().enumerate() {
        let kind = Kind::of_finding(finding);
        let place = *known.entry((kind, clause(finding))).or_insert_with(|| {
            changes.push(Change { kind, findings: Vec::new(), bytes: 0 });
            changes.len() - 1
        });
        changes[place].findings.push(i);
        changes[place].bytes += finding.bytes;
    }
    for change in &mut changes {
        change.findings.sort_by_key(|&i| std::cmp::Reverse(study.findings[i].bytes));
    }
    changes.sort_by_key(|change| (change.kind, std::cmp::Reverse(change.bytes)));
    changes
}
