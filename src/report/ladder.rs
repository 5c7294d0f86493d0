//! Writes the possible sizes as text with bars, and in the types of the JSON contract.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_escaped;
use super::paint::{Paint, TextStyle};
use crate::advice::ladder::{CHANGED, Certainty, NEEDS_A_LOOK, PossibleSize, noticeable};
use crate::analysis::download::Download;
use crate::display::{Escaped, Units, cut, escaped_str, noticeably, shown, wrap_words};
use crate::recorded::PossibleSizeRecord;

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
    size_certainty: &'static str,
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
        exact: possible_size.grade() == Certainty::Exact.grade(),
        estimated_from: match &possible_size.certainty {
            Certainty::Estimate(from) => Some(from.shown(units)),
            _ => None,
        },
        lower_bound: matches!(
            possible_size.certainty,
            Certainty::AtLeast | Certainty::WithoutAllNeeded
        ),
        grade: possible_size.grade(),
        size_certainty: possible_size.certainty.grade(),
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

/// Writes the rungs with the steps to each, starting with the unchanged image.
///
/// # Errors
///
/// An error of `out`.
pub fn write_ladder(
    possible_sizes: &[PossibleSize],
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let Some(first) = possible_sizes.first() else { return Ok(()) };
    let mut told: Vec<Escaped> = Vec::new();
    let shown: Vec<_> =
        noticeable(possible_sizes).into_iter().map(|place| &possible_sizes[place]).collect();
    let changed = shown.iter().position(|size| size.step.changes_the_program());
    for (at, possible_size) in shown.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        if changed == Some(at) {
            divide(style, &mut out)?;
        }
        let row = Row {
            title: &possible_size.step.title(),
            size: possible_size.size,
            is_comparable: possible_size.ratio(first).is_some(),
            sign: possible_size.certainty.sign(),
            grade: possible_size.grade(),
        };
        row.write(first.size, style, &mut out)?;
        explain(possible_size, &mut told, style, &mut out)?;
    }
    let grades: Vec<_> = shown.iter().map(|size| size.grade()).collect();
    if let Some(words) = about_grades(&grades, &signs(&shown)) {
        writeln!(out)?;
        for line in wrap_words(&words, WIDTH - 2) {
            writeln!(out, "  {line}")?;
        }
    }
    out.flush()
}

/// Writes the possible sizes that a report records, in a line each.
///
/// # Errors
///
/// An error of `out`.
pub fn write_recorded_sizes(
    sizes: &[PossibleSizeRecord],
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let Some(first) = sizes.first() else { return Ok(()) };
    let shown: Vec<_> = sizes.iter().filter(|size| size.noticeable).collect();
    let changed = shown.iter().position(|size| size.changes_the_program());
    for (at, size) in shown.iter().enumerate() {
        if changed == Some(at) {
            divide(style, &mut out)?;
        }
        let row = Row {
            title: &size.title,
            size: size.size_bytes,
            is_comparable: size.ratio.is_some(),
            sign: size.sign(),
            grade: &size.grade,
        };
        row.write(first.size_bytes, style, &mut out)?;
    }
    let Some(words) = reliability(&shown) else { return Ok(()) };
    writeln!(out)?;
    wrap_words(&words, WIDTH - 2).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// Writes the head of the sizes that change the program itself.
fn divide(style: TextStyle, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {}", Paint::Dim.on(CHANGED, style.colour))
}

/// A rung in a line.
struct Row<'a> {
    title: &'a str,
    size: u64,
    /// True if the size can be compared with that of the image as it is.
    is_comparable: bool,
    sign: &'static str,
    grade: &'a str,
}

impl Row<'_> {
    /// Writes the line with a bar; `first` is the size of the image as it is.
    fn write(&self, first: u64, style: TextStyle, out: &mut impl Write) -> io::Result<()> {
        let size = format!("{}{}", self.sign, style.units.size(self.size));
        let ratio = noticeably(self.size, first).filter(|_| self.is_comparable).unwrap_or_default();
        let title = cut(self.title, TITLE);
        let bar = format!("{:<BAR$}", bar(self.size, first));
        let bar = Paint::Visible.on(&bar, style.colour);
        let grade = Paint::Dim.on(self.grade, style.colour);
        writeln!(out, "  {title:<TITLE$} {size:>10}  {bar} {ratio:>8} {grade}")
    }
}

/// Explains the sizes that are not exact, by their grades and the words about their signs; `None` if
/// all are exact.
fn about_grades(grades: &[&str], signs: &str) -> Option<String> {
    if grades.first().is_some_and(|grade| *grade == Certainty::AtLeast.grade()) {
        return Some(
            "≥ is a lower bound, and none of the sizes is exact: not all of the image was read"
                .into(),
        );
    }
    if grades.iter().all(|grade| *grade == Certainty::Exact.grade()) {
        return None;
    }
    let look = grades.contains(&NEEDS_A_LOOK);
    let look = look.then_some("A size that needs a look has a part that you have to decide about.");
    let signs = (!signs.is_empty()).then(|| format!("{signs}."));
    let all = signs.as_deref().into_iter().chain(look).chain(["The other sizes are exact."]);
    Some(all.collect::<Vec<_>>().join(" "))
}

/// Says which of some sizes are exact; `None` if all are.
pub fn reliability(sizes: &[&PossibleSizeRecord]) -> Option<String> {
    let grades: Vec<&str> = sizes.iter().map(|size| &*size.grade).collect();
    let signs = words_of_signs(|sign| sizes.iter().any(|size| size.sign() == sign));
    about_grades(&grades, &signs)
}

/// Explains the signs before the sizes.
pub fn signs(possible_sizes: &[&PossibleSize]) -> String {
    words_of_signs(|sign| {
        possible_sizes.iter().any(|possible_size| possible_size.certainty.sign() == sign)
    })
}

/// Explains the signs that are there.
fn words_of_signs(has: impl Fn(&str) -> bool) -> String {
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
    Ok(())
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
