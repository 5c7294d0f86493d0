//! The list of commands: finds every action by name, and shows its key.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::Overlay;
use crate::tui::app::App;
use crate::tui::keys::help::EXPLORER;
use crate::tui::keys::{Action, Context, Keymap};
use crate::tui::layout::Pane;
use crate::tui::message::Effect;
use crate::tui::widgets::choices::{self, Choices};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::theme::Theme;
use crate::view::View;

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

impl App {
    /// Opens the list of commands.
    pub(in crate::tui) fn open_palette(&mut self) {
        let here = self.contexts();
        // Where an overlay or a lesson takes keys, only its commands and the general ones make
        // sense; a view is changed for its commands.
        let elsewhere =
            [Context::Viewer, Context::Overlay, Context::Lesson, Context::Question, Context::Found];
        let is_offered = |action: &Action| {
            let context = action.context();
            let covered = !self.overlays.is_empty() && context != Context::Everywhere;
            let known = here.contains(&context) || !covered && !elsewhere.contains(&context);
            known && !matches!(action, Action::Palette | Action::Up | Action::Down | Action::Back)
        };
        let commands = EXPLORER.groups.iter().flat_map(|(_, actions)| *actions).copied();
        self.overlays.open(Overlay::Palette(Palette::new(commands.filter(is_offered).collect())));
    }

    /// Handles a key while the list of commands is open.
    pub(in crate::tui) fn type_command(&mut self, key: KeyEvent) -> Option<Effect> {
        let Some(Overlay::Palette(palette)) = self.overlays.top_mut() else { return None };
        match palette.key(key) {
            Choice::Stay => None,
            Choice::Close => {
                self.overlays.close();
                None
            }
            Choice::Run(action) => {
                self.overlays.close();
                self.run_command(action)
            }
        }
    }

    /// Performs a command, in the view that it belongs to.
    fn run_command(&mut self, action: Action) -> Option<Effect> {
        self.make_way_for(action);
        let view = match action.context() {
            Context::Explore | Context::Layers | Context::Tree => Some(View::Explore),
            Context::Waste => Some(View::Waste),
            Context::Findings => Some(View::Findings),
            Context::Treemap => Some(View::Treemap),
            Context::Replay if action != Action::ReplayAgain => Some(View::Replay),
            _ => None,
        };
        if let Some(view) = view.filter(|&view| view != self.view) {
            self.show(view);
        }
        if action.context() == Context::Layers {
            self.focus = Pane::Layers;
        }
        self.act(action)
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
