//! What the mouse, the search prompt and the clipboard keys do to the state.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::app::{App, Phase};
use super::layout::{Pane, layout, rows_inside};
use super::prompt::Typed;
use super::search::Search;
use super::text::first_visible;
use super::views::View;

/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;

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

    pub(super) fn mouse(&mut self, mouse: MouseEvent) {
        if self.help || self.view != View::Explore {
            return;
        }
        let panes = layout(self.area, self.focus);
        let at = Position::new(mouse.column, mouse.row);
        let Phase::Ready(explorer) = &mut self.phase else { return };
        let (pane, area) = match () {
            () if panes.layers.contains(at) => (Pane::Layers, panes.layers),
            () if panes.tree.contains(at) => (Pane::Tree, panes.tree),
            () => return,
        };
        let (selected, count) = match pane {
            Pane::Layers => (explorer.layer, explorer.inspection.layers.len()),
            _ => (explorer.cursor, explorer.rows.len()),
        };
        let row = usize::from(mouse.row.saturating_sub(area.y + 1));
        let target = match mouse.kind {
            MouseEventKind::ScrollDown => selected + WHEEL,
            MouseEventKind::ScrollUp => selected.saturating_sub(WHEEL),
            MouseEventKind::Down(MouseButton::Left) if row < rows_inside(area) => {
                first_visible(selected, count, rows_inside(area)) + row
            }
            _ => return,
        };
        if matches!(mouse.kind, MouseEventKind::Down(_)) && target >= count {
            return;
        }
        let again = self.focus == pane && target == selected;
        self.focus = pane;
        match pane {
            Pane::Layers => explorer.select_layer(target),
            // A second click on a row is a double click.
            _ if again && matches!(mouse.kind, MouseEventKind::Down(_)) => explorer.toggle(),
            _ => explorer.move_to(target),
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
