//! The sizes view: a bar for each possible change; below, the instructions.

use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::advice::ladder::{Certainty, Rung, Ships};
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::display::noticeably;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{bar, fill, inside, pane, put};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "step"),
    (&[Action::Enter], "explore the program"),
    (&[Action::ViewFindings], "findings"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The width of a title, and of a size with its tilde.
const TITLE: usize = 30;
const SIZE_WIDTH: usize = 9;
const RATIO_WIDTH: usize = 7;

/// The state of the view.
pub struct Ladder {
    study: Option<Arc<Study>>,
    cursor: usize,
    dropped: Option<Dropped>,
}

/// The size without the marked paths and with the marked layers merged.
struct Dropped {
    what: String,
    shipped: u64,
    saved: u64,
}

impl Ladder {
    pub fn new() -> Self {
        Self { study: None, cursor: 0, dropped: None }
    }

    /// Sets the ladder.
    pub fn studied(&mut self, study: &Arc<Study>) {
        self.study = Some(study.clone());
    }

    /// Computes the size without the marks.
    pub fn enter(&mut self, explorer: &Explorer) {
        let inspection = &explorer.inspection;
        let mut changes: Vec<_> = explorer.marks.topmost(&inspection.tree).map(Change::Drop).collect();
        let mut what = Vec::new();
        if !changes.is_empty() {
            what.push(format!("without the {} marked", explorer.marks.len()));
        }
        if let Some((first, last)) = explorer.marked_run() {
            changes.push(Change::Merge { first, last });
            what.push(format!("with layers {first} to {last} as one"));
        }
        self.dropped = (!changes.is_empty()).then(|| {
            let outcome = what_if(inspection, &changes);
            Dropped { what: what.join(", "), shipped: outcome.shipped, saved: outcome.saved(inspection) }
        });
    }

    fn rungs(&self) -> &[Rung] {
        self.study.as_ref().map_or(&[], |study| &study.ladder)
    }

    /// Performs an action; returns the path to explore, if requested.
    pub fn act(&mut self, action: Action) -> Option<layerscope::tree::NodeId> {
        if action == Action::Enter {
            let study = self.study.as_ref()?;
            return study.footing.program.as_ref().map(|program| program.path);
        }
        let last = self.rungs().len().saturating_sub(1);
        self.cursor = moved(action, self.cursor, last, last.max(1)).unwrap_or(self.cursor);
        None
    }

    /// Moves the cursor to the row at a cell; returns whether there is one.
    pub fn select(&mut self, at: Position, area: Rect) -> bool {
        let inner = inside(area);
        let row = usize::from(at.y.saturating_sub(inner.y));
        let there = inner.contains(at) && row < self.rungs().len();
        if there {
            self.cursor = row;
        }
        there
    }

    pub fn draw(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let inner = pane("How small it could be", true, look.theme, area, buffer);
        if self.study.is_none() {
            return put(Line::styled("Files are being looked into …", look.theme.dim), 0, inner, buffer);
        }
        let width = usize::from(inner.width);
        for (row, rung) in self.rungs().iter().enumerate() {
            put(self.line(look, rung, width), row, inner, buffer);
            if row == self.cursor {
                fill(row, inner, look.theme.selected, buffer);
            }
        }
        let Some(rung) = self.rungs().get(self.cursor) else { return };
        let mut below = self.rungs().len();
        if let Some(dropped) = &self.dropped {
            let (shipped, saved) = (look.units.size(dropped.shipped), look.units.size(dropped.saved));
            let text = format!("{shipped} {}: {saved} less, exact", dropped.what);
            put(Line::styled(text, look.theme.strong), below, inner, buffer);
            below += 1;
        }
        put(Line::styled("─".repeat(width), look.theme.dim), below, inner, buffer);
        for (i, (text, dim)) in explanation(look, rung, width).into_iter().enumerate() {
            let line = if dim { Line::styled(text, look.theme.dim) } else { Line::raw(text) };
            put(line, below + 1 + i, inner, buffer);
        }
    }

    fn line(&self, look: Look<'_>, rung: &Rung, width: usize) -> Line<'static> {
        let whole = self.rungs().first().map_or(0, |first| first.shipped);
        // On a narrow screen the title is shortened, and the numbers stay complete.
        let title_width = TITLE.min(width.saturating_sub(SIZE_WIDTH + RATIO_WIDTH + 3));
        let title = cut(&rung.step.title(), title_width);
        let about = rung.certainty.sign();
        let size = format!("{about}{}", look.units.size(rung.shipped));
        let is_known = self.rungs().first().is_some_and(|first| first.certainty == Certainty::Exact);
        let ratio = noticeably(rung.shipped, whole).filter(|_| is_known).unwrap_or_default();
        let mut spans = vec![Span::raw(format!("{title:<title_width$} {size:>SIZE_WIDTH$} "))];
        let room = width.saturating_sub(title_width + SIZE_WIDTH + RATIO_WIDTH + 3);
        // Wasted bytes are part of the bar while they are in the image.
        spans.extend(bar(rung.shipped, 0, whole, room, look.theme));
        spans.push(Span::styled(format!(" {ratio:>RATIO_WIDTH$}"), look.theme.strong));
        Line::from(spans)
    }
}

/// Returns whether compressing the layers would improve the download size.
fn can_be_measured(rung: &Rung) -> bool {
    !rung.pull.is_exact() && rung.ships != Ships::Others
}

/// Returns the instructions for a rung, and remarks, which are dimmed.
fn explanation(look: Look<'_>, rung: &Rung, width: usize) -> Vec<(String, bool)> {
    let certainty = match &rung.certainty {
        Certainty::Exact => "exact: the same files, with some left out".to_owned(),
        Certainty::AtLeast => "a lower bound: not all of the image could be read".to_owned(),
        Certainty::AtMost => "at most this is saved: what the program also needs comes on top".to_owned(),
        Certainty::Estimate(from) => format!("an estimate: {from}"),
    };
    let how = rung.how.lines().flat_map(|line| indented(line, width)).map(|line| (line, false));
    let notes = std::iter::once(certainty)
        .chain(rung.pull.words(look.units))
        .chain(can_be_measured(rung).then(|| "what there is to pull: layerscope ladder IMAGE --measure".to_owned()))
        .chain(rung.notes.iter().cloned())
        .map(|note| (note, true));
    let notes = notes.flat_map(|(text, dim)| wrap(&text, width).into_iter().map(move |part| (part, dim)));
    how.chain(notes).collect()
}

/// Wraps a line of a Dockerfile with its own indentation.
fn indented(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start_matches(' ');
    let indent = (line.len() - text.len()).min(width / 2);
    wrap(text, width - indent).into_iter().map(|part| format!("{:indent$}{part}", "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues_an_instruction_stays_indented() {
        assert_eq!(indented("COPY --from=build \\", 40), ["COPY --from=build \\"]);
        assert_eq!(indented("  /usr/lib/libc.so.6 \\", 40), ["  /usr/lib/libc.so.6 \\"]);
        assert_eq!(indented("  one two", 6), ["  one", "  two"]);
        assert_eq!(indented("    x", 1), ["x"]);
    }
}
