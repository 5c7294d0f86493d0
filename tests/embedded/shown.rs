//! A built-in image as a person sees it.

use layerscope::findings::Rules;
use layerscope::study::{Question, Study};
use layerscope::{Inspection, Opened, Progress};

/// An image with all that there is to say of it.
pub struct Shown {
    pub opened: Opened,
    pub inspection: Inspection,
    pub study: Study,
}

impl Shown {
    /// The image that is called `name`.
    pub fn of(name: &str) -> Self {
        let opened = layerscope::embedded::open(name).unwrap().unwrap();
        let inspection = inspect(&opened);
        let contents = layerscope::contents::LayerContents::new(&opened);
        let rules = Rules::built_in();
        let question = Question { contents: Some(&contents), ..Question::with(&rules) };
        let study = Study::of(&inspection, &question).unwrap();
        Self { opened, inspection, study }
    }

    /// The rungs of its ladder, with their sizes in bytes.
    pub fn ladder(&self) -> Vec<(&'static str, u64)> {
        self.study.ladder.iter().map(|rung| (rung.step.id(), rung.shipped)).collect()
    }
}

pub fn inspect(opened: &Opened) -> Inspection {
    layerscope::inspect(opened, &Progress::default()).unwrap()
}
