//! Shows the selected layer's instruction in full.

use crate::tui::app::App;
use crate::tui::keys::Action;
use crate::tui::layout::rows_inside;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::overlay::instruction::{Reading, selected_rows};
use crate::tui::widgets::moved;

impl App {
    /// Shows the selected layer's instruction in full.
    pub(in crate::tui) fn open_instruction(&mut self) {
        match self.explorer().map(|explorer| explorer.inspection.layers.is_empty()) {
            Some(true) => self.notice = Some("this image has no layers".into()),
            Some(false) => self.overlays.open(Overlay::Instruction(Reading::default())),
            None => {}
        }
    }

    /// Returns the rows of the instruction that is shown.
    pub fn instruction_rows(&self) -> Vec<String> {
        selected_rows(self.explorer(), self.panes().main)
    }

    /// Performs an action while an instruction is shown.
    pub(in crate::tui) fn read(&mut self, action: Action) -> Option<Effect> {
        let height = rows_inside(self.panes().main);
        let last = self.instruction_rows().len().saturating_sub(height);
        let Some(Overlay::Instruction(reading)) = self.overlays.top_mut() else { return None };
        if let Some(scroll) = moved(action, reading.scroll.min(last), last, height.max(2) - 1) {
            reading.scroll = scroll;
            return None;
        }
        match action {
            Action::NextLayer | Action::PreviousLayer => {
                reading.scroll = 0;
                self.step_layer(action);
                None
            }
            Action::CopyPath => {
                let explorer = self.explorer()?;
                let layer = explorer.layer.get_from(&explorer.inspection.layers)?;
                Some(Effect::Copy(layer.instruction.lines().join("\n")))
            }
            _ => {
                self.overlays.close();
                None
            }
        }
    }
}
