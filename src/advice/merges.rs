//! Ranges of layers that one `RUN` would make. All bytes that it saves have this one change, so
//! that a change has one saving wherever it is told.

use super::apart::{between, kept_apart_by, mounted_in};
use super::unneeded;
use crate::analysis::{Inspection, WastedGroup, wasted_groups};
use crate::display::Escaped;
use crate::layer_index::LayerIndex;
use crate::tree::Reason;

/// A pair of layers that wastes less than this part of a range does not make the range longer.
const NOTEWORTHY: u64 = 100;
/// The most pairs of layers that ranges are made of, the largest first.
const PAIRS: usize = 64;

/// The `RUN` instructions that are worth combining.
#[derive(Debug, Clone, Default)]
pub struct Merges {
    /// Wasted bytes, with the `RUN`s that added and removed them.
    pairs: Vec<(LayerIndex, LayerIndex, u64)>,
    /// The first and the last layer of each range, the one that saves the most first.
    ranges: Vec<(LayerIndex, LayerIndex)>,
    /// For each layer, whether a `RUN` made it. What a `COPY` brought stays when others become one.
    runs: Vec<bool>,
    /// For each layer a path in its instruction that each `RUN` gets anew. There may be a question
    /// for each pair of very many layers.
    mounted: Vec<Option<String>>,
}

impl Merges {
    /// Finds the ranges of an image from its groups of wasted bytes, the largest first. The lowest
    /// `base` layers are the base image.
    pub fn find(inspection: &Inspection, groups: &[WastedGroup], base: usize) -> Self {
        let layers = LayerIndex::range(0..inspection.layers.len());
        let runs: Vec<_> = layers.map(|layer| is_run(inspection, layer)).collect();
        let is_run = |layer: LayerIndex| runs[layer.get()];
        let by_runs = groups.iter().filter(|it| is_run(it.added_in) && is_run(it.removed_in));
        let pairs = by_runs.clone().map(|it| (it.added_in, it.removed_in, it.bytes)).collect();
        let layers = LayerIndex::range(0..inspection.layers.len());
        let mounted = layers.map(|layer| mounted_in(inspection, layer)).collect();
        let mut merges = Self { pairs, ranges: Vec::new(), runs: runs.clone(), mounted };
        let own = by_runs.filter(|group| {
            group.bytes > 0
                && group.added_in >= base
                && group.added_in < group.removed_in
                && group.reason != Reason::RewrittenUnchanged
        });
        for group in own.take(PAIRS) {
            merges.take(inspection, group);
        }
        merges
    }

    /// Makes a pair of layers part of a range, or a range of its own.
    fn take(&mut self, inspection: &Inspection, group: &WastedGroup) {
        let (first, last) = (group.added_in, group.removed_in);
        if self.range_with(first, last).is_some() {
            return;
        }
        let near = self.ranges.iter().position(|&(from, to)| first <= to && from <= last);
        if let Some(near) = near {
            let (from, to) = self.ranges[near];
            let longer = (from.min(first), to.max(last));
            let is_worth_it = group.bytes >= self.saves(from, to) / NOTEWORTHY;
            if is_worth_it && self.can_be_one(inspection, longer) {
                self.ranges[near] = longer;
                return;
            }
        }
        if self.can_be_one(inspection, (first, last)) {
            self.ranges.push((first, last));
        }
    }

    /// Returns whether nothing that is known speaks against a single `RUN`.
    fn can_be_one(&self, inspection: &Inspection, (first, last): (LayerIndex, LayerIndex)) -> bool {
        let runs: Vec<_> = first.up_to(last).filter(|&layer| is_run(inspection, layer)).collect();
        self.kept_apart(inspection, &runs).is_none() && between(inspection, first, last).is_none()
    }

    /// Returns why the `RUN`s of some layers, the lowest first, cannot become one, as a clause.
    pub(super) fn kept_apart(
        &self,
        inspection: &Inspection,
        layers: &[LayerIndex],
    ) -> Option<Escaped> {
        kept_apart_by(inspection, layers, |layer| match self.mounted.get(layer.get()) {
            Some(known) => known.clone(),
            None => mounted_in(inspection, layer),
        })
    }

