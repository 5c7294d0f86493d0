//! The cause of a value and the change that lowers it, in a clause each.

use std::collections::{BTreeMap, HashSet};

use super::measure::Measures;
use super::{Blame, Measure};
use crate::advice::SuggestedChange;
use crate::advice::changes::{Change, Part};
use crate::advice::findings::Finding;
use crate::advice::secrets::{Prevention, Secret};
use crate::advice::unneeded::Surplus;
use crate::analysis::{LayerAccount, WastedGroup, wasted_groups};
use crate::compare::changed_paths;
use crate::display::{Escaped, Sentence, escaped, escaped_str, shown};
use crate::escape::Untrusted;
use crate::layer_index::LayerIndex;
use crate::tree::Reason;

/// The change where no rule knows one.
const FEWER_FILES: &str =
    "copy only what the program needs from a build stage, or use a smaller base image";

/// Returns a change in a clause.
fn fix_of(change: &Change) -> Escaped {
    escaped_str(change.fix.what.trim_end_matches('.'))
}

/// Finds causes in the numbers of an image.
pub(super) struct Blamer<'m, 'a>(pub &'m Measures<'a>);

impl Blamer<'_, '_> {
    /// Blames the pair of layers that wastes the most.
    pub fn wasted(&self) -> Blame {
        let mut pairs: BTreeMap<(LayerIndex, LayerIndex), u64> = BTreeMap::new();
        for wasted in self.0.wasted() {
            *pairs.entry((wasted.added_in, wasted.removed_in)).or_default() += wasted.bytes;
        }
        let (inspection, study) = (self.0.inspection(), self.0.subject.study);
        // Of two equal pairs the lower one is named, so that the answer stays the same.
        let largest = |of: Option<&Change>| {
            let change_for = |pair: &(LayerIndex, LayerIndex)| study.change_for(pair.0, pair.1);
            let is_of = |pair: &(LayerIndex, LayerIndex)| match of {
                Some(change) => change_for(pair).is_some_and(|it| std::ptr::eq(it, change)),
                None => true,
            };
            let pairs = pairs.iter().rev().filter(|(pair, _)| is_of(pair));
            pairs.max_by_key(|(_, bytes)| **bytes).map(|(pair, _)| *pair)
        };
        // What the user can change comes before what the base image wastes.
        let own = study.changes.iter().filter(|change| change.part == Part::Own);
        let first = own.map(Some).find_map(largest);
        let Some((added_in, removed_in)) = first.or_else(|| largest(None)) else {
            return Blame::default();
        };
        let groups = wasted_groups(inspection);
        let group = groups
            .iter()
            .find(|group| (group.added_in, group.removed_in) == (added_in, removed_in));
        let reason = group.map_or(Reason::Deleted, |group| group.reason);
        let verb = match reason {
            Reason::Deleted | Reason::Opaque | Reason::Replaced => "deletes",
            Reason::Overwritten => "replaces",
            Reason::RewrittenUnchanged => "stores again, unchanged,",
        };
        let cause = match removed_in {
            _ if added_in == removed_in => {
                shown!("layer {} contains the same paths more than once", added_in)
            }
            _ => shown!("layer {} {} what layer {} added", removed_in, verb, added_in),
        };
        let change = if removed_in < self.0.subject.study.base.layers {
            "use another base image, or a multi-stage build".into()
        } else {
            let merges = &self.0.subject.study.ladder_inputs.merges;
            match self.0.subject.study.change_for(added_in, removed_in) {
                Some(change) => escaped_str(&change.fix.what),
                None => {
                    let (from, to) = (added_in, removed_in);
                    let change = SuggestedChange::for_wasted(inspection, merges, from, to, reason);
                    escaped_str(&change.what)
                }
            }
        };
        Blame::new(Some(removed_in), cause, change)
    }

    /// Blames the largest of your layers, or of all layers if you have none.
    pub fn largest_own_layer(&self, measure: &Measure) -> Blame {
        let weight = |layer: &LayerAccount| match measure {
            Measure::Download => layer.stored_bytes,
            _ => layer.size,
        };
        // What a layer that is stored uncompressed adds to a download is only measured as a whole.
        let is_known =
            |layer: &LayerAccount| *measure != Measure::Download || layer.is_compressed();
        let stated = |layer: &LayerAccount| is_known(layer).then(|| weight(layer));
        let own = self.0.own_layers().max_by_key(|(_, layer)| weight(layer));
        let own = own.filter(|(_, layer)| weight(layer) > 0);
        let all = || {
            LayerIndex::numbered(&self.0.inspection().layers).max_by_key(|(_, layer)| weight(layer))
        };
        let blame = own
            .or_else(all)
            .map_or_else(Blame::default, |(index, layer)| self.layer(index, stated(layer)));
        match self.first_change() {
            Some(change) => Blame { change: Some(fix_of(change)), ..blame },
            None => blame,
        }
    }

