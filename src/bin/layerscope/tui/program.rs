//! The program: one loop for all screens. The comparison, if there is one, lies below; images that
//! were opened lie over it and over each other, and the one on top has the keys.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use layerscope::compare::Pair;
use layerscope::files::contents::LayerContents;
use layerscope::origin::engine;
use layerscope::progress::spawn;
use layerscope::{Inspection, Selection};
use ratatui::layout::Rect;

use super::app::App;
use super::comparison::{self, Candidate, Comparison, ComparisonMessage, Reading, Spot};
use super::message::Message;
use super::session::{Session, Turn};
use super::terminal::drawn;
use super::terminal::stage::{Event, Prepared, Stage, TICK};
use super::{Failure, Settings, Start};

/// The longest wait for commands that are no longer wanted.
const STOPPING: Duration = Duration::from_millis(500);

/// The images that were shown.
pub type Shown = Vec<Arc<Inspection>>;

/// Shows an image until the user quits; returns what was shown.
pub fn run(start: Start, selection: Selection, settings: Settings) -> Result<Shown, Failure> {
    Program::run(settings, |program, area| {
        // The layers are already being read while the terminal is asked for its colours.
        program.selection = selection;
        program.open(start, area);
    })
}

/// Shows images side by side until the user quits; returns what was shown.
pub fn compare(candidates: Vec<Candidate>, settings: Settings) -> Result<Shown, Failure> {
    Program::run(settings, |program, area| {
        let names = candidates.iter().map(|candidate| candidate.name.clone()).collect();
        let comparison = Comparison::new(names, &program.settings, area);
        let secrets = program.settings.secrets;
        let sender = program.sender.clone();
        let tell = move |message| sender.send(Event::Compared(message)).ok();
        let reading = Reading::start(candidates, secrets, tell);
        program.base = Some((comparison, reading));
    })
}

/// The screens, and the threads that send them messages.
struct Program {
    /// The comparison below all images.
    base: Option<(Comparison, Reading)>,
    /// The images that have been opened, with their state.
    sessions: HashMap<u64, Session>,
    /// The numbers of the images on the screen, the visible one last.
    stack: Vec<u64>,
    /// The sessions of the images of the comparison.
    compared: HashMap<usize, u64>,
    /// The images that the user has closed.
    closed: Shown,
    next: u64,
    selection: Selection,
    settings: Settings,
    sender: Sender<Event>,
}

impl Program {
    /// Takes over the terminal, and shows what `begin` opens until something ends the program.
    fn run(settings: Settings, begin: impl FnOnce(&mut Self, Rect)) -> Result<Shown, Failure> {
        let (sender, receiver) = channel();
        let prepared = Prepared::watching(sender.clone(), receiver)?;
        let mut program = Self {
            base: None,
            sessions: HashMap::new(),
            stack: Vec::new(),
            compared: HashMap::new(),
            closed: Vec::new(),
            next: 0,
            selection: Selection::default(),
            settings,
            sender,
        };
        let (width, height) = crossterm::terminal::size()?;
        begin(&mut program, drawn(width, height));
        let mut stage = prepared.open(&program.settings)?;
        let ended = program.exchange(&mut stage);
        let shown = program.shown();
        // Threads and the commands of engines stop before the terminal is given back.
        drop(program);
        engine::settle(STOPPING);
        drop(stage);
        ended?.map(|()| shown)
    }

    /// Returns the images that were read and shown, those of lessons excepted.
    fn shown(&mut self) -> Shown {
        let compared = self.base.iter().flat_map(|(comparison, _)| &comparison.images);
        let compared = compared.filter_map(|image| image.inspection.clone());
        let open = self.sessions.values().filter_map(Session::inspection);
        let mut shown: Shown = compared.chain(open).collect();
        shown.append(&mut self.closed);
        shown
    }

