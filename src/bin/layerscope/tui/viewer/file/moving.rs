//! Moves through a file: by rows, to a line, or to a match; and determines the rows.

use super::super::Room;
use super::{Asked, FileView, Form, Goal, Top};
use crate::tui::contents::find::Way;
use crate::tui::contents::glyphs::{self, Encoding, glyphs};
use crate::tui::contents::window::LONG;
use crate::tui::keys::Action;

/// The number of columns of a sideways step.
const SIDEWAYS: usize = 8;

impl FileView {
    fn count_again(&mut self) {
        if self.counting == Asked::Done {
            self.counting = Asked::Not;
        }
    }

    /// Goes to a line, counted from 1, or in hex to an offset in bytes.
    pub fn go_to(&mut self, number: u64, room: Room) {
        self.goal = Some(match self.form {
            Form::Text => {
                self.count_again();
                Goal::Line(number.saturating_sub(1))
            }
            Form::Hex => {
                let at = number.min(self.size.saturating_sub(1));
                Goal::Show(at..at + 1)
            }
        });
        self.settle(room);
    }

    /// Performs an action.
    pub fn act(&mut self, action: Action, room: Room) {
        let page = room.height.max(2) - 1;
        match action {
            Action::Down => self.down(1, room),
            Action::Up => self.up(1, room),
            Action::PageDown => self.down(page, room),
            Action::PageUp => self.up(page, room),
            Action::First => {
                self.stay();
                (self.left, self.top) = (0, Top::default());
            }
            Action::Last => {
                self.count_again();
                self.goal = Some(Goal::End);
            }
            Action::Right if !self.wrap => {
                self.left = (self.left + SIDEWAYS).min(4 * LONG as usize);
            }
            Action::Left => self.left = self.left.saturating_sub(SIDEWAYS),
            Action::Wrap => (self.wrap, self.left, self.top.row) = (!self.wrap, 0, 0),
            Action::TextOrHex => self.turn(room),
            Action::NextMatch => self.look_on(Way::Onwards),
            Action::PreviousMatch => self.look_on(Way::Back),
            _ => {}
        }
        self.settle(room);
    }

    /// Switches to the other form at the same position.
    fn turn(&mut self, room: Room) {
        let at = self.top.at;
        self.left = 0;
        self.stay();
        (self.form, self.top) = match self.form {
            Form::Text => (Form::Hex, Top { at: at - at % room.bytes(self.size), row: 0 }),
            Form::Hex => (
                Form::Text,
                Top { at: self.window.as_ref().map_or(0, |window| window.begin(at)), row: 0 },
            ),
        };
        if self.encoding == Some(Encoding::Binary) && self.form == Form::Text {
            // The user wants to read a binary file as text.
            self.encoding = Some(Encoding::Latin1);
        }
    }

    /// Moves to the goal, if it has been read, and never beyond the last row.
    pub fn settle(&mut self, room: Room) {
        if self.goal.as_ref().is_some_and(|_| self.target().is_some_and(|at| self.has(at)))
            && let Some(goal) = self.goal.take()
        {
            self.reach(&goal, room);
        }
        match self.form {
            Form::Hex => {
                let bytes = room.bytes(self.size);
                let rows = self.size.div_ceil(bytes);
                let last = rows.saturating_sub(room.height.max(1) as u64) * bytes;
                self.top = Top { at: (self.top.at - self.top.at % bytes).min(last), row: 0 };
            }
            Form::Text => {
                self.top.row = self.top.row.min(self.rows_at(self.top.at, room).len() - 1);
                if self.window.as_ref().is_some_and(|window| window.end() == self.size) {
                    self.top = self.top.min(self.last_top(room));
                }
            }
        }
    }

    fn reach(&mut self, goal: &Goal, room: Room) {
        let Some(window) = &self.window else { return };
        let third = room.height / 3;
        match (goal, self.form) {
            (Goal::End, Form::Hex) => self.top.at = u64::MAX,
            (Goal::End, Form::Text) => self.top = self.last_top(room),
            (Goal::Line(line), _) => {
                let before = self.count.before(window.start).unwrap_or(0);
                let at = window.skip_lines(line.saturating_sub(before));
                self.top = Top { at, row: 0 };
            }
            (Goal::Show(range), Form::Hex) => {
                let bytes = room.bytes(self.size);
                if !(self.top.at..self.top.at + bytes * room.height as u64).contains(&range.start) {
                    self.top.at = (range.start / bytes).saturating_sub(third as u64) * bytes;
                }
            }
            (Goal::Show(range), Form::Text) => {
                let at = window.begin(range.start);
                let column = usize::try_from(range.start - at).unwrap_or(0);
                let row = self
                    .rows_at(at, room)
                    .partition_point(|&start| start <= column)
                    .saturating_sub(1);
                self.show_column(at, column, range.end - range.start, room);
                let place = Top { at, row };
                if place < self.top
                    || self.moved_down(self.top, room.height.saturating_sub(1), room) < place
                {
                    self.top = place;
                    self.up(third, room);
                }
            }
        }
    }

