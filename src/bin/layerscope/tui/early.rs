//! Keys typed before what they are about is there.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::keys::{Action, is_interrupt};
use super::message::Message;

/// The most messages that are kept.
const MOST: usize = 256;

/// The messages of the user that wait.
#[derive(Default)]
pub struct Early(Vec<Message>);

impl Early {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns what was kept, and keeps it no longer.
    pub fn take(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.0)
    }

    /// Keeps a message of the user whose action has to wait, and all that follow it; returns any
    /// other message. Esc drops the kept ones.
    pub fn keep(
        &mut self,
        message: Message,
        action: impl Fn(KeyEvent) -> Option<Action>,
        has_to_wait: impl Fn(Action) -> bool,
    ) -> Option<Message> {
        let is_kept = match &message {
            Message::Paste(_) => !self.is_empty(),
            Message::Key(key) if key.kind == KeyEventKind::Release || is_interrupt(*key) => false,
            Message::Key(key) if self.is_empty() => action(*key).is_some_and(has_to_wait),
            // In a search, it is a letter.
            Message::Key(key) if action(*key) == Some(Action::Quit) => self.is_searching(action),
            Message::Key(key) if key.code == KeyCode::Esc => {
                self.clear();
                return None;
            }
            Message::Key(_) => true,
            _ => false,
        };
        if !is_kept || self.0.len() >= MOST {
            return Some(message);
        }
        self.0.push(message);
        None
    }

    /// Returns whether a kept key begins a search.
    fn is_searching(&self, action: impl Fn(KeyEvent) -> Option<Action>) -> bool {
        self.0.iter().any(|message| match message {
            Message::Key(key) => matches!(action(*key), Some(Action::Search | Action::Filter)),
            _ => false,
        })
    }
}
