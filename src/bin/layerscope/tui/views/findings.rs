//! Changes, largest first: in the user's own layers, optional ones, those of the base image; below,
//! the fix and why.

mod changes;
mod proposing;
mod secrets;

use std::collections::HashSet;
use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::advice::findings::{Fate, Finding};
use layerscope::advice::secrets::Secret;
use layerscope::display::cut_front;
use layerscope::display::{Escaped, escaped, escaped_str, files};
use layerscope::tree::NodeId;
use layerscope::{Inspection, LayerIndex};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::{cut, follow, wrap};
use crate::tui::widgets::{bar, fill, inside, pane, part, put, scroll_bar};
pub use changes::clause;
use changes::{Change, Kind, changes};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "change"),
    (&[Action::Enter], "show its files"),
    (&[Action::Right, Action::Left], "open, fold"),
    (&[Action::Compare], "diff"),
    (&[Action::CopyPath], "copy the lines"),
    (&[Action::TryIt], "try it"),
    (&[Action::Quit], "quit"),
];

const SIZE_WIDTH: usize = 8;
/// The width from which on the size after a change is shown.
const WIDE: usize = 90;
/// The rows that the list keeps, whatever there is to say below.
const LIST: usize = 3;

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The head of the secrets.
    Secrets,
    Secret(usize),
    Head(Kind),
    Change(usize),
    /// A finding of a change that is open.
    Finding(usize, usize),
}

impl Row {
    /// Returns whether the cursor passes over the row.
    fn is_head(self) -> bool {
        matches!(self, Self::Secrets | Self::Head(_))
    }
}

/// The state of the view.
pub struct Findings {
    study: Option<Arc<Study>>,
    changes: Vec<Change>,
    /// Changes whose findings are shown one by one.
    open: HashSet<usize>,
    rows: Vec<Row>,
    cursor: usize,
    top: usize,
}

impl Findings {
    pub fn new() -> Self {
        Self {
            study: None,
            changes: Vec::new(),
            open: HashSet::new(),
            rows: Vec::new(),
            cursor: 0,
            top: 0,
        }
    }

    /// Takes what was found.
    pub fn studied(&mut self, study: &Arc<Study>) {
        self.changes = changes(study);
        self.study = Some(study.clone());
        self.open.clear();
        self.build();
        (self.cursor, self.top) = (self.rows.len().min(1), 0);
    }

    fn build(&mut self) {
        self.rows.clear();
        let secrets = self.secrets().len();
        if secrets > 0 {
            self.rows.push(Row::Secrets);
            self.rows.extend((0..secrets).map(Row::Secret));
        }
        for kind in Kind::ALL {
            let of_kind = self.changes.iter().enumerate().filter(|(_, change)| change.kind == kind);
            for (place, (i, change)) in of_kind.enumerate() {
                if place == 0 {
                    self.rows.push(Row::Head(kind));
                }
                self.rows.push(Row::Change(i));
                if self.open.contains(&i) {
                    self.rows
                        .extend(change.findings.iter().map(|&finding| Row::Finding(i, finding)));
                }
            }
        }
    }

    fn secrets(&self) -> &[Secret] {
        let secrets = self.study.as_ref().and_then(|study| study.secrets.as_ref());
        secrets.map_or(&[], |secrets| &secrets.list)
    }

    /// Returns the secret under the cursor.
    fn secret(&self) -> Option<&Secret> {
        match *self.rows.get(self.cursor)? {
            Row::Secret(i) => self.secrets().get(i),
            _ => None,
        }
    }

    fn change(&self) -> Option<usize> {
        match *self.rows.get(self.cursor)? {
            Row::Secrets | Row::Secret(_) | Row::Head(_) => None,
            Row::Change(i) | Row::Finding(i, _) => Some(i),
        }
    }

    /// Returns the finding under the cursor; the largest one of a change.
    fn selected(&self) -> Option<&Finding> {
        let i = match *self.rows.get(self.cursor)? {
            Row::Secrets | Row::Secret(_) | Row::Head(_) => None,
            Row::Change(i) => self.changes[i].findings.first().copied(),
            Row::Finding(_, finding) => Some(finding),
        };
        self.study.as_ref()?.findings.get(i?)
    }

    /// Returns all findings under the cursor.
    fn all_selected(&self) -> Vec<&Finding> {
        let Some(study) = &self.study else { return Vec::new() };
        match self.rows.get(self.cursor) {
            Some(&Row::Change(i)) => {
                self.changes[i].findings.iter().map(|&i| &study.findings[i]).collect()
            }
            Some(&Row::Finding(_, i)) => vec![&study.findings[i]],
            Some(Row::Secrets | Row::Secret(_) | Row::Head(_)) | None => Vec::new(),
        }
    }

