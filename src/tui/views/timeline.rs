//! What has shipped so far and what of it can be seen, layer by layer: the gap between the two is dead.

mod columns;

use layerscope::Inspection;
use layerscope::analysis::LayerAccount;
use layerscope::tree::{Kind, NodeId, Tree};
use layerscope::units::plural;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Look;
use crate::tui::draw::{inside, pane, put};
use crate::tui::explorer::Explorer;
use crate::tui::keymap::Action;
use crate::tui::keymap::help::Line as Hint;
use crate::tui::text::{cut, wrap};
use columns::{Columns, Gutter};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Left, Action::Right], "layer"),
    (&[Action::First, Action::Last], "first, last"),
    (&[Action::Enter], "explore"),
    (&[Action::Quit], "quit"),
];

/// The rows of bars at least; with fewer there is only text.
const LOWEST: usize = 3;
/// The rows below the bars: the axis, the numbers, the mark.
const BELOW: usize = 3;
/// The columns of an instruction inside of a sentence.
const QUOTED: usize = 52;

/// The image as of a layer, and what the layer did to it. All in bytes.
struct Point {
    shipped: u64,
    visible: u64,
    added: u64,
    changed: u64,
    hidden: u64,
}

/// A point for each layer.
pub struct Timeline {
    points: Vec<Point>,
}

impl Timeline {
    pub fn new(explorer: &Explorer) -> Self {
        Self { points: points(&explorer.inspection) }
    }

    pub fn act(&mut self, explorer: &mut Explorer, action: Action, _: Rect) -> bool {
        match action {
            Action::Left => explorer.select_layer(explorer.layer.saturating_sub(1)),
            Action::Right => explorer.select_layer(explorer.layer + 1),
            Action::First => explorer.select_layer(0),
            Action::Last => explorer.select_layer(usize::MAX),
            Action::Enter => return true,
            _ => {}
        }
        false
    }

    /// Goes to the layer whose column lies at a cell; says whether there is one.
    pub fn select(&mut self, explorer: &mut Explorer, look: Look<'_>, at: Position, area: Rect) -> bool {
        let inner = inside(area);
        let (below, _) = self.divided(explorer, look, inner);
        if below == 0 || !inner.contains(at) || usize::from(at.y - inner.y) >= below {
            return false;
        }
        let chart = Chart::new(&self.points, explorer.layer, look, below, inner);
        let layer = chart.layer_at(usize::from(at.x - inner.x));
        layer.into_iter().for_each(|layer| explorer.select_layer(layer));
        layer.is_some()
    }

    /// The rows of the chart with what belongs to it, none where there is no room; and the text below.
    fn divided(&self, explorer: &Explorer, look: Look<'_>, inner: Rect) -> (usize, Vec<String>) {
        let width = usize::from(inner.width);
        let text: Vec<_> = self.sentences(explorer, look).iter().flat_map(|text| wrap(text, width)).collect();
        let room = usize::from(inner.height).saturating_sub(text.len());
        (if room < LOWEST + BELOW || self.points.is_empty() { 0 } else { room }, text)
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let place = (explorer.layer + 1).min(self.points.len());
        let title = format!("Timeline · {place}/{}", plural(self.points.len(), "layer"));
        let inner = pane(&title, true, look.theme, area, buffer);
        if inner.is_empty() {
            return;
        }
        let (below, text) = self.divided(explorer, look, inner);
        if below > 0 {
            self.chart(explorer.layer, look, below, inner, buffer);
        }
        for (row, line) in text.into_iter().enumerate() {
            put(Line::raw(line), below + row, inner, buffer);
        }
    }

    fn sentences(&self, explorer: &Explorer, look: Look<'_>) -> Vec<String> {
        let size = |bytes| look.units.size(bytes);
        let layer = explorer.layer;
        let (Some(point), Some(account)) = (self.points.get(layer), explorer.inspection.layers.get(layer)) else {
            return vec!["This image has no layers, so it ships nothing.".into()];
        };
        let Point { shipped, visible, added, changed, hidden } = *point;
        let mut sentences = vec![format!(
            "Layer {layer} `{}`: added {}, changed {}, hid {} of earlier layers.",
            cut(&account.instruction.one_line(), QUOTED),
            size(added),
            size(changed),
            size(hidden)
        )];
        sentences.push(if shipped == visible {
            format!("Shipped so far {} (never falls), all of it visible: nothing is dead yet.", size(shipped))
        } else {
            format!(
                "Shipped so far {} (never falls), visible {} (falls when something is hidden): the gap of {} is dead.",
                size(shipped),
                size(visible),
                size(shipped - visible)
            )
        });
        if hidden > 0 {
            sentences.push("What it hid still ships: a layer can hide what is below it, but not take it back.".into());
        }
        sentences
    }

