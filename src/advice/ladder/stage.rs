//! The saving of a multi-stage build, which the findings that it avoids share.

use super::{Holds, PossibleSize, Step};
use crate::advice::change::STAGE;
use crate::advice::findings::{Finding, Whose};

/// Returns the bytes that a multi-stage build on the same base image saves, and the size after it.
pub fn multi_stage(ladder: &[PossibleSize]) -> Option<(u64, &PossibleSize)> {
    // Where more than the program is copied, the step rests on the steps before it.
    let is_alone = |possible_size: &&PossibleSize| {
        possible_size.step == Step::MultiStage
            && matches!(possible_size.holds, Holds::Copied { .. })
    };
    let stage = ladder.iter().find(is_alone)?;
    Some((ladder.first()?.size.saturating_sub(stage.size), stage))
}

/// Gives all findings that a multi-stage build avoids its saving.
pub(in crate::advice) fn settle(findings: &mut [Finding], ladder: &[PossibleSize]) {
    let is_staged =
        |finding: &&mut Finding| finding.whose == Whose::Own && finding.fix.clause() == STAGE;
    let bytes = findings.iter_mut().filter(is_staged).map(|finding| finding.bytes).sum();
    let saves = multi_stage(ladder).map_or(bytes, |(saves, _)| saves);
    findings.iter_mut().filter(is_staged).for_each(|finding| finding.fix.saves = saves);
}
