//! The panes of the explorer: their areas, the focus, and the visible rows.

use ratatui::layout::Rect;

use super::{App, Screen};
use crate::tui::explorer::exploration::{Exploration, Tops};
use crate::tui::explorer::{draw::layers, draw::tree_list, file_history, sentences};
use crate::tui::layout::{
    Pane, Panes, Stack, header_rows, layout, layout_with_narrator, rows_inside,
};
use crate::tui::widgets::inside;
use crate::tui::widgets::text::follow;

impl App {
    /// Moves the focus to another pane. The details are a pane of their own on narrow screens only;
    /// on wide ones they are always visible.
    pub(in crate::tui) fn next_pane(&mut self, steps: usize) {
        let single =
            layout(self.area, header_rows(self.area), Stack::EMPTY, Pane::Tree, self.shares)
                .layers
                .is_empty();
        let panes: &[Pane] = if single {
            &[Pane::Layers, Pane::Tree, Pane::Details]
        } else {
            &[Pane::Layers, Pane::Tree]
        };
        let steps = if steps > 1 { panes.len() - 1 } else { 1 };
        let now = panes.iter().position(|&pane| pane == self.focus).unwrap_or(1);
        self.focus = panes[(now + steps) % panes.len()];
        self.refresh_details();
    }

    /// Returns the first visible rows of the layers and the tree.
    pub fn tops(&self) -> Tops {
        let (panes, Some(explorer)) = (self.panes(), self.explorer()) else { return self.tops };
        let first = |height, top, selected, count| match height {
            // A pane that is not visible keeps its position.
            0 => top,
            height => follow(top, selected, count, height),
        };
        let layers = explorer.layer_rows().len();
        let all: usize = self.layer_lines(panes.layers).iter().sum();
        // If all lines fit, all rows are visible; otherwise each has one line.
        let height = match rows_inside(panes.layers) {
            rows if rows > 0 && all <= rows => layers.max(1),
            rows => rows,
        };
        Tops {
            layers: first(height, self.tops.layers, explorer.layer_row(), layers),
            tree: first(
                rows_inside(tree_list(panes.tree)),
                self.tops.tree,
                explorer.cursor,
                explorer.rows.len(),
            ),
        }
    }

    /// Returns what the panes of the explorer show, with the rows that were visible before.
    fn exploration(&self) -> Exploration<'_> {
        Exploration {
            explorer: self.explorer(),
            intro: &self.intro,
            search: &self.search,
            query: self.query,
            details: &self.details,
            details_scroll: self.details_scroll,
            focus: self.focus,
            tops: self.tops,
            units: self.units,
            secret_above: self.secret_above(),
        }
    }

    /// Returns what the panes of the explorer show.
    pub fn seen(&self) -> Exploration<'_> {
        Exploration { tops: self.tops(), ..self.exploration() }
    }

    /// Returns the number of lines of each row of the list of layers in a pane.
    pub fn layer_lines(&self, pane: Rect) -> Vec<usize> {
        layers::lines_in(&self.exploration(), pane)
    }

    /// Returns the areas of the panes.
    pub fn panes(&self) -> Panes {
        let seen = self.exploration();
        let rows = seen.layer_rows();
        let lines = |row: usize, width| layers::lines_of(&seen, rows[row], width);
        let layers = Stack { count: rows.len(), lines: &lines };
        match &self.lesson {
            Some(lesson) => {
                let rows = lesson.rows(self.area);
                layout_with_narrator(
                    self.area,
                    rows,
                    self.is_told(),
                    layers,
                    self.focus,
                    self.shares,
                )
            }
            None => layout(self.area, header_rows(self.area), layers, self.focus, self.shares),
        }
    }

    /// Returns the number of lines of the details that do not fit.
    pub(in crate::tui) fn hidden_details(&self) -> usize {
        let area = self.panes().details;
        let room = inside(area);
        let lines = self.details.lines(usize::from(room.width), usize::from(room.height));
        lines.len().saturating_sub(rows_inside(area))
    }

    pub(in crate::tui) fn refresh_details(&mut self) {
        let Screen::Image { explorer, .. } = &self.screen else { return };
        self.details_scroll = 0;
        let inspection = &explorer.inspection;
        let hit = self.search.hit().filter(|_| self.search.listed);
        self.details = match (self.focus, hit.or_else(|| explorer.selected())) {
            (Pane::Tree | Pane::Details, Some(node)) if self.file_history => {
                file_history::of_path(inspection, node, self.units)
            }
            (Pane::Tree | Pane::Details, Some(node)) => {
                sentences::of_path(explorer, node, self.units)
            }
            _ => sentences::of_layer(explorer, self.units),
        };
    }
}
