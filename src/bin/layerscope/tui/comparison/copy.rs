//! Copies what is selected in the comparison, or the command that shows it.

use layerscope::display::{escaped, escaped_str};

use super::{Comparison, Effect, Image, View};

impl Comparison {
    /// Returns the text to copy for the selected row.
    pub(super) fn selected(&self) -> Option<String> {
        if self.view == View::Images {
            return Some(self.columns.get(self.cursor.at)?.name.to_string());
        }
        let sheet = self.sheet()?;
        let against = &sheet.against;
        match self.view {
            View::Images => None,
            View::Layers => {
                let place = sheet.layers.selected(&against.pair.layers)?;
                let account = place.account(&against.first, &against.second);
                let id = account.diff_id.as_ref().or(account.digest.as_ref())?;
                Some(id.escaped().into())
            }
            View::Paths => Some(escaped(&sheet.paths.selected_path(against)?).into()),
            View::Packages => sheet.packages.selected(against.changes.as_ref()?),
        }
    }

    /// Returns the command that shows the same comparison.
    pub(super) fn command(&self) -> String {
        let quoted = |image: &Image| format!(" {}", layerscope::shell::quoted(&image.source));
        format!("layerscope compare{}", self.images.iter().map(quoted).collect::<String>())
    }

    pub(super) fn copied(&mut self, text: String) -> Option<Effect> {
        let text = escaped_str(&text);
        self.notice = Some(format!("copied {text} (through the terminal)"));
        Some(Effect::Copy(text.into()))
    }
}
