//! Draws the size after each layer as columns, with the visible part.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::columns::{Columns, Gutter};
use crate::tui::views::Look;
use crate::tui::widgets::{cells, is_worth_showing, put, wasted_sign};
use layerscope::LayerIndex;

/// The least number of rows of bars.
const LOWEST: usize = 3;
/// The rows below the bars: axis, numbers, mark.
const BELOW: usize = 3;
/// The number of rows below which there is no chart.
pub const LEAST: usize = LOWEST + BELOW;

/// The legends of the two parts of a column, from the longest to the shortest.
const LEGENDS: [(&str, &str); 3] = [
    (" visible   ", " wasted: deleted or replaced, still in the image"),
    (" visible  ", " wasted, in the image"),
    (" visible  ", " wasted"),
];

/// The sizes in a column, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub size: u64,
    pub visible: u64,
    /// The bytes that the layer added.
    pub added: u64,
    /// True if the layer was read as a whole.
    pub whole: bool,
}

/// The layout of the chart.
pub struct Chart {
    area: Rect,
    /// The size of a full column, in bytes.
    most: u64,
    selected: usize,
    /// The number of rows of the legend above the bars.
    legend: usize,
    /// The number of rows between the legend and the bars.
    label: usize,
    /// The number of rows of the bars.
    rows: usize,
    gutter: Gutter,
    columns: Columns,
}

impl Chart {
    /// Divides an area of at least [`LEAST`] rows among the columns of some layers, and a row of
    /// labels if there is room.
    pub fn new(
        most: u64,
        layers: Vec<LayerIndex>,
        selected: LayerIndex,
        labelled: bool,
        look: Look<'_>,
        area: Rect,
    ) -> Self {
        let height = usize::from(area.height).max(LEAST);
        let legend = usize::from(height > LEAST);
        // Above the highest bar there is room for a label.
        let label = usize::from(labelled && height > LEAST + 2);
        let rows = height - BELOW - legend - label;
        let selected = layers.iter().rposition(|&layer| layer <= selected).unwrap_or(0);
        let gutter = Gutter::new(most, rows, look, usize::from(area.width));
        let columns =
            Columns::new(selected, layers, usize::from(area.width).saturating_sub(gutter.width()));
        Self { area, most, selected, legend, label, rows, gutter, columns }
    }

    /// Returns the layer whose column is at a column of the area.
    pub fn layer_at(&self, x: usize) -> Option<LayerIndex> {
        let place = x.checked_sub(self.gutter.width())? / self.columns.cell;
        self.columns.layer(self.columns.first + place).filter(|_| place < self.columns.shown)
    }

