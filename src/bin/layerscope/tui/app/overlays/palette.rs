//! Lists the commands, and runs the chosen one.

use crate::tui::app::App;
use crate::tui::keys::help::EXPLORER;
use crate::tui::keys::{Action, Context};
use crate::tui::layout::Pane;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::overlay::palette::{Choice, Palette};
use crate::view::View;
use crossterm::event::KeyEvent;

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
