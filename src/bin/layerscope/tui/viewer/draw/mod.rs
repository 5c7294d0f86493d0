//! Draws the viewer.

mod comparison;
mod hex;
mod text;

use layerscope::display::cut_front;
use layerscope::display::{count, escaped, share};
use layerscope::tree::Kind;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::file::{FileView, Form};
use super::{Asking, Page, Viewer};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{pane, put, scroll_bar};

/// Draws the viewer in an area.
pub fn draw(viewer: &Viewer, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let about = about(viewer);
    let room = usize::from(area.width).saturating_sub(4 + about.width());
    let path = cut_front(&escaped(&viewer.inspection.tree.path(viewer.node)), room.max(12));
    let inner = pane(&(path + &about), true, theme, area, buffer);
    let room = viewer.room(area);
    match (&viewer.comparison, &viewer.page) {
        (Some(compared), _) => comparison::draw(compared, theme, inner, buffer),
        (None, Page::Facts(facts)) => {
            let lines = facts.lines(usize::from(inner.width));
            let first = scroll_bar(facts.scroll, lines.len(), inner, theme, buffer);
            for (row, line) in lines.into_iter().skip(first).enumerate() {
                put(Line::raw(line), row, inner, buffer);
            }
        }
        (None, Page::File(file)) => match (&file.problem, &file.window, file.form) {
            (Some(problem), ..) => paragraphs(std::slice::from_ref(problem), inner, buffer),
            (None, Some(_), _) if file.size == 0 => {
                put(Line::styled("The file is empty.", theme.dim), 0, inner, buffer);
            }
            (None, Some(window), Form::Text) => {
                text::draw(file, window, room, theme, inner, buffer);
            }
            (None, Some(window), Form::Hex) => {
                let about = file.about_rows(room.width, usize::from(inner.height));
                let above = u16::try_from(about.len()).unwrap_or(inner.height);
                paragraphs(&about, inner, buffer);
                let below = Rect {
                    y: inner.y + above,
                    height: inner.height.saturating_sub(above),
                    ..inner
                };
                hex::draw(file, window, room, theme, below, buffer);
            }
            (None, None, _) => {
                let waiting = viewer.waiting().unwrap_or_else(|| "reading …".into());
                put(Line::styled(waiting, theme.dim), 0, inner, buffer);
            }
        },
    }
}

/// Returns the input line, with its purpose.
pub fn typing(asking: Asking, prompt: &Prompt, theme: &Theme) -> Line<'static> {
    let (mark, what) = match asking {
        Asking::Find => ('/', "a text or a regular expression"),
        Asking::GoTo => (':', "the number of a line; in hex of a byte, 0x10 or 16"),
    };
    let (before, after) = prompt.shown();
    let spans = [
        Span::styled(format!(" {mark}{before}▏{after} "), theme.strong),
        Span::styled(what, theme.dim),
    ];
    Line::from(spans.to_vec())
}

fn paragraphs(paragraphs: &[String], area: Rect, buffer: &mut Buffer) {
    let lines = paragraphs.iter().flat_map(|text| wrap(text, usize::from(area.width)));
    for (row, line) in lines.enumerate() {
        put(Line::raw(line), row, area, buffer);
    }
}

/// Returns the title after the path: version, size and position.
fn about(viewer: &Viewer) -> String {
    let tree = &viewer.inspection.tree;
    let version = viewer.version();
    let lives = |version| {
        let removed_in = match tree.removed_in(version) {
            Some(removed_in)
                if tree
                    .versions(viewer.node)
                    .any(|other| tree.added_in(other) == removed_in && other != version) =>
            {
                format!(", replaced in {removed_in}")
            }
            Some(removed_in) => format!(", deleted in {removed_in}"),
            None => String::new(),
        };
        format!("layer {}{removed_in}", tree.added_in(version))
    };
    if let Some(comparison) = &viewer.comparison {
        return format!(" · {} → {}", lives(comparison.old), lives(version));
    }
    let mut about = format!(" · {}", lives(version));
    if viewer.versions.len() > 1 {
        about.push_str(&format!(" · version {}/{}", viewer.shown + 1, viewer.versions.len()));
    }
    if tree.kind(version) == Kind::File {
        about.push_str(&format!(" · {}", viewer.units.size(tree.size(version))));
    }
    if let Page::File(file) = &viewer.page {
        about.push_str(&place(file));
    }
    about
}

/// Returns the position of the first row in the file.
fn place(file: &FileView) -> String {
    if file.window.is_none() || file.size == 0 {
        return String::new();
    }
    let share = share(file.top.at, file.size);
    match (file.form, file.line_number(file.top.at), file.count.lines()) {
        (Form::Hex, ..) => format!(" · 0x{:x} · {share}", file.top.at),
        (Form::Text, Some(line), Some(lines)) => {
            format!(" · line {}/{}", count(line), count(lines))
        }
        (Form::Text, Some(line), None) => format!(" · line {} · {share}", count(line)),
        (Form::Text, None, _) => format!(" · line ? · {share}"),
    }
}