    /// Takes events and draws, until something ends the program.
    fn exchange(&mut self, stage: &mut Stage) -> io::Result<Result<(), Failure>> {
        loop {
            let patience = match (
                self.stack.last().and_then(|number| self.sessions.get_mut(number)),
                &mut self.base,
            ) {
                (Some(session), _) => {
                    session.work();
                    stage.draw(|theme, frame| session.draw(theme, frame))?;
                    session.patience(Instant::now())
                }
                (None, Some((comparison, _))) => {
                    comparison.search_now();
                    stage.draw(|theme, frame| comparison.draw(theme, frame))?;
                    (!comparison.is_ready()).then_some(TICK)
                }
                (None, None) => return Ok(Ok(())),
            };
            let Some(events) = stage.wait(patience)? else { return Ok(Ok(())) };
            match (
                self.stack.last().and_then(|number| self.sessions.get_mut(number)),
                &mut self.base,
            ) {
                (Some(session), _) => session.pass_time(Instant::now(), events.is_empty()),
                (None, Some((comparison, reading))) if events.is_empty() => {
                    reading.report(comparison);
                }
                (None, _) => {}
            }
            for event in events {
                if let Some(ended) = self.take(event, stage)? {
                    return Ok(ended);
                }
            }
        }
    }

    /// Gives an event to the screen that it is for; returns how the program ends, if it does.
    fn take(&mut self, event: Event, stage: &mut Stage) -> io::Result<Option<Result<(), Failure>>> {
        let number = match &event {
            // Results are delivered even after an image was left.
            Event::RenderedLesson(number, _) | Event::Archive(number, _) => Some(*number),
            Event::Compared(_) => None,
            Event::Message(_) | Event::Lesson(..) | Event::Asked(_) => self.stack.last().copied(),
        };
        let Some(number) = number else { return self.take_in_comparison(event, stage) };
        let turn = match self.sessions.get_mut(&number) {
            Some(session) => session.take(event, stage)?,
            None => None,
        };
        match turn {
            None => {}
            Some(Turn::Quit) => return Ok(Some(Ok(()))),
            Some(Turn::Back) => self.close(number, stage.area()?),
            Some(Turn::Open(start)) => self.open(*start, stage.area()?),
            Some(Turn::OpenNamed(name)) => self.open_named(name, stage.area()?),
            Some(Turn::Failed(failure)) if self.has_below(number) => {
                let typed =
                    self.sessions.remove(&number).and_then(|mut session| session.typed.take());
                self.close(number, stage.area()?);
                self.say_below(typed, &failure);
            }
            Some(Turn::Failed(failure)) => return Ok(Some(Err(failure))),
        }
        Ok(None)
    }

    /// Says on the screen that is now on top why an image could not be opened: in the dialog, if
    /// the user gave its name there.
    fn say_below(&mut self, typed: Option<String>, failure: &Failure) {
        let below = self.stack.last().and_then(|number| self.sessions.get_mut(number));
        match (below, &mut self.base, typed) {
            (Some(session), _, Some(name)) => {
                session.app.ask_again_for_image(name, failure.paragraphs());
            }
            (Some(session), _, None) => session.app.notice = Some(failure.sentence()),
            (None, Some((comparison, _)), Some(name)) => {
                comparison.ask_again_for_image(name, failure.paragraphs());
            }
            (None, Some((comparison, _)), None) => comparison.say(&failure.sentence()),
            (None, None, _) => {}
        }
    }

    /// Returns whether something lies below an image.
    fn has_below(&self, number: u64) -> bool {
        self.base.is_some() || self.stack.first().is_some_and(|&first| first != number)
    }

    /// Takes an image from the screen; the state of one of the comparison stays for the next time.
    fn close(&mut self, number: u64, area: Rect) {
        self.stack.retain(|&other| other != number);
        if !self.compared.values().any(|&kept| kept == number) {
            let session = self.sessions.remove(&number);
            self.closed.extend(session.and_then(|session| session.inspection()));
        }
        let size = Message::Resize(area.width, area.height);
        match (self.stack.last().and_then(|number| self.sessions.get_mut(number)), &mut self.base) {
            (Some(session), _) => drop(session.app.update(size)),
            (None, Some((comparison, _))) => drop(comparison.update(size)),
            (None, None) => {}
        }
    }

