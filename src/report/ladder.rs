//! Writes the possible sizes as text with bars, and in the types of the JSON contract.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_escaped;
use super::paint::{Paint, TextStyle};
use crate::advice::ladder::{Certainty, PossibleSize, noticeable};
use crate::analysis::download::Download;
use crate::display::{Escaped, Units, cut, escaped_str, noticeably, shown, wrap_words};

const WIDTH: usize = 80;
/// The width of a rung's title.
const TITLE: usize = 36;
/// The width of a bar.
const BAR: usize = 10;
/// The column where explanations begin.
const INDENT: usize = 6;

/// A rung in the JSON contract.
#[derive(Debug, Serialize)]
pub struct PossibleSizePart {
    step: &'static str,
    title: String,
    size_bytes: u64,
    ratio: Option<f64>,
    exact: bool,
    grade: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_from: Option<Escaped>,
    lower_bound: bool,
    noticeable: bool,
    download_bytes: Option<u64>,
    download_exact: bool,
    how: String,
    notes: Vec<Escaped>,
}

/// Converts the rungs to the JSON contract.
pub fn possible_size_parts(possible_sizes: &[PossibleSize], units: Units) -> Vec<PossibleSizePart> {
    let shown = noticeable(possible_sizes);
    let part = |(place, possible_size): (usize, &PossibleSize)| PossibleSizePart {
        noticeable: shown.contains(&place),
        step: possible_size.step.id(),
        title: possible_size.step.title(),
        size_bytes: possible_size.size,
        ratio: possible_size.ratio(&possible_sizes[0]),
        exact: possible_size.certainty == Certainty::Exact,
        estimated_from: match &possible_size.certainty {
            Certainty::Estimate(from) => Some(from.shown(units)),
            _ => None,
        },
        lower_bound: matches!(
            possible_size.certainty,
            Certainty::AtLeast | Certainty::WithoutAllNeeded
        ),
        grade: possible_size.certainty.grade(),
        download_bytes: possible_size.download.bytes(),
        download_exact: possible_size.download.is_exact()
            && possible_size.certainty != Certainty::AtLeast,
        how: possible_size.how.clone(),
        notes: possible_size.notes.iter().map(|note| note.shown(units)).collect(),
    };
    possible_sizes.iter().enumerate().map(part).collect()
}

/// Writes the rungs as JSON.
///
/// # Errors
///
/// An error of `out`.
pub fn write_ladder_json(
    possible_sizes: &[PossibleSize],
    units: Units,
    out: impl Write,
) -> io::Result<()> {
    write_escaped(&possible_size_parts(possible_sizes, units), out)
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
pub fn write_ladder(
    possible_sizes: &[PossibleSize],
    detail: LadderDetail,
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let Some(first) = possible_sizes.first() else { return Ok(()) };
    let mut told: Vec<Escaped> = Vec::new();
    let shown: Vec<_> =
        noticeable(possible_sizes).into_iter().map(|place| &possible_sizes[place]).collect();
    for possible_size in &shown {
        let about = possible_size.certainty.sign();
        let size = format!("{about}{}", style.units.size(possible_size.size));
        let ratio = possible_size
            .ratio(first)
            .and_then(|_| noticeably(possible_size.size, first.size))
            .unwrap_or_default();
        let title = cut(&possible_size.step.title(), TITLE);
        let bar = format!("{:<BAR$}", bar(possible_size.size, first.size));
        let bar = Paint::Visible.on(&bar, style.colour);
        let grade = Paint::Dim.on(possible_size.certainty.grade(), style.colour);
        writeln!(out, "  {title:<TITLE$} {size:>10}  {bar} {ratio:>8} {grade}")?;
        if detail == LadderDetail::Whole {
            explain(possible_size, &mut told, style, &mut out)?;
        }
    }
    // With the steps, an empty line stands there already.
    let gap = if detail == LadderDetail::Whole { "" } else { "\n" };
    if first.certainty == Certainty::AtLeast {
        writeln!(
            out,
            "{gap}  ≥ is a lower bound, and none of the sizes is exact: not all of the image was read"
        )?;
    } else if shown.iter().any(|possible_size| possible_size.certainty != Certainty::Exact) {
        writeln!(out, "{gap}  {}. The other sizes are exact.", signs(&shown))?;
    }
    out.flush()
}

/// Explains the signs before the sizes.
pub fn signs(possible_sizes: &[&PossibleSize]) -> String {
    let has = |sign: &str| {
        possible_sizes.iter().any(|possible_size| possible_size.certainty.sign() == sign)
    };
    let all = [("~", "an estimate"), ("≥", "a lower bound"), ("≤", "an upper bound")];
    let seen = all.into_iter().filter(|(sign, _)| has(sign)).enumerate();
    // The verb stands once: `~ marks an estimate, ≥ a lower bound`.
    let words = seen.map(|(at, (sign, what))| {
        let verb = if at == 0 { "marks " } else { "" };
        format!("{sign} {verb}{what}")
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Writes the steps to a rung. A remark is written only the first time.
fn explain(
    possible_size: &PossibleSize,
    told: &mut Vec<Escaped>,
    style: TextStyle,
    out: &mut impl Write,
) -> io::Result<()> {
    let condition = if matches!(possible_size.download, Download::Estimate(_)) {
        ", if files compress as before"
    } else {
        ""
    };
    let download = possible_size.download.words(style.units);
    let download = download.map(|words| shown!("{}{}", escaped_str(&words), condition));
    let estimate = match &possible_size.certainty {
        Certainty::Estimate(from) => Some(shown!("estimated: {}", from.shown(style.units))),
        Certainty::WithoutAllNeeded => Some(
            "the image is at least this big: other files that the program needs are added".into(),
        ),
        Certainty::Exact | Certainty::AtLeast | Certainty::AtMost => None,
    };
    for line in possible_size.how.lines() {
        let parts =
            if is_code(line) { vec![line.to_owned()] } else { wrap_words(line, WIDTH - INDENT) };
        for part in parts {
            writeln!(out, "{:INDENT$}{part}", "")?;
        }
    }
    let notes: Vec<_> = possible_size.notes.iter().map(|note| note.shown(style.units)).collect();
    for line in download.iter().chain(&estimate).chain(&notes) {
        if told.contains(line) {
            continue;
        }
        for part in wrap_words(line, WIDTH - INDENT) {
            writeln!(out, "{:INDENT$}{}", "", Paint::Dim.on(&part, style.colour))?;
        }
    }
    told.extend(notes);
    writeln!(out)
}

/// Returns whether a line of the way to a size is one of a Dockerfile, which is not wrapped so that
/// it can be copied.
pub fn is_code(line: &str) -> bool {
    line.starts_with([' ', '#']) || line.starts_with("COPY") || line.starts_with("FROM")
}

fn bar(part: u64, whole: u64) -> String {
    let cells = u128::from(part) * BAR as u128 / u128::from(whole.max(1));
    let cells = usize::try_from(cells).unwrap_or(BAR).clamp(usize::from(part > 0), BAR);
    "█".repeat(cells)
}
