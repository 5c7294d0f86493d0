//! Generates a lesson about any image from its findings: the largest waste first, then leftovers,
//! the application's share, and the possible sizes.

mod application;
mod base;
mod dockerfiles;
mod ending;
mod ladder;
mod left;
mod opening;
mod options;
mod pairs;
mod place;
mod rewritten;
mod teller;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use layerscope::report::Units;
use layerscope::{Error, Opened, Progress};

use super::{Stage, Told};
use dockerfiles::Dockerfiles;
use left::Left;
use teller::Teller;

/// Reads an image and the contents of its files, and generates its lesson.
///
/// # Errors
///
/// The image cannot be read, or the work was cancelled.
pub fn of(opened: &Opened, units: Units, progress: &Arc<Progress>) -> Result<(Told, Stage), Error> {
    let stage = Stage::of(opened, progress)?;
    let dockerfiles = Dockerfiles::of(&stage, progress)?;
    opened.check_unchanged()?;
    Ok((tour(&stage, dockerfiles, units), stage))
}

/// Generates the lesson of an image; every figure in it is from the reports.
fn tour(stage: &Stage, dockerfiles: Dockerfiles, units: Units) -> Told {
    let mut teller = Teller::new(&stage.inspection, &stage.study, units);
    teller.open();
    if teller.image_size() > 0 {
        teller.tell_pairs();
        teller.tell_rewritten();
        let built_by_more = teller.bytes_left(Left::Builders) > teller.bytes_left(Left::Leftovers);
        if !built_by_more {
            teller.tell_left(Left::Leftovers);
        }
        teller.ask_for_the_application();
        teller.tell_left(Left::Builders);
        if built_by_more {
            teller.tell_left(Left::Leftovers);
        }
        teller.tell_the_base();
        teller.tell_lean();
        teller.tell_what_it_needs();
        teller.tell_the_ladder();
    }
    let title = format!("Guided tour of {}", words::name(&stage.inspection));
    let seen = teller.seen();
    Told { title, steps: teller.steps, seen, before: dockerfiles.before, after: dockerfiles.after }
}
