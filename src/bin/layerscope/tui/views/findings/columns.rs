//! The widths of the columns of the list.

pub(super) const SIZE_WIDTH: usize = 8;
/// The columns of the size after a change.
pub(super) const AFTER_WIDTH: usize = 10;
pub(super) const LAYERS_WIDTH: usize = 9;
/// The width from which on the size after a change is shown.
pub(super) const WIDE: usize = 90;

/// Returns the columns before the text of a row.
pub(super) fn before_text(width: usize) -> usize {
    let after = if width >= WIDE { AFTER_WIDTH + 1 } else { 0 };
    SIZE_WIDTH + 1 + bar_width(width) + after + 1 + LAYERS_WIDTH
}

pub(super) fn bar_width(width: usize) -> usize {
    (width / 8).clamp(3, 16)
}
