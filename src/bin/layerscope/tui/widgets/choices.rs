//! A list that is narrowed by typing: the line that is typed, and the rows that it leaves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::prompt::Prompt;
use super::text::{cut, first_visible};
use super::theme::Theme;
use super::{fill, pane, put, scroll_bar};

/// The least columns of a name.
const LEAST: usize = 20;

/// A row: a name, and a text that stands at the right edge.
pub struct Choice {
    pub name: String,
    pub beside: String,
}

/// The state of a list.
pub struct Choices<'a> {
    pub title: &'a str,
    pub query: &'a Prompt,
    pub cursor: usize,
    /// The number of rows.
    pub count: usize,
    /// The sentence in place of rows.
    pub nothing: &'a str,
}

/// Draws a list in a frame. `row` makes the rows that are visible; `style` is that of the texts at
/// the right edge.
pub fn choices(
    list: &Choices<'_>,
    row: impl Fn(usize) -> Choice,
    style: Style,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let inner = pane(list.title, true, theme, area, buffer);
    let (before, after) = list.query.shown_in(usize::from(inner.width).saturating_sub(2));
    let prompt = vec![Span::styled("› ", theme.focused), Span::raw(format!("{before}▏{after}"))];
    put(Line::from(prompt), 0, inner, buffer);
    let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if list.count == 0 {
        return put(Line::styled(list.nothing, theme.dim), 0, rows, buffer);
    }
    let (height, width) = (usize::from(rows.height), usize::from(rows.width));
    let first = first_visible(list.cursor, list.count, height);
    let first = scroll_bar(first, list.count, rows, theme, buffer);
    for at in (first..list.count).take(height) {
        let Choice { name, beside } = row(at);
        let room = width.saturating_sub(beside.width() + 1).max(LEAST.min(width));
        let name = cut(&name, room);
        let gap = " ".repeat(width.saturating_sub(name.width() + beside.width()).max(1));
        let line = vec![Span::raw(name), Span::raw(gap), Span::styled(beside, style)];
        put(Line::from(line), at - first, rows, buffer);
        if at == list.cursor {
            fill(at - first, rows, theme.selected, buffer);
        }
    }
}
