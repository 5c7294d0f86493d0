//! Lines of the header and the footer: pieces of text, some of which can be clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pane::put;
use super::theme::Theme;
use crate::tui::keys::help::Line as Hint;
use crate::tui::keys::{Action, Keymap};

/// A piece of a bar.
#[derive(Clone)]
pub struct Piece {
    span: Span<'static>,
    /// The action of a click.
    press: Option<Action>,
}

impl Piece {
    pub fn text(text: impl Into<String>, style: Style) -> Self {
        Self { span: Span::styled(text.into(), style), press: None }
    }

    /// Makes a text that can be clicked.
    pub fn button(text: impl Into<String>, style: Style, press: Action) -> Self {
        Self { span: Span::styled(text.into(), style), press: Some(press) }
    }

    pub fn width(&self) -> usize {
        self.span.width()
    }

    /// Returns the piece without blanks at its end.
    pub fn trimmed(mut self) -> Self {
        self.span.content = self.span.content.trim_end().to_owned().into();
        self
    }
}

impl From<Span<'static>> for Piece {
    fn from(span: Span<'static>) -> Self {
        Self { span, press: None }
    }
}

/// Returns the width of pieces.
pub fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::width).sum()
}

pub fn draw(pieces: Vec<Piece>, area: Rect, buffer: &mut Buffer) {
    put(pieces.into_iter().map(|piece| piece.span).collect::<Line<'_>>(), 0, area, buffer);
}

/// Returns the action of a click at a column.
pub fn pressed(pieces: &[Piece], column: usize) -> Option<Action> {
    let mut end = 0;
    let piece = pieces.iter().find(|piece| {
        end += piece.width();
        column < end
    });
    piece?.press
}

/// A view in the header.
pub struct Tab {
    pub action: Action,
    pub name: &'static str,
    /// True for the current view.
    pub chosen: bool,
}

/// The amount of detail in the header's views.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tabs {
    /// All views have their names.
    Named,
    /// Only the current view has its name.
    Numbered,
    /// Like `Numbered`, closer together.
    Tight,
    /// Each has its name, with one column between them.
    Close,
}

impl Tabs {
    pub const ALL: [Self; 3] = [Self::Named, Self::Numbered, Self::Tight];
}

/// Returns the views with their keys, the current one marked.
pub fn tabs(views: &[Tab], keymap: &Keymap, theme: &Theme, kind: Tabs) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for &Tab { action, name, chosen } in views {
        let style = if chosen { theme.selected } else { theme.dim };
        // Where there is room, the current view has a cell of padding.
        let (open, close) = match kind {
            Tabs::Close | Tabs::Tight => (" ", ""),
            Tabs::Named | Tabs::Numbered => (" ", " "),
        };
        let name = if chosen || matches!(kind, Tabs::Named | Tabs::Close) {
            format!(" {name}")
        } else {
            String::new()
        };
        let key = keymap.first_keys(&[action]);
        let key_style = if chosen { style } else { theme.strong };
        let before = if close.is_empty() { Style::new() } else { style };
        for (text, style) in [(open, before), (&key, key_style), (&name, style), (close, style)] {
            pieces.push(Piece { press: Some(action), ..Piece::text(text, style) });
        }
    }
    pieces
}

/// Returns key hints, as many as fit.
pub fn hinted(
    hints: impl IntoIterator<Item = Hint>,
    keymap: &Keymap,
    theme: &Theme,
    room: u16,
) -> Vec<Piece> {
    let mut pieces = vec![Piece::text(" ", Style::new())];
    let hints: Vec<_> = hints.into_iter().collect();
    let wide = usize::from(room) >= WAY_OUT;
    let last = hints.last().filter(|(actions, _)| wide && *actions == [Action::Quit]);
    let reserved = last.map_or(0, |&hint| width(&hinted_one(hint, keymap, theme)));
    for (i, &hint) in hints.iter().enumerate() {
        let hint = hinted_one(hint, keymap, theme);
        let left = if i + 1 < hints.len() { reserved } else { 0 };
        if width(&pieces) + width(&hint) + left <= usize::from(room) {
            pieces.extend(hint);
            continue;
        }
        // The way out stands behind as many others as fit.
        pieces.extend(last.iter().flat_map(|&&hint| hinted_one(hint, keymap, theme)));
        break;
    }
    pieces
}

/// The columns from which on a footer ends with the way out.
const WAY_OUT: usize = 60;

/// Returns one hint, or nothing if its actions have no keys.
fn hinted_one((actions, what): Hint, keymap: &Keymap, theme: &Theme) -> Vec<Piece> {
    let mut hint: Vec<_> = keymap
        .labels(actions)
        .into_iter()
        .map(|(action, key)| Piece { press: Some(action), ..Piece::text(key, theme.strong) })
        .collect();
    if hint.is_empty() {
        return hint;
    }
    let press = actions.first().copied();
    hint.push(Piece { press, ..Piece::text(format!(" {what}"), theme.dim) });
    hint.push(Piece::text("  ", theme.dim));
    hint
}
