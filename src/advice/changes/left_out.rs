//! The files that each change leaves out, and the bytes that it adds to those before it. Every sum
//! over changes comes from these, so that each byte counts once wherever sums are told.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

use super::{Change, Extent, Part};
use crate::advice::findings::Finding;
use crate::advice::ladder::{Holds, PossibleSize};
use crate::advice::unneeded::Surplus;
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::VersionId;

/// Gives each change the files that it leaves out, and what it saves in addition to the changes
/// before it.
pub(super) fn fill(
    inspection: &Inspection,
    findings: &[Finding],
    stage: Option<&PossibleSize>,
    base: usize,
    changes: &mut [Change],
) {
    let tree = &inspection.tree;
    let left_out = LeftOut::new(inspection, findings, stage, base);
    let mut seen = vec![false; tree.version_count()];
    for change in changes {
        change.left_out = left_out.by(change);
        if change.extent == Extent::Stage {
            change.tell_parts(findings);
        }
        let is_new = |inode: &&VersionId| !std::mem::replace(&mut seen[inode.index()], true);
        // Another base image saves more than the files that are found in this one.
        let known: u64 = change.left_out.iter().map(|&inode| tree.size(inode)).sum();
        let more = if change.part == Part::Base { change.saves.saturating_sub(known) } else { 0 };
        let new = change.left_out.iter().filter(is_new).map(|&inode| tree.size(inode));
        change.adds = new.sum::<u64>() + more;
    }
}

/// The parts of an assessment that tell which inodes a change leaves out.
struct LeftOut<'a> {
    inspection: &'a Inspection,
    findings: &'a [Finding],
    /// For each version, whether a finding is about it.
    found: Vec<bool>,
    /// The wasted inodes by the layers that add and remove them.
    wasted: HashMap<(LayerIndex, LayerIndex), Vec<VersionId>, RandomState>,
    /// The size after a multi-stage build.
    stage: Option<&'a PossibleSize>,
    /// The number of layers in the base image.
    base: usize,
}

impl<'a> LeftOut<'a> {
    fn new(
        inspection: &'a Inspection,
        findings: &'a [Finding],
        stage: Option<&'a PossibleSize>,
        base: usize,
    ) -> Self {
        let mut found = vec![false; inspection.tree.version_count()];
        findings.iter().flat_map(|it| &it.inodes).for_each(|inode| found[inode.index()] = true);
        let mut wasted: HashMap<_, Vec<_>, _> = HashMap::default();
        for it in &inspection.wasted {
            wasted.entry((it.added_in, it.removed_in)).or_default().push(it.version);
        }
        Self { inspection, findings, found, wasted, stage, base }
    }

    /// Returns the inodes, in order.
    fn by(&self, change: &Change) -> Vec<VersionId> {
        if change.extent == Extent::Stage {
            return self.by_a_stage();
        }
        // All bytes of the pairs of a merge are saved, whatever is found about them.
        let is_merge = change.extent == Extent::Merge;
        let found = change.findings.iter().flat_map(|&i| &self.findings[i].inodes);
        let found = found.copied().chain(Surplus::inodes(&change.surplus));
        let mut inodes: Vec<_> = found.filter(|_| !is_merge).collect();
        let pairs: BTreeSet<_> =
            change.groups.iter().map(|group| (group.added_in, group.removed_in)).collect();
        let wasted = pairs.iter().filter_map(|pair| self.wasted.get(pair)).flatten();
        inodes.extend(wasted.filter(|inode| is_merge || !self.found[inode.index()]));
        inodes.extend(&change.also);
        inodes.sort_unstable();
        inodes.dedup();
        inodes
    }

    /// Returns the inodes of the user's layers that a multi-stage build does not copy.
    fn by_a_stage(&self) -> Vec<VersionId> {
        let kept: &[_] = match self.stage.map(|stage| &stage.holds) {
            Some(Holds::Copied { inodes, .. }) => inodes,
            _ => &[],
        };
        let tree = &self.inspection.tree;
        let mut is_kept = vec![false; tree.version_count()];
        kept.iter().for_each(|inode| is_kept[inode.index()] = true);
        let is_own = |inode: &VersionId| tree.added_in(*inode) >= self.base;
        tree.inodes().filter(|inode| is_own(inode) && !is_kept[inode.index()]).collect()
    }
}
