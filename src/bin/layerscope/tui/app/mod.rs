//! The state of the screen and its reaction to keys, without a terminal.

mod acting;
pub mod bars;
mod copy;
pub mod draw;
mod early;
mod explore;
mod keys;
pub mod mouse;
mod moving;
mod overlays;
mod panes;
mod paste;
mod teaching;
mod viewing;

use crossterm::event::KeyEventKind;
use layerscope::Error;
use layerscope::display::Escaped;
use layerscope::report::Units;
use ratatui::layout::Rect;

use super::Settings;
use super::comparison::Spot;
use super::early::Early;
use super::explorer::Explorer;
use super::explorer::sentences;
use super::keys::{Action, Keymap};
use super::layout::{Pane, Shares, rows_inside};
use super::lesson::LessonPlayer;
use super::message::{Effect, Message};
use super::viewer::Viewer;
use super::views::{Motion, Prepared, Views};
use super::work::Numbers;
use crate::intro::LayerIntro;
use crate::tui::explorer::details::Details;
use crate::tui::explorer::exploration::{Query, Tops};
use crate::tui::explorer::search::Search;
use crate::tui::overlay::Overlays;
use crate::tui::overlay::extract::Extraction;
use crate::tui::pointer::Pointer;
use crate::tui::widgets::moved;
use crate::view::View;

/// The screen that is shown.
pub enum Screen {
    Loading {
        done: u64,
        total: u64,
        layers: u64,
    },
    /// The user chooses from a list.
    Choosing {
        what: &'static str,
        choices: Vec<String>,
        cursor: usize,
    },
    /// The image, in one of the views.
    Image {
        explorer: Box<Explorer>,
        views: Box<Views>,
    },
}

/// The state of the program.
pub struct App {
    pub name: Escaped,
    pub source: Escaped,
    pub intro: Vec<LayerIntro>,
    /// The answer that is waited for before the first byte of the image comes.
    pub awaited: Option<String>,
    pub screen: Screen,
    pub overlays: Overlays,
    pub focus: Pane,
    pub view: View,
    /// True if the details show the file history of the selected path.
    pub file_history: bool,
    /// The query that keys go to, if there is one.
    pub query: Option<Query>,
    pub search: Search,
    /// Something that is being written to the host.
    pub extracting: Option<Box<Extraction>>,
    /// The lesson about the image.
    pub lesson: Option<Box<LessonPlayer>>,
    /// A notice about the last key, shown until the next key.
    pub notice: Option<String>,
    pub(super) numbers: Numbers,
    /// True once a key or the mouse has been used since the image was opened.
    pub(in crate::tui) touched: bool,
    /// The place to go to once the image is there.
    pub(in crate::tui) awaited_spot: Option<Spot>,
    /// Messages of the user that need the image, until it is there.
    early: Early,
    pub area: Rect,
    pub shares: Shares,
    tops: Tops,
    pub pointer: Pointer,
    pub units: Units,
    pub(super) motion: Motion,
    pub keymap: Keymap,
    /// True if the image was opened from another screen, to which the user can return.
    pub returns: bool,
    pub details: Details,
    pub details_scroll: usize,
}

impl App {
    /// Makes the initial state for `source`.
    pub fn new(source: Escaped, settings: &Settings, area: Rect) -> Self {
        Self {
            name: source.clone(),
            source,
            intro: Vec::new(),
            awaited: None,
            screen: Screen::Loading { done: 0, total: 0, layers: 0 },
            focus: Pane::Tree,
            view: settings.view,
            overlays: Overlays::default(),
            file_history: false,
            query: None,
            search: Search::default(),
            extracting: None,
            lesson: None,
            notice: None,
            numbers: Numbers::default(),
            touched: false,
            awaited_spot: None,
            early: Early::default(),
            area,
            shares: Shares::default(),
            tops: Tops::default(),
            pointer: Pointer::default(),
            units: settings.units,
            motion: settings.motion,
            keymap: settings.keymap.clone(),
            returns: false,
            details: sentences::of_reading(),
            details_scroll: 0,
        }
    }

    pub fn explorer(&self) -> Option<&Explorer> {
        match &self.screen {
            Screen::Image { explorer, .. } => Some(explorer),
            Screen::Loading { .. } | Screen::Choosing { .. } => None,
        }
    }

    /// Describes the operation that the screen is waiting for, and its progress.
    pub fn waiting(&self) -> Option<String> {
        let viewing = self.overlays.any_viewer().and_then(Viewer::waiting);
        viewing.or_else(|| self.extracting.as_ref()?.waiting(self.units))
    }

