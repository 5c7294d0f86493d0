//! The help: all keys, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::{pane, put};
use crate::tui::app::App;
use crate::tui::keys::{KEYS, MARKS};
use crate::tui::text::wrap;
use crate::tui::theme::Theme;
use crate::tui::views::{View, Views};

const KEY_WIDTH: usize = 16;
/// What is left beside the keys at 80 columns.
const TEXT_WIDTH: usize = 78 - KEY_WIDTH - 4;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = lines(theme);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let width = area.width.min(80);
    let frame = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    Clear.render(frame, buffer);
    let inner = pane("Help", true, theme, frame, buffer);
    let first = app.help_scroll.min(lines.len().saturating_sub(usize::from(inner.height)));
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

fn lines(theme: &Theme) -> Vec<Line<'static>> {
    let entry = |key: &str, what: &str| {
        Line::from(vec![Span::styled(format!("  {key:<KEY_WIDTH$}"), theme.strong), Span::raw(format!(" {what}"))])
    };
    let mut lines = Vec::new();
    for (title, keys) in KEYS {
        if !title.is_empty() {
            lines.push(Line::styled(format!(" {title}"), theme.focused));
        }
        lines.extend(keys.iter().map(|(key, what)| entry(key, what)));
    }
    for view in View::ALL.into_iter().filter(|view| !Views::keys(*view).is_empty()) {
        let keys: Vec<_> = Views::keys(view).iter().filter(|(key, _)| !matches!(*key, "?" | "q" | "1")).collect();
        let text = keys.iter().map(|(key, what)| format!("{key} {what}")).collect::<Vec<_>>().join(" · ");
        let mut name = format!("{} view", view.name());
        for part in wrap(&text, TEXT_WIDTH) {
            lines.push(entry(&name, &part));
            name.clear();
        }
    }
    lines.push(Line::styled(" Marks", theme.focused));
    lines.extend(MARKS.iter().map(|(mark, what)| entry(mark, what)));
    lines
}
