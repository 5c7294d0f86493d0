//! The terminal interface: one loop, one channel, one message type.
//!
//! [`App::update`](app::App::update) is pure, drawing never changes state, and
//! the loop sleeps while nothing happens.

mod app;
mod biography;
mod clock;
mod draw;
mod explain;
mod explore;
mod explorer;
mod extract;
mod filter;
pub mod handout;
mod input;
mod instruction;
mod jobs;
pub mod keymap;
mod layout;
pub mod lesson;
mod message;
mod mouse;
mod moving;
mod pattern;
pub mod picture;
mod prompt;
mod rows;
mod search;
mod sentences;
mod session;
pub mod side;
mod signs;
mod stage;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
pub mod theme;
mod viewer;
mod views;
mod work;

use std::io;
use std::sync::mpsc::channel;
use std::time::Instant;

use layerscope::report::Units;
use layerscope::{Archive, Error, Opened, Progress, Selection};
use ratatui::layout::Rect;

use crate::view::View;
pub use signs::Signs;
pub use terminal::Environment;
pub use views::Motion;

use crate::lesson::{Course, LessonError};
use app::App;
use keymap::Keymap;
use session::{Ended, Session};
use stage::Stage;
use theme::Theme;

/// Why the interface ended without success.
pub enum Failure {
    /// The image could not be read.
    Image(Error),
    /// The lesson cannot be told.
    Lesson(LessonError),
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

/// Shows an image until the person quits.
pub fn run(start: Start, selection: Selection, settings: Settings) -> Result<(), Failure> {
    let (sender, receiver) = channel();
    let app = App::new(start.name(), &settings, area()?);
    let mut session = Session::new(app, 0, selection, settings.pager.clone(), sender.clone());
    // The layers are read already while the terminal is asked for its colours.
    session.start(start);
    let mut stage = Stage::open(&settings, sender, receiver)?;
    let ended = exchange(&mut session, &mut stage);
    drop(stage);
    match ended? {
        Ended::Quit | Ended::Back => Ok(()),
        Ended::Failed(failure) => Err(failure),
    }
}

/// Takes events and draws, until something ends the program.
fn exchange(session: &mut Session, stage: &mut Stage) -> io::Result<Ended> {
    loop {
        session.work();
        stage.draw(|theme, frame| session.draw(theme, frame))?;
        let patience = session.patience(Instant::now());
        let Some(events) = stage.wait(patience) else { return Ok(Ended::Quit) };
        session.pass_time(Instant::now(), events.is_empty());
        for event in events {
            if let Some(ended) = session.take(event, stage)? {
                return Ok(ended);
            }
        }
    }
}

/// The whole of the terminal.
fn area() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Rect::new(0, 0, width, height))
}
