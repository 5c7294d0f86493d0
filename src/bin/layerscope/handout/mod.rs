//! A lesson on paper: what the narrator says, pictures of the screens, questions, and the answers on a page of their own.
//!
//! The same handout is written as one file of HTML or as Markdown; a [`Kit`] is a directory with both and with all that a
//! class needs to try it.

mod html;
mod kit;
mod markdown;

use layerscope::display::escaped_str;

use crate::lesson::{Question, Stage, Step, Told};
use crate::tui::Settings;
use crate::tui::lesson::{Still, stills};

pub use crate::tui::lesson::Size;
pub use kit::{Kit, check_kit_free};

/// A screen that is printed: as many columns as a page holds, and so few rows that it holds two.
pub const PRINTED: Size = Size { columns: 100, rows: 20 };
/// A screen among text, which is read on terminals and in letters.
pub const WRITTEN: Size = Size { columns: 80, rows: 20 };

/// A lesson with what is seen at its steps.
pub struct Handout {
    told: Told,
    /// What it is about, in a line.
    about: String,
    /// What shows the lesson on a screen.
    command: String,
    /// The names of the images that it is told about.
    images: Vec<String>,
    /// What is seen at each step, if it is something else than before.
    stills: Vec<Option<Still>>,
}

/// How the screens get into Markdown.
#[derive(Clone, Copy)]
pub enum Pictures<'a> {
    /// As lines of text.
    Text,
    /// As files of this directory, which are there already.
    Files(&'a str),
}

/// A step with its place in the handout.
struct Part<'a> {
    /// Counted from 1.
    number: usize,
    step: &'a Step,
    picture: Picture<'a>,
    /// The question, with its number.
    question: Option<(usize, &'a Question)>,
}

/// What stands beside the words of a step.
enum Picture<'a> {
    New(&'a Still),
    /// That of an earlier step, by its number.
    Earlier(usize),
}

impl Handout {
    /// Makes the handout of a lesson; `command` is what shows it on a screen.
    pub fn new(told: Told, stages: &[Stage], about: &str, command: String, settings: &Settings, size: Size) -> Self {
        let stills = stills(&told, stages, settings, size);
        let images = stages.iter().map(|stage| stage.intro.name.clone()).collect();
        Self { told, about: about.into(), command, images, stills }
    }

    /// The handout as a page of HTML that loads nothing.
    pub fn html(&self) -> String {
        html::write(self)
    }

    /// The handout as Markdown.
    pub fn markdown(&self, pictures: Pictures) -> String {
        markdown::write(self, pictures)
    }

    /// What is seen, with the numbers of the steps where it is seen first.
    fn pictures(&self) -> impl Iterator<Item = (usize, &Still)> {
        self.stills.iter().enumerate().filter_map(|(i, still)| Some((i + 1, still.as_ref()?)))
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let (mut pictured, mut questions) = (1, 0);
        let mut parts = Vec::with_capacity(self.told.steps.len());
        for (i, (step, still)) in self.told.steps.iter().zip(&self.stills).enumerate() {
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
            parts.push(Part { number, step, picture, question });
        }
        parts
    }
}

/// The name of the file with what is seen at a step.
fn picture_name(step: usize) -> String {
    format!("step-{step:02}.svg")
}

/// The paragraphs of a text, each in a line.
fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A file as it is written out: control characters escaped, but for tabs.
fn file(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(escaped_str).collect::<Vec<_>>().join("\t");
    text.lines().map(|text| line(text) + "\n").collect()
}