    /// Returns the change in your layers that comes first wherever changes are listed, of those with
    /// something that counts.
    fn first_change(&self) -> Option<&Change> {
        let study = self.0.subject.study;
        let counts = |&i: &usize| self.0.counted(&study.findings[i]) > 0;
        let is_wasted = |group: &WastedGroup| {
            let mut wasted = self.0.wasted();
            wasted.any(|it| (it.added_in, it.removed_in) == (group.added_in, group.removed_in))
        };
        let mut own = study.changes.iter().filter(|change| change.part == Part::Own);
        own.find(|change| {
            change.findings.iter().any(counts)
                || !change.surplus.is_empty()
                || change.groups.iter().any(is_wasted)
        })
    }

    /// Blames the largest layer.
    pub fn largest_layer(&self) -> Blame {
        let layers = LayerIndex::numbered(&self.0.inspection().layers);
        let largest = layers.max_by_key(|(_, layer)| layer.size);
        largest.map_or_else(Blame::default, |(index, layer)| self.layer(index, Some(layer.size)))
    }

    fn layer(&self, index: LayerIndex, bytes: Option<u64>) -> Blame {
        let is_own = index >= self.0.subject.study.base.layers;
        let whose = if is_own { "" } else { " (base image)" };
        let cause = Sentence::from(shown!("layer {}{} adds the most", index, whose));
        let cause = match bytes {
            Some(bytes) => cause.words(", ").size(bytes),
            None => cause,
        };
        let change = match self.in_layer(index) {
            Some(finding) => self.change_of(finding),
            None if is_own => FEWER_FILES.into(),
            None => "use a smaller base image".into(),
        };
        Blame::new(Some(index), cause, change)
    }

