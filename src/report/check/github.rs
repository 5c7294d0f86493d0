//! Writes workflow commands of GitHub Actions, which annotate lines of a Dockerfile.
//!
//! A step shows ten annotations of each level, so the ten worst are written, and how many more
//! there are.

use std::io::{self, Write};

use super::CheckResults;
use super::results::{Problem, Severity, problems};
use crate::display::{Units, count, escaped_str};

/// The annotations that are shown.
const SHOWN: usize = 10;

/// Writes the annotations of all images.
pub(super) fn write(
    results: &CheckResults<'_>,
    units: Units,
    out: &mut impl Write,
) -> io::Result<()> {
    let problems = problems(results, units);
    for problem in problems.iter().take(SHOWN) {
        writeln!(out, "{}", command(problem))?;
    }
    if let more @ 1.. = problems.len().saturating_sub(SHOWN) {
        writeln!(
            out,
            "::notice title=layerscope::and {} more; the other reports list them",
            count(more as u64)
        )?;
    }
    Ok(())
}

fn command(problem: &Problem<'_>) -> String {
    let level = match problem.severity {
        Severity::Unread | Severity::Error => "error",
        Severity::Secret | Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    format!(
        "::{level} file={},line={},title={}::{}",
        property(&escaped_str(problem.file)),
        problem.line,
        property(&format!("layerscope: {}", problem.title)),
        message(&problem.message)
    )
}

/// Escapes a message, so that it stays one command.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
