//! Panes: a frame with a title, and rows inside.

use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Padding, Widget};
use unicode_width::UnicodeWidthStr;

use super::bar::{is_end_of_a_bar, is_of_a_bar};
use super::part::part;
use super::scroll_bar::scroll_bar;
use super::text::cut;
use super::theme::Theme;
use crate::tui::layout::rows_inside;

/// Draws a layout made for `area`. If the terminal has been resized without notice, only the part
/// that fits is shown.
pub fn fitted(area: Rect, frame: &mut Frame<'_>, draw: impl FnOnce(&mut Buffer)) {
    if frame.area() == area {
        return draw(frame.buffer_mut());
    }
    let mut paper = Buffer::empty(area);
    draw(&mut paper);
    let shown = frame.area().intersection(area);
    for at in shown.positions() {
        frame.buffer_mut()[at] = paper[at].clone();
    }
}

/// Draws a bordered pane with a title; returns the area inside.
pub fn pane(title: &str, focused: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    if area.is_empty() {
        return Rect::ZERO;
    }
    let style = if focused { theme.focused } else { theme.border };
    let title = titled(title, usize::from(area.width.saturating_sub(4)));
    let title =
        Line::from(format!(" {title} ")).style(if focused { theme.strong } else { Style::new() });
    frame(area).border_style(style).title(title).render(area, buffer);
    inside(area)
}

/// Returns as many parts of a title, which stand between `·`, as fit; the first is cut if need be.
fn titled(title: &str, room: usize) -> String {
    let mut parts: Vec<_> = title.split(" · ").collect();
    while parts.len() > 1 && parts.join(" · ").width() > room {
        parts.pop();
    }
    cut(&parts.join(" · "), room)
}

/// The width from which on a cell stays free beside the frame.
const PADDED: u16 = 50;

/// Makes the frame of a pane.
fn frame(area: Rect) -> Block<'static> {
    let padding = u16::from(area.width >= PADDED);
    Block::bordered().border_type(BorderType::Rounded).padding(Padding::horizontal(padding))
}

/// Returns the area inside the frame of a pane.
pub fn inside(area: Rect) -> Rect {
    if area.is_empty() { Rect::ZERO } else { frame(area).inner(area) }
}

/// Returns a title with the reading position, if the text does not fit.
pub fn scrolled_title(title: &str, first: usize, all: usize, area: Rect) -> String {
    let shown = rows_inside(area);
    if all <= shown {
        title.into()
    } else {
        format!("{title} · {}/{all}", (first + shown).min(all))
    }
}

/// Writes a line at a row of an area, if it is inside.
pub fn put(line: Line<'_>, row: usize, area: Rect, buffer: &mut Buffer) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height {
        buffer.set_line(area.x, area.y + row, &line, area.width);
    }
}

/// Styles a row; bars keep their colours. The free part of a bar's last cell gets the colour of the
/// row.
pub fn fill(row: usize, area: Rect, style: Style, buffer: &mut Buffer) {
    for at in part(area, row, 1).positions() {
        let Some(cell) = buffer.cell_mut(at) else { continue };
        match style.bg {
            _ if !is_of_a_bar(cell.symbol()) => {
                if style.add_modifier.contains(Modifier::REVERSED) {
                    // Dim text would leave holes in the reversed row.
                    cell.modifier.remove(Modifier::DIM);
                }
                cell.set_style(style);
            }
            Some(background)
                if cell.bg == Color::Reset && !style.add_modifier.contains(Modifier::REVERSED) =>
            {
                cell.set_bg(background);
            }
            None if cell.bg == Color::Reset => reverse_around(cell, style),
            Some(Color::Reset) if cell.bg == Color::Reset => reverse_around(cell, style),
            _ => {}
        }
    }
}

/// Reverses the free part of a bar's last cell, if the style of its row reverses the others.
fn reverse_around(cell: &mut Cell, style: Style) {
    let is_reversed = style.add_modifier.contains(Modifier::REVERSED);
    if is_reversed && is_end_of_a_bar(cell.symbol()) && cell.fg != Color::Reset {
        // The bar's colour is that of the background, which is reversed with the rest.
        (cell.fg, cell.bg) = (Color::Reset, cell.fg);
        cell.modifier.insert(Modifier::REVERSED);
    }
}

/// Draws a pane with lines, from an index on.
pub fn text_pane(
    title: &str,
    lines: Vec<String>,
    first: usize,
    focused: bool,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let inner = pane(title, focused, theme, area, buffer);
    let first = scroll_bar(first, lines.len(), inner, theme, buffer);
    for (row, text) in lines.into_iter().skip(first).enumerate() {
        put(Line::raw(text), row, inner, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::super::bar::bar;
    use super::*;

    #[test]
    fn a_title_loses_whole_parts_before_it_is_cut() {
        assert_eq!(titled("Waste · 1/4 · by layers", 23), "Waste · 1/4 · by layers");
        assert_eq!(titled("Waste · 1/4 · by layers", 22), "Waste · 1/4");
        assert_eq!(titled("Waste · 1/4", 10), "Waste");
        assert_eq!(titled("/usr/share/doc · 3/9", 9), "/usr/sha…");
    }

    #[test]
    fn a_reversed_row_has_one_background_also_below_dim_text() {
        let theme = Theme::plain();
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        put(Line::styled("1 → ", theme.dim), 0, area, &mut buffer);
        fill(0, area, theme.selected, &mut buffer);
        assert!(buffer.content().iter().all(|cell| cell.modifier == Modifier::REVERSED));
    }

    #[test]
    fn the_free_part_of_a_bar_s_last_cell_has_the_colour_of_the_selected_row() {
        let theme = Theme::colours();
        let area = Rect::new(0, 0, 8, 1);
        let mut buffer = Buffer::empty(area);
        put(Line::from(bar(0, 11, 32, 8, &theme)), 0, area, &mut buffer);
        fill(0, area, theme.selected, &mut buffer);
        let shown = |x: u16| {
            let cell = &buffer[(x, 0)];
            let is_reversed = cell.modifier.contains(Modifier::REVERSED);
            if is_reversed {
                (cell.symbol(), cell.bg, cell.fg)
            } else {
                (cell.symbol(), cell.fg, cell.bg)
            }
        };
        let red = theme.wasted.fg.expect("a colour");
        assert_eq!(shown(1), ("█", red, Color::Reset), "a full cell keeps its colour");
        assert_eq!(shown(2), ("▊", red, Color::Reset));
        assert!(
            buffer[(2, 0)].modifier.contains(Modifier::REVERSED),
            "its free part is reversed like the row"
        );
        assert!(buffer[(3, 0)].modifier.contains(Modifier::REVERSED), "the row is reversed");
    }
}
