//! What happens to the screen, and what it asks of those who know more than the screen.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use layerscope::advice::assessment::Study;
use layerscope::{Error, Inspection};
use tempfile::TempPath;

use super::lesson::Narrator;
use super::work::Answer;
use crate::intro::Intro;
use crate::tui::work::passes::{Done, Job};

/// Something that happened.
pub enum Message {
    Key(KeyEvent),
    /// Text that came in one piece, and is no keys.
    Paste(String),
    /// What the mouse did, and when, counted from the start.
    Mouse(MouseEvent, Duration),
    Resize(u16, u16),
    /// So much time has passed while something was moving by itself.
    Tick(Duration),
    /// How far the reading is: bytes done, bytes in all, layers done.
    Progress(u64, u64, u64),
    /// One of these is to be chosen: images of the archive, or lessons; the last is the place of the one that is offered.
    Choices(&'static str, Vec<String>, usize),
    /// The image is known, and its layers are going to be read.
    Opened(Intro),
    Loaded(Result<Arc<Inspection>, Error>),
    /// The images of a lesson have been read.
    Lesson(Box<Narrator>),
    /// Files have been looked into.
    Studied(Arc<Study>),
    /// Something that ran beside the screen has come to a result.
    Done(Done),
    /// What has come of a task.
    Answer(u64, Answer),
    /// How far a task is: its number, bytes done, bytes in all or 0.
    Progressed(u64, u64, u64),
    /// The system asks the program to end.
    Terminate,
}

/// What the program has to do besides drawing.
pub enum Effect {
    Quit,
    /// The person goes back to where the image was opened from.
    Leave,
    /// What is being read is not wanted any more.
    Cancel,
    Fail(Error),
    /// This text goes to the terminal's clipboard.
    Copy(String),
    /// The image at this place in the list is wanted.
    Choose(usize),
    /// The lesson after this one is wanted.
    NextLesson,
    /// The list of the lessons is wanted.
    Lessons,
    /// The shell is wanted for a while.
    Suspend,
    /// This is to run beside the screen.
    Work(Job),
    /// A pager shows this file, which is gone afterwards.
    Page(TempPath),
}
