//! The wasted bytes as a table: a row for each layer that added them, and a column for each layer
//! that removed them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use layerscope::LayerIndex;
use layerscope::analysis::WastedGroup;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::explorer::Explorer;
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, follow};
use crate::tui::widgets::{fill, part, put, scroll_bar};

/// The width of a number, with the space before it.
const CELL: usize = 9;
/// The width of an instruction that is always shown, if there is more than one column beside it.
const INSTRUCTION: usize = 22;
/// The number of lines above the rows.
const HEAD: usize = 2;

/// The sums, and the cursor on the rows.
pub struct Table {
    cells: BTreeMap<(LayerIndex, LayerIndex), u64>,
    /// The layers that added wasted bytes, with sizes.
    added_in: Vec<(LayerIndex, u64)>,
    /// The layers that removed them, with sizes.
    removed_in: Vec<(LayerIndex, u64)>,
    pub cursor: usize,
    /// The first visible row.
    top: usize,
}

/// The columns that fit.
struct Columns {
    layers: Vec<LayerIndex>,
    /// True if an additional column has the sum of all others.
    others: bool,
}

impl Table {
    pub fn new(groups: &[WastedGroup]) -> Self {
        let (mut added_in, mut removed_in) = (BTreeMap::new(), BTreeMap::new());
        for group in groups {
            *added_in.entry(group.added_in).or_default() += group.bytes;
            *removed_in.entry(group.removed_in).or_default() += group.bytes;
        }
        let cells =
            groups.iter().map(|group| ((group.added_in, group.removed_in), group.bytes)).collect();
        Self {
            cells,
            added_in: added_in.into_iter().collect(),
            removed_in: removed_in.into_iter().collect(),
            cursor: 0,
            top: 0,
        }
    }

    /// Returns the layer under the cursor.
    pub fn selected(&self) -> Option<LayerIndex> {
        self.added_in.get(self.cursor).map(|&(layer, _)| layer)
    }

    /// Returns the last position of the cursor.
    pub fn last(&self) -> usize {
        self.added_in.len().saturating_sub(1)
    }

    /// Moves the cursor to a layer that added wasted bytes.
    pub fn go_to(&mut self, layer: LayerIndex) {
        self.cursor = self
            .added_in
            .iter()
            .position(|&(added_in, _)| added_in == layer)
            .unwrap_or(self.cursor);
    }

    /// Chooses the columns with the most bytes, in the order of the layers.
    fn columns(&self, width: usize) -> Columns {
        let room = (width.saturating_sub(2 * CELL + INSTRUCTION) / CELL).max(1);
        let others = self.removed_in.len() > room && room > 1;
        let mut biggest = self.removed_in.clone();
        biggest.sort_by_key(|&(layer, bytes)| (Reverse(bytes), layer));
        biggest.truncate(room - usize::from(others));
        let mut layers: Vec<_> = biggest.into_iter().map(|(layer, _)| layer).collect();
        layers.sort_unstable();
        Columns { layers, others }
    }

    /// Returns the number of lines below the rows that explain the columns.
    fn legend(&self, inner: Rect, columns: &Columns) -> usize {
        (columns.layers.len() + 1).min(usize::from(inner.height).saturating_sub(HEAD) / 3)
    }

    /// Returns the first visible row, and the number of visible rows.
    fn rows(&self, inner: Rect, columns: &Columns) -> (usize, usize) {
        let below = usize::from(inner.height).saturating_sub(HEAD);
        let height = (below - self.legend(inner, columns)).min(self.added_in.len());
        (follow(self.top, self.cursor, self.added_in.len(), height), height)
    }

    /// Keeps the first visible row, as long as the cursor is visible.
    pub fn settle(&mut self, inner: Rect) {
        self.top = self.rows(inner, &self.columns(usize::from(inner.width))).0;
    }

