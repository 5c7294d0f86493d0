//! The events of the screen, and the effects that it requests from the program.

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use layerscope::Error;
use tempfile::TempPath;

use super::lesson::LessonPlayer;
use super::overlay::picker::Offer;
use super::views::{Prepared, Studied};
use super::work::Answer;
use crate::intro::Intro;

/// An event.
pub enum Message {
    Key(KeyEvent),
    /// Pasted text, which is not interpreted as keys.
    Paste(String),
    /// An event of the mouse, and its time since the start.
    Mouse(MouseEvent, Duration),
    Resize(u16, u16),
    /// Time that has passed during an animation.
    Tick(Duration),
    /// The progress of reading: bytes read, total bytes, layers read.
    Progress(u64, u64, u64),
    /// The answer that is waited for before the first byte comes.
    Waiting(Option<String>),
    /// A choice of images or lessons; the last value is the index of the default.
    Choices(&'static str, Vec<String>, usize),
    /// Images of container runtimes to open.
    Offers(Vec<Offer>),
    /// The image is known, and its layers are about to be read.
    Opened(Intro),
    /// The layers have been read, and what shows them is made.
    Loaded(Result<Prepared, Error>),
    /// The images of a lesson have been read.
    Lesson(Box<LessonPlayer>),
    /// The study of the image is complete.
    Studied(Box<Studied>),
    /// The answer of a task.
    Answer(u64, Answer),
    /// The progress of a task: its number, bytes done, and total bytes or 0.
    Progressed(u64, u64, u64),
    /// The system requests the end of the program.
    Terminate,
}

/// An effect that the program performs besides drawing.
pub enum Effect {
    Quit,
    /// Return to where the image was opened from.
    Leave,
    /// Cancel the current read.
    Cancel,
    Fail(Error),
    /// Open another image.
    Open(String),
    /// Start the guided tour of the image.
    Tour,
    /// Copy a text to the terminal's clipboard.
    Copy(String),
    /// Choose the image with this index.
    Choose(usize),
    /// Start the next lesson.
    NextLesson,
    /// Show the list of lessons.
    Lessons,
    /// Suspend the program and return to the shell.
    Suspend,
    /// Show a temporary file in a pager, and remove it afterwards.
    Page(TempPath),
}
