//! A lesson on the screen: a narrator who says one thing at a time, and moves the explorer to what it speaks of.

mod acting;
mod draw;
mod page;
mod stills;

use layerscope::compare::{Column, columns};

use crate::lesson::{Question, Scene, Stage, Step, Told};

pub use draw::{draw, keys, lines_asked, lines_in, mark, option_at};
pub use page::{draw as draw_page, rows as page_rows};
pub use stills::{Size, Still, stills};

/// Where a lesson stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// By itself.
    Alone,
    /// Among others, and another one follows.
    Among,
    /// The last of others.
    Last,
}

/// Who has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// They go on and back, and answer.
    Narrator,
    /// The learner is looking around; one key comes back.
    Learner,
}

/// A lesson that is being told.
pub struct Narrator {
    pub told: Told,
    stages: Vec<Stage>,
    /// The step; after the last one comes the page that sums up.
    pub step: usize,
    pub turn: Turn,
    /// The image that the explorer shows.
    staged: Option<usize>,
    /// What was answered to the question of each step: the first answer, and the last.
    answers: Vec<Option<Answer>>,
    /// The option that Enter chooses.
    pub option: usize,
    /// The lines that have gone by at the top, of the words or of the last page.
    pub scroll: usize,
    place: Place,
}

/// What the learner answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub first: Option<usize>,
    /// The option that the narrator speaks of; `None` if the learner only wanted to be told.
    pub last: Option<usize>,
}

impl Narrator {
    pub fn new(told: Told, stages: Vec<Stage>, place: Place) -> Self {
        let answers = vec![None; told.steps.len()];
        Self { told, stages, step: 0, turn: Turn::Narrator, staged: None, answers, option: 0, scroll: 0, place }
    }

    /// The step that is told; `None` on the last page.
    pub fn current(&self) -> Option<&Step> {
        self.told.steps.get(self.step)
    }

    pub fn scene(&self) -> Option<Scene> {
        self.current().map(|step| step.scene)
    }

    /// The question of the step.
    pub fn question(&self) -> Option<&Question> {
        self.current().and_then(|step| step.question.as_ref())
    }

    /// What was answered to it.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.get(self.step).copied().flatten()
    }

    /// Whether the learner has yet to answer.
    pub fn asks(&self) -> bool {
        self.question().is_some() && self.answer().is_none()
    }

    pub fn is_over(&self) -> bool {
        self.step >= self.told.steps.len()
    }

    /// The image that the explorer shows.
    pub fn stage(&self) -> Option<&Stage> {
        self.stages.get(self.staged?)
    }

    /// The costs of the images, beside those of the first.
    pub fn columns(&self) -> Vec<Column> {
        let images: Vec<_> = self.stages.iter().map(|stage| &*stage.inspection).collect();
        columns(&images)
    }

    /// What comes after this lesson or around it.
    pub fn place(&self) -> Place {
        self.place
    }

    /// How many questions were answered rightly at the first try, and how many there are.
    pub fn score(&self) -> (usize, usize) {
        let questions = self.told.steps.iter().zip(&self.answers);
        let questions = questions.filter_map(|(step, answer)| Some((step.question.as_ref()?, answer)));
        questions.fold((0, 0), |(right, all), (question, answer)| {
            let at_once = answer.is_some_and(|answer| answer.first == Some(question.right));
            (right + usize::from(at_once), all + 1)
        })
    }
}
