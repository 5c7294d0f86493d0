//! The comparison of images: a table of all, and layers, paths and packages of one compared with
//! the first.
//!
//! [`Comparison::update`] and [`Comparison::learn`] are pure; the program opens the explorer on the
//! image that the user selects, and [`Reading`] reads the images.

mod acting;
mod against;
mod copy;
mod cursor;
mod dialog;
mod draw;
mod early;
mod explaining;
mod find;
mod images;
mod layers;
mod learning;
mod message;
mod mouse;
mod packages;
mod paths;
mod reading;
mod sheet;
mod sign;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use layerscope::compare::{Column, ComparedSecrets};
use layerscope::display::{Escaped, Units};
use layerscope::files::packages::Installed;
use layerscope::{Inspection, Opened};
use ratatui::layout::Rect;

use super::Settings;
use super::early::Early;
use super::keys::{Context, Keymap, is_interrupt, is_typed};
use super::message::Message;
use super::views::Look;
use crate::tui::overlay::help::Help;
use crate::tui::pointer::Pointer;
use crate::tui::widgets::prompt::Prompt;

use cursor::Cursor;
use dialog::Dialog;
use explaining::Explained;
use find::Asked;
use sheet::Sheet;

pub use message::{ComparisonMessage, Effect, Spot};
pub use reading::{Candidate, Opener, Reading};
pub use view::View;

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
    secrets: Option<ComparedSecrets>,
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
    sheets: HashMap<usize, Option<Box<Sheet>>>,
    view: View,
    /// The cursor in the table of images.
    cursor: Cursor,
    help: Option<Help>,
    dialog: Option<Dialog>,
    explained: Option<Explained>,
    /// A notice about the last key, shown until the next key.
    notice: Option<String>,
    /// The messages of the user that wait for the comparison.
    early: Early,
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
            sheets: HashMap::new(),
            view: View::Images,
            cursor,
            help: None,
            dialog: None,
            explained: None,
            notice: None,
            early: Early::default(),
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
    fn sheet(&self) -> Option<&Sheet> {
        self.sheets.get(&self.other)?.as_deref()
    }

    fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        self.sheets.get_mut(&self.other)?.as_deref_mut()
    }

    /// Requests the comparison of the selected image, unless it has been requested.
    fn wanted(&mut self) -> Option<Effect> {
        if !self.is_ready() || self.sheets.contains_key(&self.other) {
            return None;
        }
        self.sheets.insert(self.other, None);
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
        if let Some(sheet) = self.searched() {
            // A key that only types waits for the others that have arrived.
            if key.code != KeyCode::Backspace && !matches!(key.code, KeyCode::Char(_)) {
                sheet.search_now(area);
            }
            if sheet.paths.find.key(key) == Asked::Show {
                sheet.paths.show_hit(&sheet.against.pair.paths, area);
            }
            return None;
        }
        let action = self.keymap.action(&self.contexts(), key.into())?;
        self.act(action)
    }

    /// Searches for what was typed since the last frame.
    pub fn search_now(&mut self) {
        let area = self.panes().main;
        if let Some(sheet) = self.searched() {
            sheet.search_now(area);
        }
    }

    /// Returns the current input line.
    pub(super) fn query(&mut self) -> Option<&mut Prompt> {
        if self.dialog.is_some() {
            return self.dialog.as_mut().map(Dialog::query);
        }
        self.searched().map(|sheet| &mut sheet.paths.find.query)
    }

    /// Returns the comparison that is being searched, if keys go to a query.
    fn searched(&mut self) -> Option<&mut Sheet> {
        let view = self.view;
        self.sheet_mut().filter(|sheet| view == View::Paths && sheet.paths.find.editing)
    }

    fn contexts(&self) -> Vec<Context> {
        if self.help.is_some() || self.explained.is_some() {
            return vec![Context::Overlay, Context::Everywhere];
        }
        let mut contexts = Vec::new();
        let found = self.sheet().is_some_and(|sheet| sheet.paths.find.hit().is_some());
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
}
