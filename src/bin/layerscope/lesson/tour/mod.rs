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
mod secrets;
mod story;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use layerscope::report::Units;
use layerscope::{Error, Opened, Progress};

use super::{RenderedLesson, Stage};
use dockerfiles::Dockerfiles;
use left::Left;
use story::StoryBuilder;

/// Reads an image and the contents of its files, and generates its lesson.
///
/// # Errors
///
/// The image cannot be read, or the work was cancelled.
pub fn prepare(
    opened: &Opened,
    units: Units,
    progress: &Arc<Progress>,
) -> Result<(RenderedLesson, Stage), Error> {
    let stage = Stage::prepare(opened, progress)?;
    let dockerfiles = Dockerfiles::find(&stage, progress)?;
    opened.check_unchanged()?;
    Ok((tour(&stage, dockerfiles, units), stage))
}

/// Generates the lesson of an image; every figure in it is from the reports.
fn tour(stage: &Stage, dockerfiles: Dockerfiles, units: Units) -> RenderedLesson {
    let mut story = StoryBuilder::new(&stage.inspection, &stage.study, units);
    story.tell_secrets();
    story.open();
    if story.image_size() > 0 {
        story.tell_pairs();
        story.tell_rewritten();
        story.tell_surplus();
        let built_by_more = story.bytes_left(Left::Builders) > story.bytes_left(Left::Leftovers);
        if !built_by_more {
            story.tell_left(Left::Leftovers);
        }
        story.ask_for_the_application();
        story.tell_left(Left::Builders);
        if built_by_more {
            story.tell_left(Left::Leftovers);
        }
        story.tell_the_base();
        story.tell_lean();
        story.tell_what_it_needs();
        story.tell_the_ladder();
    }
    let title = format!("Guided tour of {}", words::name(&stage.inspection));
    let seen = story.seen();
    RenderedLesson {
        title,
        steps: story.steps,
        seen,
        before: dockerfiles.before,
        after: dockerfiles.after,
    }
}
