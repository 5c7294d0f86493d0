//! The findings with their fixes, in the words of the text report.

use maud::{Markup, html};

use super::Subject;
use super::graphics::bytes;
use crate::advice::findings::Finding;
use crate::display::{Escaped, escaped_str, plural};
use crate::report::blocks::{
    Block, Blocks, base_remark, fix, fix_lines, part_of, place, removed_files, telling, title,
    why_and_fix,
};
use crate::report::words::nothing_wasted;
use crate::{Inspection, LayerIndex};

/// The most blocks that are written in full, and the most lines about others.
const BLOCKS: usize = 60;
const LINES: usize = 100;
/// The most parts of a block.
const PARTS: usize = 12;
/// The most lines of a fix.
const CODE: usize = 120;

/// Makes the section; `None` if there is nothing to say.
pub fn findings(subject: &Subject<'_>) -> Option<Markup> {
    let Subject { inspection, study, units } = *subject;
    let blocks = Blocks::of(inspection, study);
    let nothing = nothing_wasted(inspection);
    let summary = blocks.summary(units);
    (nothing.is_some() || summary.is_some()).then(|| {
        html! {
            @if let Some(words) = nothing { p .note { (words) } }
            @if let Some(summary) = summary { p .note { (summary) } }
            @for block in blocks.sure.iter().take(BLOCKS) { (in_full(subject, block)) }
            (lines(subject, "More in your layers", blocks.sure.get(BLOCKS..).unwrap_or_default()))
            @if !blocks.optional.is_empty() {
                h3 { "Optional: needs a look" }
                @for block in blocks.optional.iter().take(BLOCKS) { (in_full(subject, block)) }
                (lines(subject, "More", blocks.optional.get(BLOCKS..).unwrap_or_default()))
            }
            @if !blocks.base.is_empty() {
                h3 { "Needs a look: the base image" }
                p .note { (base_remark(study)) }
                (lines(subject, "", &blocks.base))
            }
        }
    })
}

fn in_full(subject: &Subject<'_>, block: &Block) -> Markup {
    html! {
        article .finding {
            @match block {
                Block::Pair(group, parts) => {
                    @let inspection = subject.inspection;
                    @let (files, node) = removed_files(inspection, group);
                    @let (why, fix) = why_and_fix(inspection, subject.study, group, parts);
                    h4 {
                        span .amount .bad { (bytes(&subject.size(group.bytes), group.bytes, None)) }
                        " " (files) " " code { (place(inspection, node)) }
                    }
                    dl {
                        (layer(subject, "added in", group.added_in))
                        (layer(subject, "removed in", group.removed_in))
                        @let telling = telling(group, parts);
                        @if !telling.is_empty() {
                            dt { "contains" }
                            dd {
                                ul .parts {
                                    @for part in telling.iter().take(PARTS) {
                                        li { (amount(subject, part)) " " (part_of(inspection, part)) }
                                    }
                                }
                            }
                        }
                        dt { "why" } dd { (why) }
                        (the_fix(inspection, &fix, parts.first().map(|biggest| fix_lines(biggest)).unwrap_or_default()))
                    }
                }
                Block::Left(finding) => (left(subject, finding)),
            }
        }
    }
}

fn left(subject: &Subject<'_>, finding: &Finding) -> Markup {
    let inspection = subject.inspection;
    html! {
        h4 { span .amount { (amount(subject, finding)) } " " (title(finding)) }
        dl {
            (layer(subject, "added in", finding.added_in))
            dt { "at" }
            dd {
                @for spot in &finding.places { div { code { (place(inspection, spot.node)) } } }
            }
            @if !finding.packages.is_empty() {
                dt { "packages" }
                dd {
                    @let names = finding.packages.iter().map(|(name, _)| name.clone());
                    (Escaped::join(names, ", "))
                }
            }
            dt { "why" } dd { (escaped_str(&finding.why)) }
            (the_fix(inspection, &fix(inspection, finding), fix_lines(finding)))
        }
    }
}

/// The bytes of a finding, with its place in the JSON report.
fn amount(subject: &Subject<'_>, finding: &Finding) -> Markup {
    let place = subject.study.findings.iter().position(|other| std::ptr::eq(other, finding));
    let key = place.map(|place| format!("findings.{place}.bytes"));
    bytes(&subject.size(finding.bytes), finding.bytes, key)
}

/// The layer that added or removed something.
pub fn layer(subject: &Subject<'_>, word: &str, index: LayerIndex) -> Markup {
    let line = subject.inspection.layers[index].instruction.one_line().cut(300);
    html! {
        dt { (word) }
        dd { a href={ "#layer-" (index) } { "layer " (index) } ": " code { (line) } }
    }
}

fn the_fix(image: &Inspection, sentence: &Escaped, lines: Vec<Escaped>) -> Markup {
    html! {
        dt { "fix" }
        dd .fix {
            p { (sentence) }
            @if lines.len() > CODE {
                p { "(layerscope fix " (image.argument()) " prints the " (lines.len()) " lines)" }
            } @else if !lines.is_empty() {
                pre tabindex="0" { code { (Escaped::join(lines, "\n")) } }
            }
        }
    }
}

/// Makes a line for each block.
fn lines(subject: &Subject<'_>, head: &str, blocks: &[Block]) -> Markup {
    let rest: u64 = blocks.iter().skip(LINES).map(Block::bytes).sum();
    html! {
        @if !blocks.is_empty() {
            @if !head.is_empty() { h3 { (head) } }
            ul .lines {
                @for block in blocks.iter().take(LINES) {
                    li {
                        span .amount { (bytes(&subject.size(block.bytes()), block.bytes(), None)) }
                        span { (block.in_short(subject.inspection)) }
                    }
                }
                @if rest > 0 {
                    li {
                        span .amount { (bytes(&subject.size(rest), rest, None)) }
                        span { "in " (plural(blocks.len() - LINES, "more place")) }
                    }
                }
            }
        }
    }
}
