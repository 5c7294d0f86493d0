//! The possible sizes, each with the way to get there and how sure it is.

use maud::{Markup, html};

use super::Subject;
use super::graphics::{bar, bytes, prose};
use crate::advice::ladder::{Certainty, PossibleSize, noticeable};
use crate::analysis::download::Download;
use crate::display::{escaped_str, noticeably, shown};
use crate::report::ladder::{is_code, reliability};

/// Makes the section; `None` if only the image as built is known.
pub fn ladder(subject: &Subject<'_>) -> Option<Markup> {
    let possible_sizes = &subject.study.ladder;
    let shown: Vec<_> = noticeable(possible_sizes)
        .into_iter()
        .map(|place| (place, &possible_sizes[place]))
        .collect();
    let sizes: Vec<_> = shown.iter().map(|(_, possible_size)| *possible_size).collect();
    let first = possible_sizes.first().filter(|_| shown.len() > 1)?;
    Some(html! {
        ol .ladder {
            @for (index, possible_size) in &shown {
                (rung(subject, *index, possible_size, first))
            }
        }
        @if first.certainty == Certainty::AtLeast {
            p .note { "≥ is a lower bound, and none of the sizes is exact: not all of the image was read." }
        } @else if let Some(words) = reliability(&sizes) {
            p .note { (words) }
        }
    })
}

fn rung(
    subject: &Subject<'_>,
    index: usize,
    possible_size: &PossibleSize,
    first: &PossibleSize,
) -> Markup {
    let units = subject.units;
    let size = possible_size.size;
    let key = Some(format!("possible_sizes.{index}.size_bytes"));
    let condition = if matches!(possible_size.download, Download::Estimate(_)) {
        ", if files compress as before"
    } else {
        ""
    };
    let download = possible_size
        .download
        .words(units)
        .map(|words| shown!("{}{}", escaped_str(&words), condition));
    let estimate = match &possible_size.certainty {
        Certainty::Estimate(from) => Some(shown!("estimated: {}", from.shown(units))),
        _ => None,
    };
    let notes = possible_size.notes.iter().map(|note| note.shown(units));
    let notes: Vec<_> = download.into_iter().chain(estimate).chain(notes).collect();
    html! {
        li {
            div .rung {
                span .title { (escaped_str(&possible_size.step.title())) }
                (bar(size, 0, first.size))
                span .size { (possible_size.certainty.sign()) (bytes(&units.size(size), size, key)) }
                span .ratio {
                    @if let Some(ratio) = noticeably(size, first.size) { (ratio) " smaller" }
                }
                span .grade { (possible_size.grade()) }
            }
            (way(&possible_size.how))
            @for note in &notes { p .note { (prose(note)) } }
        }
    }
}

/// Makes paragraphs of words, and one block of neighbouring lines of a Dockerfile.
fn way(how: &str) -> Markup {
    let lines: Vec<_> = how.lines().collect();
    html! {
        @for part in lines.chunk_by(|one, other| is_code(one) == is_code(other)) {
            @if part.first().is_some_and(|line| is_code(line)) {
                pre tabindex="0" { code {
                    @for line in part { (escaped_str(line)) "\n" }
                } }
            } @else {
                @for line in part { p { (prose(&escaped_str(line))) } }
            }
        }
    }
}
