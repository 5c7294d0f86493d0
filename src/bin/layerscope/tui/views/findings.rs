//! Changes, largest first: in the user's own layers, optional ones, those of the base image; below,
//! the fix and why.

mod columns;
mod draw;
mod keys;
mod notes;
mod proposing;
mod secrets;

use std::collections::HashSet;
use std::sync::Arc;

use layerscope::advice::SuggestedChange;
use layerscope::advice::assessment::Study;
use layerscope::advice::changes::{Change, Extent, Part};
use layerscope::advice::findings::Finding;
use layerscope::advice::ladder::multi_stage;
use layerscope::advice::secrets::Secret;
use layerscope::display::{Escaped, escaped, escaped_str, files};
use layerscope::recorded::ChangeRecord;
use layerscope::report::Units;
use layerscope::tree::NodeId;
use layerscope::{Inspection, LayerIndex};
use ratatui::layout::{Position, Rect};

use crate::tui::explorer::{Asked, Explorer, Figure};
use crate::tui::keys::Action;
use crate::tui::widgets::text::follow;
use crate::tui::widgets::{inside, moved};
use crate::view::View;
use notes::Shape;

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The head of the secrets.
    Secrets,
    Secret(usize),
    /// The sentence about what was not searched for secrets.
    Unsearched,
    Head(Part),
    Change(usize),
    /// A finding of a change that is open.
    Finding(usize, usize),
}

impl Row {
    /// Returns whether the cursor passes over the row.
    fn is_head(self) -> bool {
        matches!(self, Self::Secrets | Self::Unsearched | Self::Head(_))
    }
}

/// The state of the view.
pub struct Findings {
    units: Units,
    study: Option<Arc<Study>>,
    /// The changes of the study in the words of the reports.
    told: Vec<ChangeRecord>,
    /// Changes whose findings are shown one by one.
    open: HashSet<usize>,
    rows: Vec<Row>,
    cursor: usize,
    top: usize,
}

impl Findings {
    pub fn new() -> Self {
        Self {
            units: Units::default(),
            study: None,
            told: Vec::new(),
            open: HashSet::new(),
            rows: Vec::new(),
            cursor: 0,
            top: 0,
        }
    }

    /// Takes what was found, with the changes in the words of the reports.
    pub fn studied(&mut self, study: &Arc<Study>, told: Vec<ChangeRecord>, units: Units) {
        self.units = units;
        self.told = told;
        self.study = Some(study.clone());
        self.open.clear();
        self.build();
        (self.cursor, self.top) = (self.rows.iter().position(|row| !row.is_head()).unwrap_or(0), 0);
    }

    fn build(&mut self) {
        self.rows.clear();
        let secrets = self.secrets().len();
        if secrets > 0 {
            self.rows.push(Row::Secrets);
            self.rows.extend((0..secrets).map(Row::Secret));
        }
        // A file that was not searched may be of the user's own; archives of packages are everywhere.
        let unsearched = self.unsearched().map(|_| Row::Unsearched);
        let is_first = secrets > 0 || self.has_unsearched_files();
        self.rows.extend(unsearched.filter(|_| is_first));
        for part in Part::ALL {
            let changes = self.study.iter().flat_map(|study| &study.changes).enumerate();
            let of_kind = changes.filter(|(_, change)| change.part == part);
            for (place, (i, change)) in of_kind.enumerate() {
                if place == 0 {
                    self.rows.push(Row::Head(part));
                }
                self.rows.push(Row::Change(i));
                if self.open.contains(&i) {
                    self.rows.extend(change.parts().map(|finding| Row::Finding(i, finding)));
                }
            }
        }
        self.rows.extend(unsearched.filter(|_| !is_first));
    }

    /// Returns whether the header sends people here for files that were not searched for secrets.
    fn has_unsearched_files(&self) -> bool {
        let secrets = self.study.as_ref().and_then(|study| study.secrets.as_ref());
        secrets.is_some_and(|secrets| secrets.gaps().in_short().is_some())
    }

    /// Returns the changes of the study.
    fn changes(&self) -> &[Change] {
        self.study.as_ref().map_or(&[], |study| &study.changes)
    }

    fn secrets(&self) -> &[Secret] {
        let secrets = self.study.as_ref().and_then(|study| study.secrets.as_ref());
        secrets.map_or(&[], |secrets| &secrets.list)
    }

    /// Says what was not searched for secrets; `None` if everything was.
    fn unsearched(&self) -> Option<Escaped> {
        self.study.as_ref()?.secrets.as_ref()?.not_searched()
    }

