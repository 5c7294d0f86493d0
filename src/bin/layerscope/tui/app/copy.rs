//! Copies digests, paths and commands to the clipboard.

use layerscope::display::{Escaped, plural};
use layerscope::escape::Untrusted;

use super::{App, Screen};
use crate::tui::message::Effect;
use crate::view::View;

/// The answer to a key that copies, on advice without lines.
pub(in crate::tui) const NO_LINES: &str = "nothing to copy: this row has no lines";

impl App {
    pub(in crate::tui) fn selected_path(&self) -> Option<Escaped> {
        let (node, _) = self.selected_place()?;
        Some(layerscope::display::escaped(&self.explorer()?.inspection.tree.path(node)))
    }

    /// Returns the digest of the selected layer as uncompressed tar, or as stored; in the image
    /// view, the image ID.
    pub(in crate::tui) fn selected_digest(&self) -> Option<Escaped> {
        let explorer = self.explorer()?;
        if self.view == View::Image {
            return explorer.inspection.id.as_ref().map(Untrusted::escaped);
        }
        let layer = explorer.layer.get_from(&explorer.inspection.layers)?;
        layer.diff_id.as_ref().or(layer.digest.as_ref()).map(Untrusted::escaped)
    }

    /// Copies a text to the clipboard with a notice; without a text, shows the notice `otherwise`.
    pub(in crate::tui) fn copied(
        &mut self,
        text: Option<impl AsRef<str>>,
        otherwise: &str,
    ) -> Option<Effect> {
        let text = text.map(|text| layerscope::display::escaped_str(text.as_ref()));
        self.notice = Some(text.as_ref().map_or_else(
            || otherwise.to_owned(),
            |text| format!("copied {text} (through the terminal)"),
        ));
        text.map(|text| Effect::Copy(text.into()))
    }

    /// Copies the lines that the view has for it; `None` if it has paths instead, or is not on top.
    pub(in crate::tui) fn copy_lines(&mut self) -> Option<Option<Effect>> {
        let Screen::Image { views, explorer, .. } = &self.screen else { return None };
        let lines =
            views.lines_to_copy(self.view, explorer).filter(|_| self.overlays.is_empty())?;
        if lines.is_empty() {
            self.notice = Some(NO_LINES.into());
            return Some(None);
        }
        self.notice =
            Some(format!("copied {} (through the terminal)", plural(lines.len(), "line")));
        Some(Some(Effect::Copy(lines.join("\n"))))
    }

    /// Returns the command that reports on the same image.
    pub(in crate::tui) fn command(&self) -> String {
        if self.source == layerscope::image::builtin::demo::NAME {
            return "layerscope demo".into();
        }
        format!("layerscope report {}", layerscope::shell::quoted(&self.source))
    }
}
