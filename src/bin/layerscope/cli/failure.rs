//! The reasons why the program ends without success, with the message and the exit code of each.

use std::io;

use layerscope::Error;

use super::meant;
use super::stderr::say;
use crate::config;
use crate::lesson::{CourseError, LessonError};
use crate::tui;

/// The reason why the program ends without success.
pub enum Failure {
    /// The image could not be read or understood.
    Image(Error),
    /// The output could not be written.
    Output(String, io::Error),
    /// Another file could not be read or understood.
    File(String),
    /// The command line has a contradiction.
    Usage(String),
    /// A requested path or layer is not in the image.
    Place { message: String, hint: String },
    /// The configuration cannot be used.
    Config(config::Error),
    /// The terminal can only print. The value is the command to use instead.
    Dumb(&'static str),
    /// The report has been written, and lists a mismatch.
    Mismatch,
    /// An image that was to be checked is not what its manifest and config say.
    Altered { message: String, hint: String },
    /// The result has been written, and a limit is exceeded.
    Exceeded,
    /// The output has been written, and not all of the image could be read.
    NotWhole { message: String, hint: String },
}

impl Failure {
    /// Says the error and its suggestion on standard error; returns false if there is nothing to
    /// say.
    pub fn say(&self) -> bool {
        let Some((message, hint)) = self.message() else { return false };
        say(format_args!("error: {message}"));
        if let Some(hint) = hint {
            say(format_args!("hint: {hint}"));
        }
        true
    }

    /// Returns the exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Mismatch | Self::Exceeded | Self::Altered { .. } => 1,
            _ => 2,
        }
    }

    /// Returns whether the output was closed by its reader, which is not a failure.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(_, error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
    /// Returns the error and a suggestion; `None` if what was written says it already.
    pub fn message(&self) -> Option<(String, Option<String>)> {
        Some(match self {
            Self::Image(error) => (error.to_string(), meant(error).or_else(|| error.hint())),
            Self::Output(what, error) => (format!("cannot write {what}: {error}"), None),
            Self::File(message) => (message.clone(), None),
            Self::Usage(message) => (message.clone(), Some("see layerscope --help".into())),
            Self::Place { message, hint }
            | Self::NotWhole { message, hint }
            | Self::Altered { message, hint } => (message.clone(), Some(hint.clone())),
            Self::Config(error) => (error.to_string(), error.hint()),
            Self::Dumb(hint) => (
                "TERM=dumb cannot show the interactive screen".into(),
                Some(format!("the same as text: {hint}")),
            ),
            Self::Mismatch | Self::Exceeded => return None,
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Image(error)
    }
}

impl From<LessonError> for Failure {
    fn from(error: LessonError) -> Self {
        match error {
            LessonError::Image(error) => Self::Image(error),
            LessonError::Named { .. } => {
                let names = layerscope::image::builtin::names().collect::<Vec<_>>().join(", ");
                let hint = format!(
                    "name an archive, as seen from where the lesson lies, or a built-in \
                    image: {names}"
                );
                Self::Place { message: error.to_string(), hint }
            }
            error @ LessonError::Words { .. } => Self::File(error.to_string()),
        }
    }
}

impl From<CourseError> for Failure {
    fn from(error: CourseError) -> Self {
        Self::File(error.to_string())
    }
}

impl From<tui::Failure> for Failure {
    fn from(failure: tui::Failure) -> Self {
        match failure {
            tui::Failure::Image(error) => Self::Image(error),
            tui::Failure::Lesson(error) => error.into(),
            tui::Failure::Thread(error) => Self::Place {
                message: format!(
                    "cannot open the screen, because the system starts no thread: {error}"
                ),
                hint: "print a report instead: layerscope report IMAGE".into(),
            },
            tui::Failure::Terminal(error) => Self::Output("to the terminal".into(), error),
        }
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::Config(error)
    }
}

/// Returns the hint for a name that was probably mistyped.
fn meant(error: &Error) -> Option<String> {
    match error {
        Error::Io { path, source, .. } if source.kind() == io::ErrorKind::NotFound => {
            meant::by_file(path)
        }
        Error::Nowhere { name, hint, .. } => {
            let is_better = hint.as_ref().is_some_and(|hint| hint.starts_with("did you mean"));
            (!is_better).then(|| meant::as_command(name)).flatten()
        }
        _ => None,
    }
}
