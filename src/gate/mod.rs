//! Checks an image against limits: the gate of a build.
//!
//! The check is pure: the measured image, the date of today and an earlier image to compare with
//! come in, and an [`Outcome`] for each [`Limit`] comes out. Files, clocks and exit codes are the
//! program's.

mod absence;
mod baseline;
mod blame;
mod dive;
mod exception;
mod init;
mod limit;
mod measure;
mod outcome;
mod quantity;
mod read;

use crate::advice::assessment::Study;
use crate::analysis::download::Download;
use crate::analysis::{Amount, Inspection};
use crate::display::{Escaped, Sentence};
use crate::escape::Untrusted;
use crate::layer_index::LayerIndex;
use crate::warning::Gap;

pub use baseline::Baseline;
pub use dive::{DiveCount, DiveError, DiveRule, DiveRules};
pub use exception::{Excepted, Exception, ExceptionState, ExceptionUse};
pub use init::{Example, example};
pub use limit::{Bound, Limit, Limits, Measure, Selector, UnknownRule};
use quantity::day;
pub use quantity::{Quantity, QuantityError, days};
pub use read::{LimitError, path, read};

/// The image to check, and everything that its limits may be compared with.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The measured image.
    pub inspection: &'a Inspection,
    /// Its findings and its base image.
    pub study: &'a Study,
    /// The download size, if it was measured by compressing.
    pub download: Option<Download>,
    /// The image that growth is measured from.
    pub baseline: Option<&'a Baseline<'a>>,
    /// The reasons for an incomplete image that the user accepts.
    pub accepted: &'a [Gap],
    /// The time of the check in seconds since 1970.
    pub now: i64,
}

impl Subject<'_> {
    /// Returns whether the numbers can be relied on: everything was read, or what is missing is
    /// accepted.
    pub fn is_whole(&self) -> bool {
        !self.inspection.completeness.is_short_of(self.accepted)
    }
}

/// The value that was found for a limit.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A size.
    Bytes(Amount),
    /// A difference of sizes in bytes; negative where the image is smaller than the baseline.
    Change(i64),
    /// A part of a whole, or a growth, where 1 is all of it.
    Share(f64),
    /// A number of layers.
    Count(u64),
    /// An age.
    Days(u64),
    /// The name of the base image, and the references by which it is known, too.
    Name(Untrusted, Vec<Untrusted>),
}

/// The state of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The image keeps the limit.
    Passed,
    /// The image exceeds the limit.
    Failed,
    /// The value is not known, so the image does not pass.
    Unknown,
    /// The limit does not apply to this check.
    Skipped,
}

impl Status {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// The instruction that causes a value, and the change that lowers it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blame {
    /// The layer whose instruction has to change.
    pub layer: Option<LayerIndex>,
    /// The secret, by its number in the list of all.
    pub secret: Option<usize>,
    /// The cause.
    pub cause: Sentence,
    /// The change.
    pub change: Option<Escaped>,
}

impl Blame {
    /// Blames a layer, or none.
    fn new(
        layer: Option<LayerIndex>,
        cause: impl Into<Sentence>,
        change: impl Into<Escaped>,
    ) -> Self {
        Self { layer, secret: None, cause: cause.into(), change: Some(change.into()) }
    }
}

/// The result of checking one limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The limit.
    pub limit: Limit,
    /// The state.
    pub status: Status,
    /// The value, if it is known.
    pub found: Option<Found>,
    /// The cause, if the limit is exceeded.
    pub blame: Option<Blame>,
    /// The reason why the limit is unknown or skipped, or why it says nothing though it is kept.
    pub reason: Option<Escaped>,
}

/// The result of checking an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The limits, those that are exceeded first, then in their own order.
    pub outcomes: Vec<Outcome>,
    /// The exceptions, with what each excepts.
    pub exceptions: Vec<ExceptionUse>,
    /// The clause that says which part of the image is not known, if that is not accepted.
    pub not_whole: Option<Escaped>,
    /// The indices of the study's findings in your layers that are not excepted, the largest first.
    pub findings: Vec<usize>,
    /// The numbers of the secrets that are not excepted, in the study's list of all.
    pub secrets: Vec<usize>,
    /// The numbers of dive, if its rules were asked for and it counts other wasted bytes.
    pub dive: Option<DiveCount>,
}

impl Verdict {
    /// Returns the state of the whole check: unknown before failed before passed.
    pub fn status(&self) -> Status {
        let any = |status| self.outcomes.iter().any(|outcome| outcome.status == status);
        match () {
            () if self.not_whole.is_some() || any(Status::Unknown) => Status::Unknown,
            () if any(Status::Failed) => Status::Failed,
            () if self.checks_nothing() => Status::Unknown,
            () => Status::Passed,
        }
    }

    /// Returns whether no limit is about anything in the image: a check of nothing does not pass.
    pub fn checks_nothing(&self) -> bool {
        let is_empty = |outcome: &Outcome| match outcome.status {
            Status::Skipped => true,
            Status::Passed => outcome.reason.is_some(),
            Status::Failed | Status::Unknown => false,
        };
        !self.outcomes.is_empty() && self.outcomes.iter().all(is_empty)
    }

    /// Returns the limits in a state.
    pub fn with(&self, status: Status) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |outcome| outcome.status == status)
    }
}

/// Checks an image against all limits.
pub fn check(subject: &Subject<'_>, limits: &Limits) -> Verdict {
    let measures = measure::Measures::new(subject, limits);
    let mut outcomes: Vec<_> = limits.limits.iter().map(|limit| measures.outcome(limit)).collect();
    outcomes.sort_by_key(|outcome| match outcome.status {
        Status::Failed => 0,
        Status::Unknown => 1,
        Status::Skipped | Status::Passed => 2,
    });
    let summary = || {
        subject
            .inspection
            .completeness
            .summary()
            .unwrap_or_else(|| "a part could not be read".into())
    };
    Verdict {
        outcomes,
        exceptions: measures.exceptions(limits),
        not_whole: (!subject.is_whole()).then(summary),
        findings: measures.counted_findings(),
        secrets: measures.secrets().map(|(number, _)| number).collect(),
        dive: if limits.of_dive { other_count(subject.inspection) } else { None },
    }
}

/// Returns the numbers of dive where its wasted bytes differ.
fn other_count(inspection: &Inspection) -> Option<DiveCount> {
    let count = DiveCount::of_image(inspection);
    (count.wasted != inspection.totals.wasted()).then_some(count)
}
