//! Lessons: what they say, what they show and ask, and the figures in their words.
//!
//! A lesson is written as TOML ([`Lesson`]), with figures by name; told about
//! images that have been read it becomes a [`Told`], in which every figure is a
//! number of those images. Only what is told reaches a screen or a handout.

mod course;
mod difference;
mod facts;
mod figure;
#[cfg(test)]
mod plain;
mod read;
mod stage;
pub mod story;
mod tell;

use layerscope::tree::NodeId;

use crate::toml_file::Problem;
use crate::view::View;

pub use course::{Course, Entry, Origin};
pub use difference::FileLine;
pub use stage::{LessonError, Stage};

use facts::Facts;
use figure::Template;

/// A lesson as it is written.
#[derive(Debug, Clone)]
pub struct Lesson {
    pub title: String,
    /// What it is about, in a line.
    pub about: String,
    /// The images it is told about: the first is shown from the start.
    pub images: Vec<String>,
    /// The line of each of them, counted from 1.
    image_lines: Vec<usize>,
    steps: Vec<Written>,
    seen: Vec<Template>,
    /// The Dockerfile that the lesson begins with.
    pub before: String,
    /// The Dockerfile that it ends with.
    pub after: String,
}

/// A step as it is written.
#[derive(Debug, Clone)]
struct Written {
    say: Template,
    ask: Option<Asked>,
    show: Show,
    /// Where the step begins, counted from 1.
    line: usize,
}

/// A question as it is written.
#[derive(Debug, Clone)]
struct Asked {
    options: Vec<Template>,
    /// Counted from 0.
    right: usize,
    because: Template,
}

/// What a step changes of what is shown; what it does not name stays as it is.
#[derive(Debug, Clone, Default)]
struct Show {
    image: Option<usize>,
    view: Option<View>,
    layer: Option<OnLine<usize>>,
    path: Option<OnLine<String>>,
    changes: Option<bool>,
    beside: bool,
}

/// What is written on a line, counted from 1.
#[derive(Debug, Clone)]
struct OnLine<T> {
    line: usize,
    value: T,
}

/// A lesson about images that have been read: nothing is left to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub title: String,
    pub steps: Vec<Step>,
    /// What has been seen, in a line each.
    pub seen: Vec<String>,
    /// The Dockerfile before, if there is one to show.
    pub before: String,
    /// The Dockerfile after.
    pub after: String,
}

/// One thing that is said, with what is shown meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is said, or asked; paragraphs are divided by empty lines.
    pub text: String,
    pub question: Option<Question>,
    pub scene: Scene,
}

/// What a step asks, and what it says when there is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub options: Vec<String>,
    /// The place of the right one.
    pub right: usize,
    pub because: String,
}

/// The letter of an option, by its place.
pub fn letter(option: usize) -> char {
    ('a'..='z').nth(option).unwrap_or('?')
}

/// What is shown while a step is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// The place of the image in the lesson's list.
    pub image: usize,
    /// The view; `None` for all images of the lesson side by side.
    pub view: Option<View>,
    pub layer: usize,
    /// What the cursor stands on.
    pub path: Option<NodeId>,
    /// Whether the tree has only what the layer changed.
    pub changes: bool,
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    ///
    /// Says which line is wrong, and why.
    pub fn read(text: &str) -> Result<Self, Problem> {
        read::read(text)
    }

    /// The title, and what it is about.
    pub fn line(&self) -> String {
        format!("{}: {}", self.title, self.about)
    }

    /// Tells the lesson about its images, in the order of [`Lesson::images`].
    ///
    /// # Errors
    ///
    /// Names the line whose layer, path or figure these images do not have.
    fn tell(&self, facts: &[Facts], units: layerscope::report::Units) -> Result<Told, Problem> {
        tell::tell(self, facts, units)
    }
}
