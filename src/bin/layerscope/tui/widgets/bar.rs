//! Bars that show a part of a whole, in cells.

use ratatui::text::Span;

use super::theme::Theme;

/// Draws a bar in `width` cells: its length is the share of both parts in `whole`, with the dead
/// part at its end.
///
/// Dead bytes are shown if they are at least a hundredth of both, because otherwise a single cell
/// would show only dead bytes; live ones if they are worth half a cell.
pub fn bar(live: u64, dead: u64, whole: u64, width: usize, theme: &Theme) -> [Span<'static>; 3] {
    let both = live + dead;
    let filled = cells(both, whole, width).max(usize::from(both > 0)).min(width);
    let dead_cells = cells(dead, both, filled).max(usize::from(is_worth_showing(dead, both))).min(filled);
    [
        Span::styled("█".repeat(filled - dead_cells), theme.live),
        Span::styled("▒".repeat(dead_cells), theme.dead),
        Span::raw(" ".repeat(width - filled)),
    ]
}

/// Returns whether a part is large enough that a picture has to show it, however few cells there
/// are.
pub fn is_worth_showing(part: u64, whole: u64) -> bool {
    part > 0 && part >= whole / 100
}

/// Returns the number of cells for a part of a whole, rounded.
pub fn cells(part: u64, of: u64, cells: usize) -> usize {
    let (part, of) = (u128::from(part), u128::from(of.max(1)));
    usize::try_from((part * cells as u128 * 2 + of) / (of * 2)).map_or(cells, |n| n.min(cells))
}
