//! Offers images to open.

use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::overlay::picker::{Offer, Picker};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crossterm::event::{KeyCode, KeyEvent};

impl App {
    /// Offers images to open.
    pub(in crate::tui) fn offer_images(&mut self, offers: Vec<Offer>) {
        self.overlays.open(Overlay::Picker(Picker::new(offers)));
    }

    /// Handles a key while an image is picked.
    pub(in crate::tui) fn pick_image(&mut self, key: KeyEvent) -> Option<Effect> {
        let Some(Overlay::Picker(picker)) = self.overlays.top_mut() else { return None };
        let is_empty = picker.query.text().is_empty();
        match (key.code, picker.query.key(key)) {
            (KeyCode::Down | KeyCode::Up | KeyCode::PageDown | KeyCode::PageUp, _) => {
                picker.step(key.code);
            }
            // Esc ends the narrowing first, and then the list.
            (KeyCode::Esc, _) if !is_empty => {
                picker.query = Prompt::default();
                picker.cursor = 0;
            }
            (_, Typed::Left) => return Some(Effect::Quit),
            (_, Typed::Changed) => picker.cursor = 0,
            (_, Typed::Entered) => {
                return picker
                    .found()
                    .get(picker.cursor)
                    .map(|offer| Effect::Open(offer.argument.clone()));
            }
            (_, Typed::Same | Typed::Other) => {}
        }
        None
    }
}
