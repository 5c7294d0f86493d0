//! Bars that show a part of a whole, in cells.

use ratatui::text::Span;

use super::theme::Theme;

/// Draws a bar in `width` cells: its length is the share of both parts in `whole`, with the dead
/// part at its end.
///
/// Dead bytes are shown if they are at least a hundredth of both, because otherwise a single cell
/// would show only dead bytes; live ones if they are worth half a cell.
pub fn bar(visible: u64, wasted: u64, whole: u64, width: usize, theme: &Theme) -> [Span<'static>; 3] {
    let both = visible + wasted;
    let filled = cells(both, whole, width).max(usize::from(both > 0)).min(width);
    let wasted_cells = cells(wasted, both, filled).max(usize::from(is_worth_showing(wasted, both))).min(filled);
    [
        Span::styled("█".repeat(filled - wasted_cells), theme.visible),
        Span::styled("▒".repeat(wasted_cells), theme.wasted),
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
