//! The timeline view: the size of the image and its visible part, layer by layer. The difference is
//! wasted.

mod chart;
mod columns;
mod points;

use std::sync::Arc;

use layerscope::Known;
use layerscope::LayerIndex;
use layerscope::display::plural;
use layerscope::tree::Reason;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{inside, pane, part, put};
pub use chart::{Chart, Column, LEAST as CHART_LEAST};
pub use points::{Point, points};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Left, Action::Right], "layer"),
    (&[Action::First, Action::Last], "first, last"),
    (&[Action::Enter], "explore"),
    (&[Action::Instruction], "instruction"),
    (&[Action::Explain], "explain"),
    (&[Action::Quit], "quit"),
];

/// The width of an instruction inside a sentence.
const QUOTED: usize = 52;

/// A point for each layer.
pub struct Timeline {
    points: Arc<[Point]>,
}

impl Timeline {
    pub fn new(points: Arc<[Point]>) -> Self {
        Self { points }
    }

    pub fn act(&mut self, explorer: &mut Explorer, action: Action, _: Rect) -> bool {
        match action {
            Action::Left | Action::Right => {
                let layers = self.layers();
                let next = match action {
                    Action::Left => layers.iter().rev().find(|&&layer| layer < explorer.layer),
                    _ => layers.iter().find(|&&layer| layer > explorer.layer),
                };
                explorer.select_layer(next.copied().unwrap_or(explorer.layer));
            }
            Action::First => explorer.select_layer(LayerIndex::FIRST),
            Action::Last => explorer.select_layer(LayerIndex::FINAL),
            Action::Enter => return true,
            _ => {}
        }
        false
    }

    /// Goes to the layer whose column is at a cell; returns whether there is one.
    pub fn select(
        &mut self,
        explorer: &mut Explorer,
        look: Look<'_>,
        at: Position,
        area: Rect,
    ) -> bool {
        let inner = inside(area);
        let (below, _) = self.divided(explorer, look, inner);
        if below == 0 || !inner.contains(at) || usize::from(at.y - inner.y) >= below {
            return false;
        }
        let chart = self.chart(explorer.layer, look, part(inner, 0, below));
        let layer = chart.layer_at(usize::from(at.x - inner.x));
        layer.into_iter().for_each(|layer| explorer.select_layer(layer));
        layer.is_some()
    }

    /// Returns the number of rows of the chart with its labels, 0 if there is no space, and the
    /// text below, whose last sentences are dropped in favour of the chart.
    fn divided(&self, explorer: &Explorer, look: Look<'_>, inner: Rect) -> (usize, Vec<String>) {
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        // Long instructions are whole where the chart keeps most of the room.
        let sentences = [usize::MAX, QUOTED].map(|quoted| self.sentences(explorer, look, quoted));
        let is_short = |text: &&Vec<String>| {
            let letters: usize = text.iter().map(String::len).sum();
            let lines = || text.iter().map(|text| wrap(text, width).len()).sum::<usize>();
            letters <= width * height && lines() * 4 <= height
        };
        let [whole, short] = &sentences;
        let sentences = Some(whole).filter(is_short).unwrap_or(short);
        let lines = |count: usize| -> Vec<_> {
            sentences[..count].iter().flat_map(|text| wrap(text, width)).collect()
        };
        let beside =
            (1..=sentences.len()).rev().map(lines).find(|text| text.len() + CHART_LEAST <= height);
        match beside {
            Some(text) if !self.points.is_empty() => (height - text.len(), text),
            _ => (0, lines(sentences.len())),
        }
    }

    /// Returns the layers that have a column: those that add bytes or hide some; all, if there are
    /// none.
    fn layers(&self) -> Vec<LayerIndex> {
        let points = LayerIndex::numbered(&self.points);
        let busy = points
            .filter(|(_, point)| point.added + point.changed + point.hidden > 0 || !point.whole);
        let busy: Vec<_> = busy.map(|(layer, _)| layer).collect();
        if busy.is_empty() { LayerIndex::all(self.points.len()).collect() } else { busy }
    }

