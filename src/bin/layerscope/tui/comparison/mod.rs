//! The comparison of images: a table of all, and layers, paths and packages of one compared with
//! the first.
//!
//! [`Comparison::update`] and [`Comparison::learn`] are pure; the program opens the explorer on the
//! image that the user selects, and [`Reading`] reads the images.

mod against;
pub mod columns;
mod copy;
mod cursor;
mod dialog;
mod draw;
mod early;
mod find;
mod images;
mod layers;
mod mouse;
mod packages;
mod paths;
mod reading;
mod sign;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use layerscope::LayerIndex;
use layerscope::compare::{Column, ComparedSecret, Pair, SecretChanges, columns, tell_apart};
use layerscope::display::{Escaped, Units};
use layerscope::files::packages::Installed;
use layerscope::tree::NodeId;
use layerscope::{Error, Inspection, Opened};
use ratatui::layout::Rect;

use super::Settings;
use super::keys::{Action, Context, Keymap};
use super::keys::{is_interrupt, is_typed};
use super::message::Message;
use super::views::Look;
use crate::tui::app::mouse::Pointer;
use crate::tui::keys::help::COMPARISON;
use crate::tui::overlay::help::Help;
use crate::tui::widgets::prompt::Prompt;

use against::Against;
use cursor::Cursor;
use dialog::Dialog;
use find::Asked;

pub use reading::{Candidate, Opener, Reading};
pub use view::View;

/// A message of the threads that read and compare.
pub enum ComparisonMessage {
    /// The image is known, and its layers are about to be read.
    Opened(usize, Box<Opened>),
    /// The progress of reading an image: bytes read, total bytes, layers read.
    Progress(usize, (u64, u64, u64)),
    /// The answer that is waited for before the first byte of an image comes.
    Waiting(usize, Option<String>),
    Read(usize, Result<Arc<Inspection>, Error>),
    /// The secrets of an image, if they were searched for.
    Secrets(usize, Vec<ComparedSecret>),
    /// An image with the values of its secrets, before it is shown without them.
    Unmasked(usize, Arc<Inspection>),
    /// The packages of an image.
    Installed(usize, Arc<Installed>),
    /// An image has been compared with the first.
    Compared(usize, Arc<Pair>),
}

/// An effect that the program performs besides drawing.
pub enum Effect {
    Quit,
    Fail(Error),
    /// Copy a text to the terminal's clipboard.
    Copy(String),
    /// Suspend the program and return to the shell.
    Suspend,
    /// Open the explorer on an image, at a place in it.
    Open(usize, Option<Spot>),
    /// Open the explorer on another image, by its name or path.
    OpenNamed(String),
    /// Compare the image with the first.
    Compare(usize),
    /// Handle these messages of the user, which waited for a comparison.
    Resume(Vec<Message>),
}

/// A place in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Layer(LayerIndex),
    Path(NodeId),
}

/// An image, as far as it has been read.
pub struct Image {
    /// The name of the archive, escaped for display.
    pub source: Escaped,
    pub opened: Option<Box<Opened>>,
    pub progress: (u64, u64, u64),
    /// The answer that is waited for before the first byte comes.
    pub awaited: Option<String>,
    pub inspection: Option<Arc<Inspection>>,
    /// The image with the values of its secrets, if it is shown without them.
    unmasked: Option<Arc<Inspection>>,
    installed: Option<Arc<Installed>>,
    secrets: Option<Vec<ComparedSecret>>,
}

impl Image {
    /// Returns the image in which secrets are found, once it has been read; it is not to be shown.
    pub fn unmasked(&self) -> Option<Arc<Inspection>> {
        self.unmasked.as_ref().or(self.inspection.as_ref()).cloned()
    }
}

/// The state of the comparison.
pub struct Comparison {
    pub images: Vec<Image>,
    /// The rows of the table; empty until all images have been read.
    columns: Vec<Column>,
    /// The index of the image that is compared with the first.
    other: usize,
    /// The comparisons with the first image; `None` while one is being computed.
    against: HashMap<usize, Option<Box<Against>>>,
    view: View,
    /// The cursor in the table of images.
    cursor: Cursor,
    help: Option<Help>,
    dialog: Option<Dialog>,
    /// A notice about the last key, shown until the next key.
    notice: Option<String>,
    /// The messages of the user that wait for the comparison.
    early: Vec<Message>,
    pub area: Rect,
    pointer: Pointer,
    pub units: Units,
    keymap: Keymap,
}

impl Comparison {
    /// Makes the initial state for some archives.
    pub fn new(sources: Vec<Escaped>, settings: &Settings, area: Rect) -> Self {
        let image = |source| Image {
            source,
            opened: None,
            progress: (0, 0, 0),
            awaited: None,
            inspection: None,
            unmasked: None,
            installed: None,
            secrets: None,
        };
        // The verdict is about the last image.
        let last = sources.len().saturating_sub(1);
        let mut cursor = Cursor::default();
        cursor.at = last;
        Self {
            images: sources.into_iter().map(image).collect(),
            columns: Vec::new(),
            other: last,
            against: HashMap::new(),
            view: View::Images,
            cursor,
            help: None,
            dialog: None,
            notice: None,
            early: Vec::new(),
            area,
            pointer: Pointer::default(),
            units: settings.units,
            keymap: settings.keymap.clone(),
        }
    }

