//! The changes, in the words of the text report.

use maud::{Markup, html};

use super::Subject;
use super::graphics::{bytes, prose};
use crate::LayerIndex;
use crate::advice::avoidable::Avoidable;
use crate::advice::changes::Part;
use crate::display::{Escaped, plural};
use crate::recorded::ChangeRecord;
use crate::report::changes::{ALONE, base_remark, is_twice, layers_of, removals, summary};
use crate::report::words::{TO_APPLY, nothing_to_change, nothing_wasted, to_apply};

/// The most changes of a part that are written in full, and the most lines about others.
const CHANGES: usize = 60;
const LINES: usize = 100;
/// The most parts of a change.
const PARTS: usize = 12;
/// The most lines of a fix.
const CODE: usize = 120;

/// A change with its place in the JSON report.
type Numbered<'a> = (usize, &'a ChangeRecord);

/// Makes the section; `None` if there is nothing to say.
pub fn changes(subject: &Subject<'_>) -> Option<Markup> {
    let Subject { inspection, document, units, .. } = *subject;
    let Some(all) = &document.changes else {
        let line = "The report has no changes: the program that wrote it recorded none.";
        return Some(html! { p .note { (line) } });
    };
    let of = |part: Part| -> Vec<Numbered<'_>> {
        all.iter().enumerate().filter(|(_, change)| change.part == *part.word()).collect()
    };
    let (own, optional, base) = (of(Part::Own), of(Part::Optional), of(Part::Base));
    let nothing = nothing_wasted(inspection);
    let totals = &document.totals;
    let sums = Avoidable {
        own: totals.avoidable_bytes,
        optional: totals.optional_bytes,
        base: totals.base_avoidable_bytes,
    };
    let summary = summary(sums, units);
    let has_secrets = document.secrets.as_ref().is_some_and(|it| !it.found.is_empty());
    (own.is_empty() || nothing.is_some() || !all.is_empty()).then(|| {
        html! {
            @if let Some(words) = nothing { p .note { (words) } }
            @if own.is_empty() { p .note { (nothing_to_change(inspection, has_secrets)) } }
            @if !all.is_empty() {
                p .note {
                    @if let Some(summary) = summary { (summary) ". " }
                    (ALONE)
                }
            }
            @for change in own.iter().take(CHANGES) { (in_full(subject, *change)) }
            (lines(subject, "More in your layers", own.get(CHANGES..).unwrap_or_default()))
            @if !own.is_empty() {
                p .note { (TO_APPLY) }
                pre tabindex="0" { code { (Escaped::join(to_apply(inspection), "\n")) } }
            }
            @if !optional.is_empty() {
                h3 { "Optional: needs a look" }
                @for change in optional.iter().take(CHANGES) { (in_full(subject, *change)) }
                (lines(subject, "More", optional.get(CHANGES..).unwrap_or_default()))
            }
            @if !base.is_empty() {
                h3 { (Part::Base.title()) }
                p .note { (base_remark(document.base.name.as_ref())) }
                (lines(subject, "", &base))
            }
        }
    })
}

fn in_full(subject: &Subject<'_>, (index, change): Numbered<'_>) -> Markup {
    // Of an image that is not whole, no size is exact.
    let is_exact = subject.inspection.completeness.sizes_are_exact();
    let is_wasted = change.layers.iter().all(|step| step.removed_in.is_some());
    html! {
        article .finding {
            h4 {
                span .amount .bad[is_wasted] { (saving(subject, (index, change))) }
                " " (change.what)
            }
            dl {
                (layers(subject, change))
                @if !change.contains.is_empty() { (contents(subject, (index, change))) }
                @if !change.places.is_empty() {
                    dt { "at" }
                    dd { @for place in &change.places { div { code { (place) } } } }
                }
                @if !change.packages.is_empty() {
                    dt { "packages" } dd { (Escaped::join(change.packages.iter().cloned(), ", ")) }
                }
                dt { "why" } dd { (prose(&change.why)) }
                (the_fix(subject, change))
                @if let Some(words) = change.in_addition(subject.units) {
                    dt { "saves" } dd { (words) }
                }
                dt { "size after" }
                dd {
                    (change.sign())
                    (bytes(
                        &subject.size(change.size_bytes),
                        change.size_bytes,
                        Some(format!("changes.{index}.size_bytes")),
                    ))
                    @if is_exact || change.grade == *"needs a look" { " [" (change.grade) "]" }
                }
            }
        }
    }
}

