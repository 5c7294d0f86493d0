//! Writes the result of a check as text: one line for each limit.

use std::io::{self, Write};

use super::words::{
    dive, exception, line, other_platforms, summary, unlimited_secrets, unsearched_notes,
};
use super::{CheckResults, has_namesake};
use crate::display::shown;
use crate::gate::Status;
use crate::report::TextStyle;
use crate::report::paint::Paint;

/// Writes the results as text: those of each image, then the images that could not be checked.
pub(super) fn write(
    results: &CheckResults<'_>,
    style: TextStyle,
    out: &mut impl Write,
) -> io::Result<()> {
    let images = &results.images[..];
    for (i, checked) in images.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let inspection = checked.inspection;
        let name = if has_namesake(images, checked) {
            shown!("{} ({})", inspection.name, inspection.source)
        } else {
            inspection.name.clone()
        };
        writeln!(out, "{}", Paint::Bold.on(&name, style.colour))?;
        for outcome in &checked.verdict.outcomes {
            let (word, paint) = match outcome.status {
                Status::Failed => ("FAIL", Paint::Wasted),
                Status::Passed => ("PASS", Paint::Visible),
                Status::Unknown => ("????", Paint::Warning),
                Status::Skipped => ("SKIP", Paint::Dim),
            };
            writeln!(
                out,
                "{}  {}",
                paint.on(word, style.colour),
                line(checked, outcome, style.units)
            )?;
        }
        let unsearched = unsearched_notes(checked).into_iter().map(|part| part.message);
        for note in other_platforms(inspection).into_iter().chain(unsearched) {
            writeln!(out, "note  {note}")?;
        }
        if let Some(sentence) = unlimited_secrets(checked) {
            writeln!(out, "note  {sentence}")?;
        }
        if let Some(sentence) = checked.new_secrets() {
            writeln!(out, "note  {sentence}")?;
        }
        for used in &checked.verdict.exceptions {
            writeln!(out, "note  {}", exception(used, style.units))?;
        }
        if let Some(count) = &checked.verdict.dive {
            writeln!(out, "note  {}", dive(count, checked, style.units))?;
        }
        writeln!(out, "{}", summary(checked))?;
    }
    for (i, unchecked) in results.unchecked.iter().enumerate() {
        if i > 0 || !images.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "{}", Paint::Bold.on(&unchecked.name(), style.colour))?;
        let word = Paint::Warning.on("????", style.colour);
        writeln!(out, "{word}  not checked: {}", unchecked.sentences())?;
    }
    Ok(())
}
