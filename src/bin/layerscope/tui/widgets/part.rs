//! Rows of an area.

use ratatui::layout::Rect;

/// Returns some of the rows of an area.
pub fn part(area: Rect, top: usize, height: usize) -> Rect {
    let rows = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let y = area.y.saturating_add(rows(top)).min(area.bottom());
    Rect { y, height: rows(height).min(area.bottom() - y), ..area }
}
