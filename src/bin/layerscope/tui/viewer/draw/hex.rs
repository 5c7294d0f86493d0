//! Draws the bytes of a file: offset, hexadecimal digits, characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::super::file::FileView;
use super::super::{Room, digits};
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
    let bytes = room.bytes(file.size);
    for row in 0..room.height {
        let at = file.top.at.saturating_add(bytes * row as u64);
        if at >= file.size {
            break;
        }
        put(line(file, window, at, bytes, theme), row, area, buffer);
    }
}

fn line(file: &FileView, window: &Window, at: u64, bytes: u64, theme: &Theme) -> Line<'static> {
    let mut spans =
        vec![Span::styled(format!("{at:0width$x}  ", width = digits(file.size)), theme.dim)];
    let mut characters = Vec::new();
    let here = window.start..window.end();
    for place in at..at + bytes {
        let byte = here
            .contains(&place)
            .then(|| window.slice(place..place + 1).first().copied())
            .flatten();
        let hit = file.hit.as_ref().is_some_and(|hit| hit.contains(&place));
        let style = match byte {
            _ if hit => theme.selected,
            Some(0) | None => theme.dim,
            Some(_) => Style::new(),
        };
        let digits = match byte {
            Some(byte) => format!("{byte:02x}"),
            // Not here yet.
            None if place < file.size => "··".into(),
            None => "  ".into(),
        };
        spans.push(Span::styled(digits, style));
        spans.push(Span::raw(if place - at == 7 && bytes > 8 { "  " } else { " " }));
        let character =
            byte.map(|byte| if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' });
        characters.push(Span::styled(character.map_or_else(|| " ".into(), String::from), style));
    }
    spans.push(Span::raw(" "));
    spans.extend(characters);
    Line::from(spans)
}