/// The bytes that a change saves, with their place in the JSON report.
fn saving(subject: &Subject<'_>, (index, change): Numbered<'_>) -> Markup {
    let key = format!("changes.{index}.saves_bytes");
    bytes(&subject.size(change.saves_bytes), change.saves_bytes, Some(key))
}

fn contents(subject: &Subject<'_>, (index, change): Numbered<'_>) -> Markup {
    let rest: u64 = change.contains.iter().skip(PARTS).map(|part| part.bytes).sum();
    let more = change.contains.len().saturating_sub(PARTS);
    let named: u64 = change.named_others.iter().map(|part| part.bytes).sum();
    let unnamed = change.others_bytes.saturating_sub(named);
    html! {
        dt { "contains" }
        dd {
            ul .parts {
                @for (place, part) in change.contains.iter().take(PARTS).enumerate() {
                    @let key = format!("changes.{index}.contains.{place}.bytes");
                    li {
                        (bytes(&subject.size(part.bytes), part.bytes, Some(key))) " " (part.title)
                        @if let Some(path) = &part.path { ": " code { (path) } }
                        @if is_twice(part, &change.contains) { " (" (layers_of(&part.step)) ")" }
                    }
                }
                @if more > 0 {
                    li { (bytes(&subject.size(rest), rest, None)) " in " (plural(more, "more place")) }
                }
                @for (place, part) in change.named_others.iter().enumerate() {
                    @let key = format!("changes.{index}.named_others.{place}.bytes");
                    li { (bytes(&subject.size(part.bytes), part.bytes, Some(key))) " " (part.what) }
                }
                @if unnamed > 0 {
                    li { (bytes(&subject.size(unnamed), unnamed, None)) " " (change.others) }
                }
            }
        }
    }
}

/// The layers that added and removed what a change leaves out.
fn layers(subject: &Subject<'_>, change: &ChangeRecord) -> Markup {
    let mut added: Vec<_> = change.layers.iter().map(|step| step.added_in).collect();
    added.dedup();
    html! {
        @for index in added { (layer(subject, "added in", LayerIndex::new(index))) }
        @for (word, layers) in removals(change) {
            @for index in layers { (layer(subject, word, LayerIndex::new(index))) }
        }
    }
}

/// The layer that added or removed something.
pub fn layer(subject: &Subject<'_>, word: &str, index: LayerIndex) -> Markup {
    let line = subject.inspection.layers[index].instruction.one_line().cut(300);
    html! {
        dt { (word) }
        dd { a href={ "#layer-" (index) } { "layer " (index) } ": " code { (line) } }
    }
}

fn the_fix(subject: &Subject<'_>, change: &ChangeRecord) -> Markup {
    let lines = &change.lines;
    html! {
        dt { "fix" }
        dd .fix {
            p { (prose(&change.advice)) }
            @if lines.len() > CODE {
                p { "(layerscope fix " (subject.inspection.argument()) " prints the " (lines.len()) " lines)" }
            } @else if !lines.is_empty() {
                pre tabindex="0" { code { (Escaped::join(lines.iter().cloned(), "\n")) } }
            }
        }
    }
}

/// Makes a line for each change, with its parts below.
fn lines(subject: &Subject<'_>, head: &str, changes: &[Numbered<'_>]) -> Markup {
    let more = changes.len().saturating_sub(LINES);
    html! {
        @if !changes.is_empty() {
            @if !head.is_empty() { h3 { (head) } }
            ul .lines {
                @for change in changes.iter().take(LINES) {
                    li {
                        span .amount { (saving(subject, *change)) }
                        @if change.1.contains.is_empty() {
                            span { (prose(&change.1.in_short())) }
                        } @else {
                            span { (prose(&change.1.title)) }
                        }
                    }
                    @for (place, part) in change.1.contains.iter().take(PARTS).enumerate() {
                        @let key = format!("changes.{}.contains.{place}.bytes", change.0);
                        li .part {
                            span .amount {
                                (bytes(&subject.size(part.bytes), part.bytes, Some(key)))
                            }
                            span {
                                (layers_of(&part.step)) ": " (part.title)
                                @if let Some(path) = &part.path { ": " code { (path) } }
                            }
                        }
                    }
                }
                @if more > 0 { li { span .amount {} span { "and " (plural(more, "more change")) } } }
            }
        }
    }
}
