//! The saving of a multi-stage build.

use super::{Holds, PossibleSize, Step};

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
