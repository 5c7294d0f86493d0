//! What is copied for a person.

use super::app::App;

impl App {
    pub(super) fn selected_path(&self) -> Option<String> {
        let explorer = self.explorer()?;
        Some(layerscope::text::escaped(&explorer.inspection.tree.path(explorer.selected()?)))
    }

    /// The command that reports the same image.
    pub(super) fn command(&self) -> String {
        if self.source == layerscope::demo::NAME {
            return "layerscope demo".into();
        }
        format!("layerscope report '{}'", self.source.replace('\'', "'\\''"))
    }
}
