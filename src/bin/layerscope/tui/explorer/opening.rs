//! The place where an image opens: the biggest change in the user's own layers, else the biggest
//! directory.

use layerscope::advice::SuggestedChange;
use layerscope::advice::assessment::{Study, for_group};
use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::base::{BaseHint, base};
use layerscope::advice::changes::{Change, Extent, Part};
use layerscope::advice::findings::Fate;
use layerscope::advice::ladder::{PossibleSize, SmallBase};
use layerscope::advice::merges::Merges;
use layerscope::advice::secrets::{Place, Secret, Secrets};
use layerscope::analysis::WastedGroup;
use layerscope::display::{escaped_str, sentences};
use layerscope::report::nothing_to_change;
use layerscope::tree::NodeId;

use super::assessment::Assessment;
use super::wasted::Pair;
use super::{BaseLayers, Explorer};

/// A change that saves less than this part of the image is not what matters in it.
const NOTEWORTHY: u64 = 100;

/// A change that concerns a path.
pub struct Advice<'a> {
    pub change: &'a Change,
    /// The bytes that it leaves out at and below the path.
    pub here: u64,
    /// The bytes that a multi-stage build saves, if it leaves them out as well.
    pub by_stage: Option<u64>,
    /// A sentence about them.
    pub why: Option<String>,
}

impl Explorer {
    /// Goes to the largest change in the user's layers, as far as layers alone show it, and
    /// otherwise to the largest directory.
    pub(super) fn open_at_what_matters(&mut self) {
        self.base = base(&self.inspection, BaseHint::Nothing)
            .as_ref()
            .map(BaseLayers::from_base)
            .unwrap_or_default();
        let own = self.base.count;
        self.merges = Merges::find(&self.inspection, &self.groups, own);
        let group =
            self.groups.iter().position(|group| group.added_in >= own && self.matters(group.bytes));
        match group {
            Some(group) => self.go_to_waste(group),
            None => self.reveal_biggest_directory(),
        }
    }

    /// Takes in an assessment.
    pub fn assess(&mut self, assessment: Assessment) {
        let Assessment { study, .. } = assessment;
        if let Some(shown) = &study.shown {
            self.inspection = shown.clone();
        }
        self.avoidable = Some(assessment.avoidable);
        self.avoidable_of_layers = assessment.avoidable_of_layers;
        if study.base.layers != self.base.count {
            self.base = BaseLayers::from_base(&study.base);
            self.keep_layer_in_sight();
        }
        self.changes_below = assessment.changes_below;
        self.packages_place = assessment.packages_place;
        self.merges = assessment.merges;
        self.secret_paths = assessment.secret_paths;
        self.study = Some(study);
    }

    /// Returns the result of the search for secrets, once there is one.
    pub fn search_result(&self) -> Option<&Secrets> {
        self.study.as_ref()?.secrets.as_ref()
    }

