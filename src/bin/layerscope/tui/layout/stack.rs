//! The lines of the list of layers.

use ratatui::layout::Rect;

use super::rows_inside;

/// The most lines that a layer gets.
pub const LINES: usize = 6;

/// The rows of the list of layers, as the layout asks for them.
#[derive(Clone, Copy)]
pub struct Stack<'a> {
    pub count: usize,
    /// The number of lines that a row needs in a pane of a width.
    pub lines: &'a dyn Fn(usize, u16) -> usize,
}

impl Stack<'static> {
    /// A list without rows.
    pub const EMPTY: Self = Self { count: 0, lines: &|_, _| 1 };
}

impl Stack<'_> {
    /// Returns the lines of each row, if they fit into some lines together: as many as the row
    /// needs or, if not all have room, fewer for the long ones. Only so many of the lines are for
    /// rows with more than two.
    pub(super) fn fitted(&self, room: usize, for_long: usize, width: u16) -> Option<Vec<usize>> {
        if self.count > room {
            return None;
        }
        let needs: Vec<_> = (0..self.count).map(|row| (self.lines)(row, width).max(1)).collect();
        (1..=LINES).rev().find_map(|most| {
            let lines: Vec<_> = needs.iter().map(|&lines| lines.min(most)).collect();
            let room = if most > 2 { for_long } else { room };
            (lines.iter().sum::<usize>() <= room).then_some(lines)
        })
    }

    /// Returns the lines of each row in a pane; one, if the list is longer than the pane.
    pub fn lines_in(&self, pane: Rect) -> Vec<usize> {
        self.fitted(rows_inside(pane), rows_inside(pane), pane.width)
            .unwrap_or_else(|| vec![1; self.count])
    }
}