    fn chart(&self, selected: LayerIndex, look: Look<'_>, area: Rect) -> Chart {
        // The size never falls, so the final one is the largest.
        let most = self.points.last().map_or(0, |point| point.size);
        Chart::new(most, self.layers(), selected, true, look, area)
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let place = explorer.layer.count().min(self.points.len());
        let bound = if explorer.inspection.completeness.sizes_are_exact() {
            ""
        } else {
            " · of what could be read"
        };
        let title = format!("Timeline · {place}/{}{bound}", plural(self.points.len(), "layer"));
        let inner = pane(&title, true, look.theme, area, buffer);
        if inner.is_empty() {
            return;
        }
        let (below, text) = self.divided(explorer, look, inner);
        if below > 0 {
            let column = |layer: LayerIndex| layer.get_from(&self.points).map(Point::column);
            self.chart(explorer.layer, look, part(inner, 0, below)).draw(column, look, buffer);
        }
        for (row, line) in text.into_iter().enumerate() {
            put(Line::raw(line), below + row, inner, buffer);
        }
    }

    /// Describes the selected layer, with so many columns of its instruction.
    fn sentences(&self, explorer: &Explorer, look: Look<'_>, quoted: usize) -> Vec<String> {
        let layer = explorer.layer;
        let (Some(point), Some(account)) =
            (layer.get_from(&self.points), layer.get_from(&explorer.inspection.layers))
        else {
            return vec!["This image has no layers.".into()];
        };
        let Point { size, visible, added, changed, hidden, .. } = *point;
        let mut sentences: Vec<String> = gap(explorer, look).into_iter().collect();
        let instruction = cut(&account.instruction.one_line(), quoted);
        sentences.push(match explorer.inspection.completeness.layer(layer) {
            known if known.is_nothing() => {
                format!(
                    "Layer {layer} `{instruction}`: what it adds, changes and hides is not known."
                )
            }
            known => format!(
                "Layer {layer} `{instruction}`: {}adds {}, changes {}, hides {} of earlier layers.",
                if known == Known::Whole { "" } else { "as far as it could be read, " },
                look.units.size(added),
                look.units.size(changed),
                look.units.size(hidden)
            ),
        });
        sentences.push(if size == visible {
            let wasted = if explorer.inspection.completeness.sizes_are_exact() {
                "nothing wasted yet"
            } else {
                "of what could be read"
            };
            format!("Image so far {}, all of it visible: {wasted}.", look.units.size(size))
        } else {
            format!(
                "Image so far {}, visible {}, wasted {}.",
                look.units.size(size),
                look.units.size(visible),
                look.units.size(size - visible)
            )
        });
        if hidden > 0 {
            let what = hidden_by(explorer);
            sentences
                .push(format!("{what} are still in earlier layers. A layer cannot remove them."));
        }
        sentences
    }
}

/// Names the files of earlier layers that the selected layer hides.
fn hidden_by(explorer: &Explorer) -> &'static str {
    let groups = explorer.groups.iter().filter(|group| group.removed_in == explorer.layer);
    let is_copy = |reason| matches!(reason, Reason::Overwritten | Reason::RewrittenUnchanged);
    let (copies, deleted): (Vec<_>, Vec<_>) =
        groups.filter(|group| group.bytes > 0).partition(|group| is_copy(group.reason));
    match (copies.is_empty(), deleted.is_empty()) {
        (true, _) => "The deleted files",
        (false, true) => "The old copies",
        (false, false) => "The deleted files and the old copies",
    }
}

/// Says what is not known of the layer that is selected, or of one below it.
fn gap(explorer: &Explorer, look: Look<'_>) -> Option<String> {
    let completeness = &explorer.inspection.completeness;
    let unknown = LayerIndex::FIRST
        .up_to(explorer.layer)
        .rev()
        .find(|&layer| completeness.layer(layer) != Known::Whole)?;
    let why = completeness.layer(unknown).sentence(|bytes| look.units.size(bytes))?;
    let named =
        if unknown == explorer.layer { "This layer".into() } else { format!("Layer {unknown}") };
    Some(format!("{named} is incomplete: {why}. The image so far has at least this size."))
}