    /// Scrolls a text sideways, so that a position in a line is visible.
    fn show_column(&mut self, at: u64, place: usize, len: u64, room: Room) {
        let (Some(window), Some(encoding), false) = (&self.window, self.encoding, self.wrap) else {
            return;
        };
        let before =
            glyphs(window.line(at), encoding).take_while(|glyph| glyph.bytes.start < place);
        let column: usize = before.map(|glyph| glyph.width).sum();
        let width = self.text_width(room);
        if column < self.left
            || column + usize::try_from(len).unwrap_or(0).min(width / 2) > self.left + width
        {
            self.left = if column < width / 2 { 0 } else { column - width / 3 };
        }
    }

    /// Returns the width of the text beside the line numbers.
    pub fn text_width(&self, room: Room) -> usize {
        room.width.saturating_sub(self.number_width() + 1)
    }

    /// Returns the width of the line numbers.
    pub fn number_width(&self) -> usize {
        self.count.counted().max(999).to_string().len()
    }

    /// Returns the line number of a position, from 1; `None` if the file before it has not been
    /// counted.
    pub fn line_number(&self, at: u64) -> Option<u64> {
        let window = self.window.as_ref()?;
        Some(self.count.before(window.start)? + window.newlines_before(at) + 1)
    }

    /// Returns the offsets in a line at which its rows begin.
    pub fn rows_at(&self, at: u64, room: Room) -> Vec<usize> {
        match (&self.window, self.encoding) {
            (Some(window), Some(encoding)) if self.wrap => {
                glyphs::rows(window.line(at), encoding, self.text_width(room))
            }
            _ => vec![0],
        }
    }

    fn down(&mut self, rows: usize, room: Room) {
        self.stay();
        match self.form {
            Form::Text => self.top = self.moved_down(self.top, rows, room),
            Form::Hex => {
                self.top.at = self.top.at.saturating_add(room.bytes(self.size) * rows as u64);
            }
        }
    }

    fn moved_down(&self, from: Top, rows: usize, room: Room) -> Top {
        let Some(window) = &self.window else { return from };
        let mut top = from;
        let mut left = rows;
        while left > 0 {
            let below = self.rows_at(top.at, room).len() - 1 - top.row;
            if left <= below {
                return Top { row: top.row + left, ..top };
            }
            left -= below + 1;
            let next = window.after(top.at);
            if next >= window.end() {
                return Top { row: top.row + below, ..top };
            }
            top = Top { at: next, row: 0 };
        }
        top
    }

    fn up(&mut self, rows: usize, room: Room) {
        self.stay();
        match self.form {
            Form::Text => self.top = self.moved_up(self.top, rows, room),
            Form::Hex => {
                self.top.at = self.top.at.saturating_sub(room.bytes(self.size) * rows as u64);
            }
        }
    }

    fn moved_up(&self, from: Top, rows: usize, room: Room) -> Top {
        let Some(window) = &self.window else { return from };
        let mut top = from;
        let mut left = rows;
        while left > 0 {
            if left <= top.row {
                return Top { row: top.row - left, ..top };
            }
            if top.at <= window.start {
                return Top { row: 0, ..top };
            }
            left -= top.row + 1;
            let at = window.before(top.at);
            top = Top { at, row: self.rows_at(at, room).len() - 1 };
        }
        top
    }

    /// Returns the first row when the end of the file is the last visible row.
    fn last_top(&self, room: Room) -> Top {
        let Some(window) = self.window.as_ref().filter(|window| window.end() > 0) else {
            return Top::default();
        };
        let at = window.before(window.end());
        let last = Top { at, row: self.rows_at(at, room).len() - 1 };
        self.moved_up(last, room.height.saturating_sub(1), room)
    }
}
