//! What is copied for a person.

use super::App;
use crate::tui::message::Effect;
use crate::view::View;

impl App {
    pub(in crate::tui) fn selected_path(&self) -> Option<String> {
        let (node, _) = self.selected_place()?;
        Some(layerscope::display::escaped(&self.explorer()?.inspection.tree.path(node)))
    }

    /// The digest of the selected layer's tar, or of the layer as it is stored; in the image's view, the image's ID.
    pub(in crate::tui) fn selected_digest(&self) -> Option<String> {
        let explorer = self.explorer()?;
        if self.view == View::Image {
            return explorer.inspection.id.clone();
        }
        let layer = explorer.inspection.layers.get(explorer.layer)?;
        layer.diff_id.clone().or_else(|| layer.digest.clone())
    }

    /// Gives a text to the clipboard and says so, or says why there is none.
    pub(in crate::tui) fn copied(&mut self, text: Option<String>, otherwise: &str) -> Option<Effect> {
        let text = text.map(|text| layerscope::display::escaped_str(&text));
        self.notice =
            Some(text.as_ref().map_or_else(|| otherwise.to_owned(), |text| format!("sent to the terminal: {text}")));
        text.map(Effect::Copy)
    }

    /// The command that reports the same image.
    pub(in crate::tui) fn command(&self) -> String {
        if self.source == layerscope::image::builtin::demo::NAME {
            return "layerscope demo".into();
        }
        format!("layerscope report {}", layerscope::shell::quoted(&self.source))
    }
}
