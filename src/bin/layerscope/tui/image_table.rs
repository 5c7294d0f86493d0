//! Draws the table of images: the size of each as a bar and in numbers, and its ratio to the first.

use layerscope::compare::Column;
use layerscope::display::count;
use layerscope::display::cut_front;
use layerscope::display::times;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::views::Look;
use crate::tui::widgets::{bar, fill, part, put, scroll_bar};

/// The smallest width of names; numbers are dropped first.
const NAME_WIDTH: usize = 12;
/// The smallest and the largest width of a bar.
const BAR: (usize, usize) = (4, 30);

/// Draws the table of images into an area: a line of headings, and one for each image from `first`
/// on.
///
/// If there is not enough space, some numbers are dropped.
pub fn draw_columns(
    columns: &[Column],
    selected: Option<usize>,
    first: usize,
    look: Look<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = look.theme;
    let rows = rows(area);
    let table = ImageColumns::fitted(columns, look, usize::from(area.width));
    if rows.height < area.height {
        put(table.heads(theme.dim), 0, area, buffer);
    }
    let first = scroll_bar(first, columns.len(), rows, theme, buffer);
    for (row, column) in columns.iter().enumerate().skip(first).take(usize::from(rows.height)) {
        put(table.line(column, row, look), row - first, rows, buffer);
        if selected == Some(row) {
            fill(row - first, rows, theme.selected, buffer);
        }
    }
}

/// Returns the area of the rows, below the headings.
pub fn rows(area: Rect) -> Rect {
    let heads = usize::from(area.height > 1);
    part(area, heads, usize::from(area.height) - heads)
}

/// A column of numbers, one for each image.
struct Numbers {
    head: &'static str,
    cells: Vec<String>,
    width: usize,
    /// The priority; columns with the lowest are dropped first.
    weight: u8,
}

impl Numbers {
    fn new(head: &'static str, weight: u8, cells: impl Iterator<Item = String>) -> Self {
        let cells: Vec<_> = cells.collect();
        let width = cells.iter().map(|cell| cell.width()).chain([head.width()]).max().unwrap_or(0);
        Self { head, cells, width, weight }
    }
}

/// The columns that fit.
struct ImageColumns {
    /// The size comes first, followed by the bar.
    numbers: Vec<Numbers>,
    bar: usize,
    name: usize,
    /// The size of the longest bar.
    biggest: u64,
}

impl ImageColumns {
    fn fitted(columns: &[Column], look: Look<'_>, width: usize) -> Self {
        let size = |bytes| look.units.size(bytes);
        let wasted = |column: &Column| match (column.wasted, column.exact) {
            (0, true) => "-".into(),
            (0, false) => "?".into(),
            (wasted, exact) => format!("{}{}", if exact { "" } else { "≥" }, size(wasted)),
        };
        let visible = |column: &Column| {
            format!("{}{}", size(column.visible), if column.exact { "" } else { "?" })
        };
        let whole = |column: &Column| {
            format!("{}{}", if column.exact { "" } else { "≥" }, size(column.size))
        };
        let ratio = |column: &Column| {
            column.ratio.map_or(if column.exact { "-" } else { "?" }.into(), times)
        };
        let mut numbers = vec![
            Numbers::new("size", 6, columns.iter().map(whole)),
            Numbers::new("visible", 2, columns.iter().map(visible)),
            Numbers::new("wasted", 4, columns.iter().map(wasted)),
            Numbers::new("layers", 3, columns.iter().map(|column| count(column.layers as u64))),
            Numbers::new("files", 1, columns.iter().map(|column| count(column.files))),
            Numbers::new("ratio", 5, columns.iter().map(ratio)),
        ];
        let longest = columns.iter().map(|column| column.name.width()).max().unwrap_or(0);
        let used =
            |numbers: &[Numbers]| numbers.iter().map(|number| number.width + 1).sum::<usize>();
        while numbers.len() > 1 && used(&numbers) + BAR.0 + 2 + longest.min(NAME_WIDTH) > width {
            let least = numbers.iter().enumerate().min_by_key(|(_, number)| number.weight);
            let least = least.map_or(0, |(place, _)| place);
            numbers.remove(least);
        }
        // Bars only grow after names are shown in full.
        let room = width.saturating_sub(used(&numbers) + 2);
        let bar =
            room.saturating_sub(longest).clamp(BAR.0.max((room / 4).min(10)), BAR.1).min(room);
        let biggest = columns.iter().map(|column| column.size).max().unwrap_or(0);
        Self { numbers, bar, name: room - bar, biggest }
    }

