//! Handles the mouse in the comparison.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Comparison, Effect, View};
use crate::tui::keys::Action;
use crate::tui::widgets::WHEEL;
use crate::tui::widgets::bars;
use crate::tui::widgets::theme::Theme;

impl Comparison {
    /// Handles a mouse event at a time.
    pub(in crate::tui) fn mouse(&mut self, mouse: MouseEvent, time: Duration) -> Option<Effect> {
        let at = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let double = self.pointer.presses(at, time);
                self.press(at, double)
            }
            MouseEventKind::ScrollDown => self.wheel(Action::Down),
            MouseEventKind::ScrollUp => self.wheel(Action::Up),
            _ => None,
        }
    }

    fn press(&mut self, at: Position, double: bool) -> Option<Effect> {
        self.notice = None;
        if self.searched().is_some() || self.dialog.is_some() {
            return None;
        }
        let panes = self.panes();
        let bar =
            |pieces: &[bars::Piece], area: Rect| bars::pressed(pieces, usize::from(at.x - area.x));
        let pressed = match at {
            at if panes.header.contains(at) => {
                bar(&self.header(&Theme::BARE, panes.header.width), panes.header)
            }
            at if panes.footer.contains(at) => {
                bar(&self.footer(&Theme::BARE, panes.footer.width), panes.footer)
            }
            at if panes.main.contains(at) && self.is_ready() && self.is_bare() => {
                (self.select(at, panes.main) && double).then_some(Action::Enter)
            }
            _ => None,
        };
        self.act(pressed?)
    }

    /// Selects the item at a cell; returns whether there is one.
    fn select(&mut self, at: Position, area: Rect) -> bool {
        if self.view == View::Images {
            return self.select_image(at, area);
        }
        let view = self.view;
        self.sheet_mut().is_some_and(|sheet| sheet.select(view, at, area))
    }

    fn wheel(&mut self, action: Action) -> Option<Effect> {
        if self.dialog.is_some() {
            return None;
        }
        for _ in 0..WHEEL {
            // Moving has no effect on anything but the state.
            let _ = self.act(action);
        }
        None
    }
}