    /// Returns the path of the selected finding, as of the layer that added it.
    pub fn selected_path(&self) -> Option<(NodeId, LayerIndex)> {
        if let Some(secret) = self.secret() {
            return secrets::path(secret);
        }
        self.selected().and_then(target).map(|(node, added_in, _)| (node, added_in))
    }

    /// Returns the lines of the selected change for copying.
    pub fn lines_to_copy(&self, inspection: &Inspection) -> Option<Vec<String>> {
        if let Some(secret) = self.secret() {
            return Some(secrets::lines_to_copy(inspection, secret));
        }
        let finding = self.selected()?;
        let lines = lines(finding);
        Some(if lines.is_empty() { vec![escaped_str(&finding.fix.what).into()] } else { lines })
    }

    /// Performs an action; returns whether to go to the explorer.
    pub fn act(&mut self, explorer: &mut Explorer, action: Action, area: Rect) -> bool {
        match (action, self.change()) {
            (Action::Enter, None) if self.secret().is_some() => return self.show_secret(explorer),
            (Action::Enter, Some(_)) => return self.explore(explorer),
            (Action::Right, Some(i)) if self.changes[i].findings.len() > 1 => self.fold(i, false),
            (Action::Left, Some(i)) => self.fold(i, true),
            _ => {}
        }
        let height = self.list_height(explorer, inside(area));
        let last = self.rows.len().saturating_sub(1);
        let before = self.cursor;
        self.cursor = moved(action, self.cursor, last, height.max(2) - 1).unwrap_or(self.cursor);
        if self.rows.get(self.cursor).is_some_and(|row| row.is_head()) {
            // A head is passed over; above the first there is nothing.
            self.cursor = if self.cursor < before && self.cursor > 0 {
                self.cursor - 1
            } else {
                self.cursor + 1
            };
        }
        self.top = self.first(self.list_height(explorer, inside(area)));
        false
    }

    fn fold(&mut self, change: usize, folded: bool) {
        if folded {
            self.open.remove(&change);
        } else {
            self.open.insert(change);
        }
        self.build();
        let row = self.rows.iter().position(|row| *row == Row::Change(change));
        self.cursor = row.unwrap_or(self.cursor);
    }

    /// Shows the file of the secret in the explorer, as of the layer that has it.
    fn show_secret(&self, explorer: &mut Explorer) -> bool {
        let Some((node, added_in)) = self.secret().and_then(secrets::path) else { return false };
        explorer.select_layer(added_in);
        explorer.reveal_up_to(node);
        true
    }

    /// Shows the files of what is selected in the explorer, and nothing else.
    fn explore(&self, explorer: &mut Explorer) -> bool {
        let Some(finding) = self.selected() else { return false };
        let Some((node, added_in, gone)) = target(finding) else { return false };
        let tree = &explorer.inspection.tree;
        let inodes = self.all_selected().into_iter().flat_map(|finding| &finding.inodes);
        let nodes: HashSet<_> = inodes.map(|&inode| tree.node_of(inode)).collect();
        explorer.select_layer(gone.unwrap_or(LayerIndex::FINAL));
        explorer.keep_only(&nodes, &finding.title);
        explorer.reveal_up_to(node);
        if explorer.selected() != Some(node) {
            explorer.select_layer(added_in);
            explorer.reveal_up_to(node);
        }
        true
    }

    /// Moves the cursor to the row at a cell; returns whether there is one.
    pub fn select(&mut self, explorer: &Explorer, at: Position, area: Rect) -> bool {
        let list = self.list(explorer, inside(area));
        if !list.contains(at) {
            return false;
        }
        let row = self.first(usize::from(list.height)) + usize::from(at.y - list.y);
        let there = self.rows.get(row).is_some_and(|row| !row.is_head());
        if there {
            self.cursor = row;
        }
        there
    }

    fn first(&self, height: usize) -> usize {
        // The head above the first change is seen with it.
        let top = if self.cursor <= 1 { 0 } else { self.top };
        follow(top, self.cursor, self.rows.len(), height.max(1))
    }

    fn list_height(&self, explorer: &Explorer, inner: Rect) -> usize {
        usize::from(self.list(explorer, inner).height)
    }

