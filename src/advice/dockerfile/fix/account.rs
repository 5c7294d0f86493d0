//! One account with the report: suggestions are linked with the changes of the assessment, so that
//! both name the same bytes and the same grade.

use super::condition::Kind;
use super::packages::Leftovers;
use super::remark::{Remark, Verdict};
use super::{NOTEWORTHY, Target, Work};
use crate::advice::change::Kind as Advice;
use crate::advice::changes::Extent;
use crate::advice::dockerfile::evidence::{Evidence, NamedChange};
use crate::advice::findings::{Matches, Rules};
use crate::advice::ladder::Certainty;
use crate::advice::unneeded::SurplusKind;
use crate::analysis::Inspection;
use crate::tree::VersionId;

/// Part of a change, one in so many, above which a person decides about the change if about that.
const PART: u64 = 10;

/// The result of drafting a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The diff or a new file has it, with the reliability of what it saves there.
    Drafted(Certainty),
    /// A second Dockerfile has it, but whether the program uses what that leaves out shows only when it
    /// runs.
    Untested,
    /// A person has to decide.
    NeedsALook,
}

/// Drafts the changes of an assessment in the Dockerfile that the history shows, and rules on each;
/// `None` where a change is not in the user's own layers, or saves next to nothing.
pub(in crate::advice) fn judge<'a>(
    inspection: &Inspection,
    target: impl FnOnce() -> &'a Target,
    evidence: &Evidence,
    (rules, matches): (&Rules, &Matches),
) -> Vec<Option<Ruling>> {
    let is_noteworthy =
        |change: &NamedChange| change.is_own && change.bytes(inspection) >= NOTEWORTHY;
    if !evidence.changes.iter().any(is_noteworthy) {
        return vec![None; evidence.changes.len()];
    }
    let leftovers = Leftovers::find(inspection, rules, matches);
    let mut work = Work::new(inspection, target(), evidence, &leftovers);
    work.suggest();
    let changes = evidence.changes.iter().enumerate();
    changes.map(|(place, change)| work.ruling(place, change)).collect()
}

impl Work<'_> {
    /// Rules on the change at a place: it is drafted if the suggestions leave out most of it, and
    /// leave no part worth speaking of to a person.
    fn ruling(&self, place: usize, change: &NamedChange) -> Option<Ruling> {
        let bytes = change.bytes(self.inspection);
        if !change.is_own || bytes < NOTEWORTHY {
            return None;
        }
        let linked = || self.remarks.iter().filter(|remark| remark.change == Some(place));
        let is_proposed = linked().any(|it| matches!(it.verdict, Verdict::Proposed { .. }));
        // Nobody knows whether an interpreted program uses what its draft leaves out.
        if linked()
            .any(|it| matches!(it.verdict, Verdict::Proposed { .. }) && it.condition.is_some())
        {
            return Some(Ruling::Untested);
        }
        let is_left = |remark: &&Remark| matches!(remark.verdict, Verdict::Left { .. });
        let left = linked().filter(is_left).map(|it| match it.inodes.is_empty() {
            true => bytes,
            false => self.unclaimed(&it.inodes),
        });
        let is_left = left.fold(0, u64::saturating_add) > bytes / PART;
        let claimed = bytes.saturating_sub(self.unclaimed(&change.inodes));
        if is_left || !is_proposed && claimed <= bytes / 2 {
            return Some(Ruling::NeedsALook);
        }
        let certainties = linked().filter_map(|remark| match &remark.verdict {
            Verdict::Changed { certainty, .. } => Some(certainty),
            _ => None,
        });
        let weakest = certainties.fold(&Certainty::Exact, |one, other| one.weaker(other));
        Some(Ruling::Drafted(weakest.clone()))
    }

    /// Links each suggestion with the change of the assessment that it makes.
    pub(super) fn link(&mut self) {
        let changes: Vec<_> = self.remarks.iter().map(|remark| self.change_of(remark)).collect();
        for (remark, change) in self.remarks.iter_mut().zip(changes) {
            remark.change = change;
        }
    }

    /// Returns the place of the change of the same kind that shares most files with a suggestion,
    /// and has fewest others.
    fn change_of(&self, remark: &Remark) -> Option<usize> {
        let changes = self.evidence.changes.iter().enumerate();
        if remark.kind == Kind::Stages {
            let is_said = !matches!(remark.verdict, Verdict::Unseen);
            let is_stage = |change: &NamedChange| change.is_own && change.is_stage;
            let mut stages = changes.filter(|(_, change)| is_said && is_stage(change));
            return stages.next().map(|(place, _)| place);
        }
        let size = |inode: &VersionId| self.inspection.tree.size(*inode);
        let bytes: u64 = remark.inodes.iter().map(size).sum();
        let fitting = changes.filter(|(_, change)| fits(remark.kind, change));
        let sized = fitting.map(|(place, change)| (place, change, change.bytes(self.inspection)));
        // What has less than half of the bytes cannot share so many, and there may be many changes.
        let shared = sized.filter(|&(.., all)| all >= bytes / 2).map(|(place, change, all)| {
            let has = |inode: &&VersionId| change.inodes.binary_search(inode).is_ok();
            let shared: u64 = remark.inodes.iter().filter(has).map(size).sum();
            (shared, place, all)
        });
        let mostly = shared.filter(|&(shared, ..)| shared > 0 && shared >= bytes / 2);
        let best = mostly.min_by_key(|&(shared, place, all)| (all + bytes - 2 * shared, place));
        best.map(|(_, place, _)| place)
    }

    /// Gives each suggestion the weaker grade of the two accounts, and what is left to a person the
    /// files and the lines of its change.
    pub(super) fn agree(&mut self) {
        let mut suggestions = vec![0_usize; self.evidence.changes.len()];
        for place in self.remarks.iter().filter_map(|remark| remark.change) {
            suggestions[place] += 1;
        }
        let (file, by_layer) = (self.file, &self.by_layer);
        for remark in &mut self.remarks {
            let Some(place) = remark.change else { continue };
            let change = &self.evidence.changes[place];
            match &mut remark.verdict {
                Verdict::Changed { certainty, .. } => {
                    *certainty = certainty.weaker(&change.certainty).clone();
                }
                Verdict::Left { .. } if suggestions[place] == 1 => {
                    remark.inodes.clone_from(&change.inodes);
                    remark.is_least = change.is_least();
                    let instructions = change.edited.iter().filter_map(|layer| by_layer.get(layer));
                    let lines: Vec<_> = instructions.map(|&i| file.instructions[i].line).collect();
                    if remark.kind == Kind::Tool && !lines.is_empty() {
                        remark.lines = lines;
                    }
                }
                Verdict::Left { .. } | Verdict::Proposed { .. } | Verdict::Unseen => {}
            }
        }
    }
}

/// Returns whether a suggestion of a kind may be what a change advises.
fn fits(kind: Kind, change: &NamedChange) -> bool {
    let is_of_a_tool = change.kind == Advice::Tool && change.extent == Extent::Findings;
    match kind {
        Kind::Tool => is_of_a_tool,
        Kind::Recommended => change.extent == Extent::Packages(SurplusKind::Recommended),
        Kind::Development => change.extent == Extent::Packages(SurplusKind::Development),
        Kind::Ignore | Kind::Ownership | Kind::Again | Kind::Merge => {
            !is_of_a_tool && !matches!(change.extent, Extent::Packages(_))
        }
        Kind::Order | Kind::Stages | Kind::History => false,
    }
}
