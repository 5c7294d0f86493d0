//! Starts the work on a file, and drafts the lines of a single change for reports that give no diff.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

use super::packages::Leftovers;
use super::{Kind, Target, Work};
use crate::advice::dockerfile::births::Claims;
use crate::advice::dockerfile::draft::{Draft, Fate};
use crate::advice::dockerfile::evidence::Evidence;
use crate::advice::dockerfile::parse::{Dockerfile, Keyword};
use crate::advice::findings::Rules;
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;

/// Returns the instructions of a range of layers with its `RUN`s as one, and what stands between
/// them before or behind it; `None` if that cannot be.
pub fn combined(
    inspection: &Inspection,
    target: &Target,
    evidence: &Evidence,
    (first, last): (LayerIndex, LayerIndex),
) -> Option<String> {
    let rules = Rules::default();
    let leftovers = Leftovers::none(&rules);
    let mut work = Work::new(inspection, target, evidence, &leftovers);
    work.combine(first, last)?;
    let text = changed(&target.file, &work.draft.instructions());
    // What cannot be read is no advice. Only the lines that are new are read, since there is a question
    // for each pair of layers.
    let directive = format!("# escape={}\nFROM scratch\n", target.file.escape);
    Dockerfile::parse(directive + &text).ok().filter(|_| !text.is_empty()).and(Some(text))
}

/// Returns the layers of the copies that come first when the `RUN`s of some ranges of layers become
/// one.
pub fn copied_first(
    inspection: &Inspection,
    target: &Target,
    evidence: &Evidence,
    ranges: &[(LayerIndex, LayerIndex)],
) -> HashSet<LayerIndex> {
    let rules = Rules::default();
    let leftovers = Leftovers::none(&rules);
    let mut work = Work::new(inspection, target, evidence, &leftovers);
    for &(first, last) in ranges {
        work.combine(first, last);
    }
    let fates = work.draft.fates.iter().enumerate();
    let moved = fates.filter(|&(i, fate)| {
        let is_copy = matches!(work.file.instructions[i].keyword, Keyword::Copy | Keyword::Add);
        is_copy && matches!(fate, Fate::MovesBefore(_))
    });
    moved.filter_map(|(i, _)| work.layer(i)).collect()
}

/// A second Dockerfile that builds in one stage and runs in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staged {
    /// The whole file.
    Draft(String),
    /// The reason why there is none, as a sentence.
    Refused(String),
}

/// Drafts a Dockerfile in stages for an image whose Dockerfile is rebuilt from the history; `None`
/// if its program is not built in it.
pub fn staged(inspection: &Inspection, target: &Target, evidence: &Evidence) -> Option<Staged> {
    let rules = Rules::default();
    let leftovers = Leftovers::none(&rules);
    let mut work = Work::new(inspection, target, evidence, &leftovers);
    if let Some(change) = work.stages() {
        return Some(Staged::Draft(change.new));
    }
    let refused = work.remarks.into_iter().find(|remark| remark.kind == Kind::Stages);
    refused.map(|remark| Staged::Refused(remark.text))
}

/// Returns those instructions of an edited file that are between the ones that it begins and ends with as the
/// file does.
fn changed(old: &Dockerfile, new: &[Cow<'_, str>]) -> String {
    let old: Vec<_> = (0..old.instructions.len()).map(|i| old.whole(i).trim_end()).collect();
    let new: Vec<_> = new.iter().map(|text| text.trim_end()).collect();
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let same = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = new.len() - same.take_while(|(old, new)| old == new).count();
    new[start..end].join("\n")
}

impl<'a> Work<'a> {
    /// Starts without edits.
    pub(super) fn new(
        inspection: &'a Inspection,
        target: &'a Target,
        evidence: &'a Evidence,
        leftovers: &'a Leftovers<'a>,
    ) -> Self {
        let file = &target.file;
        let layers = target.layers.iter().enumerate();
        Self {
            inspection,
            target,
            file,
            evidence,
            leftovers,
            births: OnceCell::new(),
            deleted: super::wasted::Cleaned::default(),
            claims: Claims::default(),
            moved: HashSet::new(),
            merged: HashSet::new(),
            draft: Draft::from_file(file),
            remarks: Vec::new(),
            stage: file.of_last_stage(),
            by_layer: layers.filter_map(|(i, layer)| Some(((*layer)?, i))).collect(),
            last_needing_lists: None,
            varying: OnceCell::new(),
        }
    }
}
