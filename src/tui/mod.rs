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
mod input;
mod instruction;
mod jobs;
pub mod keymap;
mod layout;
mod lesson;
mod mouse;
mod moving;
mod pattern;
mod prompt;
mod rows;
mod search;
mod sentences;
mod signs;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
pub mod theme;
mod viewer;
mod views;
mod work;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::Event as TerminalEvent;
use layerscope::contents::{Contents, LayerContents};
use layerscope::findings::Rules;
use layerscope::image::Image;
use layerscope::report::Units;
use layerscope::study::{Question, Study};
use layerscope::{Archive, Error, Inspection, Opened, Progress, Selection};
use ratatui::layout::Rect;

pub use app::Intro;
pub use signs::Signs;
pub use terminal::Environment;
pub use views::{Motion, View};

use crate::learn::{Course, Entry, LessonError};
use app::{App, Effect, Message, Phase};
use clock::Clock;
use keymap::Keymap;
use lesson::{Narrator, Place};
use terminal::{Answer, Input, Late, Screen};
use theme::Theme;
use viewer::pager;
use work::{Jobs, Workshop};

/// How often the progress is looked at while layers are read.
const TICK: Duration = Duration::from_millis(80);

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
    /// Nothing but the name: what can be read only once has to be read to its end first.
    Later(String, Opener),
}

/// What the reading threads and the keyboard send.
enum Event {
    Message(Message),
    Archive(Result<Archive, Error>),
    /// A lesson has been told, or cannot be.
    Lesson(Result<Box<Narrator>, LessonError>),
    /// The program was stopped from outside, and goes on.
    Continued,
}

