//! The widths of the columns of the list.

pub(super) const SIZE_WIDTH: usize = 8;
/// The columns of the size after a change.
pub(super) const AFTER_WIDTH: usize = 10;
pub(super) const LAYERS_WIDTH: usize = 9;
/// The width from which on the size after a change is shown.
pub(super) const WIDE: usize = 90;

/// The columns of how far that size can be relied on.
pub(super) const GRADE_WIDTH: usize = 12;
/// The width from which on that is shown.
pub(super) const GRADED: usize = 110;

/// Returns the columns before the text of a row.
pub(super) fn before_text(width: usize) -> usize {
    let after = if width >= WIDE { AFTER_WIDTH + 1 } else { 0 };
    let grade = if width >= GRADED { GRADE_WIDTH + 1 } else { 0 };
    SIZE_WIDTH + 1 + bar_width(width) + after + grade + 1 + LAYERS_WIDTH
}

pub(super) fn bar_width(width: usize) -> usize {
    (width / 8).clamp(3, 16)
}
