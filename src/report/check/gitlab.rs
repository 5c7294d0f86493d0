//! Writes the code quality report of GitLab: a list of issues, which is there when it is empty,
//! too.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::CheckResults;
use super::results::{Problem, Severity, problems};
use crate::display::{Units, escaped_str};
use crate::report::json::write_escaped;

/// The most issues.
const ISSUES: usize = 5_000;

/// Writes the issues of all images.
pub(super) fn write(results: &CheckResults<'_>, units: Units, out: impl Write) -> io::Result<()> {
    let issues: Vec<_> = problems(results, units).iter().take(ISSUES).map(issue).collect();
    write_escaped(&issues, out)
}

fn issue(problem: &Problem<'_>) -> Value {
    json!({
        "type": "issue",
        "check_name": problem.rule,
        "description": problem.message,
        "categories": [match (problem.severity, problem.rule.as_str()) {
            (Severity::Secret, _) | (_, "limit/secrets") => "Security",
            _ => "Performance",
        }],
        "fingerprint": problem.fingerprint,
        "severity": match problem.severity {
            Severity::Secret => "critical",
            Severity::Unread | Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        "location": { "path": escaped_str(problem.file), "lines": { "begin": problem.line } },
    })
}