    /// Returns the area of the rows, below the heads of the columns and above the notes.
    fn list(&self, explorer: &Explorer, inner: Rect) -> Rect {
        let notes = self.notes(explorer, inner).len();
        part(inner, 1, usize::from(inner.height).saturating_sub(notes + 1))
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let all = self.rows.iter().filter(|row| !row.is_head()).count();
        let place = self.rows.iter().take(self.cursor + 1).filter(|row| !row.is_head()).count();
        let title = format!("Fix: what to change · {place}/{all}");
        let inner = pane(&title, true, look.theme, area, buffer);
        let Some(study) = &self.study else {
            return put(Line::styled("Analyzing files …", look.theme.dim), 0, inner, buffer);
        };
        if self.rows.is_empty() {
            let text = match explorer.inspection.completeness.sizes_are_exact() {
                true => {
                    "Nothing to change: no wasted bytes, and no caches or build leftovers were found."
                }
                false => {
                    "Nothing to change was found in what could be read; not all of the image could be."
                }
            };
            return put(Line::styled(text, look.theme.dim), 0, inner, buffer);
        }
        let width = usize::from(inner.width);
        put(heads(width, look), 0, inner, buffer);
        let list = self.list(explorer, inner);
        let height = usize::from(list.height);
        let first = self.first(height);
        scroll_bar(first, self.rows.len(), list, look.theme, buffer);
        for (place, row) in self.rows.iter().enumerate().skip(first).take(height) {
            put(self.line(explorer, look, study, *row, width), place - first, list, buffer);
            if place == self.cursor {
                fill(place - first, list, look.theme.selected, buffer);
            }
        }
        for (i, (word, text)) in self.notes(explorer, inner).into_iter().enumerate() {
            let line = Line::from(vec![Span::styled(word, look.theme.dim), Span::raw(text)]);
            put(line, height + 1 + i, inner, buffer);
        }
    }

