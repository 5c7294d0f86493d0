//! Compares two versions of a path: metadata and contents.

use layerscope::display::Escaped;
use layerscope::tree::{Kind, Tree, VersionId};

use super::facts;
use super::{Numbers, Room};
use crate::tui::contents::difference::{Difference, Lines};
use crate::tui::keys::Action;
use crate::tui::widgets::moved;
use crate::tui::work::{Answer, Ask, Task};

/// The number of columns of a sideways step.
const SIDEWAYS: usize = 8;

/// The state of comparing the contents.
#[derive(Debug)]
pub enum State {
    /// The comparison is requested.
    Wanted,
    /// The comparison is running, as the task with this number.
    Asked(u64),
    Compared(Difference),
    Failed(Escaped),
    /// There is nothing to compare: one of the two is not a file, or both are the same file.
    Nothing,
}

/// A comparison, and its visible part.
#[derive(Debug)]
pub struct Comparison {
    pub old: VersionId,
    pub new: VersionId,
    /// The differences besides the contents.
    pub facts: Vec<String>,
    pub state: State,
    pub top: usize,
    pub left: usize,
}

impl Comparison {
    pub fn new(tree: &Tree, old: VersionId, new: VersionId) -> Self {
        let files = tree.kind(old) == Kind::File && tree.kind(new) == Kind::File;
        let state = if files && tree.inode(old) != tree.inode(new) {
            State::Wanted
        } else {
            State::Nothing
        };
        Self { old, new, facts: facts::differences(tree, old, new), state, top: 0, left: 0 }
    }

    pub fn task(&mut self, numbers: &mut Numbers) -> Option<Task> {
        let State::Wanted = self.state else { return None };
        let number = numbers.take();
        self.state = State::Asked(number);
        Some(Task { number, ask: Ask::Compare { old: self.old, new: self.new } })
    }

    /// Returns the number of the running task.
    pub fn asked(&self) -> Option<u64> {
        match self.state {
            State::Asked(number) => Some(number),
            _ => None,
        }
    }

    pub fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Compared(difference) => self.state = State::Compared(difference),
            Answer::Failed(text) => self.state = State::Failed(text),
            _ => {}
        }
    }

    pub fn lines(&self) -> Option<&Lines> {
        match &self.state {
            State::Compared(Difference::Lines(lines)) => Some(lines),
            _ => None,
        }
    }

    /// Returns the summary above the lines that differ.
    pub fn summary(&self) -> Vec<String> {
        let mut summary = self.facts.clone();
        summary.push(match &self.state {
            State::Wanted | State::Asked(_) => "comparing the contents …".into(),
            State::Nothing if self.facts.is_empty() => "no recorded difference".into(),
            State::Nothing => return summary,
            State::Failed(text) => text.clone().into(),
            State::Compared(difference) => facts::of_difference(difference),
        });
        summary
    }

    pub fn act(&mut self, action: Action, room: Room) {
        let above = self.summary().len() + 1;
        let (rows, hunks) =
            self.lines().map_or((0, &[][..]), |lines| (lines.rows.len(), &lines.hunks[..]));
        let last = (above + rows).saturating_sub(room.height);
        let place = |hunk: usize| (above + hunk).min(last);
        let next = hunks.iter().map(|&hunk| place(hunk)).find(|&place| place > self.top);
        let before = hunks.iter().rev().map(|&hunk| place(hunk)).find(|&place| place < self.top);
        self.top = match action {
            Action::NextMatch => next.unwrap_or(self.top),
            Action::PreviousMatch => before.unwrap_or(0),
            action => moved(action, self.top, last, room.height.max(2) - 1).unwrap_or(self.top),
        };
        match action {
            Action::Right => {
                self.left = (self.left + SIDEWAYS).min(crate::tui::contents::window::LONG as usize);
            }
            Action::Left => self.left = self.left.saturating_sub(SIDEWAYS),
            _ => {}
        }
    }
}
