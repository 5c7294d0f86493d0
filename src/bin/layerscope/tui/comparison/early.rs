//! Keys typed before the comparison that they are about has been computed.

use crossterm::event::KeyEvent;

use super::{Comparison, View};
use crate::tui::keys::Action;
use crate::tui::message::Message;

impl Comparison {
    /// Keeps a message of the user that needs the images or their comparison, and all that follow it,
    /// until the comparison has been computed; returns any other message.
    pub(super) fn keep_early(&mut self, message: Message) -> Option<Message> {
        let (is_ready, view) = (self.is_ready(), self.view);
        let is_computed = is_ready && !matches!(self.sheets.get(&self.other), Some(None));
        if is_computed || !self.is_bare() || self.dialog.is_some() {
            return Some(message);
        }
        let (keymap, contexts) = (&self.keymap, self.contexts());
        let action = |key: KeyEvent| keymap.action(&contexts, key.into());
        self.early.keep(message, action, |action| needs_comparison(is_ready, view, action))
    }
}

/// Returns whether an action in a view needs the images, or their comparison if they have been read.
fn needs_comparison(is_ready: bool, view: View, action: Action) -> bool {
    match action {
        Action::Search | Action::CopyPath => true,
        Action::Quit
        | Action::Suspend
        | Action::Palette
        | Action::OpenImage
        | Action::Help
        | Action::Back => false,
        _ if !is_ready => true,
        Action::NextPane
        | Action::PreviousPane
        | Action::PreviousImage
        | Action::NextImage
        | Action::CopyCommand => false,
        action => view != View::Images && View::asked_for(action).is_none(),
    }
}
