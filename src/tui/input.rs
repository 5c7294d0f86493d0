//! What the search prompt and the clipboard keys do to the state.

use crossterm::event::{KeyCode, KeyEvent};

use super::app::{App, Phase};
use super::prompt::Typed;
use super::search::Search;

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