    fn heads(&self, style: Style) -> Line<'static> {
        let mut text = String::new();
        for (i, number) in self.numbers.iter().enumerate() {
            text += &format!("{:>width$} ", number.head, width = number.width);
            if i == 0 {
                text += &" ".repeat(self.bar + 1);
            }
        }
        Line::styled(text + " image", style)
    }

    fn line(&self, column: &Column, row: usize, look: Look<'_>) -> Line<'static> {
        let mut spans = Vec::new();
        for (i, number) in self.numbers.iter().enumerate() {
            let style = match number.head {
                "wasted" if column.wasted > 0 => look.theme.wasted,
                "ratio" => look.theme.strong,
                _ => Style::new(),
            };
            spans.push(Span::styled(
                format!("{:>width$} ", number.cells[row], width = number.width),
                style,
            ));
            if i == 0 {
                spans.extend(bar(
                    column.visible,
                    column.wasted,
                    self.biggest,
                    self.bar,
                    look.theme,
                ));
                spans.push(Span::raw(" "));
            }
        }
        spans.push(Span::raw(format!(" {}", cut_front(&column.name, self.name))));
        Line::from(spans)
    }
}

#[cfg(test)]
mod tests {
    use layerscope::display::Units;

    use super::*;
    use crate::tui::tests::lines;
    use crate::tui::widgets::theme::Theme;

    fn ladder() -> Vec<Column> {
        let sizes = [801_000_000, 382_000_000, 10_800_000, 6_560_000];
        let columns = sizes.into_iter().enumerate().map(|(i, size)| Column {
            name: layerscope::shown!("scenario/b{}:latest", i + 1),
            layers: 5 - i,
            size,
            visible: size - size / 4 * u64::from(i == 0),
            wasted: size / 4 * u64::from(i == 0),
            stored: size,
            files: 20_000 / (i as u64 + 1),
            #[expect(clippy::cast_precision_loss, reason = "a ratio")]
            ratio: Some(sizes[0] as f64 / size as f64),
            exact: true,
            unknown: None,
        });
        columns.collect()
    }

    fn drawn(columns: &[Column], width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let look = Look { theme: &Theme::BARE, units: Units::Si };
        draw_columns(columns, columns.len().checked_sub(1), columns.len(), look, area, &mut buffer);
        lines(&buffer)
    }

    #[test]
    fn every_number_has_room_at_78_columns() {
        let lines = drawn(&ladder(), 78, 5);
        assert_eq!(
            lines[0].split_whitespace().collect::<Vec<_>>().join(" "),
            "size visible wasted layers files ratio image"
        );
        for part in ["801 MB █", "▒", "601 MB", "200 MB", "20,000", "1.00×", "scenario/b1:latest"]
        {
            assert!(lines[1].contains(part), "{part:?} is not in {}", lines[1]);
        }
        assert!(lines[4].contains("122×") && lines[4].contains("6.56 MB ▏ "), "{}", lines[4]);
    }

    #[test]
    fn where_there_is_little_room_shipped_bar_and_ratio_stay() {
        let lines = drawn(&ladder(), 38, 5);
        assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["size", "ratio", "image"]);
        assert!(
            lines[2].contains("382 MB ██")
                && lines[2].contains("2.10×")
                && lines[2].ends_with("b2:latest")
        );
        for (width, height) in (0..60).flat_map(|width| (0..6).map(move |height| (width, height))) {
            drawn(&ladder(), width, height);
            drawn(&[], width, height);
        }
    }

    #[test]
    fn no_row_is_left_empty_while_there_are_images() {
        let many: Vec<_> = ladder().into_iter().cycle().take(40).collect();
        assert!(drawn(&many, 78, 6)[5].contains("b4:latest"));
    }
}
