//! Explains how a number was computed, with the figures that add up to it.

mod image;
mod layer;
mod path;
mod waste;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::WastedGroup;
use layerscope::display::{Units, count};
use layerscope::tree::{NodeId, Totals};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Around;
use super::popup::{inside, popup};
use crate::tui::explorer::rows::Scope;
use crate::tui::keys::Action;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;

/// The most parts of a sum that are listed; the others are added up.
const NAMED: usize = 8;

/// The subject of an explanation.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A path as of a layer, or the changes of a layer there, with the sums that the tree shows.
    Path {
        node: NodeId,
        layer: LayerIndex,
        scope: Scope,
        totals: Totals,
    },
    Layer(LayerIndex),
    /// The size of all layers up to one, and its visible part.
    UpTo(LayerIndex),
    /// The bytes that one layer added and another removed.
    Waste(WastedGroup),
    Image,
}

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Sentence(String),
    Sum(Sum),
}

/// A sum of byte counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub parts: Vec<(u64, String)>,
    pub total: u64,
    /// A description of the total.
    pub what: String,
    /// True if parts may be missing, because not all of the image could be read.
    pub in_part: bool,
}

impl Sum {
    /// Makes a sum with its largest parts, and all others as one; empty parts are left out.
    fn new(parts: Vec<(u64, String)>, total: u64, what: impl Into<String>) -> Self {
        Self::naming(parts, |part| part, total, what)
    }

    /// Makes such a sum, and names only the parts that it shows.
    fn naming<T>(
        mut parts: Vec<(u64, T)>,
        name: impl Fn(T) -> String,
        total: u64,
        what: impl Into<String>,
    ) -> Self {
        parts.retain(|&(bytes, _)| bytes > 0);
        let mut rest = Vec::new();
        if parts.len() > NAMED + 1 {
            parts.sort_by_key(|&(bytes, _)| std::cmp::Reverse(bytes));
            rest = parts.split_off(NAMED);
        }
        let mut parts: Vec<_> =
            parts.into_iter().map(|(bytes, part)| (bytes, name(part))).collect();
        if !rest.is_empty() {
            parts.push((
                rest.iter().map(|(bytes, _)| bytes).sum(),
                format!("{} others", count(rest.len() as u64)),
            ));
        }
        Self { parts, total, what: what.into(), in_part: false }
    }

    /// Formats the sum as a column of numbers, with the total below.
    pub fn lines(&self, units: Units, width: usize) -> Vec<String> {
        let digits = count(self.total).len();
        let bound = if self.in_part { ", of what could be read" } else { "" };
        let total = format!("{}{bound} ({})", self.what, units.size(self.total));
        let rows = self
            .parts
            .iter()
            .map(|(bytes, what)| (' ', *bytes, what))
            .chain([('=', self.total, &total)]);
        let mut lines = Vec::new();
        for (mark, bytes, what) in rows {
            let mut number = format!("{mark} {:>digits$}", count(bytes));
            for line in wrap(what, width.saturating_sub(digits + 4).max(8)) {
                lines.push(format!("{number:<indent$}{line}", indent = digits + 4));
                number.clear();
            }
        }
        lines
    }
}

/// Explains a subject.
pub fn explain(
    inspection: &Inspection,
    groups: &[WastedGroup],
    subject: &Subject,
    units: Units,
) -> (String, Vec<Part>) {
    let (title, mut parts) = match subject {
        Subject::Path { node, layer, scope: Scope::UpTo, totals } => {
            path::as_of(inspection, *node, *layer, *totals)
        }
        Subject::Path { node, layer, scope: Scope::Changes, totals } => {
            path::changes(inspection, *node, *layer, *totals)
        }
        Subject::Layer(layer) => layer::explain(inspection, groups, *layer, units),
        Subject::UpTo(layer) => layer::up_to(inspection, *layer),
        Subject::Waste(group) => waste::explain(inspection, group),
        Subject::Image => image::explain(inspection, units),
    };
    if !inspection.completeness.sizes_are_exact() {
        for part in &mut parts {
            if let Part::Sum(sum) = part {
                sum.in_part = true;
            }
        }
    }
    (title, parts)
}

/// The explanation on the screen.
#[derive(Debug)]
pub struct Explanation {
    pub subjects: Vec<Subject>,
    pub at: usize,
    pub title: String,
    pub parts: Vec<Part>,
    pub scroll: usize,
}

impl Explanation {
    /// Returns the text, and the number of other subjects.
    pub fn lines(&self, units: Units, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for part in &self.parts {
            match part {
                Part::Sentence(text) => lines.extend(wrap(text, width)),
                Part::Sum(sum) => lines.extend(sum.lines(units, width)),
            }
            lines.push(String::new());
        }
        lines.pop();
        lines
    }

    /// Returns the name of the next subject that can be explained here.
    pub fn next(&self) -> Option<&'static str> {
        (self.subjects.len() > 1).then(|| {
            match self.subjects[(self.at + 1) % self.subjects.len()] {
                Subject::Path { .. } => "the path",
                Subject::Layer(_) => "the whole layer",
                Subject::UpTo(_) => "the layers up to here",
                Subject::Waste(_) => "the group",
                Subject::Image => "the whole image",
            }
        })
    }
}

/// Draws how a number was computed.
pub fn draw(
    explanation: &Explanation,
    around: Around<'_>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let lines = explanation.lines(around.units, inside(area)).into_iter().map(Line::raw).collect();
    let next = explanation.next().map_or_else(String::new, |next| {
        format!(" · {} explain {next}", around.keymap.first_keys(&[Action::Explain]))
    });
    popup(&format!("{}{next}", explanation.title), lines, explanation.scroll, theme, area, buffer);
}
