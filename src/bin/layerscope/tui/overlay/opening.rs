//! The dialog that asks for another image to open.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::popup::{inside, popup};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;

/// The path of an image, as it is typed.
#[derive(Debug, Default)]
pub struct Opening {
    pub path: Prompt,
    /// The reason why the image of this name could not be opened, in paragraphs.
    pub problem: Vec<String>,
}

impl Opening {
    /// Makes the dialog for a name that could not be opened, with the reason.
    pub fn failed(name: String, problem: Vec<String>) -> Self {
        Self { path: Prompt::with(name), problem }
    }

    /// Handles a key; the reason belongs to the name that it was given for.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        let typed = self.path.key(key);
        if typed == Typed::Changed {
            self.problem.clear();
        }
        typed
    }
}

/// Draws the dialog in the middle of an area.
pub fn draw(opening: &Opening, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    const NAME: &str = "name or path  ";
    let width = inside(area);
    let (before, after) = opening.path.shown_in(width.saturating_sub(NAME.len()));
    let mut lines = vec![Line::from(vec![
        Span::styled(NAME, theme.dim),
        Span::raw(format!("{before}▏{after}")),
    ])];
    let wrapped = |text: &str| wrap(text, width.saturating_sub(1)).into_iter();
    for paragraph in &opening.problem {
        lines.push(Line::raw(""));
        lines.extend(wrapped(paragraph).map(|line| Line::styled(line, theme.wasted)));
    }
    lines.push(Line::raw(""));
    let way_back = "Opens on top of this screen. Press q or Esc to come back.";
    lines.extend(wrapped(way_back).map(|line| Line::styled(line, theme.dim)));
    popup("Open another image", lines, 0, theme, area, buffer);
}
