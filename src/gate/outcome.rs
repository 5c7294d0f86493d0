//! Holds a limit against its number, and blames what exceeds it.

use super::absence::absence;
use super::blame::Blamer;
use super::measure::{Measures, Missing};
use super::{Blame, Bound, Limit, Measure, Outcome, Status};

impl Measures<'_> {
    /// Checks one limit.
    pub fn outcome(&self, limit: &Limit) -> Outcome {
        let outcome = |status, found, reason| Outcome {
            limit: limit.clone(),
            status,
            found,
            blame: None,
            reason,
        };
        let found = match self.find(&limit.measure) {
            Ok(found) => found,
            Err(Missing::Unknown(reason)) => return outcome(Status::Unknown, None, Some(reason)),
            Err(Missing::Skipped(reason)) => return outcome(Status::Skipped, None, Some(reason)),
        };
        let exceeds =
            limit.bound.is_exceeded_by(&found, limit.measure.is_minimum()).unwrap_or(true);
        let certain = self.is_certain() || !limit.measure.depends_on_sizes();
        if !(certain || exceeds && limit.measure.only_increases()) {
            let summary = self.inspection().completeness.summary();
            return outcome(
                Status::Unknown,
                Some(found),
                Some(summary.unwrap_or_else(|| "a part is not known".into())),
            );
        }
        if let Some(unsearched) = self.unsearched(&limit.measure).filter(|_| !exceeds) {
            return outcome(Status::Unknown, Some(found), Some(unsearched));
        }
        if !exceeds {
            let absent = match &limit.measure {
                Measure::Budget(path) => absence(&self.inspection().tree, path),
                _ => None,
            };
            return outcome(Status::Passed, Some(found), absent);
        }
        let blame = self.blame(limit);
        Outcome { blame: Some(blame), ..outcome(Status::Failed, Some(found), None) }
    }

    fn blame(&self, limit: &Limit) -> Blame {
        let blamer = Blamer(self);
        match &limit.measure {
            Measure::Wasted
            | Measure::WastedShare
            | Measure::UserWastedShare
            | Measure::Efficiency => blamer.wasted(),
            Measure::Size | Measure::Own | Measure::Download => {
                blamer.largest_own_layer(&limit.measure)
            }
            Measure::LargestLayer => blamer.largest_layer(),
            Measure::Layers => blamer.layers(),
            Measure::Avoidable => blamer.change(),
            Measure::Finding(_) => blamer.finding(self.findings_of(&limit.measure).next()),
            Measure::Budget(path) => blamer.budget(path),
            Measure::Growth | Measure::GrowthShare => blamer.growth(),
            Measure::Secrets => blamer.secrets(self.secrets()),
            Measure::BaseAge => blamer.old_base(),
            Measure::BaseName => blamer.other_base(match &limit.bound {
                Bound::Names(names) => names,
                _ => &[],
            }),
        }
    }
}
