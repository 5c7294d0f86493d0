//! Handles the mouse. The widgets know what is at a cell.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::keys::Line;
use super::{App, Screen};
use crate::tui::explorer::LayerRow;
use crate::tui::explorer::draw::tree_list;
use crate::tui::keys::Action;
use crate::tui::layout::{Pane, rows_inside};
use crate::tui::message::Effect;
use crate::tui::pointer::Hit;
use crate::tui::views::Look;
use crate::tui::widgets::text::first_visible;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{WHEEL, bars};
use crate::view::View;

impl App {
    /// Handles a mouse event at a time.
    pub(in crate::tui) fn mouse(&mut self, mouse: MouseEvent, time: Duration) -> Option<Effect> {
        self.look_for_typed();
        let at = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let double = self.pointer.presses(at, time);
                return self.press(at, double);
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                if let Some(divider) = self.pointer.dragged {
                    let main = self.panes().main;
                    self.shares.drag(divider, main, at.x, at.y);
                }
            }
            MouseEventKind::Up(MouseButton::Left) => self.pointer.dragged = None,
            MouseEventKind::ScrollDown => self.wheel(at, true),
            MouseEventKind::ScrollUp => self.wheel(at, false),
            _ => {}
        }
        None
    }

    /// Returns whether an overlay covers the panes and views.
    pub(in crate::tui) fn is_covered(&self) -> bool {
        !self.overlays.is_empty()
    }

    fn press(&mut self, at: Position, double: bool) -> Option<Effect> {
        self.notice = None;
        if matches!(
            self.line(),
            Some(Line::Place | Line::Viewer | Line::Command | Line::Image | Line::Pick)
        ) {
            return None;
        }
        let panes = self.panes();
        let bar = |pieces: Vec<bars::Piece>, area: Rect| {
            bars::pressed(&pieces, usize::from(at.x - area.x))
        };
        let press = match at {
            at if panes.header.contains(at) => {
                let rows = super::bars::header(self, &Theme::BARE, panes.header);
                rows.into_iter()
                    .nth(usize::from(at.y - panes.header.y))
                    .and_then(|row| bar(row, panes.header))
            }
            at if panes.footer.contains(at) => {
                bar(super::bars::footer(self, &Theme::BARE, panes.footer.width), panes.footer)
            }
            at if panes.narrator.contains(at) => self.lesson_at(at),
            at if panes.main.contains(at) => {
                // The second click applies to the selection of the first, wherever that is now.
                if double {
                    return self.open();
                }
                self.pointer.hit = self.select(at);
                return None;
            }
            _ => None,
        };
        self.pointer.hit = None;
        self.act(press?)
    }

    fn open(&mut self) -> Option<Effect> {
        match self.pointer.hit.take()? {
            Hit::Layer => {
                if let Screen::Image { explorer, .. } = &mut self.screen
                    && explorer.layer_rows().get(explorer.layer_row()) == Some(&LayerRow::Base)
                {
                    explorer.toggle_base();
                } else {
                    self.open_instruction();
                }
                None
            }
            Hit::Entry => self.act(Action::Enter),
        }
    }

    /// Selects the item at a cell, or starts dragging a divider.
    fn select(&mut self, at: Position) -> Option<Hit> {
        let panes = self.panes();
        if self.is_covered() {
            return None;
        }
        if let Screen::Choosing { choices, cursor, .. } = &mut self.screen {
            *cursor = row_in(
                panes.main,
                at,
                first_visible(*cursor, choices.len(), rows_inside(panes.main)),
                choices.len(),
            )?;
            return Some(Hit::Entry);
        }
        if self.view != View::Explore {
            let look = Look { theme: &Theme::BARE, units: self.units };
            let Screen::Image { explorer, views } = &mut self.screen else { return None };
            let hit = views.select(self.view, explorer, look, at, panes.main);
            self.refresh_details();
            return hit.then_some(Hit::Entry);
        }
        self.pointer.dragged = panes.divider(at);
        if self.pointer.dragged.is_some() {
            return None;
        }
        let heads =
            panes.tree.contains(at) && at.y < tree_list(panes.tree).y + 1 && at.y > panes.tree.y;
        if heads && !self.search.listed {
            self.click_column(at.x);
            return None;
        }
        if self.search.listed && panes.tree.contains(at) {
            let area = tree_list(panes.tree);
            let first = crate::tui::explorer::draw::hits::first(&self.search, panes.tree);
            self.search.at = row_in(area, at, first, self.search.hits.len())?;
            self.focus = Pane::Tree;
            self.refresh_details();
            return Some(Hit::Entry);
        }
        let row = self.row_at(at);
        let Screen::Image { explorer, .. } = &mut self.screen else { return None };
        match row {
            Some((Pane::Layers, row)) => explorer.select_layer_row(row),
            Some((_, row)) => explorer.move_to(row),
            None => {}
        }
        match at {
            at if panes.layers.contains(at) => self.focus = Pane::Layers,
            at if panes.tree.contains(at) => self.focus = Pane::Tree,
            _ => {}
        }
        self.refresh_details();
        row.map(|(pane, _)| if pane == Pane::Layers { Hit::Layer } else { Hit::Entry })
    }

    /// Returns the pane and the row at a cell, in the layers or the tree.
    fn row_at(&self, at: Position) -> Option<(Pane, usize)> {
        let (panes, explorer) = (self.panes(), self.explorer()?);
        let tops = self.tops();
        let lines = self.layer_lines(panes.layers);
        let above = lines.iter().take(tops.layers).sum();
        if let Some(line) = row_in(panes.layers, at, above, lines.iter().sum()) {
            let mut end = 0;
            let row = lines.iter().position(|lines| {
                end += lines;
                line < end
            })?;
            return Some((Pane::Layers, row));
        }
        Some((Pane::Tree, row_in(tree_list(panes.tree), at, tops.tree, explorer.rows.len())?))
    }

    fn wheel(&mut self, at: Position, down: bool) {
        let action = if down { Action::Down } else { Action::Up };
        let panes = self.panes();
        if self.line() == Some(Line::Place) {
            return;
        }
        if self.is_covered() || matches!(self.screen, Screen::Choosing { .. }) {
            for _ in 0..WHEEL {
                // Scrolling has no effect on anything but the state.
                let _ = self.act(action);
            }
            return;
        }
        let hidden = self.hidden_details();
        let Screen::Image { explorer, views } = &mut self.screen else { return };
        let moved = |from: usize| if down { from + WHEEL } else { from.saturating_sub(WHEEL) };
        match self.view {
            View::Explore if panes.layers.contains(at) => {
                let last = explorer.layer_rows().len().saturating_sub(1);
                explorer.select_layer_row(moved(explorer.layer_row()).min(last));
            }
            View::Explore if panes.tree.contains(at) && self.search.listed => {
                let last = self.search.hits.len().saturating_sub(1);
                self.search.at = moved(self.search.at).min(last);
            }
            View::Explore if panes.tree.contains(at) => explorer.move_to(moved(explorer.cursor)),
            View::Explore if panes.details.contains(at) => {
                self.details_scroll = moved(self.details_scroll.min(hidden)).min(hidden);
                return;
            }
            View::Explore => return,
            view => {
                let look = Look { theme: &Theme::BARE, units: self.units };
                if panes.main.contains(at) {
                    views.wheel(view, explorer, look, at, down, panes.main);
                }
            }
        }
        self.refresh_details();
    }
}

/// Returns the row of a list in a bordered pane at a cell, if the pane shows the rows from `first`
/// on.
fn row_in(pane: Rect, at: Position, first: usize, count: usize) -> Option<usize> {
    let inside = pane.contains(at) && at.x > pane.x && at.x + 1 < pane.right() && at.y > pane.y;
    let place = usize::from(at.y.saturating_sub(pane.y + 1));
    let height = rows_inside(pane);
    let row = first + place;
    (inside && place < height && row < count).then_some(row)
}