/// Shows an image until the person quits.
pub fn run(start: Start, selection: Selection, settings: Settings) -> Result<(), Failure> {
    let (sender, receiver) = channel();
    let name = match &start {
        Start::Image(opened) => opened.path.clone(),
        Start::Archive(archive) => archive.path.clone(),
        Start::Later(name, _) => name.clone(),
        Start::Course(..) => "Lessons".into(),
    };
    let (width, height) = crossterm::terminal::size()?;
    let app = App::new(name, &settings, Rect::new(0, 0, width, height));
    let mut session = Session {
        app,
        theme: Theme::BARE,
        selection,
        progress: Arc::default(),
        sender: sender.clone(),
        archive: None,
        contents: None,
        course: None,
        jobs: Jobs::default(),
        pager: settings.pager,
    };
    // The layers are read already while the terminal is asked for its colours.
    session.start(start);
    let environment = Environment::read();
    let (theme, answer) = match settings.theme {
        Some(theme) => (environment.adapted(theme), Answer::Nothing),
        None => environment.suitable(Answer::ask),
    };
    session.theme = theme.with(settings.signs);
    let mut screen = Screen::open(settings.mouse)?;
    session.draw(&mut screen)?;
    watch_signals(sender.clone())?;
    let input = watch_input(sender, Late::expected(answer == Answer::Late));
    let effect = session.exchange(&mut screen, &input, &receiver);
    session.progress.cancel.store(true, Ordering::Relaxed);
    drop(screen);
    match effect? {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Looks into the files of an image; nothing given means that nothing can be wrong.
fn study(contents: &dyn Contents, inspection: &Inspection, units: Units) -> Option<Study> {
    let rules = Rules::built_in();
    let question = Question { contents: Some(contents), units, ..Question::with(&rules) };
    Study::of(inspection, &question).ok()
}

/// The state of the screen with what feeds it.
struct Session {
    app: App,
    theme: Theme,
    selection: Selection,
    progress: Arc<Progress>,
    sender: Sender<Event>,
    /// The archive, as long as none of its images has been chosen.
    archive: Option<Archive>,
    /// What the files of the image hold.
    contents: Option<Arc<dyn Contents>>,
    /// The lessons, and the place of the one that is told.
    course: Option<(Arc<Course>, Option<usize>)>,
    jobs: Jobs,
    /// What shows files instead of the program that the environment names.
    pager: Option<String>,
}

impl Session {
    fn start(&mut self, start: Start) {
        match start {
            Start::Image(opened) => self.read(*opened),
            Start::Archive(archive) => self.offer(archive),
            Start::Course(course, chosen) => {
                self.course = Some((Arc::new(course), chosen));
                match chosen {
                    Some(index) => self.teach(index),
                    None => self.list_lessons(),
                }
            }
            Start::Later(_, open) => {
                let (progress, sender) = (self.progress.clone(), self.sender.clone());
                thread::spawn(move || sender.send(Event::Archive(open(&progress))));
            }
        }
    }

    fn offer(&mut self, archive: Archive) {
        let images = archive.images.iter().map(Image::description).collect();
        self.app.update(Message::Choices("image", images));
        self.archive = Some(archive);
    }

    fn list_lessons(&mut self) {
        let Some((course, _)) = &self.course else { return };
        let lesson = |(i, entry): (usize, &Entry)| format!("{}. {}", i + 1, entry.lesson.line());
        let lessons = course.entries.iter().enumerate().map(lesson).collect();
        self.app.update(Message::Choices("lesson", lessons));
    }

    /// Reads the images of a lesson beside the screen, and begins it.
    fn teach(&mut self, index: usize) {
        let Some((course, chosen)) = &mut self.course else { return };
        *chosen = Some(index);
        let course = course.clone();
        let Some(entry) = course.entries.get(index) else { return };
        let intro = Intro { name: entry.lesson.title.clone(), layers: Vec::new() };
        self.app.update(Message::Opened(intro));
        let (progress, sender, units) = (self.progress.clone(), self.sender.clone(), self.app.units);
        let course = course.clone();
        thread::spawn(move || {
            let narrator = |entry: &Entry| {
                let (told, stages) = entry.stage(units, &progress)?;
                let place = if index + 1 < course.entries.len() { Place::Among } else { Place::Last };
                Ok(Box::new(Narrator::new(told, stages, place)))
            };
            let told = course.entries.get(index).map(narrator);
            told.map(|told| sender.send(Event::Lesson(told)))
        });
    }

    /// Shows what is known of the image, and reads its layers beside the screen.
    fn read(&mut self, opened: Opened) {
        self.app.update(Message::Opened(Intro::of(&opened)));
        let contents = Arc::new(LayerContents::new(&opened));
        self.contents = Some(contents.clone());
        let (progress, sender) = (self.progress.clone(), self.sender.clone());
        let units = self.app.units;
        thread::spawn(move || {
            let inspection = layerscope::inspect(&opened, &progress).map(Arc::new);
            let read = inspection.as_ref().ok().cloned();
            let _ = sender.send(Event::Message(Message::Loaded(inspection)));
            // What takes looking into files comes when it is there.
            if let Some(study) = read.and_then(|inspection| study(&*contents, &inspection, units)) {
                let _ = sender.send(Event::Message(Message::Studied(Arc::new(study))));
            }
        });
    }

    fn draw(&self, screen: &mut Screen) -> io::Result<()> {
        screen.draw(|frame| draw::draw(&self.app, &self.theme, frame))
    }

    /// Takes events and draws, until something ends the program.
    fn exchange(
        &mut self,
        screen: &mut Screen,
        input: &Input,
        receiver: &Receiver<Event>,
    ) -> io::Result<Option<Failure>> {
        let mut clock = Clock::default();
        loop {
            let until_frame = clock.until_frame(self.app.is_moving(), Instant::now());
            let is_waiting = matches!(self.app.phase, Phase::Loading { .. }) || !self.jobs.is_empty();
            let event = match until_frame.into_iter().chain(is_waiting.then_some(TICK)).min() {
                Some(patience) => receiver.recv_timeout(patience),
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let event = match event {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => {
                    self.progressed();
                    Event::Message(self.reading())
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            // However much else happens, time passes.
            let tick = clock.tick(Instant::now()).map(|time| Event::Message(Message::Tick(time)));
            // What has come meanwhile is taken in before the next frame.
            for event in std::iter::once(event).chain(tick).chain(receiver.try_iter()) {
                let effect = match event {
                    Event::Message(message) => self.app.update(message),
                    Event::Archive(Err(error)) => self.app.update(Message::Loaded(Err(error))),
                    Event::Archive(Ok(archive)) => self.opened(archive),
                    Event::Lesson(Ok(narrator)) => self.app.update(Message::Lesson(narrator)),
                    Event::Lesson(Err(LessonError::Image(Error::Cancelled))) => Some(Effect::Quit),
                    Event::Lesson(Err(error)) => return Ok(Some(Failure::Lesson(error))),
                    Event::Continued => {
                        screen.renew()?;
                        self.measure(screen)?
                    }
                };
                match effect {
                    Some(Effect::Quit) => return Ok(None),
                    Some(Effect::Fail(error)) => return Ok(Some(Failure::Image(error))),
                    Some(Effect::Copy(text)) => {
                        crossterm::execute!(screen.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))?;
                    }
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
                        screen.suspended(input, stop)?;
                        self.measure(screen)?;
                    }
                    Some(Effect::Work(job)) => {
                        let sender = self.sender.clone();
                        thread::spawn(move || {
                            job.run(&mut |done| drop(sender.send(Event::Message(Message::Done(done)))));
                        });
                    }
                    Some(Effect::Page(file)) => {
                        let pager = self.pager.clone().unwrap_or_else(pager::usual);
                        self.app.notice = screen.suspended(input, || pager::show(&pager, &file))?;
                        self.measure(screen)?;
                    }
                    None => {}
                }
            }
            self.work();
            self.draw(screen)?;
        }
    }

    /// Takes in how big the terminal is by now.
    fn measure(&mut self, screen: &Screen) -> io::Result<Option<Effect>> {
        let size = screen.terminal.size()?;
        Ok(self.app.update(Message::Resize(size.width, size.height)))
    }

    /// Starts what has become necessary, and stops what nobody waits for any more.
    fn work(&mut self) {
        self.jobs.keep(|number| self.app.awaits(number));
        let staged = self.app.lesson.as_ref().and_then(|lesson| lesson.stage()).map(|stage| &stage.contents);
        let (Some(explorer), Some(contents)) = (self.app.explorer(), staged.or(self.contents.as_ref())) else { return };
        let workshop =
            Workshop { inspection: explorer.inspection.clone(), contents: contents.clone(), units: self.app.units };
        while let Some(task) = self.app.task() {
            let sender = self.sender.clone();
            self.jobs.start(task, workshop.clone(), move |number, answer| {
                let _ = sender.send(Event::Message(Message::Answer(number, answer)));
            });
        }
    }

    fn progressed(&mut self) {
        for (number, done, total) in self.jobs.progress() {
            self.app.update(Message::Progressed(number, done, total));
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

    fn reading(&self) -> Message {
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Message::Progress(count(&self.progress.done), count(&self.progress.total), count(&self.progress.layers))
    }
}

fn watch_input(sender: Sender<Event>, mut late: Late) -> Input {
    let start = Instant::now();
    let end = sender.clone();
    let take = move |event: TerminalEvent| {
        let message = match event {
            #[cfg(debug_assertions)]
            TerminalEvent::Key(key) if key.code == crossterm::event::KeyCode::F(12) => {
                panic!("asked for by F12, in debug builds only")
            }
            TerminalEvent::Key(key) if late.swallows(key) => return true,
            TerminalEvent::Key(key) => Message::Key(key),
            TerminalEvent::Mouse(mouse) => Message::Mouse(mouse, start.elapsed()),
            TerminalEvent::Resize(width, height) => Message::Resize(width, height),
            _ => return true,
        };
        sender.send(Event::Message(message)).is_ok()
    };
    Input::watch(take, move || drop(end.send(Event::Message(Message::Terminate))))
}

/// Stops the program until the shell lets it go on; where there is no shell to do so, the system does not stop it.
#[cfg(unix)]
fn stop() {
    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGTSTP);
}

#[cfg(not(unix))]
fn stop() {}

/// Ends the program in order when the system asks for it, so that the terminal is given back; draws anew after a stop.
#[cfg(unix)]
fn watch_signals(sender: Sender<Event>) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGCONT])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGCONT { Event::Continued } else { Event::Message(Message::Terminate) };
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn watch_signals(_: Sender<Event>) -> io::Result<()> {
    Ok(())
}
