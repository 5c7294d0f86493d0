//! An image in the explorer, with the threads that work for it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use layerscope::advice::assessment::Study;
use layerscope::display::escaped_str;
use layerscope::files::contents::{Contents, LayerContents};
use layerscope::image::Image;
use layerscope::progress::{Searching, spawn};
use layerscope::{Archive, Error, Inspection, Opened, Progress, Selection};
use ratatui::Frame;

use super::app::draw;
use super::app::{App, Screen};
use super::lesson::{LessonPlayer, Place};
use super::message::{Effect, Message};
use super::viewer::pager;
use super::views::Prepared;
use super::work::{Jobs, Workshop};
use super::{Failure, OpenFn, Settings, Start};
use crate::intro::Intro;
use crate::lesson::{self, Course, Entry, LessonError};
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

    /// Starts reading the image, or asks for one.
    pub fn start(&mut self, start: Start) {
        match start {
            Start::Image(opened) => self.read(*opened),
            Start::Archive(archive) => self.offer(archive),
            Start::Offers(offers) => drop(self.app.update(Message::Offers(offers))),
            Start::Course(course, chosen) => {
                self.course = Some((Arc::new(course), chosen));
                match chosen {
                    Some(index) => self.teach(index),
                    None => self.list_lessons(),
                }
            }
            Start::Tour(image) => {
                self.is_tour = true;
                self.start(*image);
            }
            Start::Later(_, open) => {
                let (progress, sender, number) =
                    (self.progress.clone(), self.sender.clone(), self.number);
                spawn(move || drop(sender.send(Event::Archive(number, open(&progress)))));
            }
        }
    }

    /// Shows an image whose layers have been read. Its secrets are found in the one that has their
    /// values.
    pub fn show(
        &mut self,
        opened: &Opened,
        inspection: Arc<Inspection>,
        unmasked: Arc<Inspection>,
        contents: Arc<dyn Contents>,
    ) {
        self.image = Some(opened.clone());
        self.app.update(Message::Opened(Intro::of(opened)));
        self.contents = Some(contents.clone());
        let (progress, teller, motion) = (self.progress.clone(), self.teller(), self.app.motion);
        let secrets = self.secrets;
        spawn(move || {
            teller(Message::Loaded(Ok(Prepared::new(inspection, motion))));
            study(&*contents, &unmasked, secrets, &progress, &teller);
        });
    }

    /// Returns the image, if it is shown and belongs to no lesson.
    pub fn inspection(&self) -> Option<Arc<Inspection>> {
        let explorer = if self.course.is_none() { self.app.explorer() } else { None };
        explorer.map(|explorer| explorer.inspection.clone())
    }

    fn offer(&mut self, archive: Archive) {
        let images = archive.images.iter().map(Image::description).collect();
        self.app.update(Message::Choices("image", images, 0));
        self.archive = Some(archive);
    }

    fn list_lessons(&mut self) {
        let Some((course, told)) = &self.course else { return };
        let lesson = |(i, entry): (usize, &Entry)| format!("{}. {}", i + 1, entry.lesson.line());
        let lessons = course.entries.iter().enumerate().map(lesson).collect();
        self.app.update(Message::Choices("lesson", lessons, told.unwrap_or(0)));
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

    /// Reads the images of a lesson in the background, and starts it.
    fn teach(&mut self, index: usize) {
        let Some((course, chosen)) = &mut self.course else { return };
        *chosen = Some(index);
        let course = course.clone();
        let Some(entry) = course.entries.get(index) else { return };
        let intro = Intro { name: escaped_str(&entry.lesson.title), layers: Vec::new() };
        self.app.update(Message::Opened(intro));
        let (progress, sender, units) =
            (self.progress.clone(), self.sender.clone(), self.app.units);
        let place = if index + 1 < course.entries.len() { Place::Among } else { Place::Last };
        spawn(move || {
            let told = course.entries[index].stage(units, &progress);
            let narrator =
                told.map(|(told, stages)| Box::new(LessonPlayer::new(told, stages, place)));
            let _ = sender.send(Event::Lesson(progress, narrator.map_err(Box::new)));
        });
    }

    /// Shows the facts in the manifest about the image, and reads its layers in the background.
    fn read(&mut self, opened: Opened) {
        self.image = Some(opened.clone());
        self.app.update(Message::Opened(Intro::of(&opened)));
        if self.is_tour {
            return self.tell(opened);
        }
        let contents = Arc::new(LayerContents::new(&opened));
        self.contents = Some(contents.clone());
        let (progress, teller, motion) = (self.progress.clone(), self.teller(), self.app.motion);
        let secrets = self.secrets;
        spawn(move || match layerscope::inspect(&opened, &progress).map(Arc::new) {
            Ok(inspection) => {
                teller(Message::Loaded(Ok(Prepared::new(inspection.clone(), motion))));
                study(&*contents, &inspection, secrets, &progress, &teller);
            }
            Err(error) => teller(Message::Loaded(Err(error))),
        });
    }

    /// Reads the image in the background, and starts its guided tour.
    fn tell(&self, opened: Opened) {
        let (progress, sender, units) =
            (self.progress.clone(), self.sender.clone(), self.app.units);
        spawn(move || {
            let told = lesson::tour::of(&opened, units, &progress);
            let narrator = told
                .map(|(told, stage)| Box::new(LessonPlayer::new(told, vec![stage], Place::Alone)));
            let _ = sender.send(Event::Lesson(
                progress,
                narrator.map_err(|error| Box::new(LessonError::Image(error))),
            ));
        });
    }

    /// Returns a function with which threads send messages.
    fn teller(&self) -> impl Fn(Message) + Send + 'static {
        let (sender, number) = (self.sender.clone(), self.number);
        move |message| drop(sender.send(Event::RenderedLesson(number, message)))
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

    /// Handles an event, unless it is for another session; returns the step of the program, if
    /// there is one.
    pub fn take(&mut self, event: Event, stage: &mut Stage) -> io::Result<Option<Turn>> {
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

    fn opened(&mut self, archive: Archive) -> Option<Effect> {
        match archive.select(&self.selection) {
            Ok(index) => self.read(archive.pick(index)),
            Err(Error::Ambiguous { .. }) => self.offer(archive),
            Err(error) => return Some(Effect::Fail(error)),
        }
        None
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

/// Studies the image and sends the result. Stops when the image is closed.
fn study(
    contents: &dyn Contents,
    inspection: &Inspection,
    secrets: bool,
    progress: &Arc<Progress>,
    teller: &impl Fn(Message),
) {
    let study = Study::unprompted(inspection, contents, secrets, progress);
    match (contents.check_unchanged(), study) {
        (Err(error), _) => teller(Message::Loaded(Err(error))),
        (Ok(()), Ok(study)) => teller(Message::Studied(Arc::new(study))),
        // The image has been closed.
        (Ok(()), Err(_)) => {}
    }
}

/// Returns new counters for reading an image, whose layers are searched if secrets are wanted.
fn counters(secrets: bool) -> Progress {
    let searching = Searching::all_if(secrets);
    Progress { searching, ..Progress::default() }
}
