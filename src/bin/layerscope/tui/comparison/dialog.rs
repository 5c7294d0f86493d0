//! Dialogs over the comparison: the list of commands, and the request for another image.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;

use super::{Comparison, Effect};
use crate::tui::keys::Action;
use crate::tui::keys::help::COMPARISON;
use crate::tui::overlay::opening::{self, Opening};
use crate::tui::overlay::palette::{self, Choice, Palette};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::theme::Theme;

/// A dialog that takes the keys.
pub enum Dialog {
    Commands(Palette),
    Opening(Opening),
}

impl Dialog {
    /// Returns the line that is typed.
    pub fn query(&mut self) -> &mut Prompt {
        match self {
            Self::Commands(palette) => &mut palette.query,
            Self::Opening(opening) => &mut opening.path,
        }
    }
}

impl Comparison {
    /// Opens the list of commands.
    pub(super) fn open_palette(&mut self) {
        let actions = COMPARISON.groups.iter().flat_map(|(_, actions)| *actions).copied();
        let hidden = |action: &Action| {
            matches!(action, Action::Palette | Action::Up | Action::Down | Action::Back)
        };
        let commands = actions.filter(|action| !hidden(action)).collect();
        self.dialog = Some(Dialog::Commands(Palette::new(commands)));
    }

    /// Asks for another image.
    pub(super) fn ask_for_image(&mut self) {
        self.dialog = Some(Dialog::Opening(Opening::default()));
    }

    /// Handles a key while a dialog is open.
    pub(super) fn type_in_dialog(&mut self, key: KeyEvent) -> Option<Effect> {
        match self.dialog.as_mut()? {
            Dialog::Commands(palette) => match palette.key(key) {
                Choice::Stay => None,
                Choice::Close => {
                    self.dialog = None;
                    None
                }
                Choice::Run(action) => {
                    self.dialog = None;
                    self.act(action)
                }
            },
            Dialog::Opening(opening) => match opening.key(key) {
                Typed::Left => {
                    self.dialog = None;
                    None
                }
                Typed::Entered => {
                    let name = opening.path.text().trim().to_owned();
                    self.dialog = None;
                    (!name.is_empty()).then_some(Effect::OpenNamed(name))
                }
                Typed::Changed | Typed::Same | Typed::Other => None,
            },
        }
    }

    /// Draws the dialog, if one is open.
    pub(super) fn draw_dialog(&self, theme: &Theme, buffer: &mut Buffer) {
        match &self.dialog {
            None => {}
            Some(Dialog::Commands(palette)) => {
                palette::draw(palette, &self.keymap, theme, self.area, buffer);
            }
            Some(Dialog::Opening(opening)) => opening::draw(opening, theme, self.area, buffer),
        }
    }

    /// Asks again for an image that could not be opened, and says why.
    pub fn ask_again_for_image(&mut self, name: String, problem: Vec<String>) {
        self.dialog = Some(Dialog::Opening(Opening::failed(name, problem)));
    }

    /// Shows why an image could not be opened.
    pub fn say(&mut self, text: &str) {
        self.notice = Some(text.to_owned());
    }
}
