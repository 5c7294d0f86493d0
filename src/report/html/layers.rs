//! The layers with their bars, and the timeline: the image as it grows.

use maud::{Markup, html};

use super::Subject;
use super::graphics::{bar, bytes, percent};
use super::runtime::base;
use crate::display::plural;
use crate::{Amount, LayerIndex};

/// The columns that have a number below them.
const NUMBERED: usize = 24;
/// The height of the drawing and of its numbers, in pixels.
const HEIGHT: u32 = 180;
const FOOT: u32 = 20;

/// Makes the table of layers.
pub fn layers(subject: &Subject<'_>) -> Markup {
    let Subject { inspection, document, .. } = *subject;
    let largest = inspection.layers.iter().map(|layer| layer.size).max().unwrap_or(0);
    let avoidable: Vec<_> = document.layers.iter().map(|layer| layer.avoidable_bytes).collect();
    let own = document.base.layers.min(inspection.layers.len());
    let rows = |from: usize, to: usize| {
        html! {
            @for layer in LayerIndex::range(from..to) { (row(subject, layer, largest, layer.get_from(&avoidable).copied().flatten())) }
        }
    };
    html! {
        table .layers .stacked {
            thead {
                tr {
                    th scope="col" { "layer" }
                    th scope="col" { "instruction" }
                    th scope="col" .bars { span .unseen { "bar" } }
                    @for name in ["size", "visible", "wasted"] {
                        th scope="col" .number { (name) }
                    }
                    th scope="col" .number title="bytes of earlier layers" { "deletes or replaces" }
                    th scope="col" .number { "avoidable" }
                }
            }
            @if own > 0 {
                tbody {
                    tr .whose { th scope="rowgroup" colspan="8" { (base(subject).unwrap_or_default()) } }
                    (rows(0, own))
                }
            }
            tbody {
                @if own > 0 { tr .whose { th scope="rowgroup" colspan="8" { "your layers" } } }
                (rows(own, inspection.layers.len()))
            }
        }
    }
}

fn row(subject: &Subject<'_>, index: LayerIndex, largest: u64, avoidable: Option<u64>) -> Markup {
    let Subject { inspection, units, .. } = *subject;
    let layer = &inspection.layers[index];
    let amounts = inspection.amounts_of(index);
    let key = |name: &str| Some(format!("layers.{index}.{name}_bytes"));
    let cell = |amount: Amount, exact: u64, name: &'static str, word: &'static str| {
        let nothing = matches!(amount, Amount::Exactly(0));
        html! {
            td .number .nothing[nothing] data-label=(word) {
                (bytes(&amount.or_dash(units), exact, key(name)))
            }
        }
    };
    let known = inspection.completeness.layer(index);
    let mark = known.mark();
    html! {
        tr id={ "layer-" (index) } {
            td .index { (index) }
            td .instruction {
                @if let Some(mark) = mark { strong .mark { "(" (mark) ") " } }
                code { (layer.instruction.one_line().cut(400)) }
            }
            td .bars { (bar(layer.visible, layer.wasted(), largest)) }
            (cell(amounts.size, layer.size, "size", "size"))
            (cell(amounts.visible, layer.visible, "visible", "visible"))
            (cell(amounts.wasted, layer.wasted(), "wasted", "wasted"))
            (cell(amounts.hid, layer.hidden, "hidden", "deletes or replaces"))
            td .number .nothing[avoidable == Some(0) && !known.is_nothing()] data-label="avoidable" {
                @match avoidable.filter(|_| !known.is_nothing()) {
                    None => "?",
                    Some(0) => "-",
                    Some(avoidable) => {
                        (bytes(&subject.size(avoidable), avoidable, Some(format!("layers.{index}.avoidable_bytes"))))
                    }
                }
            }
        }
    }
}

/// Makes the drawing of the image after each layer; `None` for an image of one layer or no bytes.
pub fn timeline(subject: &Subject<'_>) -> Option<Markup> {
    let inspection = subject.inspection;
    let (count, size) = (inspection.layers.len(), inspection.totals.size);
    if count < 2 || size == 0 {
        return None;
    }
    let steps = subject.timeline();
    let every = count.div_ceil(NUMBERED);
    let bound = if inspection.completeness.sizes_are_exact() { "" } else { "≥ " };
    Some(html! {
        p .note {
            "The image after each layer. It only grows: if a layer deletes a file, the bytes stay in \
            the earlier layer."
        }
        @if !inspection.completeness.sizes_are_exact() {
            p .remark { "The timeline leaves out what could not be read." }
        }
        svg .timeline role="img" width="100%" height=(HEIGHT + FOOT) aria-labelledby="timeline-about" {
            title #timeline-about {
                "The image grows to " (bound) (subject.size(size)) " in " (plural(count, "layer"))
                "; " (subject.size(inspection.totals.visible)) " is visible in the end."
            }
            @for (layer, &(so_far, wasted)) in steps.iter().enumerate() {
                @let place = ColumnPosition::from_share(layer, count);
                @let visible = percent(so_far.saturating_sub(wasted), size);
                @let wasted = percent(wasted, size);
                (column(place, 0.0, visible, "visible"))
                (column(place, visible, wasted, "wasted"))
                @if layer % every == 0 {
                    text x=(place.middle()) y=(HEIGHT + 15) text-anchor="middle" { (layer) }
                }
            }
        }
        (super::legend())
        details {
            summary { "The figures" }
            table {
                thead { tr {
                    th scope="col" .number { "layer" }
                    @for name in ["size so far", "visible", "wasted"] { th scope="col" .number { (name) } }
                } }
                tbody {
                    @for (layer, &(so_far, wasted)) in steps.iter().enumerate() {
                        tr {
                            th scope="row" .number { (layer) }
                            @for amount in [so_far, so_far.saturating_sub(wasted), wasted] {
                                td .number { (bytes(&subject.size(amount), amount, None)) }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// The place of a column, in per cent of the width.
#[derive(Clone, Copy)]
struct ColumnPosition {
    left: f64,
    width: f64,
}

impl ColumnPosition {
    fn from_share(layer: usize, count: usize) -> Self {
        let edge = |layer: usize| percent(layer as u64, count as u64);
        let all = edge(layer + 1) - edge(layer);
        Self { left: edge(layer) + all * 0.18, width: all * 0.64 }
    }

    fn middle(self) -> String {
        format!("{:.2}%", self.left + self.width / 2.0)
    }
}

/// A part of a column; its bottom and height are in per cent of the drawing.
fn column(place: ColumnPosition, bottom: f64, height: f64, class: &str) -> Markup {
    let pixels = |percent: f64| percent * f64::from(HEIGHT) / 100.0;
    let (height, top) = (pixels(height), pixels(100.0 - bottom - height));
    html! {
        @if height > 0.0 {
            rect class=(class) x={ (format!("{:.2}%", place.left)) } y=(format!("{top:.1}"))
                width={ (format!("{:.2}%", place.width)) } height=(format!("{:.1}", height.max(0.7))) {}
        }
    }
}
