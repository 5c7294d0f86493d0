//! The cursor in a list, and the visible part of the list.

use ratatui::layout::{Position, Rect};

use crate::tui::keys::Action;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::follow;

/// The selected row of a list, and its first visible row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    pub at: usize,
    top: usize,
}

impl Cursor {
    /// Moves in a list of `count` rows; returns whether the action is a movement.
    pub fn act(&mut self, action: Action, count: usize, rows: Rect) -> bool {
        let page = usize::from(rows.height).max(2) - 1;
        let next = moved(action, self.at, count.saturating_sub(1), page);
        self.at = next.unwrap_or(self.at);
        next.is_some()
    }

    /// Selects the row at a cell; returns whether there is one.
    pub fn select(&mut self, at: Position, count: usize, rows: Rect) -> bool {
        let row = self.first(count, rows) + usize::from(at.y.saturating_sub(rows.y));
        let hit = rows.contains(at) && row < count;
        if hit {
            self.at = row;
        }
        hit
    }

    /// Returns the first visible row.
    pub fn first(&self, count: usize, rows: Rect) -> usize {
        follow(self.top, self.at, count, usize::from(rows.height).max(1))
    }

    /// Keeps the visible part in place, as long as the selected row is in it.
    pub fn settle(&mut self, count: usize, rows: Rect) {
        self.at = self.at.min(count.saturating_sub(1));
        self.top = self.first(count, rows);
    }
}
