//! The possible sizes, each with the way to get there and how sure it is.

use maud::{Markup, html};

use super::Subject;
use super::graphics::{bar, bytes, prose};
use crate::display::{Escaped, noticeably, shown};
use crate::recorded::PossibleSizeRecord;
use crate::report::ladder::{is_code, reliability};

/// Makes the section; `None` if only the image as built is known.
pub fn ladder(subject: &Subject<'_>) -> Option<Markup> {
    let sizes = &subject.document.possible_sizes;
    let shown: Vec<_> = sizes.iter().enumerate().filter(|(_, size)| size.noticeable).collect();
    let first = sizes.first().filter(|_| shown.len() > 1)?;
    let told: Vec<_> = shown.iter().map(|(_, size)| *size).collect();
    Some(html! {
        ol .ladder {
            @for (index, size) in &shown { (rung(subject, *index, size, first)) }
        }
        @if let Some(words) = reliability(&told) { p .note { (words) } }
    })
}

fn rung(
    subject: &Subject<'_>,
    index: usize,
    possible_size: &PossibleSizeRecord,
    first: &PossibleSizeRecord,
) -> Markup {
    let units = subject.units;
    let size = possible_size.size_bytes;
    let key = Some(format!("possible_sizes.{index}.size_bytes"));
    let estimate = possible_size.estimated_from.as_ref();
    let estimate = estimate.map(|from| shown!("estimated: {}", from));
    let notes = possible_size.notes.iter().cloned();
    let notes: Vec<_> =
        possible_size.download(units).into_iter().chain(estimate).chain(notes).collect();
    html! {
        li {
            div .rung {
                span .title { (possible_size.title) }
                (bar(size, 0, first.size_bytes))
                span .size { (possible_size.sign()) (bytes(&units.size(size), size, key)) }
                span .ratio {
                    @if let Some(ratio) = noticeably(size, first.size_bytes) { (ratio) " smaller" }
                }
                span .grade { (possible_size.grade) }
            }
            (way(&possible_size.how))
            @for note in &notes { p .note { (prose(note)) } }
        }
    }
}

/// Makes paragraphs of words, and one block of neighbouring lines of a Dockerfile.
fn way(lines: &[Escaped]) -> Markup {
    html! {
        @for part in lines.chunk_by(|one, other| is_code(one) == is_code(other)) {
            @if part.first().is_some_and(|line| is_code(line)) {
                pre tabindex="0" { code {
                    @for line in part { (line) "\n" }
                } }
            } @else {
                @for line in part { p { (prose(line)) } }
            }
        }
    }
}
