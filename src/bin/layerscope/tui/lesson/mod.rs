//! A lesson on the screen: the narrator shows one step at a time, and the explorer shows its scene.

mod draw;
mod page;

use layerscope::compare::{Column, columns};
use layerscope::report::Units;

use crate::lesson::{Question, RenderedLesson, Scene, Stage, Step};
use crate::tui::keys::Action;
use crate::tui::views::{Motion, Prepared};

pub use draw::{draw, draw_last_or_beside, keys, lines_asked, lines_in, mark, option_at};
pub use page::rows as page_rows;

/// The actions that answer a question, in the order of the options.
pub static ANSWERS: [Action; 4] =
    [Action::AnswerA, Action::AnswerB, Action::AnswerC, Action::AnswerD];

/// The position of a lesson in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A lesson without a course.
    Alone,
    /// A lesson of a course that is followed by another.
    Among,
    /// The last lesson of a course.
    Last,
}

/// The owner of the keyboard focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The narrator: keys move between steps and answer.
    Narrator,
    /// The learner: keys explore; one key returns to the lesson.
    Learner,
}

/// The state of a lesson on the screen.
pub struct LessonPlayer {
    pub told: RenderedLesson,
    pub stages: Vec<Stage>,
    /// The image of the first scene with all that is shown of it, made beside the screen.
    pub ready: Option<(usize, Prepared)>,
    /// The step; the summary follows the last one.
    pub step: usize,
    pub turn: Turn,
    /// The image in the explorer.
    pub staged: Option<usize>,
    /// The answers to the question of each step.
    pub answers: Vec<Option<Answer>>,
    /// The option that Enter chooses.
    pub option: usize,
    /// The number of lines scrolled out at the top.
    pub scroll: usize,
    place: Place,
}

/// The answers of the learner to a question: the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub first: Option<usize>,
    /// The last option; `None` if the learner only asked for the answer.
    pub last: Option<usize>,
}

impl LessonPlayer {
    pub fn new(told: RenderedLesson, stages: Vec<Stage>, place: Place) -> Self {
        let answers = vec![None; told.steps.len()];
        Self {
            told,
            stages,
            ready: None,
            step: 0,
            turn: Turn::Narrator,
            staged: None,
            answers,
            option: 0,
            scroll: 0,
            place,
        }
    }

    /// Prepares the image of the first scene: a tour's may be of any size.
    #[must_use]
    pub fn prepared(mut self, motion: Motion, units: Units) -> Self {
        let first = self.scene().map(|scene| scene.image);
        let stage = first.and_then(|first| Some((first, self.stages.get(first)?)));
        self.ready = stage.map(|(first, stage)| {
            (first, Prepared::studied(&stage.inspection, &stage.study, motion, units))
        });
        self
    }

    /// Returns the current step; `None` on the last page.
    pub fn current(&self) -> Option<&Step> {
        self.told.steps.get(self.step)
    }

    pub fn scene(&self) -> Option<Scene> {
        self.current().map(|step| step.scene)
    }

    /// Returns the question of the step.
    pub fn question(&self) -> Option<&Question> {
        self.current().and_then(|step| step.question.as_ref())
    }

    /// Returns the answer to it.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.get(self.step).copied().flatten()
    }

    /// Returns whether the question has not been answered.
    pub fn asks(&self) -> bool {
        self.question().is_some() && self.answer().is_none()
    }

    pub fn is_over(&self) -> bool {
        self.step >= self.told.steps.len()
    }

    /// Returns the image in the explorer.
    pub fn stage(&self) -> Option<&Stage> {
        self.stages.get(self.staged?)
    }

    /// Returns the sizes of the images, each with its ratio to the first.
    pub fn columns(&self) -> Vec<Column> {
        let images: Vec<_> = self.stages.iter().map(|stage| &*stage.inspection).collect();
        columns(&images)
    }

    /// Returns the position of the lesson in its course.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns the number of questions answered correctly at the first try, and the number of
    /// questions.
    pub fn score(&self) -> (usize, usize) {
        let questions = self.told.steps.iter().zip(&self.answers);
        let questions =
            questions.filter_map(|(step, answer)| Some((step.question.as_ref()?, answer)));
        questions.fold((0, 0), |(right, all), (question, answer)| {
            let at_once = answer.is_some_and(|answer| answer.first == Some(question.right));
            (right + usize::from(at_once), all + 1)
        })
    }
}