    /// Draws the columns in the first `height` rows of an area.
    fn chart(&self, selected: usize, look: Look<'_>, height: usize, area: Rect, buffer: &mut Buffer) {
        let theme = look.theme;
        let Chart { legend, rows, gutter, columns } = Chart::new(&self.points, selected, look, height, area);
        if legend > 0 {
            let words = [
                Span::styled("█", theme.live),
                Span::raw(" visible   "),
                Span::styled("▒", theme.dead),
                Span::raw(" dead: hidden by then, but still shipped"),
            ];
            put(Line::from(words.to_vec()), 0, area, buffer);
        }
        let most = most(&self.points);
        let shown = &self.points[columns.first..][..columns.shown];
        let bars: Vec<_> = shown.iter().map(|point| cells(point, most, rows)).collect();
        for row in 0..rows {
            let level = rows - row;
            let mut spans = vec![Span::styled(gutter.label(level), theme.dim)];
            for (i, &(visible, filled)) in bars.iter().enumerate() {
                let (symbol, style) = match level {
                    _ if level <= visible => ("█", theme.live),
                    _ if level <= filled => ("▒", theme.dead),
                    _ => (" ", theme.dim),
                };
                let strong = if columns.first + i == selected { Modifier::BOLD } else { Modifier::empty() };
                spans.push(Span::styled(symbol.repeat(columns.bar()), style.add_modifier(strong)));
                spans.push(Span::raw(" ".repeat(columns.cell - columns.bar())));
            }
            put(Line::from(spans), legend + row, area, buffer);
        }
        let below = legend + rows;
        let axis = gutter.label(0) + &"─".repeat(columns.shown * columns.cell);
        put(Line::styled(axis, theme.dim), below, area, buffer);
        let start = " ".repeat(gutter.width());
        let (before, number, after) = columns.numbers(selected);
        let numbers = [Span::raw(start.clone() + &before), Span::styled(number, theme.selected), Span::raw(after)];
        put(Line::from(numbers.to_vec()), below + 1, area, buffer);
        let mark = start + &" ".repeat(columns.middle(selected)) + "▲";
        put(Line::styled(mark, theme.strong), below + 2, area, buffer);
    }
}

/// What ships in the end.
fn most(points: &[Point]) -> u64 {
    points.last().map_or(0, |point| point.shipped)
}

/// Where the parts of the chart lie.
struct Chart {
    /// The rows of the legend above the bars.
    legend: usize,
    /// The rows of the bars.
    rows: usize,
    gutter: Gutter,
    columns: Columns,
}

impl Chart {
    /// Divides the first `height` rows of an area.
    fn new(points: &[Point], selected: usize, look: Look<'_>, height: usize, area: Rect) -> Self {
        let legend = usize::from(height > LOWEST + BELOW);
        let rows = height - BELOW - legend;
        let gutter = Gutter::new(most(points), rows, look, usize::from(area.width));
        let columns = Columns::new(selected, points.len(), usize::from(area.width) - gutter.width());
        Self { legend, rows, gutter, columns }
    }

    /// The layer whose column is at a column of the area.
    fn layer_at(&self, x: usize) -> Option<usize> {
        let place = x.checked_sub(self.gutter.width())? / self.columns.cell;
        (place < self.columns.shown).then_some(self.columns.first + place)
    }
}

/// The rows of a column up to what is visible, and up to what is shipped.
fn cells(point: &Point, most: u64, rows: usize) -> (usize, usize) {
    let scaled = |bytes: u64| {
        let (bytes, most) = (u128::from(bytes), u128::from(most.max(1)));
        let cells = (bytes * rows as u128 * 2 + most) / (most * 2);
        usize::try_from(cells).map_or(rows, |cells| cells.clamp(usize::from(bytes > 0), rows))
    };
    let filled = scaled(point.shipped);
    // What is dead shows as soon as there is room for both.
    let dead = usize::from(point.shipped > point.visible && (filled > 1 || point.visible == 0));
    (scaled(point.visible).min(filled.saturating_sub(dead)), filled)
}

fn points(inspection: &Inspection) -> Vec<Point> {
    let mut died = vec![0; inspection.layers.len()];
    for dead in &inspection.dead {
        died[dead.died_in] += dead.bytes;
    }
    let changed = changed(&inspection.tree, inspection.layers.len());
    let (mut shipped, mut visible) = (0, 0);
    let layers = inspection.layers.iter().zip(died).zip(changed);
    let point = |((layer, died), changed): ((&LayerAccount, u64), u64)| {
        shipped += layer.shipped;
        visible = visible + layer.shipped - died;
        Point { shipped, visible, added: layer.shipped - changed, changed, hidden: layer.killed }
    };
    layers.map(point).collect()
}

/// What every layer ships at paths where an earlier one had something. One look at every version.
fn changed(tree: &Tree, layers: usize) -> Vec<u64> {
    let mut changed = vec![0; layers];
    let mut work = vec![NodeId::ROOT];
    let mut versions = Vec::new();
    while let Some(node) = work.pop() {
        work.extend(tree.children(node));
        versions.extend(tree.versions(node));
        let mut before = None;
        // The oldest first; what does not outlive its layer is nothing that another one could change.
        for version in versions.drain(..).rev() {
            let (born, died) = (tree.born(version), tree.died(version));
            let there = before
                .is_some_and(|(first, end): (usize, Option<usize>)| first < born && end.is_none_or(|end| end >= born));
            if there && tree.kind(version) == Kind::File && tree.inode(version) == version {
                changed[born] += tree.size(version);
            }
            if died != Some(born) {
                before = Some((born, died));
            }
        }
    }
    changed
}
