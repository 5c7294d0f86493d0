//! The terminal interface: one loop, one channel, one message type.
//!
//! [`App::update`](app::App::update) is pure, drawing never changes state, and
//! the loop sleeps while nothing happens.

mod app;
pub mod comparison;
mod contents;
mod early;
mod explorer;
mod image_table;
pub mod keys;
mod layout;
pub mod lesson;
mod message;
mod overlay;
mod pattern;
mod pointer;
mod program;
pub mod screenshots;
mod session;
mod terminal;
#[cfg(test)]
mod tests;
mod viewer;
mod views;
pub mod widgets;
mod work;

use std::io;

use layerscope::display::Escaped;
use layerscope::report::Units;
use layerscope::{Archive, Error, Opened, Progress};

pub use overlay::picker::Offer;
pub use program::{Shown, compare, run};
pub use terminal::Environment;
pub use views::Motion;
pub use widgets::signs::Signs;

use crate::lesson::{Course, LessonError};
use crate::view::View;
use keys::Keymap;
use widgets::theme::Theme;

/// The reason why the interface ended without success.
pub enum Failure {
    /// The image could not be read.
    Image(Error),
    /// The lesson could not be rendered.
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

impl Failure {
    /// Returns the failure and a suggestion, in paragraphs.
    pub fn paragraphs(&self) -> Vec<String> {
        let hint = match self {
            Self::Image(error) => error.hint(),
            Self::Lesson(_) | Self::Thread(_) | Self::Terminal(_) => None,
        };
        let hint = hint.map(|hint| format!("Hint: {hint}"));
        std::iter::once(self.sentence()).chain(hint).collect()
    }

    /// Returns the failure in a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Image(error) => error.to_string(),
            Self::Lesson(error) => error.to_string(),
            Self::Thread(error) | Self::Terminal(error) => error.to_string(),
        }
    }
}

/// A function that opens the archive of a path or a name.
pub type OpenFn = fn(&str, &Progress) -> Result<Archive, Error>;

/// A function that opens an archive while the screen is already visible.
pub type Opener = Box<dyn FnOnce(&Progress) -> Result<Archive, Error> + Send>;

/// The settings of the screen.
#[derive(Debug, Clone)]
pub struct Settings {
    pub units: Units,
    /// True if the program handles the mouse; otherwise the terminal does.
    pub mouse: bool,
    pub keymap: Keymap,
    /// The view that is shown first.
    pub view: View,
    /// The colours; `None` for colours that suit the terminal.
    pub theme: Option<Theme>,
    pub signs: Signs,
    /// The setting for animations.
    pub motion: Motion,
    /// The way in which another image is opened from the screen.
    pub open: OpenFn,
    /// The pager as a shell command; `None` for the one in the environment.
    pub pager: Option<String>,
    /// True to search images for secrets.
    pub secrets: bool,
}

/// The start of the screen.
pub enum Start {
    /// An image.
    Image(Box<Opened>),
    /// Several images, none of which is selected.
    Archive(Archive),
    /// The images of container runtimes, of which the user opens some.
    Offers(Vec<Offer>),
    /// A lesson of a course; `None` for the list of lessons.
    Course(Course, Option<usize>),
    /// The guided tour of an image.
    Tour(Box<Start>),
    /// Only a name: a stream has to be read to its end first.
    Later(Escaped, Opener),
}

impl Start {
    /// Returns the name to show until more is known.
    fn name(&self) -> Escaped {
        match self {
            Self::Image(opened) => opened.path.clone(),
            Self::Archive(archive) => archive.path.clone(),
            Self::Course(..) => "Lessons".into(),
            Self::Offers(_) => "Images".into(),
            Self::Tour(image) => image.name(),
            Self::Later(name, _) => name.clone(),
        }
    }
}
