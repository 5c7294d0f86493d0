//! The terminal interface: one loop, one channel, one message type.
//!
//! [`App::update`](app::App::update) is pure, drawing never changes state, and
//! the loop sleeps while nothing happens.

mod app;
pub mod comparison;
mod explorer;
pub mod keys;
mod layout;
pub mod lesson;
mod message;
mod overlay;
mod run;
mod session;
mod terminal;
#[cfg(test)]
mod tests;
mod viewer;
mod views;
pub mod widgets;
mod work;

use std::io;

use layerscope::report::Units;
use layerscope::{Archive, Error, Opened, Progress};

pub use run::run;
pub use terminal::Environment;
pub use views::Motion;
pub use widgets::signs::Signs;

use crate::lesson::{Course, LessonError};
use crate::view::View;
use keys::Keymap;
use widgets::theme::Theme;

/// Why the interface ended without success.
pub enum Failure {
    /// The image could not be read.
    Image(Error),
    /// The lesson cannot be told.
    Lesson(LessonError),
    /// The system gave no thread to watch the keys and signals.
    Thread(io::Error),
    /// The terminal could not be used.
    Terminal(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Terminal(error)
    }
}

/// Opens an archive while the screen is up already.
pub type Opener = Box<dyn FnOnce(&Progress) -> Result<Archive, Error> + Send>;

/// How the screen behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    pub units: Units,
    /// Whether clicks and the wheel are taken; if not, the terminal keeps them.
    pub mouse: bool,
    pub keymap: Keymap,
    /// The view that is shown first.
    pub view: View,
    /// The colours; without them, what suits the terminal.
    pub theme: Option<Theme>,
    pub signs: Signs,
    /// Whether something may move by itself.
    pub motion: Motion,
    /// What shows files, as a shell reads it; without it, what the environment says.
    pub pager: Option<String>,
}

/// What is known when the screen comes up.
pub enum Start {
    /// The image.
    Image(Box<Opened>),
    /// Several images, of which none is meant in particular.
    Archive(Archive),
    /// A lesson of a course; without one, the list of all.
    Course(Course, Option<usize>),
    /// The story of the image that this would show.
    Story(Box<Start>),
    /// Nothing but the name: what can be read only once has to be read to its end first.
    Later(String, Opener),
}

impl Start {
    /// What to call it while nothing else is known.
    fn name(&self) -> String {
        match self {
            Self::Image(opened) => opened.path.clone(),
            Self::Archive(archive) => archive.path.clone(),
            Self::Course(..) => "Lessons".into(),
            Self::Story(image) => image.name(),
            Self::Later(name, _) => name.clone(),
        }
    }
}
