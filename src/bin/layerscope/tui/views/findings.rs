//! The findings view: avoidable bytes by rule, your layers first and then the base image; below,
//! the reason and the fix.

use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::advice::findings::{Fate, Finding, Whose};
use layerscope::display::files;
use layerscope::display::{escaped, escaped_str};
use layerscope::report::fit::cut_front;
use layerscope::tree::NodeId;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::{cut, follow, wrap};
use crate::tui::widgets::{bar, fill, inside, pane, part, put, scroll_bar};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "finding"),
    (&[Action::Enter], "explore its biggest file"),
    (&[Action::ViewLadder], "ladder"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

const SIZE_WIDTH: usize = 8;
/// The height below which there is only the list.
const TALL: usize = 8;

/// The state of the view.
pub struct Findings {
    study: Option<Arc<Study>>,
    /// Indices in the study's findings, those of your layers before those of the base image.
    order: Vec<usize>,
    cursor: usize,
    top: usize,
}

impl Findings {
    pub fn new() -> Self {
        Self { study: None, order: Vec::new(), cursor: 0, top: 0 }
    }

    /// Sets the findings.
    pub fn studied(&mut self, study: &Arc<Study>) {
        let mut order: Vec<_> = (0..study.findings.len()).collect();
        order.sort_by_key(|&i| (study.findings[i].whose, std::cmp::Reverse(study.findings[i].bytes)));
        (self.order, self.cursor, self.top) = (order, 0, 0);
        self.study = Some(study.clone());
    }

    fn selected(&self) -> Option<&Finding> {
        self.study.as_ref()?.findings.get(*self.order.get(self.cursor)?)
    }

    /// Returns the path of the selected finding, as of the layer that added it.
    pub fn selected_path(&self) -> Option<(NodeId, usize)> {
        self.selected().and_then(target).map(|(node, born, _)| (node, born))
    }

    /// Performs an action; returns whether to go to the explorer.
    pub fn act(&mut self, explorer: &mut Explorer, action: Action, area: Rect) -> bool {
        if action == Action::Enter
            && let Some((node, born, gone)) = self.selected().and_then(target)
        {
            explorer.select_layer(gone.unwrap_or(explorer.inspection.layers.len().saturating_sub(1)));
            explorer.reveal_up_to(node);
            if explorer.selected() != Some(node) {
                explorer.select_layer(born);
                explorer.reveal_up_to(node);
            }
            return true;
        }
        let height = self.list_height(explorer, inside(area));
        let last = self.order.len().saturating_sub(1);
        self.cursor = moved(action, self.cursor, last, height.max(2) - 1).unwrap_or(self.cursor);
        self.top = follow(self.top, self.cursor, self.order.len(), self.list_height(explorer, inside(area)).max(1));
        false
    }

    /// Moves the cursor to the row at a cell; returns whether there is one.
    pub fn select(&mut self, explorer: &Explorer, at: Position, area: Rect) -> bool {
        let inner = inside(area);
        let height = self.list_height(explorer, inner);
        if !inner.contains(at) || usize::from(at.y - inner.y) >= height {
            return false;
        }
        let row = follow(self.top, self.cursor, self.order.len(), height.max(1)) + usize::from(at.y - inner.y);
        if row < self.order.len() {
            self.cursor = row;
        }
        row < self.order.len()
    }

    fn list_height(&self, explorer: &Explorer, inner: Rect) -> usize {
        usize::from(inner.height).saturating_sub(self.notes(explorer, inner).len())
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let place = if self.order.is_empty() { 0 } else { self.cursor + 1 };
        let title = format!("Findings · {place}/{}", self.order.len());
        let inner = pane(&title, true, look.theme, area, buffer);
        let Some(study) = &self.study else {
            return put(Line::styled("Files are being looked into …", look.theme.dim), 0, inner, buffer);
        };
        if self.order.is_empty() {
            let text = "Nothing is found that need not ship.";
            return put(Line::styled(text, look.theme.dim), 0, inner, buffer);
        }
        let height = self.list_height(explorer, inner);
        let first = follow(self.top, self.cursor, self.order.len(), height.max(1));
        scroll_bar(first, self.order.len(), part(inner, 0, height), look.theme, buffer);
        for (row, &i) in self.order.iter().enumerate().skip(first).take(height) {
            let line = line(explorer, look, &study.findings[i], usize::from(inner.width));
            put(line, row - first, inner, buffer);
            if row == self.cursor {
                fill(row - first, inner, look.theme.selected, buffer);
            }
        }
        for (i, (word, text)) in self.notes(explorer, inner).into_iter().enumerate() {
            put(Line::from(vec![Span::styled(word, look.theme.dim), Span::raw(text)]), height + i, inner, buffer);
        }
    }

    /// Returns the reason for the selected finding and the lines that fix it, if there is space.
    fn notes(&self, explorer: &Explorer, inner: Rect) -> Vec<(String, String)> {
        let Some(finding) = self.selected().filter(|_| usize::from(inner.height) >= TALL) else { return Vec::new() };
        let width = usize::from(inner.width);
        let mut notes = vec![("─".repeat(width), String::new())];
        let mut add = |word: &str, text: &str| {
            let mut word = format!("{word:<5}");
            for text in wrap(text, width.saturating_sub(5)) {
                notes.push((word, text));
                word = " ".repeat(5);
            }
        };
        let instruction = |layer: usize| explorer.inspection.layers[layer].instruction.one_line();
        add("from", &format!("layer {} {}", finding.born_in, instruction(finding.born_in)));
        if let Fate::Gone { died_in } = finding.fate {
            add("gone", &format!("layer {died_in} {}", instruction(died_in)));
        }
        let packages: Vec<_> = finding.packages.iter().map(|(name, _)| name.as_str()).collect();
        if !packages.is_empty() {
            add("of", &packages.join(", "));
        }
        add("why", &escaped_str(&finding.why));
        add("fix", &escaped_str(&finding.fix.what));
        let lines = finding.fix.dockerfile.iter().flat_map(|text| text.lines());
        for line in lines.chain(finding.fix.dockerignore.iter().map(String::as_str)) {
            add("", &escaped_str(line.trim_end()));
        }
        notes.truncate(usize::from(inner.height) * 3 / 5);
        notes
    }
}

/// Returns the place to show for a finding: its largest file, the layer that added it, and the one
/// that removed it.
fn target(finding: &Finding) -> Option<(NodeId, usize, Option<usize>)> {
    let spot = finding.examples.first().or(finding.places.first())?;
    Some((spot.node, finding.born_in, finding.died_in()))
}

fn line(explorer: &Explorer, look: Look<'_>, finding: &Finding, width: usize) -> Line<'static> {
    let theme = look.theme;
    let (live, dead) = match finding.fate {
        Fate::Left => (finding.bytes, 0),
        Fate::Gone { .. } => (0, finding.bytes),
    };
    let mut spans = vec![Span::raw(format!("{:>SIZE_WIDTH$} ", look.units.size(finding.bytes)))];
    spans.extend(bar(live, dead, explorer.inspection.totals.shipped, (width / 8).clamp(3, 16), theme));
    let layers = match finding.fate {
        Fate::Left => format!(" {:>3}      ", finding.born_in),
        Fate::Gone { died_in } => format!(" {:>3} → {died_in:<3}", finding.born_in),
    };
    spans.push(Span::styled(layers, theme.dim));
    if finding.whose == Whose::Base {
        spans.push(Span::styled("base  ", theme.dim));
    }
    let room = width.saturating_sub(spans.iter().map(Span::width).sum());
    let title = cut(&format!("{}, {}", escaped_str(&finding.title), files(finding.files)), room);
    let left = room - title.width();
    spans.push(Span::raw(title));
    if let Some(spot) = finding.places.first().filter(|spot| left > 12 && spot.node != NodeId::ROOT) {
        let place = cut_front(&escaped(&explorer.inspection.tree.path(spot.node)), left - 2);
        spans.push(Span::styled(format!("  {place}"), theme.dim));
    }
    Line::from(spans)
}
