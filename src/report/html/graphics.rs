//! Drawings as SVG. Wasted bytes are hatched, so that no meaning is by colour alone.

use maud::{Markup, html};

use crate::display::ratio;

/// The pattern of wasted bytes, which the style refers to; once on each page.
pub fn patterns() -> Markup {
    html! {
        svg .patterns width="0" height="0" aria-hidden="true" {
            defs {
                pattern #hatch patternUnits="userSpaceOnUse" width="6" height="6"
                    patternTransform="rotate(45)" {
                    rect .hatch-back width="6" height="6" {}
                    rect .hatch-line width="2.5" height="6" {}
                }
            }
        }
    }
}

/// A bar of visible and wasted bytes beside the largest one.
pub fn bar(visible: u64, wasted: u64, largest: u64) -> Markup {
    let (visible, wasted) = (percent(visible, largest), percent(wasted, largest));
    html! {
        svg .bar width="100%" height="10" aria-hidden="true" {
            rect .track width="100%" height="10" {}
            @if visible > 0.0 { rect .visible width=(width(visible)) height="10" {} }
            @if wasted > 0.0 {
                rect .wasted x={ (format!("{visible:.2}")) "%" } width=(width(wasted)) height="10" {}
            }
        }
    }
}

/// The meaning of the fills.
pub fn legend() -> Markup {
    html! {
        p .legend {
            span { svg width="14" height="10" aria-hidden="true" { rect .visible width="14" height="10" {} } " visible" }
            span { svg width="14" height="10" aria-hidden="true" { rect .wasted width="14" height="10" {} } " wasted (hatched)" }
        }
    }
}

/// A number of bytes: as people read it, and exact for programs and on hovering. The key is its
/// place in the JSON report.
pub fn bytes(text: &str, exact: u64, key: Option<String>) -> Markup {
    html! {
        data value=(exact) data-key=[key] title=(crate::display::bytes(exact)) { (text) }
    }
}

/// Text in which backticks mark code.
pub fn prose(text: &str) -> Markup {
    // An odd backtick marks nothing.
    let is_paired = text.matches('`').count().is_multiple_of(2);
    html! {
        @if is_paired {
            @for (i, piece) in text.split('`').enumerate() {
                @if i % 2 == 1 { code { (piece) } } @else { (piece) }
            }
        } @else { (text) }
    }
}

/// Returns a part of a whole in per cent.
pub fn percent(part: u64, whole: u64) -> f64 {
    (100.0 * ratio(part, whole.max(1))).min(100.0)
}

/// Returns the width of a share that is to be seen, however small.
fn width(percent: f64) -> String {
    format!("{:.2}%", percent.max(0.4))
}
