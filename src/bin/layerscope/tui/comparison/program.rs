//! Reads the images, shows the comparison, and opens the explorer on its images.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

use layerscope::compare::Pair;
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::installed;
use layerscope::progress::spawn;
use layerscope::{Error, Opened, Progress, Selection};
use ratatui::layout::Rect;

use super::{Effect, News, Side, Spot};
use crate::tui::app::App;
use crate::tui::message::Message;
use crate::tui::run::area;
use crate::tui::session::{Ended, Session};
use crate::tui::terminal::stage::{Event, Prepared, Stage, TICK};
use crate::tui::{Failure, Settings};

/// A function that opens an image. A stream is read to its end.
pub type Opener = Box<dyn FnOnce(&Progress) -> Result<Opened, Error> + Send>;

/// An image to compare.
pub struct Candidate {
    /// The name to show until more is known.
    pub name: String,
    pub open: Opener,
}

/// Shows the comparison until the user quits.
pub fn run(candidates: Vec<Candidate>, settings: Settings) -> Result<(), Failure> {
    let (sender, receiver) = channel();
    let prepared = Prepared::watching(sender.clone(), receiver)?;
    let names = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let progress: Vec<Arc<Progress>> = candidates.iter().map(|_| Arc::default()).collect();
    let side = Side::new(names, &settings, area()?);
    let mut program = Program { side, progress, sessions: HashMap::new(), open: None, settings, sender };
    program.read(candidates);
    let mut stage = prepared.open(&program.settings)?;
    let ended = program.exchange(&mut stage);
    for progress in &program.progress {
        progress.cancel.store(true, Ordering::Relaxed);
    }
    drop(stage);
    match ended? {
        Ended::Quit | Ended::Back => Ok(()),
        Ended::Failed(failure) => Err(failure),
    }
}

struct Program {
    side: Side,
    progress: Vec<Arc<Progress>>,
    /// The images that have been explored, with their state.
    sessions: HashMap<usize, Session>,
    /// The index of the image in the explorer.
    open: Option<usize>,
    settings: Settings,
    sender: Sender<Event>,
}

impl Program {
    /// Reads the images one after another, each on all cores, and then their packages.
    fn read(&self, candidates: Vec<Candidate>) {
        let (sender, progress) = (self.sender.clone(), self.progress.clone());
        // Stops when the receiver is gone.
        let tell = move |news| sender.send(Event::Compared(news)).ok();
        let work = move || {
            let mut read = Vec::new();
            for (i, (candidate, progress)) in candidates.into_iter().zip(&progress).enumerate() {
                let opened = match (candidate.open)(progress) {
                    Ok(opened) => opened,
                    Err(error) => return tell(News::Read(i, Err(error))),
                };
                tell(News::Opened(i, Box::new(opened.clone())))?;
                let inspection = match layerscope::inspect(&opened, progress) {
                    Ok(inspection) => Arc::new(inspection),
                    Err(error) => return tell(News::Read(i, Err(error))),
                };
                read.push((opened, inspection.clone()));
                tell(News::Read(i, Ok(inspection)))?;
            }
            read.into_iter().zip(&progress).enumerate().try_for_each(|(i, ((opened, inspection), progress))| {
                let installed = installed(&inspection.tree, &LayerContents::new(&opened), progress);
                if let Err(error) = opened.check_unchanged() {
                    return tell(News::Read(i, Err(error)));
                }
                tell(News::Installed(i, Arc::new(installed)))
            })
        };
        spawn(move || {
            work();
        });
    }

