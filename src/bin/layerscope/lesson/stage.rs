//! Reads the images of a lesson: embedded ones by name, others as files.

use std::path::Path;
use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::display::Escaped;
use layerscope::files::contents::{Contents, LayerContents};
use layerscope::report::Units;
use layerscope::{Archive, Error, Inspection, Opened, Progress, Selection};

use super::course::{Entry, Origin};
use super::{Facts, RenderedLesson};
use crate::intro::Intro;
use layerscope::toml_file::Problem;

/// An image of a lesson, with everything needed to show and describe it.
#[derive(Clone)]
pub struct Stage {
    pub intro: Intro,
    pub inspection: Arc<Inspection>,
    pub study: Arc<Study>,
    pub contents: Arc<dyn Contents>,
}

/// The reason why a lesson cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// An image cannot be read.
    #[error(transparent)]
    Image(#[from] Error),
    /// An image that a user's lesson names cannot be read.
    #[error("{lesson}: line {line}: images: {source}")]
    Named {
        /// The file of the lesson.
        lesson: Escaped,
        /// The line that names the image, counted from 1.
        line: usize,
        source: Error,
    },
    /// The words refer to something that the images lack.
    #[error("{lesson}: {problem}")]
    Words { lesson: Escaped, problem: Problem },
}

impl Stage {
    /// Reads an image and the contents of its files.
    ///
    /// # Errors
    ///
    /// The image cannot be read, or the work was cancelled.
    pub fn prepare(opened: &Opened, progress: &Arc<Progress>) -> Result<Self, Error> {
        let inspection = Arc::new(layerscope::inspect(opened, progress)?);
        let contents: Arc<dyn Contents> = Arc::new(LayerContents::new(opened));
        let study = Study::unprompted(&inspection, &*contents, true, progress)?;
        let mut intro = Intro::from_opened(opened);
        let inspection = study.shown.clone().unwrap_or(inspection);
        Intro::mask(&mut intro.layers, &inspection);
        Ok(Self { intro, inspection, study: Arc::new(study), contents })
    }
}

impl Entry {
    /// Reads the images of the lesson, and renders it for them.
    ///
    /// # Errors
    ///
    /// An image cannot be read, or lacks something that the lesson refers to.
    pub fn stage(
        &self,
        units: Units,
        progress: &Arc<Progress>,
    ) -> Result<(RenderedLesson, Vec<Stage>), LessonError> {
        let mut stages = Vec::with_capacity(self.lesson.images.len());
        for (name, &line) in self.lesson.images.iter().zip(&self.lesson.image_lines) {
            let read = || {
                Stage::prepare(
                    &self.archive(name, progress)?.choose(&Selection::default())?,
                    progress,
                )
            };
            stages.push(read().map_err(|source| match (&self.origin, source) {
                (Origin::BuiltIn, source) | (_, source @ Error::Cancelled) => {
                    LessonError::Image(source)
                }
                (Origin::File(_), source) => {
                    LessonError::Named { lesson: self.place(), line, source }
                }
            })?);
        }
        let facts: Vec<_> = self
            .lesson
            .images
            .iter()
            .zip(&stages)
            .map(|(name, stage)| {
                Facts::new(name.clone(), stage.inspection.clone(), stage.study.clone())
            })
            .collect();
        let told = self.lesson.tell(&facts, units);
        let told = told.map_err(|problem| LessonError::Words { lesson: self.place(), problem })?;
        Ok((told, stages))
    }

    /// Opens the archive of an image: a file beside the lesson, or an embedded image.
    fn archive(&self, name: &str, progress: &Progress) -> Result<Archive, Error> {
        let embedded = || layerscope::image::builtin::archive(name);
        match &self.origin {
            Origin::File(lesson) => {
                let path = lesson.parent().unwrap_or(Path::new("")).join(name);
                match embedded().filter(|_| !path.exists()) {
                    Some(archive) => archive,
                    None => layerscope::open_archive(&path, progress),
                }
            }
            Origin::BuiltIn => {
                embedded().unwrap_or_else(|| layerscope::open_archive(Path::new(name), progress))
            }
        }
    }
}
