//! The list of commands: finds every action by name, and shows its key.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::keys::{Action, Keymap};
use crate::tui::widgets::choices::{self, Choices};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::theme::Theme;

/// The largest size of the list.
const WIDTH: u16 = 68;
const HEIGHT: u16 = 18;

/// The list of commands.
#[derive(Debug)]
pub struct Palette {
    /// The words that the names of the shown commands contain.
    pub query: Prompt,
    /// All commands that make sense where the list was opened.
    commands: Vec<Action>,
    cursor: usize,
}

/// The effect of a key on the list.
pub enum Choice {
    Stay,
    Close,
    Run(Action),
}

impl Palette {
    pub fn new(commands: Vec<Action>) -> Self {
        Self { query: Prompt::default(), commands, cursor: 0 }
    }

    /// Returns the commands that contain all words of the query, those that begin with it first.
    fn found(&self) -> Vec<Action> {
        let query = self.query.text().to_lowercase();
        let names = |action: &Action| format!("{} {}", action.what().to_lowercase(), action.name());
        let contains =
            |action: &&Action| query.split_whitespace().all(|word| names(action).contains(word));
        let mut found: Vec<_> = self.commands.iter().filter(contains).copied().collect();
        found.sort_by_key(|action| {
            !action.name().starts_with(&query) && !action.what().starts_with(&query)
        });
        found
    }

    fn selected(&self) -> Option<Action> {
        self.found().get(self.cursor).copied()
    }

    /// Handles a key.
    pub fn key(&mut self, key: KeyEvent) -> Choice {
        let is_empty = self.query.text().is_empty();
        match (key.code, self.query.key(key)) {
            (KeyCode::Char('q' | '?' | ':'), _) if is_empty => return Choice::Close,
            (KeyCode::Down | KeyCode::Up, _) => self.step(key.code == KeyCode::Down),
            (_, Typed::Left) => return Choice::Close,
            (_, Typed::Changed) => self.cursor = 0,
            (_, Typed::Entered) => return self.selected().map_or(Choice::Close, Choice::Run),
            (_, Typed::Same | Typed::Other) => {}
        }
        Choice::Stay
    }

    fn step(&mut self, down: bool) {
        let last = self.found().len().saturating_sub(1);
        self.cursor =
            if down { (self.cursor + 1).min(last) } else { self.cursor.saturating_sub(1) };
    }
}

/// Draws the list near the top of an area.
pub fn draw(palette: &Palette, keymap: &Keymap, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let found = palette.found();
    let rows = u16::try_from(found.len().max(1) + 3).unwrap_or(HEIGHT);
    let (width, height) = (area.width.min(WIDTH), area.height.min(HEIGHT).min(rows));
    let frame = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 4,
        width,
        height,
    };
    Clear.render(frame, buffer);
    let list = Choices {
        title: "Commands",
        query: &palette.query,
        cursor: palette.cursor,
        count: found.len(),
        nothing: "no match",
    };
    let row = |at: usize| choices::Choice {
        name: found[at].what().into(),
        beside: keymap.all_keys(&[found[at]]),
    };
    choices::choices(&list, row, theme.strong, theme, frame, buffer);
}