    /// Returns whether there is neither a change nor a secret.
    fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| row.is_head())
    }

    /// Returns the secret under the cursor.
    pub fn secret(&self) -> Option<&Secret> {
        match *self.rows.get(self.cursor)? {
            Row::Secret(i) => self.secrets().get(i),
            _ => None,
        }
    }

    /// Returns whether the user's own layers have neither a change nor a secret.
    fn has_nothing_own(&self) -> bool {
        let is_own = |change: &Change| change.part == Part::Own;
        self.secrets().is_empty() && !self.changes().iter().any(is_own)
    }

    fn change(&self) -> Option<usize> {
        match *self.rows.get(self.cursor)? {
            Row::Secrets | Row::Secret(_) | Row::Unsearched | Row::Head(_) => None,
            Row::Change(i) | Row::Finding(i, _) => Some(i),
        }
    }

    /// Returns the finding under the cursor; the largest one of a change.
    fn selected(&self) -> Option<&Finding> {
        let i = match *self.rows.get(self.cursor)? {
            Row::Secrets | Row::Secret(_) | Row::Unsearched | Row::Head(_) => None,
            Row::Change(i) => self.changes()[i].findings.first().copied(),
            Row::Finding(_, finding) => Some(finding),
        };
        self.study.as_ref()?.findings.get(i?)
    }

    /// Returns the lines of the change under the cursor, as the reports have them; of a multi-stage
    /// build, those of the last stage.
    fn lines(&self) -> Vec<String> {
        let told = self.change().and_then(|place| self.told.get(place));
        let lines: Vec<_> =
            told.map_or_else(Vec::new, |told| told.lines.iter().cloned().map(Into::into).collect());
        if lines.is_empty() { self.stage() } else { lines }
    }

    /// Returns the stage that a multi-stage build ends with, if that is the selected change.
    fn stage(&self) -> Vec<String> {
        let is_stage = self.selected_change().is_some_and(|it| it.extent == Extent::Stage);
        let study = self.study.as_ref().filter(|_| is_stage);
        let stage = study.and_then(|study| multi_stage(&study.ladder));
        stage.map_or_else(Vec::new, |(_, stage)| stage.how.lines().map(str::to_owned).collect())
    }

    /// Returns the advice of the change under the cursor, also on one of its findings.
    fn fix(&self) -> Option<&SuggestedChange> {
        Some(&self.changes().get(self.change()?)?.fix)
    }

    /// Returns the change under the cursor; `None` on one of its findings.
    fn selected_change(&self) -> Option<&Change> {
        match *self.rows.get(self.cursor)? {
            Row::Change(i) => Some(&self.changes()[i]),
            Row::Secrets | Row::Secret(_) | Row::Unsearched | Row::Head(_) | Row::Finding(..) => {
                None
            }
        }
    }

    /// Returns all findings under the cursor.
    fn all_selected(&self) -> Vec<&Finding> {
        let Some(study) = &self.study else { return Vec::new() };
        match self.rows.get(self.cursor) {
            Some(&Row::Change(i)) => {
                self.changes()[i].parts().map(|i| &study.findings[i]).collect()
            }
            Some(&Row::Finding(_, i)) => vec![&study.findings[i]],
            Some(Row::Secrets | Row::Secret(_) | Row::Unsearched | Row::Head(_)) | None => {
                Vec::new()
            }
        }
    }

    /// Returns the path of the selected finding, as of the layer that added it.
    pub fn selected_path(&self) -> Option<(NodeId, LayerIndex)> {
        if let Some(secret) = self.secret() {
            return secrets::path(secret);
        }
        self.selected().and_then(target).map(|(node, added_in, _)| (node, added_in))
    }

    /// Returns the lines of the selected change for copying; none, if its advice has none.
    pub fn lines_to_copy(&self, inspection: &Inspection) -> Option<Vec<String>> {
        if let Some(secret) = self.secret() {
            return Some(secrets::lines_to_copy(inspection, secret));
        }
        self.fix()?;
        Some(self.lines())
    }

    /// Performs an action; returns the view to go to.
    pub fn act(&mut self, explorer: &mut Explorer, action: Action, area: Rect) -> Option<View> {
        match (action, self.change()) {
            (Action::Enter, None) if self.secret().is_some() => return self.show_secret(explorer),
            (Action::Enter, Some(_)) => return self.explore(explorer).then_some(View::Explore),
            (Action::Right, Some(i)) if self.changes()[i].parts().count() > 1 => {
                self.fold(i, false);
            }
            (Action::Left, Some(i)) => self.fold(i, true),
            _ => {}
        }
        let shape = self.shape(explorer, inside(area));
        let height = usize::from(shape.list.height);
        let last = self.rows.len().saturating_sub(1);
        let before = self.cursor;
        self.cursor = moved(action, self.cursor, last, height.max(2) - 1).unwrap_or(self.cursor);
        self.pass_heads(before);
        self.top = self.first(&self.shape(explorer, inside(area)));
        None
    }

    /// Moves the cursor on from a head; above the first row and below the last there is nothing.
    fn pass_heads(&mut self, before: usize) {
        let is_row = |at: &usize| self.rows.get(*at).is_some_and(|row| !row.is_head());
        let above = (0..=self.cursor).rev().find(is_row).filter(|_| self.cursor < before);
        let next = above.or_else(|| (self.cursor..self.rows.len()).find(is_row));
        self.cursor = next.unwrap_or(before);
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

    /// Shows the file of the secret in the explorer, as of the layer that has it; one of the config
    /// and the history, where both stand.
    fn show_secret(&self, explorer: &mut Explorer) -> Option<View> {
        let secret = self.secret()?;
        let Some((node, added_in)) = secrets::path(secret) else {
            let layer =
                secrets::entry(secret).map(|entry| explorer.inspection.layer_of_entry(entry));
            layer.flatten().into_iter().for_each(|layer| explorer.select_layer(layer));
            return Some(View::Image);
        };
        explorer.select_layer(added_in);
        explorer.reveal_up_to(node);
        Some(View::Explore)
    }

    /// Shows the files of what is selected in the explorer, and nothing else.
    fn explore(&self, explorer: &mut Explorer) -> bool {
        let (Some(fix), inspection) = (self.fix(), explorer.inspection.clone()) else {
            return false;
        };
        let tree = &inspection.tree;
        let inodes = match (self.selected_change(), self.selected()) {
            (Some(change), _) => &change.left_out[..],
            (None, finding) => finding.map_or(&[][..], |finding| &finding.inodes),
        };
        let biggest = || {
            let biggest = inodes.iter().copied().max_by_key(|&inode| tree.size(inode))?;
            let gone = tree.removal(biggest).map(|removal| removal.layer);
            Some((tree.node_of(biggest), tree.added_in(biggest), gone))
        };
        let Some((node, added_in, gone)) = self.selected().and_then(target).or_else(biggest) else {
            return false;
        };
        let nodes: HashSet<_> = inodes.iter().map(|&inode| tree.node_of(inode)).collect();
        // The figure is that of the row, and so is the title.
        let (title, saves) = match (self.selected_change(), self.selected()) {
            (None, Some(finding)) => (finding.title.clone(), finding.bytes),
            (Some(change), _) => (change.short_title(), change.saves),
            (None, None) => (fix.short_title(), fix.saves),
        };
        let asked = Asked { from: View::Findings, figure: Figure::Saves(saves) };
        explorer.select_layer(gone.unwrap_or(LayerIndex::FINAL));
        explorer.keep_only(&nodes, &title, asked);
        explorer.reveal_up_to(node);
        if explorer.selected() != Some(node) {
            explorer.select_layer(added_in);
            explorer.reveal_up_to(node);
        }
        true
    }

    /// Moves the cursor to the row at a cell; returns whether there is one.
    pub fn select(&mut self, explorer: &Explorer, at: Position, area: Rect) -> bool {
        let shape = self.shape(explorer, inside(area));
        if !shape.list.contains(at) {
            return false;
        }
        let line = self.first(&shape) + usize::from(at.y - shape.list.y);
        let row = shape.row_of(line);
        let there = self.rows.get(row).is_some_and(|row| !row.is_head());
        if there {
            self.cursor = row;
        }
        there
    }

    /// Returns the first visible line of the list.
    fn first(&self, shape: &Shape) -> usize {
        // The heads above the first row are seen with it.
        let is_first = self.rows.iter().take(self.cursor).all(|row| row.is_head());
        let top = if is_first { 0 } else { self.top };
        let height = usize::from(shape.list.height).max(1);
        follow(top, shape.line_of(self.cursor), shape.lines(), height)
    }
}

fn titled(finding: &Finding) -> String {
    format!("{}, {}", escaped_str(&finding.title), files(finding.files))
}

/// Lists some findings by name.
fn several(findings: &[&Finding]) -> String {
    let mut titles: Vec<_> = findings.iter().map(|finding| escaped_str(&finding.title)).collect();
    let mut seen = HashSet::new();
    titles.retain(|title| seen.insert(title.clone()));
    titles.join(", ")
}

fn place(explorer: &Explorer, finding: &Finding) -> Escaped {
    let place = finding.places.first().filter(|spot| spot.node != NodeId::ROOT);
    place.map_or_else(Escaped::default, |spot| escaped(&explorer.inspection.tree.path(spot.node)))
}

/// Returns the biggest file of a finding, the layer that added it, and the one that removed it.
fn target(finding: &Finding) -> Option<(NodeId, LayerIndex, Option<LayerIndex>)> {
    let spot = finding.examples.first().or(finding.places.first())?;
    Some((spot.node, finding.added_in, finding.removed_in()))
}
