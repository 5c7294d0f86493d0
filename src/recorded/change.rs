//! A change as a report records it. Text and pages are written from it, too, so that all of them
//! tell the same.

use serde::{Deserialize, Serialize};

use super::reason;
use crate::display::{Escaped, Units, besides, escaped_str, shown};
use crate::tree::Reason;

/// A change with what it saves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// The part of the image: `own`, `optional` or `base`.
    pub part: Escaped,
    /// The change in a few words.
    pub title: Escaped,
    /// The advice in a sentence, with alternatives.
    pub advice: Escaped,
    /// The word for how far the size after it can be relied on, or `needs a look`.
    pub grade: Escaped,
    /// The same as the grade.
    pub certainty: Escaped,
    /// The word for how far the size after it can be relied on, if the change is made; older
    /// reports have it as `certainty`.
    #[serde(default)]
    pub size_certainty: Escaped,
    /// The bytes that the image becomes smaller by, if nothing else changes.
    pub saves_bytes: u64,
    /// The bytes that it saves in addition to the changes before it; 0 in older reports.
    #[serde(default)]
    pub adds_bytes: u64,
    /// The bytes that it saves alone: the same as `saves_bytes`, by the name that it has in `fix`.
    #[serde(default)]
    pub alone_bytes: u64,
    /// The size after it.
    pub size_bytes: u64,
    /// The files that are left out, in a few words.
    pub what: Escaped,
    /// The layers that have it.
    pub layers: Vec<StepRecord>,
    /// The parts of it that have a name, the largest first; empty if `what` names the only one.
    pub contains: Vec<ContentRecord>,
    /// The bytes of what has no name.
    pub others_bytes: u64,
    /// The description of these bytes.
    pub others: Escaped,
    /// The parts of these bytes that belong to packages, the largest first; none in older reports.
    #[serde(default)]
    pub named_others: Vec<OtherRecord>,
    /// Up to three directories of the only part.
    pub places: Vec<Escaped>,
    /// The packages that most files of the largest part belong to.
    pub packages: Vec<Escaped>,
    /// The reason why the bytes are in the image.
    pub why: Escaped,
    /// Lines of a Dockerfile and of a `.dockerignore`, to copy.
    pub lines: Vec<Escaped>,
}

/// A layer that adds files, and the one that removes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepRecord {
    /// The layer that added them.
    pub added_in: usize,
    /// The layer that removed them; `None` if they are visible.
    pub removed_in: Option<usize>,
    /// The reason why they are wasted; `None` if they are visible, and in older reports.
    #[serde(default, with = "reason")]
    pub reason: Option<Reason>,
}

impl StepRecord {
    /// Makes the record of files that are visible.
    pub fn visible(added_in: usize) -> Self {
        Self { added_in, removed_in: None, reason: None }
    }
}

/// A part of what a change leaves out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ContentRecord {
    /// The position of the finding.
    pub finding: usize,
    /// The title of the finding.
    pub title: Escaped,
    /// Its largest place.
    pub path: Option<Escaped>,
    /// Its bytes.
    pub bytes: u64,
    /// True if another change avoids it as well, and the finding is one of that change.
    #[serde(default)]
    pub is_shared: bool,
    /// Its layers.
    #[serde(flatten)]
    pub step: StepRecord,
}

/// A part of what a change saves that no finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherRecord {
    /// A description in a few words.
    pub what: Escaped,
    /// Its bytes.
    pub bytes: u64,
}

impl ChangeRecord {
    /// Returns what it saves beside its findings, in parts with their descriptions.
    pub fn all_others(&self) -> Vec<OtherRecord> {
        let mut parts = self.named_others.clone();
        let named: u64 = parts.iter().map(|part| part.bytes).sum();
        let bytes = self.others_bytes.saturating_sub(named);
        if bytes > 0 {
            parts.push(OtherRecord { what: self.others.clone(), bytes });
        }
        parts
    }

    /// Returns the sign before the size after it.
    pub fn sign(&self) -> &'static str {
        let is_old = self.size_certainty.is_empty();
        sign(if is_old { &self.certainty } else { &self.size_certainty })
    }

    /// Says what it saves alone and, where the changes before it leave out some of the same files,
    /// how much of that is in addition to theirs; older reports do not record it.
    pub fn in_addition(&self, units: Units) -> Option<Escaped> {
        let [adds, alone] = [self.adds_bytes, self.saves_bytes].map(|bytes| units.size(bytes));
        let is_told = !self.size_certainty.is_empty() && adds != alone;
        let words = || format!("{alone} alone{}", besides(self.adds_bytes, adds));
        is_told.then(|| escaped_str(&words()))
    }

    /// Returns the change and what it leaves out, in a line.
    pub fn in_short(&self) -> Escaped {
        let place = self.places.first();
        let place = place.map_or_else(Escaped::default, |path| shown!(" in {}", path));
        shown!("{}: {}{}", &self.title, &self.what, place)
    }
}

/// Returns the sign before a size of a certainty.
pub(super) fn sign(certainty: &str) -> &'static str {
    match certainty {
        "at least" => "≥",
        "at most" => "≤",
        "estimate" => "~",
        _ => "",
    }
}
