//! The layout of the timeline's columns, and their labels.

use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::tui::widgets::text::first_visible;
use layerscope::LayerIndex;

/// The largest width of a column, with the gap to the next.
const WIDEST: usize = 28;
/// The number of rows from which there is a size at half the height.
const HALVED: usize = 4;

/// The sizes on the left of the bars.
pub struct Gutter {
    labels: Vec<String>,
    width: usize,
}

impl Gutter {
    /// Makes the labels at the top, at half the height and at the bottom; none if the bars need the
    /// space.
    pub fn new(most: u64, rows: usize, look: Look<'_>, width: usize) -> Self {
        let at = |level: usize| {
            let bytes = u128::from(most) * level as u128 / rows as u128;
            look.units.size(u64::try_from(bytes).unwrap_or(u64::MAX))
        };
        let marked =
            |level: usize| level == rows || level == 0 || (rows >= HALVED && level == rows / 2);
        let labels: Vec<_> =
            (0..=rows).map(|level| if marked(level) { at(level) } else { String::new() }).collect();
        let wide = labels.iter().map(|label| label.width()).max().unwrap_or(0) + 2;
        Self { labels, width: if wide * 2 < width { wide } else { 0 } }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn label(&self, level: usize) -> String {
        let label = &self.labels[level];
        let line = match level {
            _ if self.width == 0 => return String::new(),
            0 => "└",
            _ if label.is_empty() => "│",
            _ => "┤",
        };
        format!("{label:>wide$} {line}", wide = self.width - 2)
    }
}

/// The layers that have a column, and their positions.
pub struct Columns {
    pub first: usize,
    pub shown: usize,
    /// The width of a column, with the gap to the next.
    pub cell: usize,
    width: usize,
    /// The numbers of the layers that have a column.
    layers: Vec<LayerIndex>,
}

impl Columns {
    /// Divides the width among the columns of some layers; `selected` is the place of one of them.
    pub fn new(selected: usize, layers: Vec<LayerIndex>, width: usize) -> Self {
        let count = layers.len();
        let cell = (width / count.max(1)).clamp(1, WIDEST);
        let shown = count.min(width / cell);
        Self { first: first_visible(selected, count, shown), shown, cell, width, layers }
    }

    pub fn bar(&self) -> usize {
        (self.cell - 1).max(1)
    }

    /// Returns the layer of a column.
    pub fn layer(&self, place: usize) -> Option<LayerIndex> {
        self.layers.get(place).copied()
    }

    /// Returns the position of a column's mark.
    pub fn middle(&self, place: usize) -> usize {
        (place - self.first) * self.cell + (self.bar() - 1) / 2
    }

    /// Returns the numbers of as many layers as fit: before the selected one, its own, and after
    /// it.
    pub fn numbers(&self, selected: usize) -> (String, String, String) {
        let place = |place: usize| {
            let number =
                self.layer(place).map_or_else(|| place.to_string(), |layer| layer.to_string());
            let start =
                (place - self.first) * self.cell + self.bar().saturating_sub(number.len()) / 2;
            (start.min(self.width.saturating_sub(number.len())), number)
        };
        let (start, number) = place(selected);
        let end = start + number.len();
        let [mut before, mut after] = [String::new(), String::new()];
        for (at, other) in (self.first..self.first + self.shown).map(place) {
            if at + other.len() < start && (before.is_empty() || at > before.len()) {
                before = format!("{before:<at$}{other}");
            } else if at > end + after.len() {
                after = format!("{after:<wide$}{other}", wide = at - end);
            }
        }
        (format!("{before:<start$}"), number, after)
    }
}
