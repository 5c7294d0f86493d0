//! Computes the rungs of the ladder, one function each. Rungs that change layers are here, those of
//! the bare program in `program`.

mod configuration;
mod copies;
mod data;
mod program;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::{Certainty, Holds, LadderInputs, PossibleSize, Step, certainty_without, tell_unshown};
use crate::advice::change::{Given, SuggestedChange, combined, copies};
use crate::advice::findings::{Varying, layers_named};
use crate::advice::unneeded::{Surplus, SurplusKind};
use crate::analysis::download::estimate_download;
use crate::analysis::what_if::{Change, Outcome, what_if};
use crate::analysis::{Inspection, Wasted, WastedGroup, wasted_groups};
use crate::display::{Escaped, Sentence, Units, escaped_str, shown};
use crate::layer_index::LayerIndex;
use crate::runtime::{Parts, Start};
use crate::tree::{NodeId, Reason, VersionId};

/// The smallest saving that is worth a rung: one part in so many of the last rung.
const NOTEWORTHY: u64 = 1_000;
/// The flag that reads files without a copy.
const MOUNT: &str = "RUN --mount=type=bind instead of";

/// Computes the rungs that save something, in order, starting with the unchanged image.
pub fn climb(inspection: &Inspection, inputs: &LadderInputs) -> Vec<PossibleSize> {
    let mut ladder = Ladder {
        inspection,
        inputs,
        possible_sizes: Vec::new(),
        kept: Vec::new(),
        left: None,
        doubt: None,
        varying: OnceCell::new(),
        minor: Vec::new(),
        merged: Vec::new(),
    };
    ladder.built_otherwise(Step::AsBuilt, &[], String::new(), Vec::new());
    let merges = ladder.without_wasted();
    let changes = ladder.without_leftovers(merges);
    let changes = SurplusKind::ALL
        .iter()
        .fold(changes, |changes, &kind| ladder.without_surplus(kind, changes));
    // A shell that runs nothing is no reason to keep only the shell.
    let program = inputs.program.as_ref().filter(|_| !inputs.names_no_application);
    match program.map(|program| (program, &program.start, &program.needed)) {
        Some((program, Start::Script(libc), Some(_))) => {
            ladder.without_build_only(changes);
            ladder.script_on_another_base(program, *libc);
        }
        Some((program, _, Some(_))) => ladder.bare_program(program),
        _ => {
            match &inputs.taken_over {
                Some(taken_over) => ladder.taken_over(taken_over),
                None => ladder.without_build_only(changes),
            }
            ladder.on_slim_base();
        }
    }
    tell_unshown(&mut ladder.possible_sizes);
    ladder.possible_sizes
}

/// Returns layers as the subject of a sentence, and the verb that agrees with it; `None` if there
/// are none.
fn named_layers(layers: &[LayerIndex]) -> Option<(Escaped, &'static str)> {
    let verb = if layers.len() == 1 { "copies" } else { "copy" };
    (!layers.is_empty()).then(|| (escaped_str(&layers_named(layers)), verb))
}

/// The lowest and the highest of layers that become one.
type Run = (LayerIndex, LayerIndex);

struct Ladder<'a> {
    inspection: &'a Inspection,
    inputs: &'a LadderInputs,
    possible_sizes: Vec<PossibleSize>,
    /// The files that were copied for the program, as far as that is certain.
    kept: Vec<NodeId>,
    /// A description of other files that it may read.
    left: Option<Sentence>,
    /// The reason why the merges on which the next rungs rest are no more than an estimate, as a
    /// clause.
    doubt: Option<Escaped>,
    /// The files that another build makes in another size, once they are asked for.
    varying: OnceCell<Varying>,
    /// Wasted files that a person has to decide about and nobody notices: left out where the rest of
    /// a rung needs a look as well.
    minor: Vec<VersionId>,
    /// The runs of layers that become one.
    merged: Vec<Run>,
}

