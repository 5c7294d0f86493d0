//! The top of the page: the image, the verdict, what could not be read, and the numbers.

use crate::escape::Untrusted;
use maud::{Markup, html};

use super::Subject;
use super::graphics::{bar, bytes, legend, prose};
use crate::display::{Escaped, escaped_str, noticeably, percent, plural, shown};
use crate::report::words::{NOT_SEARCHED, date, incomplete};
use crate::{Inspection, Warning};

/// The most remarks that are listed.
const REMARKS: usize = 200;

/// Makes the header: remarks come first where the account is not whole.
pub fn header(subject: &Subject<'_>) -> Markup {
    let Subject { inspection, document, .. } = *subject;
    let headline = document.secrets.as_ref().map(|secrets| (secrets, secrets.headline()));
    let incomplete = incomplete(inspection);
    html! {
        header {
            h1 { (inspection.name) }
            p .facts { (facts(inspection)) }
            @if let Some(sentence) = incomplete {
                div .incomplete role="note" {
                    p { strong { (sentence) } }
                    (remarks(&inspection.warnings))
                }
            }
            @match headline {
                None => p .note { (NOT_SEARCHED) },
                Some((secrets, None)) => {
                    @if let Some(text) = secrets.not_searched() { p .note { (text) } }
                },
                Some((_, Some(headline))) => p .incomplete role="note" {
                    strong { (headline) } ". " a href="#secrets" { "What to do" }
                },
            }
            p .verdict { (document.verdict) }
            (numbers(subject))
            @if inspection.totals.size > 0 {
                (bar(inspection.totals.visible, inspection.totals.wasted(), inspection.totals.size))
                (legend())
            }
            @if subject.is_recorded {
                p .note {
                    "Read from a report of layerscope " (document.tool.version) " on "
                    (inspection.source) ". A report has no file contents and no history."
                }
            }
        }
    }
}

fn facts(inspection: &Inspection) -> Escaped {
    let mut facts = Vec::new();
    facts.extend(inspection.provider.map(|provider| escaped_str(&format!("from {provider}"))));
    facts.extend(inspection.platform.as_ref().map(Untrusted::escaped));
    facts.extend(inspection.created.as_ref().map(|created| shown!("built {}", date(created))));
    facts.push(escaped_str(&plural(inspection.layers.len(), "layer")));
    facts.extend(inspection.id.as_ref().map(Untrusted::escaped));
    Escaped::join(facts, " · ")
}

fn numbers(subject: &Subject<'_>) -> Markup {
    let Subject { inspection, document, units, .. } = *subject;
    let totals = &inspection.totals;
    let key = |name: &str| Some(format!("totals.{name}"));
    let amount =
        |exact: u64, name: &str| bytes(&inspection.amount(exact).text(units), exact, key(name));
    let plain = |exact: u64, name: &str| bytes(&units.size(exact), exact, key(name));
    let exact = inspection.completeness.sizes_are_exact();
    let visible = if exact { "visible" } else { "visible, of what could be read" };
    let sizes = &document.possible_sizes;
    let smallest = document.totals.smallest_bytes.filter(|_| exact).and_then(|bytes| {
        let is_it = |size: &&crate::recorded::PossibleSizeRecord| {
            size.size_bytes == bytes && !size.changes_the_program()
        };
        Some((sizes.iter().find(is_it)?, sizes.first()?))
    });
    html! {
        dl .numbers {
            div { dt { "size" } dd { (amount(totals.size, "size_bytes")) } }
            div { dt { (visible) } dd { (plain(totals.visible, "visible_bytes")) } }
            div .bad[totals.wasted() > 0] {
                dt { "wasted" } dd { (amount(totals.wasted(), "wasted_bytes")) }
                @if let Some(efficiency) = inspection.efficiency() {
                    dd .more { "efficiency " (percent(efficiency)) }
                }
            }
            div {
                dt { "avoidable" } dd { (amount(document.totals.avoidable_bytes, "avoidable_bytes")) }
                dd .more { "in your layers" }
            }
            @if let Some((smallest, first)) = smallest {
                div {
                    dt { "smallest possible" }
                    dd { (smallest.sign()) (plain(smallest.size_bytes, "smallest_bytes")) }
                    dd .more {
                        (smallest.grade)
                        @if let Some(ratio) = noticeably(smallest.size_bytes, first.size_bytes) {
                            ", " (ratio) " smaller"
                        }
                    }
                }
            }
        }
    }
}

/// Makes a list of remarks.
pub fn remarks(remarks: &[Warning]) -> Markup {
    html! {
        ul .remarks {
            @for remark in remarks.iter().take(REMARKS) { li { (prose(&escaped_str(&remark.to_string()))) } }
            @if remarks.len() > REMARKS {
                li { "and " (plural(remarks.len() - REMARKS, "more remark")) }
            }
        }
    }
}

/// Makes the remarks that do not stand at the top: of a whole image, and of its verification.
pub fn later_remarks(subject: &Subject<'_>) -> Option<Markup> {
    let inspection = subject.inspection;
    let of_whole = inspection.completeness.is_whole() && !inspection.warnings.is_empty();
    let mismatches = inspection.mismatches.as_deref();
    (of_whole || mismatches.is_some()).then(|| {
        html! {
            @if of_whole { (remarks(&inspection.warnings)) }
            @match mismatches {
                None => {}
                Some([]) => { (unverified(inspection)) }
                Some(mismatches) => {
                    h3 { "Mismatches with manifest or config" }
                    (remarks(mismatches))
                }
            }
        }
    })
}

fn unverified(inspection: &Inspection) -> Markup {
    let unverified = inspection.verification.iter().flat_map(|done| &done.unverified);
    let lines: Vec<Escaped> = unverified
        .map(|part| match part.layer {
            Some(layer) => shown!("layer {}: {}", layer, &part.reason),
            None => part.reason.clone(),
        })
        .collect();
    html! {
        @if lines.is_empty() {
            p { "Verified: sizes, digests and diff IDs are what manifest and config say." }
        } @else {
            h3 { "Not verified" }
            ul .remarks { @for line in lines { li { (line) } } }
        }
    }
}