    /// Takes events and draws, until something ends the program.
    fn exchange(&mut self, stage: &mut Stage) -> io::Result<Ended> {
        loop {
            let patience = match self.session() {
                Some(session) => {
                    session.work();
                    stage.draw(|theme, frame| session.draw(theme, frame))?;
                    session.patience(Instant::now())
                }
                None => {
                    stage.draw(|theme, frame| self.side.draw(theme, frame))?;
                    (!self.side.is_ready()).then_some(TICK)
                }
            };
            let Some(events) = stage.wait(patience)? else { return Ok(Ended::Quit) };
            match self.session() {
                Some(session) => session.pass_time(Instant::now(), events.is_empty()),
                None if events.is_empty() => self.progressed(),
                None => {}
            }
            for event in events {
                if let Some(ended) = self.take(event, stage)? {
                    return Ok(ended);
                }
            }
        }
    }

    /// Returns the session of the image in the explorer.
    fn session(&mut self) -> Option<&mut Session> {
        self.sessions.get_mut(&self.open?)
    }

    /// Updates the progress of reading.
    fn progressed(&mut self) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        for (i, progress) in self.progress.iter().enumerate() {
            let now = (count(&progress.done), count(&progress.total), count(&progress.layers));
            self.side.learn(News::Progress(i, now));
        }
    }

    fn take(&mut self, event: Event, stage: &mut Stage) -> io::Result<Option<Ended>> {
        let effect = match event {
            Event::Compared(news) => self.side.learn(news),
            Event::Told(number, message) => {
                // The results of an image's tasks are delivered even after it was left.
                let session = usize::try_from(number).ok().and_then(|image| self.sessions.get_mut(&image));
                return session.map_or(Ok(None), |session| session.take(Event::Told(number, message), stage));
            }
            event if self.open.is_some() => return self.take_in_session(event, stage),
            Event::Message(message) => self.side.update(message),
            Event::Archive(_) | Event::Lesson(..) | Event::Asked(_) => None,
        };
        match effect {
            Some(Effect::Quit) => return Ok(Some(Ended::Quit)),
            Some(Effect::Fail(error)) => return Ok(Some(Ended::Failed(Failure::Image(error)))),
            Some(Effect::Copy(text)) => stage.copy(text)?,
            Some(Effect::Suspend) => {
                let size = stage.stop()?;
                self.side.update(size);
            }
            Some(Effect::Open(image, spot)) => self.explore(image, spot, stage.area()?),
            Some(Effect::Compare(other)) => self.compare(other),
            None => {}
        }
        Ok(None)
    }

    fn take_in_session(&mut self, event: Event, stage: &mut Stage) -> io::Result<Option<Ended>> {
        let ended = match self.session() {
            Some(session) => session.take(event, stage)?,
            None => Some(Ended::Back),
        };
        if !matches!(ended, Some(Ended::Back)) {
            return Ok(ended);
        }
        self.open = None;
        let area = stage.area()?;
        self.side.update(Message::Resize(area.width, area.height));
        Ok(None)
    }

    /// Opens the explorer on an image, in the state in which it was left.
    fn explore(&mut self, image: usize, spot: Option<Spot>, area: Rect) {
        let Some(known) = self.side.images.get(image) else { return };
        let (Some(opened), Some(inspection)) = (&known.opened, &known.inspection) else { return };
        let session = self.sessions.entry(image).or_insert_with(|| {
            let mut app = App::new(opened.path.clone(), &self.settings, area);
            app.returns = true;
            let (pager, sender) = (self.settings.pager.clone(), self.sender.clone());
            let mut session = Session::new(app, image as u64, Selection::default(), pager, sender);
            session.show(opened, inspection.clone(), Arc::new(LayerContents::new(opened)));
            session
        });
        session.app.update(Message::Resize(area.width, area.height));
        if let Some(spot) = spot {
            session.app.go_to(spot);
        }
        self.open = Some(image);
    }

    /// Compares an image with the first in the background.
    fn compare(&self, other: usize) {
        let inspection = |image: usize| self.side.images.get(image)?.inspection.clone();
        let (Some(first), Some(second)) = (inspection(0), inspection(other)) else { return };
        let sender = self.sender.clone();
        spawn(move || {
            let pair = Arc::new(Pair::of(&first, &second));
            let _ = sender.send(Event::Compared(News::Compared(other, pair)));
        });
    }
}
