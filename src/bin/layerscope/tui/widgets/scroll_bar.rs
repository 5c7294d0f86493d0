//! The scroll bar on the border of a pane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::part::part;
use super::theme::Theme;

/// Draws a scroll bar on the right border beside some rows; nothing if everything fits.
///
/// Returns the first visible row, which is `first` unless that would leave rows empty.
pub fn scroll_bar(
    first: usize,
    all: usize,
    rows: Rect,
    theme: &Theme,
    buffer: &mut Buffer,
) -> usize {
    let shown = usize::from(rows.height);
    let hidden = all.saturating_sub(shown);
    let first = first.min(hidden);
    if hidden == 0 || shown == 0 {
        return first;
    }
    let thumb = (shown * shown / all).max(1);
    // The thumb only touches an end of the bar at an end of the text.
    let way = shown - thumb;
    let top = match first {
        0 => 0,
        first if first == hidden => way,
        first => (first * way / hidden)
            .clamp(usize::from(way > 1), way.saturating_sub(1).max(usize::from(way > 1))),
    };
    for y in part(rows, top, thumb).rows().map(|row| row.y) {
        // The frame is beside the rows, or one cell further.
        let is_frame = |x: &u16| buffer.cell((*x, y)).is_some_and(|cell| cell.symbol() == "│");
        let x = [rows.right(), rows.right() + 1].into_iter().find(is_frame).unwrap_or(rows.right());
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol("▐").set_style(theme.focused);
        }
    }
    first
}