    /// Returns whether a single `RUN` for a range of layers avoids what one layer adds and another
    /// removes: `RUN`s of the range made both.
    pub(super) fn avoids(
        &self,
        (first, last): (LayerIndex, LayerIndex),
        added_in: LayerIndex,
        removed_in: LayerIndex,
    ) -> bool {
        let is_run = |layer: LayerIndex| self.runs.get(layer.get()).is_some_and(|is_run| *is_run);
        first <= added_in && removed_in <= last && is_run(added_in) && is_run(removed_in)
    }

    /// Returns the range worth combining that avoids what one layer adds and another removes.
    pub(super) fn range_with(
        &self,
        first: LayerIndex,
        last: LayerIndex,
    ) -> Option<(LayerIndex, LayerIndex)> {
        self.ranges.iter().copied().find(|&range| self.avoids(range, first, last))
    }

    /// Returns the first and the last layer to combine for bytes that one layer adds and another
    /// removes.
    pub fn around(&self, added_in: LayerIndex, removed_in: LayerIndex) -> (LayerIndex, LayerIndex) {
        self.range_with(added_in, removed_in).unwrap_or((added_in, removed_in))
    }

    /// Returns the first and the last layer of each range, the one that saves the most first.
    pub fn ranges(&self) -> &[(LayerIndex, LayerIndex)] {
        &self.ranges
    }

    /// Returns the ranges of layers that become one: those worth combining, and those that only store
    /// files again. The lowest `base` layers are the base image.
    pub(super) fn ranges_with_rewrites(
        &self,
        inspection: &Inspection,
        base: usize,
    ) -> Vec<(LayerIndex, LayerIndex)> {
        let mut ranges = self.ranges.clone();
        for pair in pairs_of_runs(inspection, base) {
            let is_within =
                |&(first, last): &(LayerIndex, LayerIndex)| first <= pair.0 && pair.1 <= last;
            if !ranges.iter().any(is_within) {
                ranges.push(pair);
            }
        }
        ranges
    }

    /// Returns the bytes that an image becomes smaller by if the `RUN`s of some layers become one.
    pub fn saves(&self, first: LayerIndex, last: LayerIndex) -> u64 {
        let is_within = |&&(added_in, removed_in, _): &&(LayerIndex, LayerIndex, u64)| {
            first <= added_in && removed_in <= last
        };
        self.pairs.iter().filter(is_within).map(|&(.., bytes)| bytes).sum()
    }
}

/// Returns the pairs of `RUN`s of the user's own layers the first of which adds what the second one
/// removes or stores again.
fn pairs_of_runs(
    inspection: &Inspection,
    base: usize,
) -> impl Iterator<Item = (LayerIndex, LayerIndex)> + use<'_> {
    let groups = wasted_groups(inspection).into_iter().filter(move |group| {
        let (first, last) = (group.added_in, group.removed_in);
        let is_own = first >= base && first < last && group.bytes >= unneeded::NOTEWORTHY;
        is_own && is_run(inspection, first) && is_run(inspection, last)
    });
    groups.map(|group| (group.added_in, group.removed_in))
}

/// Returns whether a copy stands between two such `RUN`s.
pub(super) fn runs_around_copies(inspection: &Inspection, base: usize) -> bool {
    let is_copy = |layer: LayerIndex| !is_run(inspection, layer);
    pairs_of_runs(inspection, base).any(|(first, last)| first.up_to(last).any(is_copy))
}

fn is_run(inspection: &Inspection, layer: LayerIndex) -> bool {
    inspection.layers[layer].instruction.is_run()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::SuggestedChange;

    #[test]
    fn a_range_tells_as_much_of_its_pairs_as_their_remedies() {
        let opened = crate::image::builtin::demo::open().unwrap();
        let inspection = crate::inspect(&opened, &crate::Progress::default()).unwrap();
        let groups = wasted_groups(&inspection);
        let merges = Merges::find(&inspection, &groups, 0);
        assert!(groups.iter().any(|it| merges.range_with(it.added_in, it.removed_in).is_some()));
        for group in &groups {
            let (added_in, removed_in) = (group.added_in, group.removed_in);
            let remedy = SuggestedChange::for_wasted(
                &inspection,
                &merges,
                added_in,
                removed_in,
                group.reason,
            );
            let is_certain = SuggestedChange::is_certain_for(&inspection, &merges, group);
            assert_eq!(is_certain, remedy.is_certain, "{group:?}");
        }
    }
}