    /// Returns whether all images have been read.
    pub fn is_ready(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Returns the comparison of the selected image with the first, if it has been computed.
    fn against(&self) -> Option<&Against> {
        self.against.get(&self.other)?.as_deref()
    }

    /// Handles a message of the threads.
    pub fn learn(&mut self, news: ComparisonMessage) -> Option<Effect> {
        match news {
            ComparisonMessage::Opened(image, opened) => {
                self.images.get_mut(image)?.opened = Some(opened);
            }
            ComparisonMessage::Progress(image, progress) => {
                self.images.get_mut(image)?.progress = progress;
            }
            ComparisonMessage::Waiting(image, awaited) => {
                self.images.get_mut(image)?.awaited = awaited;
            }
            ComparisonMessage::Read(_, Err(Error::Cancelled)) => return Some(Effect::Quit),
            ComparisonMessage::Read(_, Err(error)) => return Some(Effect::Fail(error)),
            ComparisonMessage::Read(image, Ok(inspection)) => {
                self.images.get_mut(image)?.inspection = Some(inspection);
                let read: Vec<_> =
                    self.images.iter().filter_map(|image| image.inspection.as_deref()).collect();
                if read.len() == self.images.len() {
                    self.columns = columns(&read);
                    let archives: Vec<_> =
                        self.images.iter().map(|image| image.source.clone()).collect();
                    tell_apart(&mut self.columns, &archives);
                    return self.wanted();
                }
            }
            ComparisonMessage::Secrets(image, secrets) => {
                self.images.get_mut(image)?.secrets = Some(secrets);
            }
            ComparisonMessage::Unmasked(image, inspection) => {
                self.images.get_mut(image)?.unmasked = Some(inspection);
            }
            ComparisonMessage::Installed(image, installed) => {
                self.images.get_mut(image)?.installed = Some(installed);
                self.compare_packages();
            }
            ComparisonMessage::Compared(other, pair) => {
                let inspection = |image: usize| self.images.get(image)?.inspection.clone();
                let secrets = |image: usize| self.images.get(image)?.secrets.as_deref();
                let mut against = Against::new(inspection(0)?, inspection(other)?, pair);
                if let (Some(before), Some(after)) = (secrets(0), secrets(other)) {
                    against.secrets = Some(SecretChanges::between(before, after));
                }
                self.against.insert(other, Some(Box::new(against)));
                self.compare_packages();
                if other == self.other && !self.early.is_empty() {
                    return Some(Effect::Resume(std::mem::take(&mut self.early)));
                }
            }
        }
        None
    }

    /// Compares the packages of all images that are ready.
    fn compare_packages(&mut self) {
        let Some(first) = self.images.first().and_then(|image| image.installed.clone()) else {
            return;
        };
        for (&other, against) in &mut self.against {
            let second = self.images.get(other).and_then(|image| image.installed.as_deref());
            if let (Some(against), Some(second)) = (against, second)
                && against.changes.is_none()
            {
                against.installed(&first, second);
            }
        }
    }

    /// Requests the comparison of the selected image, unless it has been requested.
    fn wanted(&mut self) -> Option<Effect> {
        if !self.is_ready() || self.against.contains_key(&self.other) {
            return None;
        }
        self.against.insert(self.other, None);
        Some(Effect::Compare(self.other))
    }

    /// Compares the image under the cursor with the first one.
    fn compare_selected(&mut self) {
        if self.cursor.at > 0 {
            self.other = self.cursor.at;
        }
    }

    /// Handles an event.
    pub fn update(&mut self, message: Message) -> Option<Effect> {
        let message = self.keep_early(message)?;
        let effect = match message {
            Message::Key(key) if key.kind != KeyEventKind::Release => self.key(key),
            Message::Paste(text) => self.paste(&text),
            Message::Mouse(mouse, at) => {
                self.search_now();
                self.mouse(mouse, at)
            }
            Message::Resize(width, height) => {
                self.area = Rect::new(0, 0, width, height);
                None
            }
            Message::Terminate => Some(Effect::Quit),
            _ => None,
        };
        effect.or_else(|| self.wanted())
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.notice = None;
        if is_interrupt(key) {
            return Some(Effect::Quit);
        }
        if self.dialog.is_some() {
            return self.type_in_dialog(key);
        }
        if let Some(help) = self.help.as_mut().filter(|_| is_typed(key)) {
            if help.type_key(key) {
                self.help = None;
            }
            return None;
        }
        let area = self.panes().main;
        if let Some(against) = self.searched() {
            let paths = &against.pair.paths;
            let trees = (&*against.first.tree, &*against.second.tree);
            // A key that only types waits for the others that have arrived.
            if key.code != KeyCode::Backspace && !matches!(key.code, KeyCode::Char(_)) {
                against.paths.search_now(paths, trees, area);
            }
            if against.paths.find.key(key) == Asked::Show {
                against.paths.show_hit(paths, area);
            }
            return None;
        }
        let action = self.keymap.action(&self.contexts(), key.into())?;
        self.act(action)
    }

    /// Searches for what was typed since the last frame.
    pub fn search_now(&mut self) {
        let area = self.panes().main;
        if let Some(against) = self.searched() {
            let trees = (&*against.first.tree, &*against.second.tree);
            against.paths.search_now(&against.pair.paths, trees, area);
        }
    }

    /// Returns the current input line.
    pub(super) fn query(&mut self) -> Option<&mut Prompt> {
        if self.dialog.is_some() {
            return self.dialog.as_mut().map(Dialog::query);
        }
        self.searched().map(|against| &mut against.paths.find.query)
    }

    /// Returns the comparison that is being searched, if keys go to a query.
    fn searched(&mut self) -> Option<&mut Against> {
        let view = self.view;
        let against = self.against.get_mut(&self.other)?.as_deref_mut()?;
        (view == View::Paths && against.paths.find.editing).then_some(against)
    }

    fn contexts(&self) -> Vec<Context> {
        if self.help.is_some() {
            return vec![Context::Overlay, Context::Everywhere];
        }
        let mut contexts = Vec::new();
        let found = self.against().is_some_and(|against| against.paths.find.hit().is_some());
        if self.view == View::Paths && found {
            contexts.push(Context::Found);
        }
        contexts.push(Context::Comparison);
        if self.view == View::Paths {
            contexts.push(Context::Tree);
        }
        contexts.push(Context::Everywhere);
        contexts
    }

    /// Performs the action of a key or a click.
    fn act(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Palette => self.open_palette(),
            Action::OpenImage => self.ask_for_image(),
            Action::Help => {
                self.help = if self.help.is_some() {
                    None
                } else {
                    Some(Help::new(self.view.name(), self.hints()))
                };
            }
            _ if self.help.is_some() => self.act_in_help(action),
            Action::Back if !self.is_ready() => return Some(Effect::Quit),
            _ if !self.is_ready() => {}
            Action::Back => self.leave(),
            Action::NextPane => self.view = self.view.after(1),
            Action::PreviousPane => self.view = self.view.after(View::ALL.len() - 1),
            Action::PreviousImage | Action::NextImage => self.step(action == Action::NextImage),
            Action::CopyCommand => return self.copied(self.command()),
            Action::CopyPath => return self.copied(self.selected()?),
            Action::Search => self.begin_search(),
            action => match View::asked_for(action) {
                Some(view) => self.view = view,
                None => return self.act_in_view(action),
            },
        }
        None
    }

