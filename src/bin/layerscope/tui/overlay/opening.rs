//! The dialog that asks for another image to open.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Overlay;
use super::popup::popup;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::theme::Theme;

/// The path of an image, as it is typed.
#[derive(Debug, Default)]
pub struct Opening {
    pub path: Prompt,
}

impl App {
    /// Asks for another image.
    pub(in crate::tui) fn ask_for_image(&mut self) {
        self.overlays.open(Overlay::Opening(Opening::default()));
    }

    /// Handles a key while a path is typed.
    pub(in crate::tui) fn type_image(&mut self, key: KeyEvent) -> Option<Effect> {
        let Some(Overlay::Opening(opening)) = self.overlays.top_mut() else { return None };
        match opening.path.key(key) {
            Typed::Left => {
                self.overlays.close();
            }
            Typed::Entered => {
                let path = opening.path.text().trim().to_owned();
                self.overlays.close();
                return (!path.is_empty()).then(|| Effect::Open(path));
            }
            Typed::Changed | Typed::Same | Typed::Other => {}
        }
        None
    }
}

/// Draws the dialog in the middle of an area.
pub fn draw(opening: &Opening, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (before, after) = opening.path.shown();
    let lines = vec![
        Line::from(vec![
            Span::styled("name or path  ", theme.dim),
            Span::raw(format!("{before}▏{after}")),
        ]),
        Line::raw(""),
        Line::styled("Opens on top of this screen. Press q or Esc to come back.", theme.dim),
    ];
    popup("Open another image", lines, 0, theme, area, buffer);
}
