//! The help: all keys as configured, and the meaning of marks.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::popup::frame;
use crate::tui::keys::help::{Line as Entry, OF_THE_VIEW, Page};
use crate::tui::keys::{Action, Context, Keymap};
use crate::tui::layout::rows_inside;
use crate::tui::widgets::moved;
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, pane, put, scroll_bar, scrolled_title};

/// The help, and how far it was scrolled.
#[derive(Debug)]
pub struct Help {
    pub scroll: usize,
    /// The text that the shown lines contain.
    pub query: Prompt,
    /// The name of what it was opened on.
    title: &'static str,
    /// The keys of what it was opened on, which come first.
    first: &'static [Entry],
    /// The contexts of the keys there, the most specific first.
    contexts: Vec<Context>,
}

impl Help {
    /// Makes the help, which begins with some keys.
    pub fn new(title: &'static str, first: &'static [Entry], contexts: Vec<Context>) -> Self {
        Self { scroll: 0, query: Prompt::default(), title, first, contexts }
    }

    /// Handles a key that types; returns whether it closes the help.
    pub fn type_key(&mut self, key: KeyEvent) -> bool {
        match key.code {
            KeyCode::Char('?') => return true,
            KeyCode::Char('q') if self.query.text().is_empty() => return true,
            KeyCode::Esc if !self.query.text().is_empty() => self.query = Prompt::default(),
            _ => match self.query.key(key) {
                Typed::Left => return true,
                Typed::Changed | Typed::Same | Typed::Entered | Typed::Other => {}
            },
        }
        self.scroll = 0;
        false
    }

    /// Scrolls; whether the action was one that does.
    pub fn act(&mut self, action: Action, page: &Page, keymap: &Keymap, area: Rect) -> bool {
        let rows = rows_inside(area);
        let last = lines(self, page, keymap, &Theme::BARE, area).len().saturating_sub(rows);
        let scroll = moved(action, self.scroll, last, rows.max(2) - 1);
        self.scroll = scroll.unwrap_or(self.scroll);
        scroll.is_some()
    }
}

/// The columns of the keys: as many as the longest keys take, within these bounds.
const KEYS: [usize; 2] = [14, 24];
/// The columns of the help.
const WIDTH: u16 = 80;

/// Draws the help over an area.
pub fn draw_help(
    help: &Help,
    page: &Page,
    keymap: &Keymap,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let lines = lines(help, page, keymap, theme, area);
    let frame = frame(lines.len(), WIDTH, area);
    Clear.render(frame, buffer);
    let name = match help.query.shown() {
        (before, after) if before.is_empty() && after.is_empty() => {
            "Help · type to search".to_owned()
        }
        (before, after) => format!("Help · search: {before}▏{after}"),
    };
    let title = scrolled_title(&name, help.scroll, lines.len(), frame);
    let inner = pane(&title, true, theme, frame, buffer);
    let first = scroll_bar(help.scroll, lines.len(), inner, theme, buffer);
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

fn lines(
    help: &Help,
    page: &Page,
    keymap: &Keymap,
    theme: &Theme,
    area: Rect,
) -> Vec<Line<'static>> {
    let width = usize::from(inside(frame(1, WIDTH, area)).width);
    let mut groups = vec![(format!("Keys in {}", help.title), entries_of(help, keymap))];
    let is_first = |action: &Action| help.first.iter().any(|(them, _)| them.contains(action));
    groups.extend(page.groups.iter().map(|(title, actions)| {
        let actions = actions.iter().filter(|action| !is_first(action));
        let entries = actions.map(|&action| (keymap.all_keys(&[action]), action.what()));
        ((*title).to_owned(), entries.filter(|(keys, _)| !keys.is_empty()).collect::<Vec<_>>())
    }));
    let marks = page.marks.iter().map(|(mark, what)| ((*mark).to_owned(), *what));
    groups.push(("Mouse and marks".into(), marks.collect()));
    let keys = groups.iter().flat_map(|(_, entries)| entries).map(|(keys, _)| keys.width());
    let columns = [keys.max().unwrap_or(0).clamp(KEYS[0], KEYS[1]), width];
    let query = help.query.text().to_lowercase();
    let mut lines = Vec::new();
    for (title, mut entries) in groups {
        entries.retain(|(keys, what)| {
            what.to_lowercase().contains(&query) || *keys.to_lowercase() == query
        });
        if entries.is_empty() {
            continue;
        }
        lines.push(Line::styled(format!(" {title}"), theme.focused));
        for (keys, what) in entries {
            entry(&keys, what, columns, theme, &mut lines);
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled(" No key or mark matches (Esc clears the search).", theme.dim));
    }
    lines
}

/// Returns the first entries: the keys whose meaning depends on what is shown with its words, and the
/// others, one by one, with their own.
fn entries_of(help: &Help, keymap: &Keymap) -> Vec<(String, &'static str)> {
    let entries = help.first.iter().flat_map(|&(actions, what)| {
        match actions.iter().any(|action| OF_THE_VIEW.contains(action)) {
            true => vec![(keymap.keys_in(actions, &help.contexts), what)],
            false => {
                actions.iter().map(|&it| (keymap.all_keys(&[it]), it.what())).collect::<Vec<_>>()
            }
        }
    });
    entries.filter(|(keys, _)| !keys.is_empty()).collect()
}

/// Adds an entry, wrapped to as many lines as necessary.
fn entry(
    keys: &str,
    what: &str,
    [key_width, width]: [usize; 2],
    theme: &Theme,
    lines: &mut Vec<Line<'static>>,
) {
    let (keys, texts) = (wrap(keys, key_width), wrap(what, width.saturating_sub(key_width + 3)));
    for i in 0..keys.len().max(texts.len()) {
        let part = |parts: &[String]| parts.get(i).cloned().unwrap_or_default();
        lines.push(Line::from(vec![
            Span::styled(format!("  {:<key_width$}", part(&keys)), theme.strong),
            Span::raw(format!(" {}", part(&texts))),
        ]));
    }
}
