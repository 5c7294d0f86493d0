//! Lessons: their words, scenes and questions, and the figures in their words.
//!
//! A lesson is written as TOML ([`Lesson`]), with figures by name. Rendered for images that have
//! been read it becomes a [`RenderedLesson`], in which every figure is a number from those images.
//! Screens and handouts only show rendered lessons.

mod course;
mod difference;
mod facts;
mod figure;
#[cfg(test)]
mod plain;
mod read;
mod stage;
mod tell;
pub mod tour;

use layerscope::LayerIndex;
use layerscope::tree::NodeId;

use crate::view::View;
use layerscope::toml_file::Problem;

pub use course::{Course, CourseError, Entry, Origin};
pub use difference::FileLine;
pub use stage::{LessonError, Stage};

use facts::Facts;
use figure::Template;

/// A lesson as written.
#[derive(Debug, Clone)]
pub struct Lesson {
    pub title: String,
    /// A summary in one line.
    pub about: String,
    /// The images; the first one is shown at the start.
    pub images: Vec<String>,
    /// The line numbers of the images, counted from 1.
    image_lines: Vec<usize>,
    steps: Vec<Written>,
    seen: Vec<Template>,
    /// The Dockerfile at the start of the lesson.
    pub before: String,
    /// The Dockerfile at its end.
    pub after: String,
}

/// A step as written.
#[derive(Debug, Clone)]
struct Written {
    say: Template,
    ask: Option<Asked>,
    show: Show,
    /// The line number of the step, counted from 1.
    line: usize,
}

/// A question as written.
#[derive(Debug, Clone)]
struct Asked {
    options: Vec<Template>,
    /// The index of the right option.
    right: usize,
    because: Template,
}

/// The changes of a step to the scene; `None` keeps the previous value.
#[derive(Debug, Clone, Default)]
struct Show {
    image: Option<usize>,
    view: Option<View>,
    layer: Option<OnLine<usize>>,
    path: Option<OnLine<String>>,
    changes: Option<bool>,
    beside: bool,
}

/// A value with its line number, counted from 1.
#[derive(Debug, Clone)]
struct OnLine<T> {
    line: usize,
    value: T,
}

/// A rendered lesson: every figure is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedLesson {
    pub title: String,
    pub steps: Vec<Step>,
    /// The summary of the lesson, one line each.
    pub seen: Vec<String>,
    /// The Dockerfile before, if there is one.
    pub before: String,
    /// The Dockerfile after, if there is one.
    pub after: String,
}

/// A step: its words and its scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The words or the question; paragraphs are separated by empty lines.
    pub text: String,
    pub question: Option<Question>,
    pub scene: Scene,
}

/// The question of a step, and the answers to each option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub options: Vec<String>,
    /// The index of the right option.
    pub right: usize,
    pub because: String,
}

/// Returns the letter of an option, by its index.
pub fn letter(option: usize) -> char {
    ('a'..='z').nth(option).unwrap_or('?')
}

/// Returns what stands before the reason after a wrong answer; `right` is the index of the right
/// option.
pub fn correction(right: usize) -> String {
    format!("No: {} is right. ", letter(right))
}

/// The scene of a step: the part of the image that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// The index of the image in the lesson.
    pub image: usize,
    /// The view; `None` for all images of the lesson side by side.
    pub view: Option<View>,
    pub layer: LayerIndex,
    /// The path under the cursor.
    pub path: Option<NodeId>,
    /// True if the tree only shows changes of the layer.
    pub changes: bool,
}

impl Lesson {
    /// Parses a lesson.
    ///
    /// # Errors
    ///
    /// The line that is wrong, and the reason.
    pub fn read(text: &str) -> Result<Self, Problem> {
        read::read(text)
    }

    /// Returns title and summary in one line.
    pub fn line(&self) -> String {
        format!("{}: {}", self.title, self.about)
    }

    /// Renders the lesson for its images, in the order of [`Lesson::images`].
    ///
    /// # Errors
    ///
    /// The line whose layer, path or figure these images lack.
    fn tell(
        &self,
        facts: &[Facts],
        units: layerscope::report::Units,
    ) -> Result<RenderedLesson, Problem> {
        tell::tell(self, facts, units)
    }
}
