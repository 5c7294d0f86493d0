//! The program that a container of the image runs, and the bytes of the base image and of your
//! layers.

use maud::{Markup, html};

use super::Subject;
use super::graphics::{bar, bytes};
use crate::LayerAccount;
use crate::advice::base::Evidence;
use crate::display::{escaped_str, plural, share};
use crate::recorded::{ExecutableRecord, LibrariesRecord};
use crate::report::words::{base_image, conclusion};

/// Makes the section about the program; `None` if none was looked for or found.
pub fn runtime(subject: &Subject<'_>) -> Option<Markup> {
    let inspection = subject.inspection;
    let application = subject.document.application.as_ref()?;
    if application.steps.is_empty() && application.program.is_none() {
        return None;
    }
    let executable = application.executable.as_ref();
    let size = application.program_bytes.or(executable.map(|it| it.bytes)).unwrap_or(0);
    let steps: Vec<_> = application.steps.iter().chain(&application.reason).collect();
    Some(html! {
        ul .lines {
            @if let Some(program) = &application.program {
                (line(subject, size, html! {
                    code { (program) } ", "
                    (executable.map_or("contents not seen".into(), ExecutableRecord::words))
                }))
                @if let Some(executable) = executable.filter(|it| it.strip_saves_bytes > 0) {
                    (line(subject, executable.strip_saves_bytes, html! {
                        "symbols and debug information (removable with strip)"
                    }))
                }
            }
            @if let Some(needed) = &application.program_and_libraries { (libraries(subject, needed)) }
        }
        @if !inspection.completeness.sizes_are_exact() {
            p .remark { "Missing files may be in the part that could not be read." }
        }
        @for step in steps { p .note { (step) } }
    })
}

fn line(subject: &Subject<'_>, amount: u64, words: Markup) -> Markup {
    html! {
        li {
            span .amount { @if amount > 0 { (bytes(&subject.size(amount), amount, None)) } @else { "-" } }
            span { (words) }
        }
    }
}

fn libraries(subject: &Subject<'_>, needed: &LibrariesRecord) -> Markup {
    let files = needed.files.len();
    html! {
        (line(subject, needed.bytes, html! {
            @if files < 2 && needed.missing.is_empty() {
                "no libraries needed (statically linked)"
            } @else if files < 2 {
                "none of its libraries is in the image"
            } @else {
                "with its loader and libraries: " (plural(files, "file"))
            }
        }))
        @for missing in &needed.missing {
            li {
                span .amount { "-" }
                strong { "needs " (missing) ", which is missing in the image" }
            }
        }
        @for outside in &needed.outside {
            (line(subject, outside.bytes, html! {
                "uses " (outside.what)
                @if outside.files.is_empty() { " (missing in the image)" }
            }))
        }
    }
}

/// Says which layers are the base image, and how that is known; `None` if it is not.
pub fn base(subject: &Subject<'_>) -> Option<String> {
    let base = &subject.document.base;
    let is_known = !base.evidence.is_empty() && base.evidence != *Evidence::Nothing.name();
    is_known.then(|| base_image(base.layers, base.name.as_ref(), base.certain, &base.words))
}

/// Makes the section about the base image and your layers; `None` for an image without bytes.
pub fn whose(subject: &Subject<'_>) -> Option<Markup> {
    let Subject { inspection, document, .. } = *subject;
    let size = inspection.totals.size;
    if size == 0 || document.base.evidence.is_empty() {
        return None;
    }
    let shares = &document.bytes_by_purpose;
    let own: u64 = shares.iter().map(|share| share.bytes).sum();
    let row = |amount: u64, wasted: u64, words: &str, key: Option<String>, class: &str| {
        html! {
            tr class=(class) {
                th scope="row" { (escaped_str(words)) }
                td .bars { (bar(amount.saturating_sub(wasted), wasted, size)) }
                td .number data-label="size" { (bytes(&subject.size(amount), amount, key)) }
                td .number data-label="share" { (share(amount, size)) }
                td .number .nothing[wasted == 0] data-label="wasted" {
                    @if wasted > 0 { (subject.size(wasted)) } @else { "-" }
                }
            }
        }
    };
    let wasted = |layers: &[LayerAccount]| layers.iter().map(LayerAccount::wasted).sum();
    let split = document.base.layers.min(inspection.layers.len());
    let (below, above) = inspection.layers.split_at(split);
    Some(html! {
        @if !inspection.completeness.sizes_are_exact() { p .remark { "Of what could be read." } }
        table .whose .stacked {
            thead { tr {
                th scope="col" { span .unseen { "part" } }
                th scope="col" .bars { span .unseen { "bar" } }
                @for name in ["size", "share", "wasted"] { th scope="col" .number { (name) } }
            } }
            tbody {
                @if let Some(base) = base(subject) {
                    (row(size - own, wasted(below), &base, Some("base.size_bytes".into()), ""))
                    (row(own, wasted(above), "your layers", None, ""))
                } @else {
                    (row(own, wasted(above), &format!("your layers: {}", document.base.words), None, ""))
                }
                @for (index, part) in shares.iter().enumerate() {
                    @let key = Some(format!("bytes_by_purpose.{index}.bytes"));
                    (row(part.bytes, part.wasted_bytes, &part.purpose, key, "part"))
                }
            }
        }
        @if let Some(sentence) = conclusion(inspection, document) { p { strong { (sentence) } } }
    })
}
