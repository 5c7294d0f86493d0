//! Explains how a number was computed, with the figures that add up to it.

mod change;
mod header;
pub mod image;
pub mod layer;
mod path;
mod size;
mod waste;

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::changes::Part as Side;
use layerscope::analysis::WastedGroup;
use layerscope::analysis::what_if::Change;
use layerscope::display::{Units, count, files};
use layerscope::tree::{NodeId, Totals, VersionId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Around;
use super::popup::{inside, popup};
use crate::tui::explorer::Explorer;
use crate::tui::explorer::rows::Scope;
use crate::tui::explorer::sentences::layer_named;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
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
    /// A part of such bytes: what lies at a path, as positions in [`Inspection::wasted`].
    WasteAt {
        group: WastedGroup,
        node: NodeId,
        members: Vec<usize>,
    },
    /// A change by its position: its saving, alone and in addition, and the size after it.
    Change(usize),
    /// A finding of a change by its position.
    Finding(usize),
    /// The sum of all changes of a part.
    Changes(Side),
    /// A possible size and the one that is shown before it, by their positions.
    Step {
        before: usize,
        place: usize,
    },
    /// The size without what is marked, with the title of its row.
    Marked {
        title: String,
        changes: Vec<Change>,
    },
    /// The size of the image and its wasted part.
    Image,
    /// The avoidable bytes and the smallest size.
    Avoidable,
    /// The tars of the layers, and what the archive stores of them.
    Archive,
    /// The size of the base image.
    Base,
    /// The names in the final filesystem.
    Tree,
}

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Sentence(String),
    Sum(Sum),
}

/// A sum of byte counts, or what is left of some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The counts that the parts are taken from; none in a sum.
    pub from: Vec<(u64, String)>,
    pub parts: Vec<(u64, String)>,
    pub total: u64,
    /// A description of the total.
    pub what: String,
    /// True if parts may be missing, because not all of the image could be read.
    pub in_part: bool,
}

impl Sum {
    /// Makes a sum with its largest parts, and all others as one; empty parts are left out.
    pub fn new(parts: Vec<(u64, String)>, total: u64, what: impl Into<String>) -> Self {
        Self::naming(parts, |part| part, total, what)
    }

    /// Makes a difference: what is left of some counts without the parts.
    pub fn less(
        from: Vec<(u64, String)>,
        parts: Vec<(u64, String)>,
        total: u64,
        what: impl Into<String>,
    ) -> Self {
        Self { from, ..Self::new(parts, total, what) }
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
        Self { from: Vec::new(), parts, total, what: what.into(), in_part: false }
    }

