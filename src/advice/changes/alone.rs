//! The part of a change that other changes make as well: made alone, it leaves that out, too.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::{Change, Part};
use crate::advice::change::Kind;
use crate::advice::findings::{Edit, Fate, Finding, Level, Matches, Rules, everywhere};
use crate::advice::ladder::Certainty;
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::{Reason, Tree, VersionId};

/// The files that a change leaves out beside its findings, with the instructions that do.
#[derive(Default)]
pub(super) struct Also {
    pub edits: Vec<Edit>,
    /// Positions of the findings of other changes that it avoids.
    pub findings: Vec<usize>,
    pub inodes: Vec<VersionId>,
    pub is_made_again: bool,
    pub is_read_later: bool,
}

/// The findings of an image, with the rules that they come from.
#[derive(Clone, Copy)]
pub(in crate::advice) struct Judged<'a> {
    pub rules: &'a Rules,
    pub matches: &'a Matches,
    pub findings: &'a [Finding],
}

impl Also {
    /// Finds what a change with some findings, which are its own, also leaves out.
    pub fn of(inspection: &Inspection, judged: Judged, base: usize, own: &[usize]) -> Self {
        let Judged { rules, matches, findings } = judged;
        let of_own = || own.iter().map(|&i| &findings[i]);
        let is_left = |finding: &&Finding| {
            finding.fate == Fate::Left && finding.fix.kind == Kind::Tool && finding.added_in >= base
        };
        let mut names: Vec<_> = of_own().filter(is_left).map(|it| it.rule.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut also = Self::default();
        for name in names {
            let all = everywhere(inspection, rules, matches, name, base);
            also.edits.extend(all.edits);
            also.inodes.extend(all.inodes);
            also.is_made_again |= all.is_made_again;
            also.is_read_later |= all.is_read_later;
        }
        let known: HashSet<_> = of_own().flat_map(|it| it.inodes.iter().copied()).collect();
        let mut all = with_copies(&inspection.tree, also.inodes);
        all.retain(|inode| !known.contains(inode));
        also.findings = whole(findings, own, &all);
        also.inodes = all.into_iter().collect();
        also.inodes.sort_unstable();
        also
    }

    /// Returns the layers that added these files, as far as its instructions made them.
    pub fn layers(&self, inspection: &Inspection) -> impl Iterator<Item = LayerIndex> {
        let added_in = self.inodes.iter().map(|&inode| inspection.tree.added_in(inode));
        let is_edited = |layer: &LayerIndex| {
            self.edits.iter().any(|edit| (edit.layers.0..=edit.layers.1).contains(layer))
        };
        added_in.filter(is_edited)
    }

    /// Returns the reliability of the size without these files.
    pub fn certainty(&self, known: Certainty) -> Certainty {
        match known {
            Certainty::Exact if self.is_read_later => Certainty::AtMost,
            known => known,
        }
    }
}

/// Returns the files that the changes of leftovers leave out beside their findings, whatever else
/// becomes of these files.
pub(in crate::advice) fn also(
    inspection: &Inspection,
    judged: Judged,
    base: usize,
) -> Vec<VersionId> {
    let findings = judged.findings.iter().enumerate();
    let is_meant = |finding: &Finding| {
        Part::of_finding(finding) == Part::Own && finding.level == Level::Leftovers
    };
    let own: Vec<_> = findings.filter(|(_, it)| is_meant(it)).map(|(i, _)| i).collect();
    Also::of(inspection, judged, base, &own).inodes
}

/// Adds the copies that later layers store only because of another mode, owner or time.
fn with_copies(tree: &Tree, inodes: Vec<VersionId>) -> HashSet<VersionId> {
    let (mut all, mut work) = (HashSet::new(), inodes);
    while let Some(inode) = work.pop() {
        if !all.insert(inode) {
            continue;
        }
        let removal = tree.removal(inode).filter(|it| it.reason == Reason::RewrittenUnchanged);
        let copy = removal.and_then(|it| tree.at(tree.node_of(inode), it.layer));
        work.extend(copy.map(|copy| tree.inode(copy)));
    }
    all
}

/// Returns the findings all of whose files are among some, without those of the change itself.
fn whole(findings: &[Finding], own: &[usize], among: &HashSet<VersionId>) -> Vec<usize> {
    let is_whole = |finding: &Finding| finding.inodes.iter().all(|inode| among.contains(inode));
    let all = findings
        .iter()
        .enumerate()
        .filter(|(i, finding)| !own.contains(i) && !finding.inodes.is_empty() && is_whole(finding));
    all.map(|(i, _)| i).collect()
}

impl Change {
    /// Names all findings that the last stage of a build leaves out, whoever else does.
    pub(super) fn tell_parts(&mut self, findings: &[Finding]) {
        let among: HashSet<_> = self.left_out.iter().copied().collect();
        let mut shared = whole(findings, &self.findings, &among);
        shared.retain(|&i| Part::of_finding(&findings[i]) == Part::Own);
        shared.sort_by_key(|&i| Reverse(findings[i].bytes));
        self.shared_bytes = shared.iter().map(|&i| findings[i].bytes).sum();
        self.shared = shared;
    }

    /// Returns the positions of all findings that it avoids: its own, and those that it shares.
    pub fn parts(&self) -> impl Iterator<Item = usize> + Clone + use<'_> {
        self.findings.iter().chain(&self.shared).copied()
    }

    /// Returns the bytes that it avoids beside its findings and those that it shares.
    pub fn others(&self) -> u64 {
        self.saves.saturating_sub(self.bytes).saturating_sub(self.shared_bytes)
    }
}
