//! Lists: where a cursor goes.

use crate::tui::keys::Action;

/// Rows that a turn of the wheel moves.
pub const WHEEL: usize = 3;

/// Where a list's cursor goes.
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
