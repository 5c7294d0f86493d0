//! Asks for another image.

use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::overlay::opening::Opening;
use crate::tui::widgets::prompt::Typed;
use crossterm::event::KeyEvent;

impl App {
    /// Asks for another image.
    pub(in crate::tui) fn ask_for_image(&mut self) {
        self.overlays.open(Overlay::Opening(Opening::default()));
    }

    /// Asks again for an image that could not be opened, and says why.
    pub(in crate::tui) fn ask_again_for_image(&mut self, name: String, problem: Vec<String>) {
        self.overlays.open(Overlay::Opening(Opening::failed(name, problem)));
    }

    /// Handles a key while a path is typed.
    pub(in crate::tui) fn type_image(&mut self, key: KeyEvent) -> Option<Effect> {
        let Some(Overlay::Opening(opening)) = self.overlays.top_mut() else { return None };
        match opening.key(key) {
            Typed::Left => {
                self.overlays.close();
            }
            Typed::Entered => {
                let path = opening.path.text().trim().to_owned();
                self.overlays.close();
                return (!path.is_empty()).then(|| Effect::Open(path));
            }
            Typed::Changed | Typed::Same | Typed::Other => {}
        }
        None
    }
}
