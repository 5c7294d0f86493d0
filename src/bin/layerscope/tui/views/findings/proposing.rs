//! The uses of a change: to show it as a difference, and to try it among the possible sizes.

use std::collections::HashSet;

use layerscope::advice::SuggestedChange;
use layerscope::advice::changes::{Change, Extent, Part};
use layerscope::advice::dockerfile::Staged;
use layerscope::advice::findings::Finding;
use layerscope::display::{Escaped, escaped_str, sentences, shown};
use layerscope::escape::Untrusted;
use layerscope::report::{TO_APPLY, TO_NOTE, instruction_lines, to_apply, to_note};
use layerscope::runtime::command::escaped_exec_form;
use layerscope::{Inspection, LayerIndex};
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::{Findings, secrets};
use crate::tui::explorer::{Explorer, Trial};
use crate::tui::overlay::proposal::{Edit, Proposal};

impl Findings {
    /// Returns the selected change as a difference: the instructions as they are, and as they
    /// become.
    pub fn proposal(&self, explorer: &Explorer) -> Option<Proposal> {
        if let Some(secret) = self.secret() {
            return Some(secrets::proposal(&explorer.inspection, secret));
        }
        let fix = self.fix()?;
        let mut lines = Vec::new();
        for (old, new) in self.instructions(&explorer.inspection) {
            lines.extend(edits(&old, &new));
        }
        if lines.is_empty() && fix.dockerignore.is_empty() {
            // A draft of several instructions stands for no single one of them.
            let told = self.change().and_then(|place| self.told.get(place));
            if self.is_draft() {
                lines.push(Edit::Same("Dockerfile.multi-stage, a new file:".into()));
            }
            let new: Vec<_> = told.iter().flat_map(|told| told.lines.iter().cloned()).collect();
            match self.replaced(&explorer.inspection, &new) {
                Some(old) => lines.extend(edits(&old, &new)),
                None => lines.extend(new.into_iter().map(Edit::Added)),
            }
        }
        // An instruction that goes leaves nothing to copy.
        let has_instruction = !lines.is_empty() && fix.drops.is_none();
        if !fix.dockerignore.is_empty() {
            lines.push(Edit::Same(".dockerignore:".into()));
            lines.extend(fix.dockerignore.iter().map(|line| Edit::Added(escaped_str(line))));
        }
        if lines.is_empty() {
            lines = self.advice(&explorer.inspection);
        } else if self.selected_change().is_some_and(|change| change.part == Part::Own) {
            lines.extend(self.ways_to_apply(&explorer.inspection));
        }
        let title = escaped_str(fix.clause());
        let copied = self.lines_to_copy(&explorer.inspection).filter(|_| has_instruction);
        Some(Proposal::new(title, lines).copying(copied))
    }

    /// Says what a person has to look at before the selected change is made, and how `fix` writes it.
    fn ways_to_apply(&self, inspection: &Inspection) -> Vec<Edit> {
        let blank = || Edit::Same(Escaped::default());
        let mut lines = vec![blank()];
        let selected = self.selected_change().zip(self.change());
        let (told, commands) = match selected.filter(|(change, _)| change.needs_a_look) {
            None => (TO_APPLY, to_apply(inspection)),
            Some((_, place)) if self.is_draft() => {
                let why = &self.told[place].why;
                lines.extend([Edit::Same(shown!("Needs a look. {}", why)), blank()]);
                (TO_APPLY, to_apply(inspection))
            }
            Some((_, place)) => {
                let change = &self.told[place];
                // The title alone is above already.
                if change.advice != change.title {
                    let look = shown!("Needs a look: {}.", &change.advice);
                    lines.extend([Edit::Same(look), blank()]);
                }
                (TO_NOTE, to_note(inspection))
            }
        };
        lines.push(Edit::Same(told.into()));
        lines.extend(commands.map(Edit::Same));
        lines
    }

    /// Returns whether the lines of the selected change are a whole Dockerfile in stages.
    pub(super) fn is_draft(&self) -> bool {
        let study = self.study.as_ref().map(|study| &study.staged);
        let is_stage = self.change().is_some_and(|place| self.changes()[place].is_stage());
        is_stage && matches!(study, Some(Some(Staged::Draft(_))))
    }

