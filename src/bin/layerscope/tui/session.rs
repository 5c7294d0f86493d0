//! An image in the explorer, with the threads that work for it.

mod reading;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use layerscope::display::escaped_str;
use layerscope::files::contents::Contents;
use layerscope::progress::Searching;
use layerscope::{Archive, Error, Inspection, Opened, Progress, Selection};
use ratatui::Frame;

use super::app::draw;
use super::app::{App, Screen};
use super::message::{Effect, Message};
use super::viewer::pager;
use super::work::{Jobs, Workshop};
use super::{Failure, OpenFn, Settings, Start};
use crate::lesson::{Course, LessonError};
use crate::signals;
use crate::tui::terminal::clock::Clock;
use crate::tui::terminal::stage::{Event, Stage, TICK};
use crate::tui::widgets::theme::Theme;

/// The step of the program after an event.
pub enum Turn {
    /// The user quits the program.
    Quit,
    /// The user returns to where the image was opened from.
    Back,
    /// The guided tour is opened on top.
    Open(Box<Start>),
    /// Another image is opened on top, by the name that the user gave.
    OpenNamed(String),
    /// The image cannot be shown.
    Failed(Failure),
}

/// The state of the explorer, with the threads that send it messages.
pub struct Session {
    pub app: App,
    /// The name by which the user opened the image from another screen.
    pub typed: Option<String>,
    /// The number of the session, which its threads send with each message.
    number: u64,
    selection: Selection,
    progress: Arc<Progress>,
    sender: Sender<Event>,
    /// The archive, until one of its images has been chosen.
    archive: Option<Archive>,
    /// The image, once it has been chosen.
    image: Option<Opened>,
    /// The contents of the image's files.
    contents: Option<Arc<dyn Contents>>,
    /// The lessons, and the index of the current one.
    course: Option<(Arc<Course>, Option<usize>)>,
    /// True in the guided tour of an image.
    is_tour: bool,
    jobs: Jobs,
    clock: Clock,
    /// The pager, instead of the one in the environment.
    pager: Option<String>,
    /// True to search images for secrets.
    secrets: bool,
}

impl Session {
    /// Makes a session that has not read anything yet.
    pub fn new(
        app: App,
        number: u64,
        selection: Selection,
        settings: &Settings,
        sender: Sender<Event>,
    ) -> Self {
        Self {
            app,
            typed: None,
            number,
            selection,
            progress: Arc::new(counters(settings.secrets)),
            sender,
            archive: None,
            image: None,
            contents: None,
            course: None,
            is_tour: false,
            jobs: Jobs::default(),
            clock: Clock::default(),
            pager: settings.pager.clone(),
            secrets: settings.secrets,
        }
    }

    /// Returns the image, if it is shown and belongs to no lesson.
    pub fn inspection(&self) -> Option<Arc<Inspection>> {
        let explorer = if self.course.is_none() { self.app.explorer() } else { None };
        explorer.map(|explorer| explorer.inspection.clone())
    }

    fn is_reading_one_of_several_lessons(&self) -> bool {
        let several = self.course.as_ref().is_some_and(|(course, _)| course.entries.len() > 1);
        several && matches!(self.app.screen, Screen::Loading { .. })
    }

    /// Stops the current read; the next one starts with new counters.
    fn stop_reading(&mut self) {
        self.progress.cancel.store(true, Ordering::Relaxed);
        self.progress = Arc::new(counters(self.secrets));
    }

    pub fn draw(&self, theme: &Theme, frame: &mut Frame<'_>) {
        draw::draw(&self.app, theme, frame);
    }

    /// Returns the time until the next frame or progress update; `None` if there is nothing to wait
    /// for.
    pub fn patience(&mut self, now: Instant) -> Option<Duration> {
        let until_frame = self.clock.until_frame(self.app.is_moving(), now);
        let is_waiting = matches!(self.app.screen, Screen::Loading { .. }) || !self.jobs.is_empty();
        until_frame.into_iter().chain(is_waiting.then_some(TICK)).min()
    }

    /// Advances animations and, if nothing else happened, updates the progress.
    pub fn pass_time(&mut self, now: Instant, quiet: bool) {
        if quiet {
            self.progressed();
        }
        // Time passes however many other events there are.
        if let Some(time) = self.clock.tick(now) {
            self.app.update(Message::Tick(time));
        }
    }

    fn progressed(&mut self) {
        for (number, done, total) in self.jobs.progress() {
            self.app.update(Message::Progressed(number, done, total));
        }
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let progress = &self.progress;
        self.app.update(Message::Progress(
            count(&progress.done),
            count(&progress.total),
            count(&progress.layers),
        ));
        self.app.update(Message::Waiting(progress.waiting()));
    }

