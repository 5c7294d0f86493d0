//! What the search prompt and the clipboard keys do to the state.

use crossterm::event::{KeyCode, KeyEvent};

use super::app::{App, Effect, Phase};
use super::prompt::Typed;
use super::search::Search;
use super::views::View;

impl App {
    /// Keys while the query is being typed; each one looks anew and shows the biggest hit.
    pub(super) fn search_key(&mut self, key: KeyEvent) {
        let Phase::Ready(explorer) = &mut self.phase else { return };
        match self.search.query.key(key) {
            Typed::Left => self.search = Search::default(),
            Typed::Entered => self.search.editing = false,
            Typed::Changed => self.search.run(&explorer.inspection.tree, &explorer.slice),
            Typed::Other if matches!(key.code, KeyCode::Down | KeyCode::Up) => {
                self.search.step(key.code == KeyCode::Down);
            }
            Typed::Same | Typed::Other => return,
        }
        self.show_hit();
    }

    pub(super) fn show_hit(&mut self) {
        if let (Phase::Ready(explorer), Some(hit)) = (&mut self.phase, self.search.hit()) {
            explorer.show(hit);
        }
        self.refresh_details();
    }

    pub(super) fn selected_path(&self) -> Option<String> {
        let (node, _) = self.selected_place()?;
        Some(layerscope::text::escaped(&self.explorer()?.inspection.tree.path(node)))
    }

    /// The digest of the selected layer's tar, or of the layer as it is stored; in the image's view, the image's ID.
    pub(super) fn selected_digest(&self) -> Option<String> {
        let explorer = self.explorer()?;
        if self.view == View::Image {
            return explorer.inspection.id.clone();
        }
        let layer = explorer.inspection.layers.get(explorer.layer)?;
        layer.diff_id.clone().or_else(|| layer.digest.clone())
    }

    /// Gives a text to the clipboard and says so, or says why there is none.
    pub(super) fn copied(&mut self, text: Option<String>, otherwise: &str) -> Option<Effect> {
        let text = text.map(|text| layerscope::text::escaped_str(&text));
        self.notice = Some(text.as_ref().map_or_else(|| otherwise.to_owned(), |text| format!("copied {text}")));
        text.map(Effect::Copy)
    }

    /// The command that reports the same image.
    pub(super) fn command(&self) -> String {
        if self.source == layerscope::demo::NAME {
            return "layerscope demo".into();
        }
        format!("layerscope report '{}'", self.source.replace('\'', "'\\''"))
    }
}
