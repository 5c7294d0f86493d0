//! The program that a container of the image runs, and the bytes of the base image and of your
//! layers.

use maud::{Markup, html};

use super::Subject;
use super::graphics::{bar, bytes};
use crate::LayerAccount;
use crate::display::{escaped_str, plural, share};
use crate::report::changes::place;
use crate::report::words::{self, conclusion};
use crate::runtime::libraries::ProgramAndLibraries;

/// Makes the section about the program; `None` if none was looked for or found.
pub fn runtime(subject: &Subject<'_>) -> Option<Markup> {
    let inspection = subject.inspection;
    let runtime = subject.study.runtime.as_ref()?;
    let application = &runtime.application;
    if application.steps.is_empty() && application.program.is_none() {
        return None;
    }
    let steps: Vec<_> = application.steps.iter().chain(&application.reason).collect();
    Some(html! {
        ul .lines {
            @if let Some(program) = &application.program {
                (line(subject, inspection.tree.size(program.file.version), html! {
                    code { (place(inspection, program.file.node)) } ", "
                    @match &program.executable {
                        None => "contents not seen",
                        Some(executable) => (words::executable(executable)),
                    }
                }))
                @if let Some(executable) = &program.executable {
                    @if executable.strip.saves > 0 {
                        (line(subject, executable.strip.saves, html! {
                            "symbols and debug information (removable with strip)"
                        }))
                    }
                }
            }
            @if let Some(needed) = &runtime.needed { (libraries(subject, needed)) }
        }
        @if !inspection.completeness.sizes_are_exact() {
            p .remark { "Missing files may be in the part that could not be read." }
        }
        @for step in steps { p .note { (escaped_str(step)) } }
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

fn libraries(subject: &Subject<'_>, needed: &ProgramAndLibraries) -> Markup {
    let files = needed.files.len();
    html! {
        (line(subject, needed.bytes(), html! {
            @if files < 2 {
                "no libraries needed (statically linked)"
            } @else {
                "with its loader and libraries: " (plural(files, "file"))
            }
        }))
        @for missing in &needed.missing {
            li {
                span .amount { "-" }
                strong { "needs " (escaped_str(&missing.name)) ", which is missing in the image" }
            }
        }
        @for outside in &needed.needs {
            (line(subject, outside.bytes, html! {
                "uses " (outside.kind.name())
                @if outside.files.is_empty() { " (missing in the image)" }
            }))
        }
    }
}

/// Makes the section about the base image and your layers; `None` for an image without bytes.
pub fn whose(subject: &Subject<'_>) -> Option<Markup> {
    let Subject { inspection, study, .. } = *subject;
    let size = inspection.totals.size;
    if size == 0 {
        return None;
    }
    let own: u64 = study.shares.iter().map(|share| share.bytes).sum();
    let row = |amount: u64, wasted: u64, words: &str, key: Option<String>, class: &str| {
        html! {
            tr class=(class) {
                th scope="row" { (escaped_str(words)) }
                td .bars { (bar(amount - wasted, wasted, size)) }
                td .number data-label="size" { (bytes(&subject.size(amount), amount, key)) }
                td .number data-label="share" { (share(amount, size)) }
                td .number .nothing[wasted == 0] data-label="wasted" {
                    @if wasted > 0 { (subject.size(wasted)) } @else { "-" }
                }
            }
        }
    };
    let base = words::base(study);
    let wasted = |layers: &[LayerAccount]| layers.iter().map(LayerAccount::wasted).sum();
    let split = study.base.layers.min(inspection.layers.len());
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
                @if let Some(base) = base {
                    (row(size - own, wasted(below), &base, Some("base.size_bytes".into()), ""))
                    (row(own, wasted(above), "your layers", None, ""))
                } @else {
                    (row(own, wasted(above), &format!("your layers: {}", study.base.how), None, ""))
                }
                @for (index, part) in study.shares.iter().enumerate() {
                    @let key = Some(format!("bytes_by_purpose.{index}.bytes"));
                    (row(part.bytes, part.wasted, part.purpose.name(), key, "part"))
                }
            }
        }
        @if let Some(sentence) = conclusion(inspection, study) { p { strong { (sentence) } } }
    })
}