    /// Handles an event, unless it is for another session, and the keys that waited for it; returns the
    /// step of the program, if there is one.
    pub fn take(&mut self, event: Event, stage: &mut Stage) -> io::Result<Option<Turn>> {
        let mut turn = self.handle(event, stage)?;
        for message in self.app.resume() {
            if turn.is_none() {
                // What a key asks for may be there before the next one.
                self.work();
                turn = self.handle(Event::Message(message), stage)?;
            }
        }
        Ok(turn)
    }

    fn handle(&mut self, event: Event, stage: &mut Stage) -> io::Result<Option<Turn>> {
        let effect = match event {
            Event::Message(message) => self.app.update(message),
            Event::RenderedLesson(number, message) if number == self.number => {
                self.app.update(message)
            }
            Event::RenderedLesson(..) | Event::Compared(_) | Event::Asked(_) => None,
            Event::Archive(_, Err(error)) => self.app.update(Message::Loaded(Err(error))),
            Event::Archive(_, Ok(archive)) => self.opened(archive),
            // The lesson is no longer wanted.
            Event::Lesson(progress, _) if !Arc::ptr_eq(&progress, &self.progress) => None,
            Event::Lesson(_, Ok(narrator)) => self.app.update(Message::Lesson(narrator)),
            Event::Lesson(_, Err(error)) => match *error {
                LessonError::Image(Error::Cancelled) => Some(Effect::Quit),
                error => return Ok(Some(Turn::Failed(Failure::Lesson(error)))),
            },
        };
        match effect {
            Some(Effect::Cancel) if self.is_reading_one_of_several_lessons() => {
                self.stop_reading();
                self.list_lessons();
            }
            Some(Effect::Cancel) if self.app.returns => return Ok(Some(Turn::Back)),
            Some(Effect::Quit | Effect::Cancel) => return Ok(Some(Turn::Quit)),
            Some(Effect::Open(name)) => {
                return Ok(Some(Turn::OpenNamed(name)));
            }
            Some(Effect::Tour) => match &self.image {
                Some(image) => {
                    let image = Start::Image(Box::new(image.clone()));
                    return Ok(Some(Turn::Open(Box::new(Start::Tour(Box::new(image))))));
                }
                None => self.app.notice = Some("the guided tour needs an image of its own".into()),
            },
            Some(Effect::Leave) => return Ok(Some(Turn::Back)),
            Some(Effect::Fail(error)) => return Ok(Some(Turn::Failed(Failure::Image(error)))),
            Some(Effect::Copy(text)) => stage.copy(text)?,
            Some(Effect::Choose(index)) if self.course.is_some() => self.teach(index),
            Some(Effect::NextLesson) => {
                let told = self.course.as_ref().and_then(|(_, chosen)| *chosen);
                self.teach(told.map_or(0, |index| index + 1));
            }
            Some(Effect::Lessons) => self.list_lessons(),
            Some(Effect::Choose(index)) => {
                if let Some(archive) = self.archive.take() {
                    self.read(archive.pick(index));
                }
            }
            Some(Effect::Suspend) => {
                let size = stage.stop()?;
                self.app.update(size);
            }
            Some(Effect::Page(file)) => {
                let pager = self.pager.clone().unwrap_or_else(pager::usual);
                let (notice, size) =
                    stage.leave(|| signals::without_keys(|| pager::show(&pager, &file)))?;
                self.app.notice = notice;
                self.app.update(size);
            }
            None => {}
        }
        Ok(None)
    }

    /// Starts necessary jobs, and stops those that are no longer needed.
    pub fn work(&mut self) {
        self.jobs.keep(|number| self.app.awaits(number));
        let staged =
            self.app.lesson.as_ref().and_then(|lesson| lesson.stage()).map(|stage| &stage.contents);
        let (Some(explorer), Some(contents)) =
            (self.app.explorer(), staged.or(self.contents.as_ref()))
        else {
            return;
        };
        let workshop = Workshop {
            inspection: explorer.inspection.clone(),
            contents: contents.clone(),
            units: self.app.units,
        };
        while let Some(task) = self.app.task() {
            let teller = self.teller();
            self.jobs.start(task, workshop.clone(), move |number, answer| {
                teller(Message::Answer(number, answer));
            });
        }
    }
}

impl Drop for Session {
    /// Stops the threads that read or study the image.
    fn drop(&mut self) {
        self.stop_reading();
    }
}

/// Makes the start of an image that is opened by its name or path.
pub fn named(name: String, open: OpenFn) -> Start {
    let shown = escaped_str(&name);
    Start::Later(shown, Box::new(move |progress: &Progress| open(&name, progress)))
}

/// Returns new counters for reading an image, whose layers are searched if secrets are wanted.
fn counters(secrets: bool) -> Progress {
    let searching = Searching::all_if(secrets);
    Progress { searching, ..Progress::default() }
}
