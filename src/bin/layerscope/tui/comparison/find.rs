//! Searches the paths that differ by a part of their name.

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::display::count;
use ratatui::text::{Line, Span};

use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::theme::Theme;

/// The query, and the entries that match.
#[derive(Debug, Default)]
pub struct Find {
    pub query: Prompt,
    /// True while keys go to the query.
    pub editing: bool,
    hits: Vec<usize>,
    at: usize,
    /// True if the query has changed since the last search.
    is_new: bool,
}

/// The effect of a key in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Select another match.
    Show,
    Nothing,
}

impl Find {
    /// Starts a new query.
    pub fn begin(&mut self) {
        *self = Self { editing: true, ..Self::default() };
    }

    /// Handles a key in the query.
    pub fn key(&mut self, key: KeyEvent) -> Asked {
        match self.query.key(key) {
            Typed::Left => *self = Self::default(),
            Typed::Entered => self.editing = false,
            Typed::Changed => self.is_new = true,
            Typed::Other if matches!(key.code, KeyCode::Down | KeyCode::Up) => {
                self.step(key.code == KeyCode::Down);
                return Asked::Show;
            }
            Typed::Same | Typed::Other => {}
        }
        Asked::Nothing
    }

    /// Returns whether the query has changed since the last time.
    pub fn takes_change(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// Sets the matches.
    pub fn found(&mut self, hits: Vec<usize>) {
        (self.hits, self.at) = (hits, 0);
    }

    /// Moves to another match, wrapping around at the ends.
    pub fn step(&mut self, forward: bool) {
        let all = self.hits.len().max(1);
        self.at = (self.at + if forward { 1 } else { all - 1 }) % all;
    }

    /// Returns the selected match.
    pub fn hit(&self) -> Option<usize> {
        self.hits.get(self.at).copied()
    }

    /// Returns whether there is a search to leave.
    pub fn is_active(&self) -> bool {
        self.editing || !self.query.text().is_empty()
    }

    /// Returns the bottom line of the screen during a search.
    pub fn line(&self, keys: &str, theme: &Theme) -> Option<Line<'static>> {
        if !self.is_active() {
            return None;
        }
        let others = if self.editing {
            "↑↓ select  Enter done".to_owned()
        } else {
            format!("{keys} others")
        };
        let what = match self.hits.len() {
            _ if self.query.text().is_empty() => "a name or a part of a path that differs".into(),
            0 => "no match".into(),
            all => format!("{} of {}   {others}", count(self.at as u64 + 1), count(all as u64)),
        };
        let (before, after) = self.query.shown();
        let cursor = if self.editing { "▏" } else { "" };
        Some(Line::from(vec![
            Span::styled(format!(" /{before}{cursor}{after} "), theme.strong),
            Span::styled(what, theme.dim),
        ]))
    }
}