    /// Draws the columns of all layers that fit.
    pub fn draw(
        &self,
        column: impl Fn(LayerIndex) -> Option<Column>,
        look: Look<'_>,
        buffer: &mut Buffer,
    ) {
        let legend = &(self.legend + self.label);
        let Self { area, rows, gutter, columns, selected, .. } = self;
        let (area, theme) = (*area, look.theme);
        if self.legend > 0 {
            let fits = |(visible, wasted): &&(&str, &str)| {
                visible.width() + wasted.width() + 2 <= usize::from(area.width)
            };
            let (visible, wasted) =
                LEGENDS.iter().find(fits).unwrap_or(&LEGENDS[LEGENDS.len() - 1]);
            let words = [
                Span::styled("█", theme.visible),
                Span::raw(*visible),
                Span::styled(wasted_sign(theme), theme.wasted),
                Span::raw(*wasted),
            ];
            put(Line::from(words.to_vec()), 0, area, buffer);
        }
        let shown =
            (columns.first..columns.first + columns.shown).map(|place| columns.layer(place));
        let shown: Vec<_> = shown.map(|layer| layer.and_then(&column)).collect();
        let bars: Vec<_> =
            shown.iter().map(|column| column.map_or((0, 0), |column| self.cells(column))).collect();
        for row in 0..*rows {
            let level = rows - row;
            let mut spans = vec![Span::styled(gutter.label(level), theme.dim)];
            for (i, &(visible, filled)) in bars.iter().enumerate() {
                let (symbol, style) = match level {
                    _ if level <= visible => ("█", theme.visible),
                    _ if level <= filled => (wasted_sign(theme), theme.wasted),
                    _ => (" ", theme.dim),
                };
                // The others are muted, so that the selected column is seen first.
                let style = match columns.first + i == *selected {
                    true => style.add_modifier(Modifier::BOLD),
                    false => theme.muted(style).unwrap_or(style),
                };
                spans.push(Span::styled(symbol.repeat(columns.bar()), style));
                spans.push(Span::raw(" ".repeat(columns.cell - columns.bar())));
            }
            put(Line::from(spans), legend + row, area, buffer);
        }
        self.label_bars(&shown, &bars, look, buffer);
        let below = legend + rows;
        let axis = gutter.label(0) + &"─".repeat(columns.shown * columns.cell);
        put(Line::styled(axis, theme.dim), below, area, buffer);
        for place in
            (0..shown.len()).filter(|&place| shown[place].is_some_and(|column| !column.whole))
        {
            let x = u16::try_from(columns.middle(columns.first + place) + gutter.width())
                .unwrap_or(u16::MAX);
            let cell =
                Rect { x: area.x.saturating_add(x), width: area.width.saturating_sub(x), ..area };
            put(Line::styled("!", theme.wasted), below, cell, buffer);
        }
        let start = " ".repeat(gutter.width());
        let (before, number, after) = columns.numbers(*selected);
        let numbers = [
            Span::raw(start.clone() + &before),
            Span::styled(number, theme.selected),
            Span::raw(after),
        ];
        put(Line::from(numbers.to_vec()), below + 1, area, buffer);
        let mark = start + &" ".repeat(columns.middle(*selected)) + "▲";
        put(Line::styled(mark, theme.strong), below + 2, area, buffer);
    }

    /// Writes the bytes that each layer added above its bar, where they fit.
    fn label_bars(
        &self,
        shown: &[Option<Column>],
        bars: &[(usize, usize)],
        look: Look<'_>,
        buffer: &mut Buffer,
    ) {
        let columns = &self.columns;
        for (place, (column, (_, filled))) in shown.iter().zip(bars).enumerate() {
            let Some(text) = column
                .filter(|column| column.added > 0)
                .map(|column| format!("+{}", look.units.size(column.added)))
            else {
                continue;
            };
            let Some(row) = (self.legend + self.label + self.rows).checked_sub(filled + 1) else {
                continue;
            };
            if self.label == 0 || text.width() > columns.bar() {
                continue;
            }
            let x = self.gutter.width() + place * columns.cell + (columns.bar() - text.width()) / 2;
            let Ok(x) = u16::try_from(x) else { continue };
            let area = Rect {
                x: self.area.x.saturating_add(x),
                width: self.area.width.saturating_sub(x),
                ..self.area
            };
            let style = if columns.first + place == self.selected {
                look.theme.strong
            } else {
                look.theme.dim
            };
            put(Line::styled(text, style), row, area, buffer);
        }
    }

    /// Returns the height of a column's visible part, and of the whole column, in rows.
    fn cells(&self, column: Column) -> (usize, usize) {
        let scaled = |bytes: u64| cells(bytes, self.most, self.rows).max(usize::from(bytes > 0));
        let filled = scaled(column.size);
        // Wasted bytes are shown as soon as there is space for both parts; a tiny amount would
        // look like a whole row.
        let is_shown = is_worth_showing(column.size.saturating_sub(column.visible), column.size);
        let wasted = usize::from(is_shown && (filled > 1 || column.visible == 0));
        (scaled(column.visible).min(filled.saturating_sub(wasted)), filled)
    }
}