    /// Handles a message.
    pub fn update(&mut self, message: Message) -> Option<Effect> {
        let resized = matches!(message, Message::Resize(..));
        let message = self.keep_early(message)?;
        let effect = self.take(message);
        // A screen that is made smaller and larger again looks as before.
        if !resized {
            self.tops = self.tops();
        }
        effect
    }

    fn take(&mut self, message: Message) -> Option<Effect> {
        match message {
            Message::Key(key) if key.kind != KeyEventKind::Release => {
                self.touched = true;
                return self.key(key);
            }
            Message::Key(_) => {}
            Message::Paste(text) => return self.paste(&text),
            Message::Mouse(mouse, at) => {
                self.touched = true;
                return self.mouse(mouse, at);
            }
            Message::Resize(width, height) => {
                self.area = Rect::new(0, 0, width, height);
                let main = self.panes().main;
                if let Some(viewer) = self.overlays.any_viewer_mut() {
                    viewer.resized(main);
                }
            }
            Message::Tick(time) => self.tick(time),
            Message::Answer(number, answer) => return self.answer(number, answer),
            Message::Progressed(number, done, total) => {
                self.extraction_progressed(number, done, total);
                if let Some(viewer) = self.overlays.any_viewer_mut() {
                    viewer.progressed(number, done, total);
                }
            }
            Message::Waiting(awaited) => self.awaited = awaited,
            Message::Progress(done, total, layers) => {
                if let Screen::Loading { .. } = self.screen {
                    self.screen = Screen::Loading { done, total, layers };
                }
            }
            Message::Choices(what, choices, cursor) => {
                self.lesson = None;
                self.screen = Screen::Choosing { what, choices, cursor };
            }
            Message::Offers(offers) => {
                self.screen = Screen::Choosing { what: "image", choices: Vec::new(), cursor: 0 };
                self.offer_images(offers);
            }
            Message::Opened(intro) => {
                self.lesson = None;
                self.name = intro.name;
                self.intro = intro.layers;
                self.screen = Screen::Loading { done: 0, total: 0, layers: 0 };
            }
            Message::Loaded(Ok(Prepared { explorer, views })) => {
                self.screen = Screen::Image { explorer, views };
                self.touched = false;
                self.show(self.view);
                if let Some(spot) = self.awaited_spot.take() {
                    self.go_to(spot);
                }
            }
            Message::Lesson(narrator) => self.teach(*narrator),
            Message::Studied(studied) => {
                if let Screen::Image { explorer, views } = &mut self.screen {
                    views.assess(explorer, *studied, self.units);
                    if let Some(shown) = explorer.study().and_then(|study| study.shown.as_ref()) {
                        crate::intro::Intro::mask(&mut self.intro, shown);
                    }
                    // Whoever has gone somewhere stays there.
                    if !self.touched && self.lesson.is_none() {
                        // A secret comes before every byte.
                        if !explorer.open_at_the_first_secret() {
                            explorer.open_at_the_biggest_change();
                        }
                        self.refresh_details();
                    }
                }
            }
            Message::Loaded(Err(Error::Cancelled)) | Message::Terminate => {
                return Some(Effect::Quit);
            }
            Message::Loaded(Err(error)) => return Some(Effect::Fail(error)),
        }
        None
    }

    pub(super) fn show(&mut self, view: View) {
        let Screen::Image { explorer, views } = &mut self.screen else { return };
        if view != self.view {
            views.leave(self.view);
        }
        views.enter(view, explorer);
        self.view = view;
        self.refresh_details();
    }

    fn view_action(&mut self, action: Action) {
        let area = self.panes().main;
        let Screen::Image { explorer, views } = &mut self.screen else { return };
        match action {
            Action::NextLayer | Action::PreviousLayer if self.view != View::Replay => {
                return self.step_layer(action);
            }
            action => {
                if let Some(next) = views.act(self.view, explorer, action, area) {
                    views.leave(self.view);
                    self.view = next;
                    self.focus = Pane::Tree;
                }
            }
        }
        self.refresh_details();
    }

    pub(super) fn step_layer(&mut self, action: Action) {
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        explorer.select_layer(match action {
            Action::NextLayer => explorer.layer.next(),
            _ => explorer.layer.previous().unwrap_or_default(),
        });
        self.refresh_details();
    }

    fn choose(&mut self, action: Action) -> Option<Effect> {
        let page = rows_inside(self.area).max(2) - 1;
        let Screen::Choosing { choices, cursor, .. } = &mut self.screen else { return None };
        if matches!(action, Action::Enter | Action::Right) {
            return Some(Effect::Choose(*cursor));
        }
        *cursor = moved(action, *cursor, choices.len().saturating_sub(1), page).unwrap_or(*cursor);
        None
    }
}
