//! A change to the Dockerfile as a difference: the instructions as they are, and as they become.

use layerscope::display::Escaped;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Overlay;
use crate::tui::app::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::layout::rows_inside;
use crate::tui::message::Effect;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, moved, pane, put, scroll_bar, scrolled_title};
use crate::view::View;

/// A line of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Removed(Escaped),
    Added(Escaped),
    Same(Escaped),
}

impl Edit {
    fn text(&self) -> &str {
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
    copied: Vec<String>,
    scroll: usize,
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
    fn lines(&self, theme: &Theme, width: usize) -> Vec<Line<'static>> {
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

impl App {
    /// Shows the selected change as a difference.
    pub(in crate::tui) fn show_proposal(&mut self) {
        let Screen::Image { explorer, views } = &self.screen else { return };
        match views.proposal(explorer) {
            Some(proposal) => self.overlays.open(Overlay::Proposal(proposal)),
            None => self.notice = Some("select a change first".into()),
        }
    }

    /// Marks the selected change, and shows the size without it among the possible sizes.
    pub(in crate::tui) fn try_it(&mut self) {
        let Screen::Image { explorer, views } = &mut self.screen else { return };
        if views.mark_change(explorer) {
            self.show(View::Sizes);
        } else {
            self.notice = Some(views.unmarkable().into());
        }
    }

    /// Performs an action while a difference is shown.
    pub(in crate::tui) fn act_in_proposal(&mut self, action: Action) -> Option<Effect> {
        let area = self.panes().main;
        let Some(Overlay::Proposal(proposal)) = self.overlays.top_mut() else { return None };
        let lines = proposal.lines(&Theme::BARE, usize::from(inside(area).width)).len();
        let height = rows_inside(area);
        let last = lines.saturating_sub(height);
        match moved(action, proposal.scroll.min(last), last, height.max(2) - 1) {
            Some(scroll) => proposal.scroll = scroll,
            None if action == Action::CopyPath => {
                let lines = proposal.copied.join("\n");
                let lines = Some(lines).filter(|lines| !lines.is_empty());
                return self.copied(lines, "nothing to copy: this advice needs no lines");
            }
            None => {
                self.overlays.close();
            }
        }
        None
    }
}
