//! Draws a comparison as a unified diff, with signs and colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::super::comparison::Comparison;
use super::text::visible;
use crate::tui::contents::difference::{Lines, Row};
use crate::tui::contents::glyphs::Encoding;
use crate::tui::contents::window::LONG;
use crate::tui::widgets::put;
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::Theme;

pub fn draw(comparison: &Comparison, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let summary = comparison.summary();
    let above = summary.len() + 1;
    for row in 0..usize::from(area.height) {
        let place = comparison.top + row;
        let line = match (summary.get(place), comparison.lines()) {
            (Some(text), _) => Line::raw(cut(text, width)),
            (None, Some(lines)) if place >= above => match lines.rows.get(place - above) {
                Some(row) => changed(lines, row, comparison.left, width, theme),
                None => break,
            },
            _ => continue,
        };
        put(line, row, area, buffer);
    }
}

fn changed(lines: &Lines, row: &Row, left: usize, width: usize, theme: &Theme) -> Line<'static> {
    let (old, new) = ((&lines.old[..], lines.old_encoding), (&lines.new[..], lines.new_encoding));
    let digits = lines.rows.len().max(999).to_string().len();
    let (mark, style, (text, encoding), range, line) = match row {
        Row::Hunk { old, new } => {
            let line =
                format!("@@ -{},{} +{},{} @@", old.start + 1, old.len(), new.start + 1, new.len());
            return Line::styled(line, theme.focused);
        }
        Row::Same { new: range, line } => (' ', Style::new(), new, range, line),
        Row::Removed { old: range, line } => ('-', theme.removed, old, range, line),
        Row::Added { new: range, line } => ('+', theme.added, new, range, line),
    };
    let text = &text[range.clone()];
    let complete = text.ends_with(b"\n");
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let start = Span::styled(format!("{:>digits$} {mark}", line + 1), style);
    let room = width.saturating_sub(start.width());
    let mut spans = vec![start];
    spans.extend(shown(text, encoding, left, room, style, theme));
    if !complete {
        spans.push(Span::styled("  (no newline at the end)", theme.dim));
    }
    Line::from(spans)
}

/// Returns the visible part of a line; a very long line is only shown near its start.
fn shown(
    text: &[u8],
    encoding: Encoding,
    left: usize,
    room: usize,
    style: Style,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let near = &text[..text.len().min(2 * usize::try_from(LONG).expect("a line fits into memory"))];
    visible(near, encoding, 0..near.len(), left..left + room, |_| style, theme.dim)
}