    fn act_in_help(&mut self, action: Action) {
        let Some(help) = &mut self.help else { return };
        if !help.act(action, &COMPARISON, &self.keymap, self.area) {
            self.help = None;
        }
    }

    /// Goes one step back: out of the search, then to the images; never out of the program.
    fn leave(&mut self) {
        let find = self
            .against
            .get_mut(&self.other)
            .and_then(|against| Some(&mut against.as_mut()?.paths.find));
        match find.filter(|find| find.is_active()) {
            Some(find) if self.view == View::Paths => *find = find::Find::default(),
            _ => self.view = View::Images,
        }
    }

    /// Compares another image with the first.
    fn step(&mut self, forward: bool) {
        let last = self.images.len().saturating_sub(1);
        let next = if forward { self.other + 1 } else { self.other.saturating_sub(1) };
        self.other = next.clamp(1.min(last), last);
        self.cursor.at = self.other;
        let (rows, all) = (self.image_rows(self.panes().main), self.columns.len());
        self.cursor.settle(all, rows);
    }

    fn begin_search(&mut self) {
        self.view = View::Paths;
        if let Some(Some(against)) = self.against.get_mut(&self.other) {
            against.paths.find.begin();
        }
    }

    fn act_in_view(&mut self, action: Action) -> Option<Effect> {
        let area = self.panes().main;
        let other = self.other;
        let image = |second: bool| if second { other } else { 0 };
        if self.view == View::Images {
            if action == Action::Enter {
                return Some(Effect::Open(self.cursor.at, None));
            }
            self.act_on_images(action, area);
            return None;
        }
        let against = self.against.get_mut(&self.other)?.as_deref_mut()?;
        match self.view {
            View::Layers if action == Action::Enter => {
                let (second, spot) = layers::spot(against.layers.selected(&against.pair.layers)?);
                return Some(Effect::Open(image(second), Some(spot)));
            }
            View::Layers => against.layers.act(against.pair.layers.len(), action, area),
            View::Paths => {
                let (second, spot) = against.paths.act(&against.pair.paths, action, area)?;
                return Some(Effect::Open(image(second), Some(spot)));
            }
            View::Packages => {
                let all = against.changes.as_ref().map_or(0, |changes| changes.changes.len());
                against.packages.act(all, action, area);
            }
            View::Images => {}
        }
        None
    }
}