    fn line(
        &self,
        explorer: &Explorer,
        look: Look<'_>,
        study: &Study,
        row: Row,
        width: usize,
    ) -> Line<'static> {
        match row {
            Row::Secrets => {
                study.secrets.as_ref().map_or_else(Line::default, |all| secrets::head(all, look))
            }
            Row::Secret(i) => self.secrets().get(i).map_or_else(Line::default, |secret| {
                secrets::line(&explorer.inspection, secret, width, look)
            }),
            Row::Head(kind) => {
                let bytes = self
                    .changes
                    .iter()
                    .filter(|change| change.kind == kind)
                    .map(|change| change.bytes);
                let size = look.units.size(bytes.sum());
                Line::styled(format!("{size:>SIZE_WIDTH$} {}", kind.title()), look.theme.strong)
            }
            Row::Change(i) => {
                let change = &self.changes[i];
                let findings: Vec<_> =
                    change.findings.iter().map(|&i| &study.findings[i]).collect();
                let mark = match (change.findings.len(), self.open.contains(&i)) {
                    (0 | 1, _) => "  ",
                    (_, false) => "▸ ",
                    (_, true) => "▾ ",
                };
                let wasted = findings
                    .iter()
                    .filter(|finding| finding.fate != Fate::Left)
                    .map(|f| f.bytes)
                    .sum();
                let sizes = (change.bytes, wasted);
                let what = findings
                    .first()
                    .map_or_else(Escaped::default, |finding| escaped_str(clause(finding)));
                let (text, place) = match findings[..] {
                    [finding] => (format!("{what}: {}", titled(finding)), place(explorer, finding)),
                    _ => (format!("{what} ({})", several(&findings)), Escaped::default()),
                };
                self.cells(
                    explorer,
                    look,
                    sizes,
                    layers(&findings),
                    format!("{mark}{text}"),
                    &place,
                    width,
                )
            }
            Row::Finding(_, i) => {
                let finding = &study.findings[i];
                let wasted = if finding.fate == Fate::Left { 0 } else { finding.bytes };
                let text = format!("    {}", titled(finding));
                let sizes = (finding.bytes, wasted);
                self.cells(
                    explorer,
                    look,
                    sizes,
                    layers(&[finding]),
                    text,
                    &place(explorer, finding),
                    width,
                )
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a row")]
    fn cells(
        &self,
        explorer: &Explorer,
        look: Look<'_>,
        (bytes, wasted): (u64, u64),
        layers: String,
        text: String,
        place: &str,
        width: usize,
    ) -> Line<'static> {
        let theme = look.theme;
        let whole = explorer.inspection.totals.size;
        let mut spans = vec![Span::raw(format!("{:>SIZE_WIDTH$} ", look.units.size(bytes)))];
        spans.extend(bar(bytes - wasted, wasted, whole, bar_width(width), theme));
        if width >= WIDE {
            let after = look.units.size(whole.saturating_sub(bytes));
            spans.push(Span::styled(format!(" {after:>10}"), theme.dim));
        }
        spans.push(Span::styled(format!(" {layers:<9}"), theme.dim));
        let room = width.saturating_sub(spans.iter().map(Span::width).sum());
        let title = cut(&text, room);
        let left = room - title.width();
        spans.push(Span::raw(title));
        if !place.is_empty() && left > 12 {
            spans.push(Span::styled(format!("  {}", cut_front(place, left - 2)), Style::new()));
        }
        Line::from(spans)
    }

    /// Returns the fix with its lines, the reason and the instructions, if there is space.
    fn notes(&self, explorer: &Explorer, inner: Rect) -> Vec<(String, String)> {
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        let mut notes = vec![("─".repeat(width), String::new())];
        let mut add = |word: &str, text: &str| {
            let mut word = format!("{word:<8}");
            for text in wrap(text, width.saturating_sub(8)) {
                notes.push((word, text));
                word = " ".repeat(8);
            }
        };
        if let Some(secret) = self.secret() {
            for (word, text) in secrets::notes(&explorer.inspection, secret) {
                add(word, &text);
            }
            return kept(notes, height);
        }
        let Some(finding) = self.selected() else { return Vec::new() };
        let instruction =
            |layer: LayerIndex| explorer.inspection.layers[layer].instruction.one_line();
        add("fix", &escaped_str(&finding.fix.what));
        add("why", &escaped_str(&finding.why));
        lines(finding).iter().for_each(|line| add("", line));
        add("added", &format!("layer {} {}", finding.added_in, instruction(finding.added_in)));
        if let Fate::Gone { removed_in } = finding.fate {
            add("removed", &format!("layer {removed_in} {}", instruction(removed_in)));
        }
        let packages: Vec<_> = finding.packages.iter().map(|(name, _)| name.as_str()).collect();
        if !packages.is_empty() {
            add("package", &packages.join(", "));
        }
        kept(notes, height)
    }
}

/// Keeps the notes that leave enough rows to the list.
fn kept(mut notes: Vec<(String, String)>, height: usize) -> Vec<(String, String)> {
    notes.truncate((height * 3 / 5).min(height.saturating_sub(LIST + 1)));
    if notes.len() < 2 { Vec::new() } else { notes }
}

fn bar_width(width: usize) -> usize {
    (width / 8).clamp(3, 16)
}

/// Returns the headings of the columns.
fn heads(width: usize, look: Look<'_>) -> Line<'static> {
    let after = if width >= WIDE { format!(" {:>10}", "size after") } else { String::new() };
    let text = format!(
        "{:>SIZE_WIDTH$} {:bar$}{after} {:<9}",
        "saves",
        "",
        "layers",
        bar = bar_width(width)
    );
    Line::styled(text, look.theme.dim)
}

/// Returns the layers that added some findings, and those that removed them.
fn layers(findings: &[&Finding]) -> String {
    let mut pairs: Vec<_> =
        findings.iter().map(|finding| (finding.added_in, finding.removed_in())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    match pairs[..] {
        [(added_in, Some(removed_in))] => format!("{added_in:>3} → {removed_in}"),
        [(added_in, None)] => format!("{added_in:>3}"),
        _ => {
            let added_in = |pair: Option<&(LayerIndex, _)>| pair.map(|(added_in, _)| *added_in);
            let first = added_in(pairs.first()).unwrap_or_default();
            let last = added_in(pairs.last()).unwrap_or_default();
            if first == last { format!("{first:>3}") } else { format!("{first:>3}–{last}") }
        }
    }
}

fn titled(finding: &Finding) -> String {
    format!("{}, {}", escaped_str(&finding.title), files(finding.files))
}

/// Lists some findings by name.
fn several(findings: &[&Finding]) -> String {
    let titles: Vec<_> = findings.iter().map(|finding| escaped_str(&finding.title)).collect();
    titles.join(", ")
}

fn place(explorer: &Explorer, finding: &Finding) -> Escaped {
    let place = finding.places.first().filter(|spot| spot.node != NodeId::ROOT);
    place.map_or_else(Escaped::default, |spot| escaped(&explorer.inspection.tree.path(spot.node)))
}

/// Returns the lines that keep a finding out of the image.
fn lines(finding: &Finding) -> Vec<String> {
    let lines = finding.fix.dockerfile.iter().flat_map(|text| text.lines());
    let lines = lines.chain(finding.fix.dockerignore.iter().map(String::as_str));
    lines.map(|line| escaped_str(line.trim_end()).into()).collect()
}

/// Returns the biggest file of a finding, the layer that added it, and the one that removed it.
fn target(finding: &Finding) -> Option<(NodeId, LayerIndex, Option<LayerIndex>)> {
    let spot = finding.examples.first().or(finding.places.first())?;
    Some((spot.node, finding.added_in, finding.removed_in()))
}
