//! The help: all keys as configured, and the meaning of marks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::tui::keys::help::{Line as Entry, Page};
use crate::tui::keys::{Action, Keymap};
use crate::tui::layout::rows_inside;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{pane, put, scroll_bar, scrolled_title};

/// The help, and how far it was scrolled.
#[derive(Debug)]
pub struct Help {
    pub scroll: usize,
    /// The name of what it was opened on.
    title: &'static str,
    /// The keys of what it was opened on, which come first.
    first: &'static [Entry],
}

impl Help {
    /// Makes the help, which begins with some keys.
    pub fn new(title: &'static str, first: &'static [Entry]) -> Self {
        Self { scroll: 0, title, first }
    }

    /// Scrolls; whether the action was one that does.
    pub fn act(&mut self, action: Action, page: &Page, keymap: &Keymap, area: Rect) -> bool {
        let rows = rows_inside(area);
        let last = lines(self, page, keymap, &Theme::BARE).len().saturating_sub(rows);
        let scroll = moved(action, self.scroll, last, rows.max(2) - 1);
        self.scroll = scroll.unwrap_or(self.scroll);
        scroll.is_some()
    }
}

const KEY_WIDTH: usize = 16;
/// The width of the texts beside the keys at 80 columns.
const TEXT_WIDTH: usize = 78 - KEY_WIDTH - 4;

/// Draws the help over an area.
pub fn draw_help(help: &Help, page: &Page, keymap: &Keymap, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = lines(help, page, keymap, theme);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let width = area.width.min(80);
    let frame = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    Clear.render(frame, buffer);
    let title = scrolled_title("Help", help.scroll, lines.len(), frame);
    let inner = pane(&title, true, theme, frame, buffer);
    let first = scroll_bar(help.scroll, lines.len(), inner, theme, buffer);
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

fn lines(help: &Help, page: &Page, keymap: &Keymap, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if !help.first.is_empty() {
        lines.push(Line::styled(format!(" Keys in {}", help.title), theme.focused));
        for (actions, what) in help.first {
            entry(&keymap.all_keys(actions), what, theme, &mut lines);
        }
    }
    for (title, actions) in page.groups {
        if !title.is_empty() {
            lines.push(Line::styled(format!(" {title}"), theme.focused));
        }
        for (actions, what) in *actions {
            entry(&keymap.all_keys(actions), what, theme, &mut lines);
        }
    }
    lines.push(Line::styled(" Mouse and marks", theme.focused));
    for (mark, what) in page.marks {
        entry(mark, what, theme, &mut lines);
    }
    lines
}

/// Adds an entry, wrapped to as many lines as necessary.
fn entry(keys: &str, what: &str, theme: &Theme, lines: &mut Vec<Line<'static>>) {
    let (keys, texts) = (wrap(keys, KEY_WIDTH), wrap(what, TEXT_WIDTH));
    for i in 0..keys.len().max(texts.len()) {
        let part = |parts: &[String]| parts.get(i).cloned().unwrap_or_default();
        lines.push(Line::from(vec![
            Span::styled(format!("  {:<KEY_WIDTH$}", part(&keys)), theme.strong),
            Span::raw(format!(" {}", part(&texts))),
        ]));
    }
}