    /// Returns the secrets of the image, as far as they are known.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.search_result().into_iter().flat_map(|secrets| &secrets.list)
    }

    /// Returns whether a file has a secret, or a directory a file with one.
    pub fn has_secret(&self, node: NodeId) -> bool {
        self.secret_paths.contains(&node)
    }

    /// Goes to the first file with a secret; returns whether there is one. All layers stay selected,
    /// unless a later one replaced the file: what it deleted is shown.
    pub fn open_at_the_first_secret(&mut self) -> bool {
        let file = |secret: &Secret| match secret.place {
            Place::File { node, .. } => Some((node, secret.added_in?)),
            _ => None,
        };
        let Some((node, layer)) = self.secrets().find_map(file) else { return false };
        self.fold_all();
        let tree = &self.inspection.tree;
        let newest = tree.versions(node).next();
        let is_newest = newest.is_some_and(|version| tree.added_in(version) == layer);
        self.select_layer(if is_newest { self.inspection.last_layer() } else { layer });
        self.reveal_up_to(node);
        true
    }

    /// Returns all wasted bytes of a pair of layers.
    pub(super) fn group_of(&self, pair: Pair) -> Option<&WastedGroup> {
        let is_of = |group: &&WastedGroup| {
            (group.added_in, group.removed_in) == (pair.added_in, pair.removed_in)
        };
        self.groups.iter().find(is_of)
    }

    /// Returns the change that avoids a group of wasted bytes.
    pub fn change_for(&self, group: &WastedGroup) -> SuggestedChange {
        for_group(&self.inspection, &self.merges, self.study.as_deref(), group)
    }

    /// Goes to the biggest place of the biggest part of the change that saves the most, unless that
    /// part is about wasted bytes: those are where the screen opened.
    pub fn open_at_the_biggest_change(&mut self) {
        let Some(study) = self.study.clone() else { return };
        let own = study.changes.first().filter(|change| change.part == Part::Own);
        let Some(change) = own else { return };
        if matches!(change.extent, Extent::Packages(_)) && self.matters(change.saves) {
            self.fold_all();
            return self.reveal_up_to(self.packages_place);
        }
        let parts = change.parts().map(|part| &study.findings[part]);
        let Some(finding) = parts.max_by_key(|finding| finding.bytes) else { return };
        if finding.fate != Fate::Left || !self.matters(change.saves) {
            return;
        }
        if let Some(place) =
            finding.biggest_place.map(|place| place.node).filter(|&place| place != NodeId::ROOT)
        {
            self.fold_all();
            self.reveal_up_to(place);
        }
    }

    /// Returns the assessment, once it is complete.
    pub fn study(&self) -> Option<&Study> {
        self.study.as_deref()
    }

    /// Returns the avoidable bytes, once the assessment is complete.
    pub fn avoidable(&self) -> Option<Avoidable> {
        self.avoidable
    }

    /// Says that there is nothing to change in the user's own layers, once that is known.
    pub fn nothing_to_change(&self) -> Option<&'static str> {
        let is_own = |change: &Change| change.part == Part::Own;
        let study = self.study.as_ref().filter(|it| !it.changes.iter().any(is_own))?;
        let has_secrets = study.secrets.as_ref().is_some_and(|found| !found.list.is_empty());
        Some(nothing_to_change(&self.inspection, has_secrets))
    }

    /// Returns the smallest of the possible sizes that keep the program as it is, and the size as
    /// built.
    pub fn smallest(&self) -> Option<(&PossibleSize, &PossibleSize)> {
        self.study.as_ref()?.smallest()
    }

    /// Returns the size as built, and that on the slim variant of the base image with the variant, where
    /// only the base image can be changed.
    pub fn slim_base(&self) -> Option<(&PossibleSize, &PossibleSize, &'static SmallBase)> {
        self.nothing_to_change()?;
        let ladder = &self.study.as_ref()?.ladder;
        let (slim, base) = ladder.iter().find_map(|size| Some((size, size.slim_base()?)))?;
        Some((ladder.first()?, slim, base))
    }

    /// Returns the change that avoids most bytes at and below a path, as of the selected layer: one
    /// of the user's own, else an optional one, else one of the base image; of several alike the
    /// first in Fix.
    pub fn advice_at(&self, node: NodeId) -> Option<Advice<'_>> {
        let span = self.wasted_below.span(node);
        let study = self.study.as_ref()?;
        let below = study.changes.iter().enumerate().map(|(at, change)| {
            let here = self.changes_below.bytes(at, span, self.layer);
            (change, here)
        });
        let below: Vec<_> = below.filter(|&(_, here)| here > 0).collect();
        let rank = |&(change, here): &(&Change, u64)| (change.part, std::cmp::Reverse(here));
        let most = below.iter().copied().min_by_key(rank)?;
        // Another stage leaves out nearly everything: what is about this place says more of it.
        let others = below.iter().copied().filter(|(change, _)| {
            most.0.is_stage() && !change.is_stage() && change.part == most.0.part
        });
        let own = others.filter(|&(_, here)| here >= most.1 / 2).min_by_key(rank);
        let (change, here) = own.unwrap_or(most);
        let by_stage = (most.0.is_stage() && !change.is_stage()).then_some(most.0.saves);
        Some(Advice { change, here, by_stage, why: self.reason_for(study, change, span) })
    }

    /// Returns a sentence about what a change leaves out at places in the order of a walk: the
    /// finding with the most bytes there.
    fn reason_for(&self, study: &Study, change: &Change, span: (u32, u32)) -> Option<String> {
        if let Extent::Packages(kind) = change.extent {
            let words = format!("{}: {}", kind.title(), escaped_str(&change.why));
            return Some(sentences(&[&words]));
        }
        let findings = change.findings.iter().map(|&at| (at, &study.findings[at]));
        let (finding, _) = findings
            .filter(|(_, finding)| finding.fate == Fate::Left && finding.added_in <= self.layer)
            .map(|(at, finding)| (finding, self.changes_below.bytes_of_finding(at, span)))
            .filter(|&(_, bytes)| bytes > 0)
            .max_by_key(|&(_, bytes)| bytes)?;
        let words = format!("{}: {}", escaped_str(&finding.title), escaped_str(&finding.why));
        Some(sentences(&[&words]))
    }

    fn matters(&self, bytes: u64) -> bool {
        bytes > 0 && bytes >= self.inspection.totals.size / NOTEWORTHY
    }

    /// Goes down from the root as long as one directory has most of the bytes.
    fn reveal_biggest_directory(&mut self) {
        let tree = &self.inspection.tree;
        let bytes = |node: NodeId| self.slice.up_to()[node.index()].size();
        let biggest = |node: NodeId| {
            let directories =
                tree.children(node).filter(|&child| tree.children(child).next().is_some());
            directories.max_by_key(|&child| (bytes(child), std::cmp::Reverse(child)))
        };
        let Some(mut here) = biggest(NodeId::ROOT).filter(|&node| bytes(node) > 0) else { return };
        while let Some(next) = biggest(here).filter(|&next| bytes(next) > bytes(here) / 2) {
            here = next;
        }
        self.reveal(here);
    }
}