    /// Blames the first secret, and counts the others.
    pub fn secrets<'s>(&self, mut secrets: impl Iterator<Item = (usize, &'s Secret)>) -> Blame {
        let Some((number, secret)) = secrets.next() else { return Blame::default() };
        let inspection = self.0.inspection();
        let (what, place) = (secret.what(), secret.whereabouts(inspection));
        let has = match (secret.added_in, secret.removed_in) {
            (Some(layer), Some(removed_in)) => {
                shown!("layer {} still has what layer {} deleted, ", layer, removed_in)
            }
            (Some(layer), None) => shown!("layer {} has ", layer),
            (None, _) => "the image has ".into(),
        };
        let more = match secrets.count() {
            0 => Escaped::default(),
            n => shown!(", and {} more (`layerscope report` lists them)", n),
        };
        let prevention = Prevention::find(inspection, secret);
        let cause = shown!("{}{} in {}{}", has, what, place, more);
        let change = shown!("revoke it, and {}", prevention.what);
        Blame { secret: Some(number), ..Blame::new(secret.added_in, cause, change) }
    }

    /// Blames the longest sequence of RUN instructions.
    pub fn layers(&self) -> Blame {
        let is_run = |layer: &LayerAccount| layer.instruction.is_run();
        let length = |(first, last): (LayerIndex, LayerIndex)| first.up_to(last).len();
        let (mut best, mut start) = ((LayerIndex::FIRST, LayerIndex::FIRST), None);
        for (index, layer) in self.0.own_layers() {
            if !is_run(layer) {
                start = None;
                continue;
            }
            let first = *start.get_or_insert(index);
            if length((first, index)) > length(best) {
                best = (first, index);
            }
        }
        let (first, last) = best;
        if first == last {
            let cause = "every instruction that changes files adds a layer";
            return Blame::new(None, cause, "combine COPY and RUN instructions");
        }
        let cause = shown!("layers {} are RUN instructions in a row", escaped_str(&first.to(last)));
        Blame::new(Some(first), cause, "combine them into one RUN instruction")
    }

    /// Blames a finding.
    pub fn finding(&self, finding: Option<&Finding>) -> Blame {
        let Some(finding) = finding else { return Blame::default() };
        let cause = Sentence::from(shown!("layer {} adds ", finding.added_in))
            .size(self.0.counted(finding));
        let cause = cause.words(shown!(" ({})", escaped_str(&finding.title)));
        Blame::new(Some(finding.added_in), cause, self.change_of(finding))
    }

    /// Blames the change in your layers that saves the most, of those with a finding that counts.
    pub fn change(&self) -> Blame {
        let study = self.0.subject.study;
        let is_only_wasted =
            |change: &&Change| change.findings.is_empty() && change.surplus.is_empty();
        let change = self.first_change().filter(|change| !is_only_wasted(change));
        let Some(change) = change else { return self.wasted() };
        let layer = change.findings.iter().map(|&i| study.findings[i].added_in).next();
        let layer = layer.or_else(|| change.surplus.first().map(Surplus::layer));
        let cause = Sentence::from("one change saves ").size(change.saves);
        Blame::new(layer, cause, fix_of(change))
    }

    /// Returns the change of a finding in a clause.
    fn change_of(&self, finding: &Finding) -> Escaped {
        let study = self.0.subject.study;
        let place = study.findings.iter().position(|other| std::ptr::eq(other, finding));
        let change = place.and_then(|place| study.change_of(place));
        let fix = change.map_or(&finding.fix, |change| &change.fix);
        escaped_str(fix.what.trim_end_matches('.'))
    }

    /// Blames the layer that adds the most below a path.
    pub fn budget(&self, path: &str) -> Blame {
        let tree = &self.0.inspection().tree;
        let mut layers: BTreeMap<LayerIndex, (u64, u64, Option<crate::tree::VersionId>)> =
            BTreeMap::new();
        for inode in self.0.below(path) {
            let layer = layers.entry(tree.added_in(inode)).or_default();
            layer.0 += tree.size(inode);
            if layer.2.is_none() || tree.size(inode) > layer.1 {
                (layer.1, layer.2) = (tree.size(inode), Some(inode));
            }
        }
        let Some((index, (bytes, most, Some(file)))) =
            layers.into_iter().rev().max_by_key(|(_, sums)| sums.0)
        else {
            return Blame::default();
        };
        let place = escaped(&tree.path(tree.node_of(file)));
        let cause = Sentence::from(shown!("layer {} adds ", index))
            .size(bytes)
            .words(", the largest file is ");
        let cause = cause.words(shown!("{} with ", place)).size(most);
        let inodes: HashSet<_> = self.0.below(path).collect();
        let finding =
            self.first_finding(|finding| finding.inodes.iter().any(|it| inodes.contains(it)));
        let change = finding.map_or_else(
            || "leave out what the program does not need".into(),
            |it| self.change_of(it),
        );
        Blame::new(Some(index), cause, change)
    }

    /// Blames the path that is most larger than in the baseline or, without its files, a layer that
    /// it does not have.
    pub fn growth(&self) -> Blame {
        let Some(baseline) = self.0.subject.baseline else { return Blame::default() };
        let inspection = self.0.inspection();
        if let Some(image) = baseline.image {
            let changes = changed_paths(image, inspection);
            let largest =
                changes.iter().rev().max_by_key(|change| change.more.saturating_sub(change.less));
            if let Some(change) = largest.filter(|change| change.more > change.less) {
                let place = escaped(&change.path);
                let verb = if change.before == 0 { "is new with " } else { "is larger by " };
                let cause =
                    Sentence::from(shown!("{} {}", place, verb)).size(change.more - change.less);
                let compare = "compare the images: layerscope compare OLD NEW".into();
                let finding = change.layer_after.and_then(|layer| self.in_layer(layer));
                let change_text = finding.map_or(compare, |it| self.change_of(it));
                return Blame::new(change.layer_after, cause, change_text);
            }
        }
        let is_new = |layer: &LayerAccount| {
            layer
                .diff_id
                .as_ref()
                .is_none_or(|id| !baseline.diff_ids.iter().any(|known| known == id))
        };
        let layers = LayerIndex::numbered(&inspection.layers).filter(|(_, layer)| is_new(layer));
        match layers.rev().max_by_key(|(_, layer)| layer.size) {
            Some((index, layer)) => {
                let cause =
                    Sentence::from(shown!("layer {} is not in the baseline and has ", index))
                        .size(layer.size);
                let change = self
                    .in_layer(index)
                    .map_or_else(|| FEWER_FILES.into(), |it| self.change_of(it));
                Blame::new(Some(index), cause, change)
            }
            None => Blame::default(),
        }
    }

    fn in_layer(&self, layer: LayerIndex) -> Option<&Finding> {
        self.first_finding(|finding| finding.added_in == layer)
    }

    /// Returns the first of some findings in your layers: one of files that may be wanted is the
    /// last resort.
    fn first_finding(&self, is_it: impl Fn(&Finding) -> bool) -> Option<&Finding> {
        let mut found: Vec<_> = self.0.own_findings().filter(|finding| is_it(finding)).collect();
        found.sort_by_key(|finding| finding.is_optional());
        found.into_iter().next()
    }

    /// Blames an old base image.
    pub fn old_base(&self) -> Blame {
        let name = self
            .0
            .subject
            .study
            .base
            .name
            .as_ref()
            .map_or_else(Escaped::default, |name| shown!(" {}", name.escaped()));
        let layer = LayerIndex::highest(self.0.subject.study.base.layers).unwrap_or_default();
        let cause = shown!("the base image{} has not been renewed", name);
        Blame::new(Some(layer), cause, "pull it and build again: docker build --pull")
    }

    /// Blames a base image that is not among those allowed.
    pub fn other_base(&self, allowed: &[String]) -> Blame {
        let allowed = allowed.iter().map(|name| escaped_str(name));
        let base = &self.0.subject.study.base;
        let is_reference = base.name.as_ref().is_some_and(|name| name.raw().contains([':', '/']));
        let references = || base.references.iter().map(Untrusted::escaped);
        let cause = match &base.references[..] {
            _ if is_reference => "it is not among the allowed base images".into(),
            [] => "it is not among the allowed base images; the image does not record its version, so \
                   that only its name can match"
                .into(),
            _ => shown!(
                "it is not among the allowed base images; the image does not record its name, and it \
                 is known as {}",
                Escaped::join(references(), " and ")
            ),
        };
        let change = shown!("begin the last stage with FROM {}", Escaped::join(allowed, " or "));
        Blame::new(Some(LayerIndex::FIRST), cause, change)
    }
}