    /// Returns the row at a line.
    pub fn row_at(&self, inner: Rect, line: usize) -> Option<usize> {
        let (first, height) = self.rows(inner, &self.columns(usize::from(inner.width)));
        let place = line.checked_sub(HEAD)?;
        (place < height).then_some(first + place)
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, inner: Rect, buffer: &mut Buffer) {
        let (width, theme) = (usize::from(inner.width), look.theme);
        let columns = self.columns(width);
        let (first, height) = self.rows(inner, &columns);
        let gap = " ".repeat(2 * CELL);
        put(Line::styled(format!("{gap}   removed in layer"), theme.dim), 0, inner, buffer);
        let mut head = format!("{:>CELL$}{:>CELL$}", "layer", "wasted");
        head.extend(columns.layers.iter().map(|layer| format!("{layer:>CELL$}")));
        if columns.others {
            head.push_str(&format!("{:>CELL$}", "others"));
        }
        put(Line::styled(format!("{head}  instruction of the layer"), theme.dim), 1, inner, buffer);
        scroll_bar(first, self.added_in.len(), part(inner, HEAD, height), theme, buffer);
        for (i, &(added_in, bytes)) in self.added_in.iter().enumerate().skip(first).take(height) {
            let place = HEAD + i - first;
            put(
                self.line(explorer, look, &columns, (added_in, bytes), width),
                place,
                inner,
                buffer,
            );
            if i == self.cursor {
                fill(place, inner, theme.selected, buffer);
            }
        }
        let instruction =
            |layer: LayerIndex| explorer.inspection.layers[layer].instruction.one_line();
        let legend = self.legend(inner, &columns);
        for (i, &layer) in columns.layers.iter().enumerate().take(legend.saturating_sub(1)) {
            let text = format!("removed in {layer}: {}", instruction(layer));
            put(Line::styled(cut(&text, width), theme.dim), HEAD + height + 1 + i, inner, buffer);
        }
    }

    fn line(
        &self,
        explorer: &Explorer,
        look: Look<'_>,
        columns: &Columns,
        (added_in, bytes): (LayerIndex, u64),
        width: usize,
    ) -> Line<'static> {
        let theme = look.theme;
        let cell = |bytes: u64| match bytes {
            0 => Span::styled(format!("{:>CELL$}", "·"), theme.dim),
            bytes => Span::styled(format!("{:>CELL$}", look.units.size(bytes)), theme.wasted),
        };
        let in_layer = |&removed_in: &LayerIndex| {
            self.cells.get(&(added_in, removed_in)).copied().unwrap_or(0)
        };
        let mut spans =
            vec![Span::raw(format!("{added_in:>CELL$}{:>CELL$}", look.units.size(bytes)))];
        spans.extend(columns.layers.iter().map(|removed_in| cell(in_layer(removed_in))));
        if columns.others {
            spans.push(cell(bytes - columns.layers.iter().map(in_layer).sum::<u64>()));
        }
        let used: usize = spans.iter().map(Span::width).sum();
        let text = explorer.inspection.layers[added_in].instruction.one_line();
        spans.push(Span::raw(format!("  {}", cut(&text, width.saturating_sub(used + 2)))));
        Line::from(spans)
    }
}

#[cfg(test)]
mod tests {
    use layerscope::tree::{NodeId, Reason};

    use super::*;

    #[test]
    fn where_columns_do_not_fit_the_biggest_stay_and_the_others_are_summed() {
        let group = |removed_in: u16, bytes| WastedGroup {
            added_in: LayerIndex::FIRST,
            removed_in: removed_in.into(),
            bytes,
            count: 1,
            reason: Reason::Deleted,
            place: NodeId::ROOT,
            all_in_place: true,
        };
        let table = Table::new(&[group(9, 50), group(2, 40), group(5, 30), group(7, 20)]);
        let at = |width| {
            let Columns { layers, others } = table.columns(width);
            (layers.into_iter().map(LayerIndex::get).collect::<Vec<_>>(), others)
        };
        assert_eq!(at(78), (vec![2, 5, 7, 9], false));
        assert_eq!(at(2 * CELL + INSTRUCTION + 3 * CELL), (vec![2, 9], true));
        assert_eq!(at(0), (vec![9], false), "one column at least");
    }
}
