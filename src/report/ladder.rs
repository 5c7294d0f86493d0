//! Writes the possible sizes as text with bars, and in the types of the JSON contract.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_escaped;
use super::paint::Paint;
use super::text::TextStyle;
use crate::advice::ladder::{Certainty, Rung};
use crate::analysis::download::Pull;
use crate::display::{Units, noticeably};
use crate::display::{cut, wrap};

const WIDTH: usize = 80;
/// The width of a rung's title.
const TITLE: usize = 33;
/// The width of a bar.
const BAR: usize = 22;
/// The column where explanations begin.
const INDENT: usize = 6;

/// A rung in the JSON contract.
#[derive(Debug, Serialize)]
pub struct RungPart {
    step: &'static str,
    title: String,
    shipped_bytes: u64,
    ratio: Option<f64>,
    exact: bool,
    grade: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_from: Option<String>,
    lower_bound: bool,
    pull_bytes: Option<u64>,
    pull_exact: bool,
    how: String,
    notes: Vec<String>,
}

/// Converts the rungs to the JSON contract.
pub fn rung_parts(rungs: &[Rung], units: Units) -> Vec<RungPart> {
    let part = |rung: &Rung| RungPart {
        step: rung.step.id(),
        title: rung.step.title(),
        shipped_bytes: rung.shipped,
        ratio: rung.ratio(&rungs[0]),
        exact: rung.certainty == Certainty::Exact,
        estimated_from: match &rung.certainty {
            Certainty::Exact | Certainty::AtLeast | Certainty::AtMost => None,
            Certainty::Estimate(from) => Some(from.shown(units)),
        },
        lower_bound: rung.certainty == Certainty::AtLeast,
        grade: rung.certainty.grade(),
        pull_bytes: rung.pull.bytes(),
        pull_exact: rung.pull.is_exact() && rung.certainty != Certainty::AtLeast,
        how: rung.how.clone(),
        notes: rung.notes.iter().map(|note| note.shown(units)).collect(),
    };
    rungs.iter().map(part).collect()
}

/// Writes the rungs as JSON.
///
/// # Errors
///
/// An error of `out`.
pub fn write_ladder_json(rungs: &[Rung], units: Units, out: impl Write) -> io::Result<()> {
    write_escaped(&rung_parts(rungs, units), out)
}

/// The amount of detail for each rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderDetail {
    /// A single line per rung.
    Sizes,
    /// Also the steps to get there, and remarks.
    Whole,
}

/// Writes the rungs, starting with the unchanged image.
///
/// # Errors
///
/// An error of `out`.
pub fn write_ladder(rungs: &[Rung], detail: LadderDetail, style: TextStyle, mut out: impl Write) -> io::Result<()> {
    let Some(first) = rungs.first() else { return Ok(()) };
    let mut told: Vec<String> = Vec::new();
    for rung in rungs {
        let about = rung.certainty.sign();
        let size = format!("{about}{}", style.units.size(rung.shipped));
        let ratio = rung.ratio(first).and_then(|_| noticeably(rung.shipped, first.shipped)).unwrap_or_default();
        let title = cut(&rung.step.title(), TITLE);
        let bar = format!("{:<BAR$}", bar(rung.shipped, first.shipped));
        let bar = Paint::Live.on(&bar, style.colour);
        writeln!(out, "  {title:<TITLE$} {size:>10}  {bar} {ratio:>8}")?;
        if detail == LadderDetail::Whole {
            explain(rung, &mut told, style, &mut out)?;
        }
    }
    if first.certainty == Certainty::AtLeast {
        writeln!(out, "\n  ≥ is a lower bound, and none of the sizes is exact: not all of the image was read")?;
    } else if rungs.iter().any(|rung| rung.certainty != Certainty::Exact) {
        let at_most = rungs.iter().any(|rung| rung.certainty == Certainty::AtMost);
        let or = if at_most { ", or the most that can be saved" } else { "" };
        writeln!(out, "\n  ~ is an estimate{or}; the others are exact: the same files, with some left out")?;
    }
    out.flush()
}

/// Writes the steps to a rung. A remark is written only the first time.
fn explain(rung: &Rung, told: &mut Vec<String>, style: TextStyle, out: &mut impl Write) -> io::Result<()> {
    let condition = if matches!(rung.pull, Pull::Estimate(_)) { ", if it compresses as before" } else { "" };
    let pull = rung.pull.words(style.units).map(|words| format!("{words}{condition}"));
    let estimate = match &rung.certainty {
        Certainty::Estimate(from) => Some(format!("estimated: {}", from.shown(style.units))),
        Certainty::AtMost => Some("at most this is saved: what the program also needs comes on top".to_owned()),
        Certainty::Exact | Certainty::AtLeast => None,
    };
    for line in rung.how.lines() {
        // Lines of a Dockerfile are not wrapped, so that they can be copied.
        let is_code = line.starts_with(' ') || line.starts_with("COPY") || line.starts_with("FROM");
        let parts = if is_code { vec![line.to_owned()] } else { wrap(line, WIDTH - INDENT) };
        for part in parts {
            writeln!(out, "{:INDENT$}{part}", "")?;
        }
    }
    let notes: Vec<_> = rung.notes.iter().map(|note| note.shown(style.units)).collect();
    for line in pull.iter().chain(&estimate).chain(&notes) {
        if told.contains(line) {
            continue;
        }
        for part in wrap(line, WIDTH - INDENT) {
            writeln!(out, "{:INDENT$}{}", "", Paint::Dim.on(&part, style.colour))?;
        }
    }
    told.extend(notes);
    writeln!(out)
}

fn bar(part: u64, whole: u64) -> String {
    let cells = u128::from(part) * BAR as u128 / u128::from(whole.max(1));
    let cells = usize::try_from(cells).unwrap_or(BAR).clamp(usize::from(part > 0), BAR);
    "█".repeat(cells)
}
