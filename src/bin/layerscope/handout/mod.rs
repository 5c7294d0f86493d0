//! A lesson on paper: the narrator's words, pictures of the screens, questions, and the answers on
//! a separate page.
//!
//! The same handout is written as one HTML file or as Markdown. A [`Kit`] is a directory with both,
//! and with everything that a class needs.

mod html;
mod kit;
mod markdown;

use layerscope::display::escaped_str;

use crate::lesson::{Question, RenderedLesson, Stage, Step};
use crate::tui::Settings;
use crate::tui::screenshots::{Screenshot, screenshots};

pub use crate::tui::screenshots::Size;
pub use kit::{Kit, check_kit_free};

/// The screen size for print: as wide as a page, and low enough for two per page.
pub const PRINTED: Size = Size { columns: 100, rows: 20 };
/// The screen size for text, which is read on terminals.
pub const WRITTEN: Size = Size { columns: 80, rows: 20 };

/// A lesson with the screens of its steps.
pub struct Handout {
    told: RenderedLesson,
    /// A summary in one line.
    about: String,
    /// The command that shows the lesson on a screen.
    command: String,
    images: Vec<String>,
    /// The screen of each step, if it differs from the previous one.
    screenshots: Vec<Option<Screenshot>>,
}

/// The form of the screens in Markdown.
#[derive(Clone, Copy)]
pub enum Pictures<'a> {
    /// As lines of text.
    Text,
    /// As files in this directory, which exist already.
    Files(&'a str),
}

/// A step with its number in the handout.
struct NumberedStep<'a> {
    /// The number of the step, counted from 1.
    number: usize,
    step: &'a Step,
    picture: Picture<'a>,
    /// The question, with its number.
    question: Option<(usize, &'a Question)>,
}

/// The picture beside the words of a step.
enum Picture<'a> {
    New(&'a Screenshot),
    /// The picture of an earlier step, by its number.
    Earlier(usize),
}

impl Handout {
    /// Makes the handout of a lesson; `command` is the command that shows it on a screen.
    pub fn new(
        told: RenderedLesson,
        stages: &[Stage],
        about: &str,
        command: String,
        settings: &Settings,
        size: Size,
    ) -> Self {
        let screenshots = screenshots(&told, stages, settings, size);
        let images = stages.iter().map(|stage| stage.intro.name.to_string()).collect();
        Self { told, about: about.into(), command, images, screenshots }
    }

    /// Returns the handout as a self-contained HTML page.
    pub fn html(&self) -> String {
        html::write(self)
    }

    /// Returns the handout as Markdown.
    pub fn markdown(&self, pictures: Pictures) -> String {
        markdown::write(self, pictures)
    }

    /// Returns the screens with the numbers of the steps that show them first.
    fn pictures(&self) -> impl Iterator<Item = (usize, &Screenshot)> {
        self.screenshots.iter().enumerate().filter_map(|(i, still)| Some((i + 1, still.as_ref()?)))
    }

    fn parts(&self) -> Vec<NumberedStep<'_>> {
        let (mut pictured, mut questions) = (1, 0);
        let mut parts = Vec::with_capacity(self.told.steps.len());
        for (i, (step, still)) in self.told.steps.iter().zip(&self.screenshots).enumerate() {
            let number = i + 1;
            let picture = match still {
                Some(still) => {
                    pictured = number;
                    Picture::New(still)
                }
                None => Picture::Earlier(pictured),
            };
            questions += usize::from(step.question.is_some());
            let question = step.question.as_ref().map(|question| (questions, question));
            parts.push(NumberedStep { number, step, picture, question });
        }
        parts
    }
}

/// Returns the file name of a step's screen.
fn picture_name(step: usize) -> String {
    format!("step-{step:02}.svg")
}

/// Returns the paragraphs of a text, one line each.
fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Escapes control characters in a file, except tabs.
fn file(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(escaped_str).collect::<Vec<_>>().join("\t");
    text.lines().map(|text| line(text) + "\n").collect()
}
