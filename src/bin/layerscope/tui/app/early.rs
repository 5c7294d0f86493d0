//! Keys typed before the image that they are about has been read.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::{App, Screen};
use crate::tui::keys::{Action, is_interrupt};
use crate::tui::message::Message;

/// The most messages that are kept.
const MOST: usize = 256;

impl App {
    /// Keeps a message of the user that needs the image, and all that follow it, until the image has
    /// been read; returns any other message. Esc drops the kept ones.
    pub(super) fn keep_early(&mut self, message: Message) -> Option<Message> {
        let is_loading = matches!(self.screen, Screen::Loading { .. });
        if !is_loading || self.lesson.is_some() || !self.overlays.is_empty() {
            return Some(message);
        }
        let is_kept = match &message {
            Message::Paste(_) => !self.early.is_empty(),
            Message::Key(key) if key.kind == KeyEventKind::Release || is_interrupt(*key) => false,
            Message::Key(key) if self.early.is_empty() => {
                self.early_action(*key).is_some_and(needs_the_image)
            }
            // In a search, it is a letter.
            Message::Key(key) if self.early_action(*key) == Some(Action::Quit) => {
                self.is_searching_early()
            }
            Message::Key(key) if key.code == KeyCode::Esc => {
                self.early.clear();
                return None;
            }
            Message::Key(_) => true,
            _ => false,
        };
        if !is_kept || self.early.len() >= MOST {
            return Some(message);
        }
        self.early.push(message);
        None
    }

    /// Returns the kept messages, once the image has been read.
    pub(in crate::tui) fn resume(&mut self) -> Vec<Message> {
        match self.screen {
            Screen::Loading { .. } => Vec::new(),
            Screen::Image { .. } => std::mem::take(&mut self.early),
            // They were not about a list of images.
            Screen::Choosing { .. } => {
                self.early.clear();
                Vec::new()
            }
        }
    }

    fn early_action(&self, key: KeyEvent) -> Option<Action> {
        self.keymap.action(&self.contexts(), key.into())
    }

    /// Returns whether a kept key begins a search.
    fn is_searching_early(&self) -> bool {
        self.early.iter().any(|message| match message {
            Message::Key(key) => {
                let action = self.early_action(*key);
                matches!(action, Some(Action::Search | Action::Filter))
            }
            _ => false,
        })
    }
}

/// Returns whether an action is about the image, and not about the program or its panes.
fn needs_the_image(action: Action) -> bool {
    !matches!(
        action,
        Action::Quit
            | Action::Suspend
            | Action::Palette
            | Action::OpenImage
            | Action::Help
            | Action::Back
            | Action::NextPane
            | Action::PreviousPane
            | Action::CopyCommand
    )
}