impl Ladder<'_> {
    /// Adds a rung if it is smaller than the last one.
    fn add(&mut self, mut possible_size: PossibleSize) {
        // The unknown parts of the image would be in the result as well.
        if possible_size.certainty == Certainty::Exact
            && !self.inspection.completeness.sizes_are_exact()
        {
            possible_size.certainty = Certainty::AtLeast;
        }
        if self.possible_sizes.last().is_none_or(|last| possible_size.size < last.size) {
            self.possible_sizes.push(possible_size);
        }
    }

    /// Adds a rung for a changed build, if it saves enough to be visible in a bar; returns whether
    /// it was added.
    fn built_otherwise(
        &mut self,
        step: Step,
        changes: &[Change],
        how: String,
        notes: Vec<Sentence>,
    ) -> bool {
        let outcome = what_if(self.inspection, changes);
        let saves =
            |last: &PossibleSize| last.size.saturating_sub(outcome.size) > last.size / NOTEWORTHY;
        if !self.possible_sizes.last().is_none_or(saves) {
            return false;
        }
        let download = estimate_download(self.inspection, &outcome);
        let (size, holds) = (outcome.size, Holds::Changed(changes.to_vec()));
        let certainty = match self.doubt.clone().or_else(|| self.varying(changes, &outcome)) {
            Some(why) => Certainty::Estimate(why.into()),
            None => Certainty::Exact,
        };
        // The changes tell later, once they are known.
        let needs_a_look = false;
        self.add(PossibleSize { step, size, holds, download, certainty, needs_a_look, how, notes });
        true
    }

    /// Returns why the size after some changes is an estimate: another build makes other files.
    fn varying(&self, changes: &[Change], outcome: &Outcome) -> Option<Escaped> {
        if changes.is_empty() {
            return None;
        }
        let tree = &self.inspection.tree;
        let is_merged = |layer: LayerIndex| {
            self.merged.iter().any(|(first, last)| (*first..=*last).contains(&layer))
        };
        self.varying.get_or_init(|| Varying::find(tree)).among(|inode, only_merged| {
            let added_in = tree.added_in(inode);
            added_in >= self.inputs.base_layers
                && outcome.keeps(inode)
                && (!only_merged || is_merged(added_in))
        })
    }

    /// Returns the runs of layers to merge so that nothing in your layers is wasted.
    fn without_wasted(&mut self) -> Vec<Change> {
        let base = self.inputs.base_layers;
        let groups = wasted_groups(self.inspection);
        let least = self.inspection.totals.size / NOTEWORTHY;
        let own = groups.iter().filter(|group| group.added_in >= base && group.bytes > 0);
        let merges = &self.inputs.merges;
        let is_certain = |group| SuggestedChange::is_certain_for(self.inspection, merges, group);
        let own = own.map(|group| (group, is_certain(group)));
        let (own, minor): (Vec<_>, Vec<_>) =
            own.partition(|&(group, is_certain)| group.bytes >= least || is_certain);
        let pair = |&(group, _): &(&WastedGroup, bool)| (group.added_in, group.removed_in);
        let mut runs: Vec<Run> = own.iter().map(pair).collect();
        let minor: HashSet<_> = minor.iter().map(pair).collect();
        runs.sort_unstable();
        let wasted = self.inspection.wasted.iter();
        let wasted = wasted.filter(|it| minor.contains(&(it.added_in, it.removed_in)));
        self.minor = wasted.map(|it| it.version).collect();
        let mut merged: Vec<Run> = Vec::new();
        for (first, last) in runs {
            match merged.last_mut() {
                Some(run) if first <= run.1 => run.1 = run.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        if merged.is_empty() {
            return Vec::new();
        }
        let named: Vec<_> = merged.iter().map(|&run| self.merging(&groups, run)).collect();
        let notes = self.notes_on_merging(&groups, &merged, &named);
        let is_run = |layer: &LayerIndex| self.inspection.layers[*layer].instruction.is_run();
        let apart = |&(first, last): &Run| {
            let runs: Vec<_> = first.up_to(last).filter(is_run).collect();
            self.inputs.merges.kept_apart(self.inspection, &runs)
        };
        self.doubt = merged.iter().find_map(apart);
        let wasted = &self.inspection.wasted;
        let minor: HashSet<_> = self.minor.iter().copied().collect();
        let change = |(first, last): Run| {
            let is_within = |it: &&Wasted| first <= it.added_in && it.removed_in <= last;
            let within = wasted.iter().filter(is_within).map(|it| it.version);
            let (minor, others): (Vec<_>, Vec<_>) = within.partition(|it| minor.contains(it));
            // What a person has to decide about, and nobody notices, leaves the rest exact.
            if minor.is_empty() { Change::Merge { first, last } } else { Change::Without(others) }
        };
        self.merged.clone_from(&merged);
        let changes: Vec<_> = merged.into_iter().map(change).collect();
        if self.built_otherwise(Step::WithoutWasted, &changes, named.join("\n"), notes) {
            return changes;
        }
        self.doubt = None;
        self.merged = Vec::new();
        Vec::new()
    }

    /// Returns the change for a group of wasted bytes.
    fn remedy(&self, group: &WastedGroup) -> SuggestedChange {
        let (inspection, merges) = (self.inspection, &self.inputs.merges);
        let WastedGroup { added_in, removed_in, reason, .. } = *group;
        SuggestedChange::for_wasted(inspection, merges, added_in, removed_in, reason)
    }

    /// Returns the change for the bytes that a run of layers wastes, in the words of the report.
    fn merging(&self, groups: &[WastedGroup], (first, last): Run) -> String {
        let layer = |layer: LayerIndex| &self.inspection.layers[layer].instruction;
        let ends = format!("from `{}` to `{}`", layer(first).one_line(), layer(last).one_line());
        let runs: Vec<_> = first.up_to(last).filter(|&i| layer(i).is_run()).collect();
        let is_whole = runs.first() == Some(&first) && runs.last() == Some(&last);
        if let Some(why) = self.inputs.merges.kept_apart(self.inspection, &runs) {
            return format!(
                "use a multi-stage build ({ends}); the RUN instructions of layers {} cannot be \
                    combined, because {why}",
                first.to(last)
            );
        }
        if let Some(what) = combined(&runs).filter(|_| is_whole) {
            let copied = self.copied_and_removed(groups, (first, last)).unwrap_or_default();
            return format!("{what}: {ends}{copied}");
        }
        let within = groups
            .iter()
            .filter(|group| (first..=last).contains(&group.added_in) && group.removed_in <= last);
        let largest = within.max_by_key(|group| group.bytes);
        let change = largest.map(|group| self.remedy(group).what).unwrap_or_default();
        if first == last {
            let line = layer(first).one_line();
            return format!("layer {first} `{line}` stores files twice: {change}");
        }
        // Layers one of which is a COPY are no RUN, so there is no other way.
        if change.contains(MOUNT) {
            return format!("{change} ({ends})");
        }
        format!("{change}; or build layers {} as one layer ({ends})", first.to(last))
    }

    /// Returns a line with the change for files that a `COPY` between merged `RUN`s brings and one
    /// of these removes: the `COPY` stays a layer.
    fn copied_and_removed(&self, groups: &[WastedGroup], (first, last): Run) -> Option<String> {
        let is_copied = |group: &&WastedGroup| {
            group.reason != Reason::RewrittenUnchanged
                && group.bytes > 0
                && first < group.added_in
                && group.added_in < group.removed_in
                && group.removed_in <= last
                && copies(self.inspection.layers[group.added_in].instruction.text.raw())
        };
        let largest = groups.iter().filter(is_copied).max_by_key(|group| group.bytes)?;
        let WastedGroup { added_in, removed_in, .. } = *largest;
        let change = self.remedy(largest).what;
        Some(format!("\nlayer {added_in} copies files that layer {removed_in} removes: {change}"))
    }

    /// Returns remarks on bytes that stay wasted, and on `COPY` instructions between merged layers.
    fn notes_on_merging(
        &self,
        groups: &[WastedGroup],
        merged: &[Run],
        named: &[String],
    ) -> Vec<Sentence> {
        let left: u64 = groups
            .iter()
            .filter(|group| group.added_in < self.inputs.base_layers)
            .map(|group| group.bytes)
            .sum();
        let mut notes = Vec::new();
        if left > 0 {
            let stay = " stay wasted in the base image";
            notes.push(Sentence::default().size(left).words(stay));
        }
        let line = |layer: LayerIndex| self.inspection.layers[layer].instruction.one_line();
        let gives = |layer: LayerIndex| {
            ["chmod", "chown", "chgrp"].iter().any(|word| line(layer).contains(word))
        };
        let least = self.inspection.totals.size / NOTEWORTHY;
        let again = groups.iter().filter(|group| {
            let is_it = group.reason == Reason::RewrittenUnchanged && gives(group.removed_in);
            is_it && group.bytes >= least
        });
        let again: HashMap<_, _> = again.map(|group| (group.added_in, group.removed_in)).collect();
        let is_copy =
            |layer: &LayerIndex| ["COPY", "ADD"].iter().any(|word| line(*layer).starts_with(word));
        let copies = merged.iter().flat_map(|&(first, last)| first.up_to(last)).filter(is_copy);
        let (given, others): (Vec<_>, Vec<_>) = copies.partition(|layer| again.contains_key(layer));
        let first = given.first().and_then(|first| Some((*first, *again.get(first)?)));
        if let (Some((layers, _)), Some((first, giver))) = (named_layers(&given), first) {
            let reason = Reason::RewrittenUnchanged;
            let again = SuggestedChange::for_wasted(
                self.inspection,
                &self.inputs.merges,
                first,
                giver,
                reason,
            );
            let is_said = given.len() == 1 && named.iter().any(|how| how.contains(&again.what));
            let note = shown!(
                "files of {} are stored again with another {}; {}",
                layers,
                Given::by(&line(giver)).alternatives(),
                escaped_str(&again.what)
            );
            notes.extend((!is_said).then(|| note.into()));
        }
        let (first, others): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|layer| self.inputs.copied_first.contains(layer));
        if let Some((layers, copies)) = named_layers(&first) {
            notes.push(
                shown!("{} {} files, which a RUN cannot include: copy them before the combined RUN, which runs again when they change", layers, copies)
                .into(),
            );
        }
        let is_said = named.iter().any(|how| how.contains(MOUNT));
        if let Some((layers, copies)) = named_layers(&others).filter(|_| !is_said) {
            notes.push(
                shown!("{} {} files, which a RUN cannot include: use RUN --mount=type=bind to read them without storing them", layers, copies)
                .into(),
            );
        }
        notes
    }

    fn without_leftovers(&mut self, mut changes: Vec<Change>) -> Vec<Change> {
        // Nothing would be left out, so there is no rung.
        if self.inputs.leftovers.is_empty() {
            return changes;
        }
        let mut left_out = self.inputs.leftovers.clone();
        if self.inputs.leftovers_need_a_look {
            left_out.extend(&self.minor);
        }
        changes.push(Change::Without(left_out));
        let how = match &*self.inputs.leftover_advice {
            [] => "leave out the files that Fix lists as leftovers".into(),
            advice => advice.join("\n"),
        };
        if !self.built_otherwise(Step::WithoutLeftovers, &changes, how, Vec::new()) {
            changes.pop();
        }
        changes
    }

    /// Adds the rung without packages of one kind that nothing asks for.
    fn without_surplus(&mut self, kind: SurplusKind, mut changes: Vec<Change>) -> Vec<Change> {
        let surplus = Surplus::of_kind(&self.inputs.surplus, kind);
        if surplus.is_empty() {
            return changes;
        }
        changes.push(Change::Without(Surplus::inodes(&surplus).collect()));
        let flag = |surplus: &Surplus| match surplus.is_copied {
            true => surplus.change(),
            false => format!("layer {}: {}", surplus.layer(), surplus.change()),
        };
        let how = surplus.iter().map(flag).collect::<Vec<_>>().join("\n");
        let used = surplus.iter().filter_map(|surplus| surplus.used.as_deref());
        let notes = used.filter_map(|used| kind.to_do(Some(used)));
        let notes = notes.map(|note| escaped_str(&note).into()).collect();
        let certainty = certainty_without(self.inspection, kind, &surplus);
        if !self.built_otherwise(Step::WithoutPackages(kind), &changes, how, notes) {
            changes.pop();
            return changes;
        }
        let last = self.possible_sizes.last_mut().filter(|last| last.certainty == Certainty::Exact);
        if let (None, Certainty::Estimate(why)) = (&self.doubt, &certainty) {
            self.doubt = Some(why.shown(Units::default()));
        }
        last.into_iter().for_each(|last| last.certainty = certainty.clone());
        changes
    }

    /// Adds the rung for an image whose program is not a binary: everything stays except files
    /// known to be for the build.
    fn without_build_only(&mut self, mut changes: Vec<Change>) {
        // Nothing would be left out, so there is no rung.
        if self.inputs.build_only.is_empty() {
            return;
        }
        let left_out = self.inputs.build_only.iter().chain(&self.minor);
        changes.push(Change::Without(left_out.copied().collect()));
        let how = "use a multi-stage build and copy only the files needed at run time: COPY --from=build …".into();
        let note = match &self.inputs.program {
            Some(_) if self.inputs.names_no_application => {
                "the image names no application, so only known build files are left out"
            }
            Some(Parts { start: Start::Script(_), needed: Some(_), .. }) => {
                "a script or wrapper starts the program. Its needs are unknown, so all other files stay"
            }
            Some(_) => {
                "the program is not a binary. Its needs are unknown, so all other files stay"
            }
            None => "the program was not found, so only known build files are left out",
        };
        if self.built_otherwise(Step::MultiStage, &changes, how, vec![note.into()]) {
            let last =
                self.possible_sizes.last_mut().filter(|last| last.certainty == Certainty::Exact);
            // The program may need some of the files, as it is not known.
            last.into_iter().for_each(|last| last.certainty = Certainty::AtMost);
        }
    }
}