    /// Returns the advice of a change that has no lines of its own: what to do and why, the last
    /// stage of a multi-stage build, and otherwise the instructions that the files come from.
    fn advice(&self, inspection: &Inspection) -> Vec<Edit> {
        let blank = || Edit::Same(Escaped::default());
        let Some((fix, place)) = self.fix().zip(self.change()) else { return Vec::new() };
        let why = &self.told[place].why;
        let mut lines = vec![Edit::Same(escaped_str(&sentences(&[&fix.what])))];
        if !why.is_empty() {
            lines.extend([blank(), Edit::Same(why.clone())]);
        }
        let stage = self.stage();
        if !stage.is_empty() {
            lines.push(blank());
            lines.extend(stage.iter().map(|line| match line.starts_with('#') {
                true => Edit::Same(escaped_str(line)),
                false => Edit::Added(escaped_str(line)),
            }));
            return lines;
        }
        let mut layers: Vec<_> = self.all_selected().iter().map(|it| it.added_in).collect();
        layers.extend(self.changes()[place].groups.iter().map(|group| group.added_in));
        layers.sort_unstable();
        layers.dedup();
        for layer in layers {
            let Some(account) = layer.get_from(&inspection.layers) else { continue };
            lines.extend([blank(), Edit::Same(shown!("Layer {} has the files:", layer))]);
            lines.extend(account.instruction.lines().into_iter().map(Edit::Same));
        }
        lines
    }

    /// Returns the lines of all instructions between which the selected change works, if its new
    /// lines take the place of these: they have as many copies.
    fn replaced(&self, inspection: &Inspection, new: &[Escaped]) -> Option<Vec<Escaped>> {
        let groups = &self.selected_change().filter(|change| !change.is_stage())?.groups;
        let first = groups.iter().map(|group| group.added_in).min()?;
        let last = groups.iter().map(|group| group.removed_in).max()?;
        let is_copy = |line: &&Escaped| line.starts_with("COPY ") || line.starts_with("ADD ");
        let copies = |lines: &[Escaped]| lines.iter().filter(is_copy).count();
        // A copy whose files another instruction stores again may stay before them.
        first.up_to(last).filter(|_| !new.is_empty()).find_map(|first| {
            let layers = first.up_to(last).filter_map(|layer| layer.get_from(&inspection.layers));
            let old: Vec<_> = layers.flat_map(|layer| layer.instruction.lines()).collect();
            (copies(&old) == copies(new)).then_some(old)
        })
    }

    /// Returns the instructions that the selected row changes, as they are and as they become, in
    /// lines.
    fn instructions(&self, inspection: &Inspection) -> Vec<(Vec<Escaped>, Vec<Escaped>)> {
        // Another stage takes the place of all of them, whatever other changes edit.
        if self.selected_change().is_some_and(Change::is_stage) {
            return Vec::new();
        }
        let layers = &inspection.layers;
        let is_run = |layer: &LayerIndex| layers[*layer].instruction.is_run();
        let one = |ends: (LayerIndex, LayerIndex), new: &str| {
            // What starts the program is in no layer.
            if ["CMD ", "ENTRYPOINT "].iter().any(|keyword| new.starts_with(keyword)) {
                return (start_lines(inspection), instruction_lines(new));
            }
            let old = ends.0.up_to(ends.1).filter_map(|layer| layer.get_from(layers));
            (old.flat_map(|layer| layer.instruction.lines()).collect(), instruction_lines(new))
        };
        if let Some(layer) = self.fix().and_then(|fix| fix.drops) {
            return vec![(layers[layer].instruction.lines().into_iter().collect(), Vec::new())];
        }
        if let Some(SuggestedChange { merges: Some(ends), dockerfile, .. }) = self.fix() {
            // What some of these instructions become alone would take out the others.
            return dockerfile.iter().map(|new| one(*ends, new)).collect();
        }
        let edits = self.selected_change().map(|change| &change.edits[..]).unwrap_or_default();
        let edited = |layer: LayerIndex| {
            edits.iter().any(|edit| (edit.layers.0..=edit.layers.1).contains(&layer))
        };
        let mut seen = HashSet::new();
        let surplus = self.selected_change().into_iter().flat_map(|change| &change.surplus);
        let surplus = surplus.filter(|it| !it.is_copied);
        let mut changed: Vec<_> =
            surplus.map(|it| one((it.layer(), it.layer()), &it.line)).collect();
        changed.extend(edits.iter().map(|edit| one(edit.layers, &edit.line)));
        for finding in self.all_selected() {
            if finding.fix.is_of_a_tool() && edited(finding.added_in) {
                continue;
            }
            // Several instructions become one if the one that removes the files is a RUN, too.
            let last = finding.removed_in().filter(is_run).filter(|_| is_run(&finding.added_in));
            let ends = (finding.added_in, last.unwrap_or(finding.added_in));
            let new = finding.fix.dockerfile.as_deref();
            changed.extend(new.filter(|new| seen.insert((ends, *new))).map(|new| one(ends, new)));
        }
        changed
    }

