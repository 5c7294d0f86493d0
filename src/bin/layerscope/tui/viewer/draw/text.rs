//! Draws the lines of a text with numbers, colours and matches.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::super::Room;
use super::super::file::FileView;
use crate::tui::contents::colours::{Part, Role};
use crate::tui::contents::glyphs::{Encoding, Text, glyphs};
use crate::tui::contents::window::Window;
use crate::tui::widgets::put;
use crate::tui::widgets::theme::Theme;

pub fn draw(
    file: &FileView,
    window: &Window,
    room: Room,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some(encoding) = file.encoding else { return };
    let width = file.text_width(room);
    let mut number = file.line_number(file.top.at);
    let (mut at, mut skip) = (file.top.at, file.top.row);
    let mut row = 0;
    while row < room.height && at < window.end() && at >= window.start {
        let line = window.line(at);
        let starts = file.rows_at(at, room);
        let is_line = window.is_line(at);
        let styles = Styles::new(file, at, line, theme);
        for (i, &start) in starts.iter().enumerate().skip(skip).take(room.height - row) {
            let end = starts.get(i + 1).copied().unwrap_or(line.len());
            let left = if file.wrap { 0 } else { file.left };
            let mut spans = vec![label(
                number.filter(|_| is_line && i == 0),
                !is_line && i == 0,
                file.number_width(),
                theme,
            )];
            spans.extend(visible(
                line,
                encoding,
                start..end,
                left..left + width,
                |byte| styles.at(byte),
                theme.dim,
            ));
            put(Line::from(spans), row, area, buffer);
            row += 1;
        }
        skip = 0;
        let next = window.after(at);
        if next <= at {
            break;
        }
        if window.is_line(next) {
            number = number.map(|number| number + 1);
        }
        at = next;
    }
}

/// Returns the number of a line, or a mark for a continued one.
fn label(number: Option<u64>, goes_on: bool, width: usize, theme: &Theme) -> Span<'static> {
    let text = match number {
        Some(number) => number.to_string(),
        None if goes_on => "…".into(),
        None => String::new(),
    };
    Span::styled(format!("{text:>width$} "), theme.dim)
}

/// Returns the part of a line in some columns, each glyph in the style of its bytes; escapes have a
/// style of their own.
pub fn visible(
    line: &[u8],
    encoding: Encoding,
    bytes: Range<usize>,
    columns: Range<usize>,
    style: impl Fn(usize) -> Style,
    escaped: Style,
) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut column = 0;
    let mut push = |text: &str, style: Style| match spans.last_mut() {
        Some(last) if last.style == style => last.content.to_mut().push_str(text),
        _ => spans.push(Span::styled(text.to_owned(), style)),
    };
    for glyph in glyphs(line, encoding).filter(|glyph| glyph.bytes.start >= bytes.start) {
        if glyph.bytes.start >= bytes.end || column >= columns.end {
            break;
        }
        let end = column + glyph.width;
        let here = style(glyph.bytes.start);
        let whole = column >= columns.start && end <= columns.end;
        let inside = end.min(columns.end).saturating_sub(column.max(columns.start));
        match &glyph.text {
            Text::Character(c) if whole && (glyph.width > 0 || column > columns.start) => {
                push(c.encode_utf8(&mut [0; 4]), here);
            }
            Text::Escape(text) => {
                let from = columns.start.saturating_sub(column).min(text.len());
                push(&text[from..(from + inside).min(text.len())], escaped.patch(here));
            }
            // Half of a wide character cannot be shown.
            Text::Blank | Text::Character(_) => push(&" ".repeat(inside), here),
        }
        column = end;
    }
    spans
}

/// The styles of the bytes of a line.
struct Styles<'a> {
    theme: &'a Theme,
    parts: &'a [Part],
    at: u64,
    matches: Vec<Range<usize>>,
    hit: Option<usize>,
}

impl<'a> Styles<'a> {
    fn new(file: &'a FileView, at: u64, line: &[u8], theme: &'a Theme) -> Self {
        let matches: Vec<_> =
            file.pattern.iter().flat_map(|pattern| pattern.matches(line)).collect();
        let hit = file
            .hit
            .as_ref()
            .and_then(|hit| hit.start.checked_sub(at))
            .and_then(|hit| usize::try_from(hit).ok());
        let first = file.parts.partition_point(|part| u64::from(part.end) <= at);
        let end = at + line.len() as u64;
        let last = file.parts.partition_point(|part| u64::from(part.start) < end);
        Self { theme, parts: file.parts.get(first..last).unwrap_or_default(), at, matches, hit }
    }

    fn at(&self, byte: usize) -> Style {
        let place = self.at + byte as u64;
        let part = self.parts.partition_point(|part| u64::from(part.end) <= place);
        let style = match self.parts.get(part).filter(|part| u64::from(part.start) <= place) {
            Some(part) => self.role(part.role),
            None => Style::new(),
        };
        let found = self.matches.partition_point(|found| found.end <= byte);
        match self.matches.get(found).filter(|found| found.start <= byte) {
            Some(found) if Some(found.start) == self.hit => self.theme.selected,
            Some(_) => style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
            None => style,
        }
    }

    /// Returns the style of a role in the theme's colours, which are the terminal's.
    fn role(&self, role: Role) -> Style {
        match role {
            Role::Comment => self.theme.dim,
            Role::String => self.theme.visible,
            Role::Constant => self.theme.modified,
            Role::Keyword => self.theme.focused,
            Role::Name => self.theme.strong,
        }
    }
}
