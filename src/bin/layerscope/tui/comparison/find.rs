//! Finding paths that differ by a part of their name.

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::display::count;
use ratatui::text::{Line, Span};

use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::theme::Theme;

/// What is looked for, and the entries that match.
#[derive(Debug, Default)]
pub struct Find {
    pub query: Prompt,
    /// Whether keys go into the query.
    pub editing: bool,
    hits: Vec<usize>,
    at: usize,
}

/// What a key in the query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Search,
    /// Another hit is selected.
    Show,
    Nothing,
}

impl Find {
    /// Asks for a new query.
    pub fn begin(&mut self) {
        *self = Self { editing: true, ..Self::default() };
    }

    /// Takes a key into the query.
    pub fn key(&mut self, key: KeyEvent) -> Asked {
        match self.query.key(key) {
            Typed::Left => *self = Self::default(),
            Typed::Entered => self.editing = false,
            Typed::Changed => return Asked::Search,
            Typed::Other if matches!(key.code, KeyCode::Down | KeyCode::Up) => {
                self.step(key.code == KeyCode::Down);
                return Asked::Show;
            }
            Typed::Same | Typed::Other => {}
        }
        Asked::Nothing
    }

    /// Takes in what matches.
    pub fn found(&mut self, hits: Vec<usize>) {
        (self.hits, self.at) = (hits, 0);
    }

    /// Goes to another hit, round at the ends.
    pub fn step(&mut self, forward: bool) {
        let all = self.hits.len().max(1);
        self.at = (self.at + if forward { 1 } else { all - 1 }) % all;
    }

    /// The hit that is selected.
    pub fn hit(&self) -> Option<usize> {
        self.hits.get(self.at).copied()
    }

    /// Whether there is something to leave.
    pub fn is_active(&self) -> bool {
        self.editing || !self.query.text().is_empty()
    }

    /// The last line of the screen, while something is looked for.
    pub fn line(&self, keys: &str, theme: &Theme) -> Option<Line<'static>> {
        if !self.is_active() {
            return None;
        }
        let others = if self.editing { "↑↓ others  Enter done".to_owned() } else { format!("{keys} others") };
        let what = match self.hits.len() {
            _ if self.query.text().is_empty() => "a name or a part of a path that differs".into(),
            0 => "nothing that differs is called so".into(),
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