    /// Says that no change is selected, or that there is none.
    pub fn nothing_selected(&self) -> &'static str {
        match self.study.is_some() && self.rows.is_empty() {
            true => "there is no change to show",
            false => "select a change first",
        }
    }

    /// Explains why the selected row cannot be marked.
    pub fn unmarkable(&self) -> &'static str {
        match self.secret() {
            Some(_) => "a secret saves no bytes: D shows how to build without it",
            None => self.nothing_selected(),
        }
    }

    /// Marks the selected change in the explorer, for the size without it; returns whether there is
    /// one.
    pub fn mark(&self, explorer: &mut Explorer) -> bool {
        let findings = self.all_selected();
        let change = self.selected_change();
        if findings.is_empty() && change.is_none() {
            return false;
        }
        explorer.unmark_all();
        match change.zip(self.change()) {
            Some((change, place)) => try_change(explorer, change, place),
            None => findings.iter().for_each(|finding| mark_finding(explorer, finding)),
        }
        true
    }
}

/// Returns the instructions that start the program.
fn start_lines(inspection: &Inspection) -> Vec<Escaped> {
    let [entrypoint, command, ..] = inspection.run.masked();
    let line = |(keyword, words): (&str, Vec<Untrusted>)| {
        (!words.is_empty()).then(|| escaped_exec_form(keyword, &words))
    };
    [("ENTRYPOINT", entrypoint), ("CMD", command)].into_iter().filter_map(line).collect()
}

/// Marks what a change leaves out, with the figures of the change.
fn try_change(explorer: &mut Explorer, change: &Change, place: usize) {
    let inspection = explorer.inspection.clone();
    let node = |&inode| inspection.tree.node_of(inode);
    let mut paths: Vec<_> = change.left_out.iter().map(node).collect();
    paths.sort_unstable();
    paths.dedup();
    // The layers become one, so that deleted files never reach the image.
    let (title, what) = match change.fix.merges.filter(|_| change.extent == Extent::Merge) {
        Some((first, last)) => {
            explorer.marked_layers.extend([first, last]);
            (
                format!("layers {first}–{last} as one"),
                format!("with layers {} as one", first.to(last)),
            )
        }
        None => {
            paths.iter().for_each(|&node| explorer.marks.insert(node));
            let title: String = escaped_str(&change.title()).into();
            (title.clone(), format!("{title}, alone"))
        }
    };
    explorer.trial = Some(Trial {
        change: place,
        title,
        what,
        size: change.size,
        saves: change.saves,
        sign: change.certainty.sign(),
        grade: change.grade(),
        paths,
    });
}

/// Marks the files of one finding; if a layer removes them, that layer and the one that adds them.
fn mark_finding(explorer: &mut Explorer, finding: &Finding) {
    match finding.removed_in().filter(|&removed_in| removed_in > finding.added_in) {
        Some(removed_in) => explorer.marked_layers.extend([finding.added_in, removed_in]),
        None => {
            let inspection = explorer.inspection.clone();
            let nodes = finding.inodes.iter().map(|&inode| inspection.tree.node_of(inode));
            nodes.for_each(|node| explorer.marks.insert(node));
        }
    }
}

/// Returns the difference between two texts, the lines that both have among it.
fn edits(old: &[Escaped], new: &[Escaped]) -> Vec<Edit> {
    let [before, after] =
        [old, new].map(|lines| -> Vec<_> { lines.iter().map(Escaped::as_str).collect() });
    let mut edits = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (gone, come) = (&old[operation.old_range()], &new[operation.new_range()]);
        if operation.tag() == DiffTag::Equal {
            edits.extend(gone.iter().cloned().map(Edit::Same));
            continue;
        }
        edits.extend(gone.iter().cloned().map(Edit::Removed));
        edits.extend(come.iter().cloned().map(Edit::Added));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_removed_and_added() {
        let lines = |text: &'static str| text.lines().map(Escaped::from).collect::<Vec<_>>();
        let told: Vec<_> =
            edits(&lines("RUN a \\\n    && b"), &lines("RUN a \\\n    && b \\\n    && c"))
                .into_iter()
                .map(|edit| match edit {
                    Edit::Same(text) => format!("  {text}"),
                    Edit::Removed(text) => format!("- {text}"),
                    Edit::Added(text) => format!("+ {text}"),
                })
                .collect();
        let expected = ["  RUN a \\", "-     && b", "+     && b \\", "+     && c"];
        assert_eq!(told, expected);
    }
}
