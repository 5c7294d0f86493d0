//! A path in the replay: its visible size, the layer's change to it, and its row.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::branches::Presence;
use crate::tui::views::Look;
use crate::tui::widgets::text::cut;
use crate::tui::widgets::{cells, wasted_sign};

/// The width from which the wasted size of a path is shown beside it.
const WITH_WASTED: usize = 50;
pub(super) const SIZE_WIDTH: usize = 8;
const WASTED_WIDTH: usize = 11;

/// The widths of the parts of a row, without mark and size.
pub struct Widths {
    pub name: usize,
    bar: usize,
    wasted: usize,
}

impl Widths {
    pub fn fit_into(width: usize) -> Self {
        let wasted = if width >= WITH_WASTED { WASTED_WIDTH } else { 0 };
        let room = width.saturating_sub(2 + SIZE_WIDTH + 2 + wasted);
        let bar = room * 2 / 5;
        Self { name: room - bar, bar, wasted }
    }
}

/// A path at a moment of the replay.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub name: &'a str,
    pub depth: usize,
    pub state: State,
    pub visible: u64,
    pub wasted: u64,
    /// The largest visible size so far.
    pub peak: u64,
}

/// The layer's change to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Added,
    Changed,
    Untouched,
    Deleted,
}

impl State {
    /// Returns the state from the presence before and after the layer.
    pub fn between(before: Presence, now: Presence, changes: bool) -> Self {
        match (before, now) {
            (_, Presence::Gone | Presence::Unmade) => Self::Deleted,
            (Presence::There, Presence::There) if changes => Self::Changed,
            (Presence::There, Presence::There) => Self::Untouched,
            (_, Presence::There) => Self::Added,
        }
    }
}

impl Shown<'_> {
    /// Draws the path in a row; the longest bar stands for `whole` bytes.
    pub fn line(&self, look: Look<'_>, whole: u64, width: usize) -> Line<'static> {
        let theme = look.theme;
        let (mark, style) = match self.state {
            State::Added => ("+ ", theme.added),
            State::Changed => ("~ ", theme.modified),
            State::Untouched => ("  ", Style::new()),
            State::Deleted => ("✗ ", theme.wasted),
        };
        let Widths { name: name_width, bar: bar_width, wasted: wasted_width } =
            Widths::fit_into(width);
        let name = cut(&format!("{}{}", "  ".repeat(self.depth), self.name), name_width);
        let indent = name.len() - name.trim_start().len();
        let blank = " ".repeat(name_width - name.width());
        let is_deleted = self.state == State::Deleted;
        let struck = if is_deleted { style.add_modifier(Modifier::CROSSED_OUT) } else { style };
        // A deleted path disappears slowly, so the reason is shown in place of its size.
        let size = if is_deleted && self.visible == 0 {
            "deleted".into()
        } else {
            look.units.size(self.visible)
        };
        let filled =
            cells(self.visible, whole, bar_width).max(usize::from(self.visible > 0)).min(bar_width);
        let before = cells(self.peak, whole, bar_width)
            .max(usize::from(self.peak > 0))
            .min(bar_width)
            .max(filled);
        let mut spans = vec![
            Span::styled(mark, style),
            Span::raw(name[..indent].to_owned()),
            Span::styled(name[indent..].to_owned(), struck),
            Span::raw(blank),
            Span::styled(
                format!(" {size:>SIZE_WIDTH$} "),
                if is_deleted { style } else { Style::new() },
            ),
            Span::styled("█".repeat(filled), theme.visible),
            Span::styled("·".repeat(before - filled), theme.dim),
            Span::raw(" ".repeat(bar_width - before)),
        ];
        if wasted_width > 0 && self.wasted > 0 {
            spans.push(Span::styled(
                format!(
                    " {} {:>SIZE_WIDTH$}",
                    wasted_sign(look.theme),
                    look.units.size(self.wasted)
                ),
                theme.wasted,
            ));
        }
        Line::from(spans)
    }
}
