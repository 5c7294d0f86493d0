//! The history: every instruction, with those that made no layer.

use maud::{Markup, html};

use super::Subject;
use super::graphics::bytes;
use crate::LayerIndex;
use crate::display::{Escaped, plural};
use crate::image::Instruction;
use crate::report::words::date;

/// The most entries that are shown.
const ENTRIES: usize = 1_000;
/// The most lines of an instruction, and the width of the longest.
const LINES: usize = 60;
const WIDTH: usize = 1_000;

/// Makes the list; `None` if the image has no history.
pub fn history(subject: &Subject<'_>) -> Option<Markup> {
    let inspection = subject.inspection;
    let history = &inspection.history;
    if history.is_empty() {
        return None;
    }
    let mut layers = LayerIndex::all(inspection.layers.len());
    let entries: Vec<_> = history
        .iter()
        .take(ENTRIES)
        .map(|entry| {
            let made = entry.empty_layer != Some(true);
            (entry, if made { layers.next() } else { None })
        })
        .collect();
    Some(html! {
        ol .history {
            @for (entry, layer) in entries {
                li {
                    p .meta {
                        @match layer {
                            Some(layer) => {
                                a href={ "#layer-" (layer) } { "layer " (layer) }
                                " · "
                                @let account = &inspection.layers[layer];
                                (bytes(&inspection.amounts_of(layer).size.text(subject.units), account.size, None))
                            }
                            None => span { "no layer" },
                        }
                        @if let Some(created) = &entry.created { " · " (date(created)) }
                    }
                    (lines(&entry.instruction()))
                }
            }
        }
        @if history.len() > ENTRIES {
            p .note { "and " (plural(history.len() - ENTRIES, "more instruction")) }
        }
    })
}

fn lines(instruction: &Instruction) -> Markup {
    let all = instruction.lines();
    let shown: Vec<_> = all.iter().take(LINES).map(|line| line.cut(WIDTH)).collect();
    html! {
        pre tabindex="0" { code {
            (Escaped::join(shown, "\n"))
            @if all.len() > LINES { "\n(and " (plural(all.len() - LINES, "more line")) ")" }
        } }
    }
}
