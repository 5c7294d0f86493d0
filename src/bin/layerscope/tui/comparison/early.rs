//! Keys typed before the comparison that they are about has been computed.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::{Comparison, View};
use crate::tui::keys::{Action, is_interrupt};
use crate::tui::message::Message;

impl Comparison {
    /// Keeps a message of the user that needs the images or their comparison, and all that follow it,
    /// until the comparison has been computed; returns any other message.
    ///
    /// Esc drops the kept ones.
    pub(super) fn keep_early(&mut self, message: Message) -> Option<Message> {
        let is_computed = self.is_ready() && !matches!(self.sheets.get(&self.other), Some(None));
        if is_computed || self.help.is_some() || self.dialog.is_some() {
            return Some(message);
        }
        let is_kept = match &message {
            Message::Paste(_) => !self.early.is_empty(),
            Message::Key(key) if key.kind == KeyEventKind::Release || is_interrupt(*key) => false,
            Message::Key(key) if self.early.is_empty() => {
                self.action_of(*key).is_some_and(|action| self.needs_comparison(action))
            }
            // In a search, it is a letter.
            Message::Key(key) if self.action_of(*key) == Some(Action::Quit) => {
                self.is_searching_early()
            }
            Message::Key(key) if key.code == KeyCode::Esc => {
                self.early.clear();
                return None;
            }
            Message::Key(_) => true,
            _ => false,
        };
        if !is_kept {
            return Some(message);
        }
        self.early.push(message);
        None
    }

    fn action_of(&self, key: KeyEvent) -> Option<Action> {
        self.keymap.action(&self.contexts(), key.into())
    }

    /// Returns whether a kept key begins a search.
    fn is_searching_early(&self) -> bool {
        self.early.iter().any(|message| match message {
            Message::Key(key) => self.action_of(*key) == Some(Action::Search),
            _ => false,
        })
    }

    fn needs_comparison(&self, action: Action) -> bool {
        match action {
            Action::Search | Action::CopyPath => true,
            Action::Quit
            | Action::Suspend
            | Action::Palette
            | Action::OpenImage
            | Action::Help
            | Action::Back => false,
            _ if !self.is_ready() => true,
            Action::NextPane
            | Action::PreviousPane
            | Action::PreviousImage
            | Action::NextImage
            | Action::CopyCommand => false,
            action => self.view != View::Images && View::asked_for(action).is_none(),
        }
    }
}
