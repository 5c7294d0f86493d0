//! Reads beside the screen for a session: an image, the images of a lesson, or those of an archive.

use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::display::escaped_str;
use layerscope::files::contents::{Contents, LayerContents};
use layerscope::image::Image;
use layerscope::progress::spawn;
use layerscope::{Archive, Error, Inspection, Opened, Progress};

use super::Session;
use crate::intro::Intro;
use crate::lesson::{self, Entry, LessonError};
use crate::tui::Start;
use crate::tui::explorer::WastedBelow;
use crate::tui::lesson::{LessonPlayer, Place};
use crate::tui::message::{Effect, Message};
use crate::tui::terminal::stage::Event;
use crate::tui::views::{Motion, Prepared, Studied};

impl Session {
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
        self.app.update(Message::Opened(Intro::from_opened(opened)));
        self.contents = Some(contents.clone());
        let (progress, teller, motion) = (self.progress.clone(), self.teller(), self.app.motion);
        let secrets = self.secrets;
        spawn(move || {
            let order = show(inspection, motion, &teller);
            study(&*contents, (&unmasked, &order), secrets, &progress, &teller);
        });
    }

    pub(super) fn offer(&mut self, archive: Archive) {
        let images = archive.images.iter().map(Image::description).collect();
        self.app.update(Message::Choices("image", images, 0));
        self.archive = Some(archive);
    }

    pub(super) fn list_lessons(&mut self) {
        let Some((course, told)) = &self.course else { return };
        let lesson = |(i, entry): (usize, &Entry)| format!("{}. {}", i + 1, entry.lesson.line());
        let lessons = course.entries.iter().enumerate().map(lesson).collect();
        self.app.update(Message::Choices("lesson", lessons, told.unwrap_or(0)));
    }

    /// Reads the images of a lesson in the background, and starts it.
    pub(super) fn teach(&mut self, index: usize) {
        let Some((course, chosen)) = &mut self.course else { return };
        *chosen = Some(index);
        let course = course.clone();
        let Some(entry) = course.entries.get(index) else { return };
        let intro = Intro { name: escaped_str(&entry.lesson.title), layers: Vec::new() };
        self.app.update(Message::Opened(intro));
        let (progress, sender) = (self.progress.clone(), self.sender.clone());
        let (units, motion) = (self.app.units, self.app.motion);
        let place = if index + 1 < course.entries.len() { Place::Among } else { Place::Last };
        spawn(move || {
            let told = course.entries[index].stage(units, &progress);
            let narrator = told.map(|(told, stages)| LessonPlayer::new(told, stages, place));
            let narrator = narrator.map(|it| Box::new(it.prepared(motion, units)));
            let _ = sender.send(Event::Lesson(progress, narrator.map_err(Box::new)));
        });
    }

    /// Shows the facts in the manifest about the image, and reads its layers in the background.
    pub(super) fn read(&mut self, opened: Opened) {
        self.image = Some(opened.clone());
        self.app.update(Message::Opened(Intro::from_opened(&opened)));
        if self.is_tour {
            return self.tell(opened);
        }
        let contents = Arc::new(LayerContents::new(&opened));
        self.contents = Some(contents.clone());
        let (progress, teller, motion) = (self.progress.clone(), self.teller(), self.app.motion);
        let secrets = self.secrets;
        spawn(move || match layerscope::inspect(&opened, &progress).map(Arc::new) {
            Ok(inspection) => {
                let order = show(inspection.clone(), motion, &teller);
                study(&*contents, (&inspection, &order), secrets, &progress, &teller);
            }
            Err(error) => teller(Message::Loaded(Err(error))),
        });
    }

    /// Reads the image in the background, and starts its guided tour.
    pub(super) fn tell(&self, opened: Opened) {
        let (progress, sender) = (self.progress.clone(), self.sender.clone());
        let (units, motion) = (self.app.units, self.app.motion);
        spawn(move || {
            let told = lesson::tour::prepare(&opened, units, &progress);
            let narrator =
                told.map(|(told, stage)| LessonPlayer::new(told, vec![stage], Place::Alone));
            let narrator = narrator.map(|it| Box::new(it.prepared(motion, units)));
            let _ = sender.send(Event::Lesson(
                progress,
                narrator.map_err(|error| Box::new(LessonError::Image(error))),
            ));
        });
    }

    /// Returns a function with which threads send messages.
    pub(super) fn teller(&self) -> impl Fn(Message) + Send + 'static {
        let (sender, number) = (self.sender.clone(), self.number);
        move |message| drop(sender.send(Event::RenderedLesson(number, message)))
    }

    pub(super) fn opened(&mut self, archive: Archive) -> Option<Effect> {
        match archive.select(&self.selection) {
            Ok(index) => self.read(archive.pick(index)),
            Err(Error::Ambiguous { .. }) => self.offer(archive),
            Err(error) => return Some(Effect::Fail(error)),
        }
        None
    }
}

/// Sends what an image is shown with; returns the order of its wasted bytes.
fn show(
    inspection: Arc<Inspection>,
    motion: Motion,
    teller: &impl Fn(Message),
) -> Arc<WastedBelow> {
    let prepared = Prepared::new(inspection, motion);
    let order = prepared.explorer.wasted_below.clone();
    teller(Message::Loaded(Ok(prepared)));
    order
}

/// Studies the image and sends the result with all that it is shown with. Stops when the image is
/// closed.
fn study(
    contents: &dyn Contents,
    (inspection, order): (&Inspection, &WastedBelow),
    secrets: bool,
    progress: &Arc<Progress>,
    teller: &impl Fn(Message),
) {
    let study = Study::unprompted(inspection, contents, secrets, progress);
    match (contents.check_unchanged(), study) {
        (Err(error), _) => teller(Message::Loaded(Err(error))),
        (Ok(()), Ok(study)) => {
            let studied = Studied::new(inspection, &Arc::new(study), order);
            teller(Message::Studied(Box::new(studied)));
        }
        // The image has been closed.
        (Ok(()), Err(_)) => {}
    }
}