    /// Formats the sum as a column of numbers, with the total below.
    pub fn lines(&self, units: Units, width: usize) -> Vec<String> {
        let largest = self.from.iter().map(|(bytes, _)| *bytes).fold(self.total, u64::max);
        let digits = count(largest).len();
        let bound = if self.in_part { ", of what could be read" } else { "" };
        let total = format!("{}{bound} ({})", self.what, units.size(self.total));
        let sign = if self.from.is_empty() { ' ' } else { '-' };
        let from = self.from.iter().map(|(bytes, what)| (' ', *bytes, what));
        let rows = from
            .chain(self.parts.iter().map(|(bytes, what)| (sign, *bytes, what)))
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

/// Adds up inodes by the layers that add and remove them.
fn by_layers(
    inspection: &Inspection,
    inodes: impl IntoIterator<Item = VersionId>,
) -> Vec<(u64, String)> {
    let tree = &inspection.tree;
    let mut sums: BTreeMap<(LayerIndex, Option<LayerIndex>), (u64, usize)> = BTreeMap::new();
    for inode in inodes {
        let removed_in = tree.removal(inode).map(|removal| removal.layer);
        let sum = sums.entry((tree.added_in(inode), removed_in)).or_default();
        sum.0 += tree.size(inode);
        sum.1 += 1;
    }
    let part = |((added_in, removed_in), (bytes, number))| {
        let layers = match removed_in {
            Some(removed_in) => {
                format!(": layer {added_in} → {}", layer_named(inspection, removed_in))
            }
            None => format!(" of {}", layer_named(inspection, added_in)),
        };
        (bytes, format!("{}{layers}", files(number)))
    };
    sums.into_iter().map(part).collect()
}

/// Explains a subject.
pub fn explain(explorer: &Explorer, subject: &Subject, units: Units) -> (String, Vec<Part>) {
    let inspection = &*explorer.inspection;
    let (title, mut parts) = match subject {
        Subject::Path { node, layer, scope: Scope::UpTo, totals } => {
            path::as_of(inspection, *node, *layer, *totals)
        }
        Subject::Path { node, layer, scope: Scope::Changes, totals } => {
            path::changes(inspection, *node, *layer, *totals)
        }
        Subject::Layer(layer) => layer::explain(inspection, &explorer.groups, *layer, units),
        Subject::UpTo(layer) => layer::up_to(inspection, *layer),
        Subject::Waste(group) => waste::explain(inspection, group),
        Subject::WasteAt { group, node, members } => {
            waste::explain_at(inspection, group, *node, members)
        }
        Subject::Marked { title, changes } => size::without_marks(inspection, title, changes),
        Subject::Image => image::explain(inspection, units),
        Subject::Archive => image::archive(inspection),
        Subject::Tree => image::tree(inspection),
        Subject::Base
        | Subject::Change(_)
        | Subject::Changes(_)
        | Subject::Finding(_)
        | Subject::Step { .. }
        | Subject::Avoidable => {
            explorer.study().map_or_else(Default::default, |study| match *subject {
                Subject::Base => image::base(inspection, study),
                Subject::Changes(side) => header::changes(explorer, study, side),
                Subject::Change(place) => change::explain(inspection, study, place, units),
                Subject::Finding(place) => change::finding(inspection, study, place),
                Subject::Step { before, place } => {
                    size::explain(inspection, study, before, place, units)
                }
                _ => header::explain(explorer, study, units),
            })
        }
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

/// Returns the lines of an explanation.
pub fn lines(parts: &[Part], units: Units, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for part in parts {
        match part {
            Part::Sentence(text) => lines.extend(wrap(text, width)),
            Part::Sum(sum) => lines.extend(sum.lines(units, width)),
        }
        lines.push(String::new());
    }
    lines.pop();
    lines
}

impl Explanation {
    /// Returns the text.
    pub fn lines(&self, units: Units, width: usize) -> Vec<String> {
        lines(&self.parts, units, width)
    }

    /// Returns the keys: the one that opened it goes on to the next subject, and closes the last.
    pub fn keys(&self) -> &'static [Hint] {
        match self.subjects.get(self.at + 1) {
            Some(Subject::Layer(_)) => &[CLOSE, SCROLL, (AGAIN, "explain the layer")],
            Some(Subject::Image) => &[CLOSE, SCROLL, (AGAIN, "explain the image")],
            Some(Subject::Waste(_)) => &[CLOSE, SCROLL, (AGAIN, "explain the pair")],
            Some(Subject::Change(_)) => &[CLOSE, SCROLL, (AGAIN, "explain the change")],
            Some(Subject::Changes(_)) => &[CLOSE, SCROLL, (AGAIN, "explain the sum")],
            Some(_) => &[CLOSE, SCROLL, (AGAIN, "explain avoidable, smallest")],
            None => &[(&[Action::Back, Action::Explain], "close"), SCROLL],
        }
    }
}

const CLOSE: Hint = (&[Action::Back], "close");
const SCROLL: Hint = (&[Action::Up, Action::Down], "scroll");
/// The key that goes on to the next subject.
const AGAIN: &[Action] = &[Action::Explain];

/// Draws how a number was computed.
pub fn draw(
    explanation: &Explanation,
    around: Around<'_>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let lines = explanation.lines(around.units, inside(area)).into_iter().map(Line::raw).collect();
    popup(&explanation.title, lines, explanation.scroll, theme, area, buffer);
}