    /// Opens an image, a list of images or lessons, or a tour, on top of what is shown.
    fn open(&mut self, start: Start, area: Rect) {
        let mut app = App::new(start.name(), &self.settings, area);
        app.returns = self.base.is_some() || !self.stack.is_empty();
        let number = self.take_number();
        let selection = std::mem::take(&mut self.selection);
        let mut session = Session::new(app, number, selection, &self.settings, self.sender.clone());
        session.start(start);
        self.sessions.insert(number, session);
        self.stack.push(number);
    }

    /// Opens the image with a name that the user gave.
    fn open_named(&mut self, name: String, area: Rect) {
        self.open(super::session::named(name.clone(), self.settings.open), area);
        if let Some(session) = self.stack.last().and_then(|number| self.sessions.get_mut(number)) {
            session.typed = Some(name);
        }
    }

    fn take_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn take_in_comparison(
        &mut self,
        event: Event,
        stage: &mut Stage,
    ) -> io::Result<Option<Result<(), Failure>>> {
        let Some((comparison, _)) = &mut self.base else { return Ok(None) };
        let effect = match event {
            Event::Compared(message) => comparison.learn(message),
            Event::Message(message) => comparison.update(message),
            Event::RenderedLesson(..)
            | Event::Archive(..)
            | Event::Lesson(..)
            | Event::Asked(_) => None,
        };
        match effect {
            Some(comparison::Effect::Quit) => return Ok(Some(Ok(()))),
            Some(comparison::Effect::Fail(error)) => return Ok(Some(Err(Failure::Image(error)))),
            Some(comparison::Effect::Copy(text)) => stage.copy(text)?,
            Some(comparison::Effect::Suspend) => {
                let size = stage.stop()?;
                comparison.update(size);
            }
            Some(comparison::Effect::Open(image, spot)) => self.explore(image, spot, stage.area()?),
            Some(comparison::Effect::OpenNamed(name)) => self.open_named(name, stage.area()?),
            Some(comparison::Effect::Compare(other)) => self.compare(other),
            Some(comparison::Effect::Resume(messages)) => {
                for message in messages {
                    if let Some(ended) = self.take(Event::Message(message), stage)? {
                        return Ok(Some(ended));
                    }
                }
            }
            None => {}
        }
        Ok(None)
    }

    /// Opens the explorer on an image of the comparison, in the state in which it was left.
    fn explore(&mut self, image: usize, spot: Option<Spot>, area: Rect) {
        let known = self.base.as_ref().and_then(|(comparison, _)| comparison.images.get(image));
        let Some((Some(opened), Some(inspection), Some(unmasked))) =
            known.map(|known| (&known.opened, &known.inspection, known.unmasked()))
        else {
            return;
        };
        let (opened, inspection) = (opened.clone(), inspection.clone());
        let before =
            self.compared.get(&image).copied().filter(|number| self.sessions.contains_key(number));
        let number = before.unwrap_or_else(|| self.take_number());
        self.compared.insert(image, number);
        let session = self.sessions.entry(number).or_insert_with(|| {
            let mut app = App::new(opened.path.clone(), &self.settings, area);
            app.returns = true;
            let sender = self.sender.clone();
            let mut session =
                Session::new(app, number, Selection::default(), &self.settings, sender);
            let contents = Arc::new(LayerContents::new(&opened));
            session.show(&opened, inspection, unmasked, contents);
            session
        });
        session.app.update(Message::Resize(area.width, area.height));
        if let Some(spot) = spot {
            session.app.go_to(spot);
        }
        self.stack.push(number);
    }

    /// Compares an image with the first in the background.
    fn compare(&self, other: usize) {
        let Some((comparison, _)) = &self.base else { return };
        let inspection = |image: usize| comparison.images.get(image)?.inspection.clone();
        let (Some(first), Some(second)) = (inspection(0), inspection(other)) else { return };
        let sender = self.sender.clone();
        let differing = comparison.differing_files(other);
        spawn(move || {
            let pair = Arc::new(Pair::knowing(&first, &second, &differing));
            let _ = sender.send(Event::Compared(ComparisonMessage::Compared(other, pair)));
        });
    }
}
