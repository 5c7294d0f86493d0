//! A change to the Dockerfile as a difference: the instructions as they are, and as they become.

use layerscope::display::Escaped;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, pane, put, scroll_bar, scrolled_title};

/// A line of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Removed(Escaped),
    Added(Escaped),
    Same(Escaped),
}

impl Edit {
    pub fn text(&self) -> &str {
        match self {
            Self::Removed(text) | Self::Added(text) | Self::Same(text) => text,
        }
    }

    fn sign(&self) -> &'static str {
        match self {
            Self::Removed(_) => "- ",
            Self::Added(_) => "+ ",
            Self::Same(_) => "  ",
        }
    }
}

/// The difference on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    title: Escaped,
    edits: Vec<Edit>,
    /// The lines that are copied: whole instructions, not only what differs.
    pub copied: Vec<String>,
    pub scroll: usize,
}

impl Proposal {
    pub fn new(title: Escaped, edits: Vec<Edit>) -> Self {
        let added = edits.iter().filter(|edit| matches!(edit, Edit::Added(_)));
        let copied = added.map(|edit| edit.text().to_owned()).collect();
        Self { title, edits, copied, scroll: 0 }
    }

    /// Sets the lines that are copied, if some are given.
    pub fn copying(self, lines: Option<Vec<String>>) -> Self {
        Self { copied: lines.unwrap_or(self.copied), ..self }
    }

    /// Returns whether it has lines to copy.
    pub fn has_lines(&self) -> bool {
        !self.copied.is_empty()
    }

    /// Returns the lines, wrapped; none is cut, because they are there to be copied.
    pub fn lines(&self, theme: &Theme, width: usize) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for edit in &self.edits {
            let style = match edit {
                Edit::Removed(_) => theme.removed,
                Edit::Added(_) => theme.added,
                Edit::Same(_) => theme.dim,
            };
            let text = edit.text();
            let indent = (text.len() - text.trim_start_matches(' ').len()).min(width / 3);
            let room = width.saturating_sub(2 + indent).max(1);
            let parts = wrap(text.trim_start_matches(' '), room);
            lines.extend(parts.into_iter().enumerate().map(|(i, part)| {
                let sign = if i == 0 { edit.sign() } else { "  " };
                Line::styled(format!("{sign}{:indent$}{part}", ""), style)
            }));
        }
        lines
    }
}

/// Draws the difference in an area.
pub fn draw(proposal: &Proposal, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = proposal.lines(theme, usize::from(inside(area).width));
    let title = scrolled_title(&proposal.title, proposal.scroll, lines.len(), area);
    let inner = pane(&title, true, theme, area, buffer);
    let first = scroll_bar(proposal.scroll, lines.len(), inner, theme, buffer);
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}
