//! Pop-ups: an explanation, or the extraction dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{pane, put};

/// The largest width of a pop-up.
pub const WIDTH: u16 = 84;

/// Draws a pop-up with some lines in the middle of an area.
pub fn popup(
    title: &str,
    lines: Vec<Line<'_>>,
    scroll: usize,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let frame = frame(lines.len(), WIDTH, area);
    Clear.render(frame, buffer);
    let inner = pane(title, true, theme, frame, buffer);
    let first = scroll.min(lines.len().saturating_sub(usize::from(inner.height)));
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

/// Returns the frame around some lines in the middle of an area.
pub fn frame(lines: usize, width: u16, area: Rect) -> Rect {
    let height = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    let width = area.width.min(width);
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    Rect { x, y, width, height }
}

/// Returns the inner width of a pop-up in an area.
pub fn inside(area: Rect) -> usize {
    usize::from(crate::tui::widgets::inside(Rect { width: area.width.min(WIDTH), ..area }).width)
}
