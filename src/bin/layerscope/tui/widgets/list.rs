//! The movement of a list's cursor.

use crate::tui::keys::Action;

/// The number of rows of a turn of the wheel.
pub const WHEEL: usize = 3;

/// Returns the new position of a list's cursor; `None` if the action is not a movement.
pub fn moved(action: Action, now: usize, last: usize, page: usize) -> Option<usize> {
    let next = match action {
        Action::Down => now + 1,
        Action::Up => now.saturating_sub(1),
        Action::PageDown => now + page,
        Action::PageUp => now.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => return None,
    };
    Some(next.min(last))
}
