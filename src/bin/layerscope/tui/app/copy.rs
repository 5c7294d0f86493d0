//! Copies digests, paths and commands to the clipboard.

use super::App;
use crate::tui::message::Effect;
use crate::view::View;

impl App {
    pub(in crate::tui) fn selected_path(&self) -> Option<String> {
        let (node, _) = self.selected_place()?;
        Some(layerscope::display::escaped(&self.explorer()?.inspection.tree.path(node)))
    }

    /// Returns the digest of the selected layer as uncompressed tar, or as stored; in the image
    /// view, the image ID.
    pub(in crate::tui) fn selected_digest(&self) -> Option<String> {
        let explorer = self.explorer()?;
        if self.view == View::Image {
            return explorer.inspection.id.clone();
        }
        let layer = explorer.inspection.layers.get(explorer.layer)?;
        layer.diff_id.clone().or_else(|| layer.digest.clone())
    }

    /// Copies a text to the clipboard with a notice; without a text, shows the notice `otherwise`.
    pub(in crate::tui) fn copied(&mut self, text: Option<String>, otherwise: &str) -> Option<Effect> {
        let text = text.map(|text| layerscope::display::escaped_str(&text));
        self.notice =
            Some(text.as_ref().map_or_else(|| otherwise.to_owned(), |text| format!("sent to the terminal: {text}")));
        text.map(Effect::Copy)
    }

    /// Returns the command that reports on the same image.
    pub(in crate::tui) fn command(&self) -> String {
        if self.source == layerscope::image::builtin::demo::NAME {
            return "layerscope demo".into();
        }
        format!("layerscope report {}", layerscope::shell::quoted(&self.source))
    }
}
