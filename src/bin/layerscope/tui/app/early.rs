//! Keys typed before the image that they are about has been read.

use super::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::message::Message;

impl App {
    /// Keeps a message of the user that needs the image, and all that follow it, until the image has
    /// been read; returns any other message.
    pub(super) fn keep_early(&mut self, message: Message) -> Option<Message> {
        let is_loading = matches!(self.screen, Screen::Loading { .. });
        if !is_loading || self.lesson.is_some() || !self.overlays.is_empty() {
            return Some(message);
        }
        let (keymap, contexts) = (&self.keymap, self.contexts());
        self.early.keep(message, |key| keymap.action(&contexts, key.into()), needs_the_image)
    }

    /// Returns the kept messages, once the image has been read.
    pub(in crate::tui) fn resume(&mut self) -> Vec<Message> {
        match self.screen {
            Screen::Loading { .. } => Vec::new(),
            Screen::Image { .. } => self.early.take(),
            // They were not about a list of images.
            Screen::Choosing { .. } => {
                self.early.clear();
                Vec::new()
            }
        }
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
