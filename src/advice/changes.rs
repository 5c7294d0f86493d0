//! Changes to an image: findings that one change avoids stand together, with its saving and the
//! size after it.

use std::collections::HashMap;

use super::assessment::Study;
use super::change::{Kind as Remedy, STAGE, SuggestedChange};
use super::findings::{Fate, Finding, Level, Whose};
use super::ladder::{Certainty, multi_stage};
use super::merges::Merges;
use crate::analysis::{Inspection, WastedGroup};

/// The part of the image that a change belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The user's own layers.
    Own,
    /// The user's own layers, with files that may be wanted.
    Optional,
    /// The base image.
    Base,
}

impl Part {
    /// All parts, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Own, Self::Optional, Self::Base];

    fn of_finding(finding: &Finding) -> Self {
        match (finding.whose, finding.fate, finding.level) {
            (Whose::Base, ..) => Self::Base,
            (Whose::Own, Fate::Gone { .. }, _)
            | (Whose::Own, _, Level::Leftovers | Level::Toolchain) => Self::Own,
            // A separate stage leaves out both, so it is one change.
            (Whose::Own, Fate::Left, _) if finding.fix.clause() == STAGE => Self::Own,
            (Whose::Own, Fate::Left, _) => Self::Optional,
        }
    }
}

/// The extent of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Only the files of its findings are left out.
    Findings,
    /// Some layers become one: whatever they add and remove is left out.
    Merge,
    /// Only files that the program needs are copied from another stage.
    Stage,
}

/// A change that avoids some findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The part of the image.
    pub part: Part,
    /// Positions in the list of findings, the biggest first.
    pub findings: Vec<usize>,
    /// The bytes of these findings.
    pub bytes: u64,
    /// The bytes that the image becomes smaller by, if nothing else changes.
    pub saves: u64,
    /// The size after the change, in bytes.
    pub size: u64,
    /// The reliability of `size`.
    pub certainty: Certainty,
    /// The extent.
    pub extent: Extent,
}

/// Groups the findings of an assessment by change: the user's own first, in each part the change
/// that saves most first.
pub fn changes(inspection: &Inspection, study: &Study) -> Vec<Change> {
    let mut groups: Vec<(Part, Vec<usize>)> = Vec::new();
    let mut known = HashMap::new();
    for (i, finding) in study.findings.iter().enumerate() {
        let part = Part::of_finding(finding);
        let place = *known.entry((part, finding.fix.clause())).or_insert_with(|| {
            groups.push((part, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(i);
    }
    let mut changes: Vec<_> = groups
        .into_iter()
        .map(|(part, findings)| change(inspection, study, part, findings))
        .collect();
    changes.sort_by_key(|change| (change.part, std::cmp::Reverse(change.saves)));
    changes
}

fn change(inspection: &Inspection, study: &Study, part: Part, mut findings: Vec<usize>) -> Change {
    let bytes_of = |&i: &usize| study.findings[i].bytes;
    findings.sort_by_key(|i| std::cmp::Reverse(bytes_of(i)));
    let bytes = findings.iter().map(bytes_of).sum();
    let first = &study.findings[findings[0]].fix;
    let whole = inspection.totals.size;
    let known = match inspection.completeness.sizes_are_exact() {
        true => Certainty::Exact,
        false => Certainty::AtLeast,
    };
    let stage = multi_stage(&study.ladder);
    let (extent, saves, certainty) = match (part, first.merges, stage) {
        (Part::Own, Some(_), _) => (Extent::Merge, first.saves, known),
        (Part::Own, None, Some((saves, rung))) if first.clause() == STAGE => {
            (Extent::Stage, saves, rung.certainty.clone())
        }
        _ => (Extent::Findings, bytes, known),
    };
    let size = whole.saturating_sub(saves);
    Change { part, findings, bytes, saves, size, certainty, extent }
}

/// Returns the change for a group of wasted bytes: the range of layers to combine, and otherwise
/// that of the largest finding about the group.
pub fn for_group(
    inspection: &Inspection,
    merges: &Merges,
    study: Option<&Study>,
    group: &WastedGroup,
) -> SuggestedChange {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let plain = SuggestedChange::for_wasted(inspection, merges, added_in, removed_in, group.reason);
    if plain.kind == Remedy::Merge && study.is_none_or(|study| added_in >= study.base.layers) {
        return plain;
    }
    let is_of = |finding: &&Finding| {
        finding.added_in == added_in && finding.removed_in() == Some(removed_in)
    };
    match study.and_then(|study| study.findings.iter().find(is_of)) {
        Some(finding) => finding.fix.clone(),
        None => SuggestedChange { saves: plain.saves.max(group.bytes), ..plain },
    }
}
