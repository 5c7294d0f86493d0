//! The state of the screen and its reaction to keys, without a terminal.

pub mod bars;
mod copy;
pub mod draw;
pub mod mouse;
mod moving;
mod paste;

use crossterm::event::{KeyEvent, KeyEventKind};
use layerscope::Error;
use layerscope::report::Units;
use ratatui::layout::Rect;

use super::Settings;
use super::explorer::Explorer;
use super::explorer::biography;
use super::explorer::sentences;
use super::keys::{Action, Context, Keymap, is_interrupt};
use super::layout::{Pane, Panes, Shares, layout, layout_with_narrator, rows_inside};
use super::lesson::Narrator;
use super::message::{Effect, Message};
use super::viewer::{Numbers, Viewer};
use super::views::{Motion, Views};
use crate::intro::LayerIntro;
use crate::tui::app::mouse::Pointer;
use crate::tui::explorer::search::Search;
use crate::tui::explorer::sentences::Details;
use crate::tui::keys::help::EXPLORER;
use crate::tui::overlay::explain::Explanation;
use crate::tui::overlay::extract::Extraction;
use crate::tui::overlay::instruction::Reading;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::follow;
use crate::view::View;

/// The phase of the program.
pub enum Phase {
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
    Ready(Box<Explorer>),
}

/// The first visible rows of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tops {
    pub layers: usize,
    pub tree: usize,
}

/// The state of the program.
pub struct App {
    pub name: String,
    pub source: String,
    pub intro: Vec<LayerIntro>,
    pub phase: Phase,
    pub focus: Pane,
    pub view: View,
    pub views: Option<Views>,
    pub help: bool,
    /// True if the details show the file history of the selected path.
    pub biography: bool,
    pub search: Search,
    /// The instruction of the selected layer, while it is shown in full.
    pub reading: Option<Reading>,
    /// The viewer, which replaces the panes while a path is viewed.
    pub viewer: Option<Box<Viewer>>,
    /// An extraction to the host, planned or running.
    pub extraction: Option<Extraction>,
    /// The lesson about the image.
    pub lesson: Option<Box<Narrator>>,
    /// The explanation of a number, if requested.
    pub explained: Option<Explanation>,
    /// A notice about the last key, shown until the next key.
    pub notice: Option<String>,
    pub(super) numbers: Numbers,
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
    pub help_scroll: usize,
}

impl App {
    /// Makes the initial state for `source`.
    pub fn new(source: String, settings: &Settings, area: Rect) -> Self {
        Self {
            name: source.clone(),
            source,
            intro: Vec::new(),
            phase: Phase::Loading { done: 0, total: 0, layers: 0 },
            focus: Pane::Tree,
            view: settings.view,
            views: None,
            help: false,
            biography: false,
            search: Search::default(),
            reading: None,
            viewer: None,
            extraction: None,
            lesson: None,
            explained: None,
            notice: None,
            numbers: Numbers::default(),
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
            help_scroll: 0,
        }
    }

    pub fn explorer(&self) -> Option<&Explorer> {
        match &self.phase {
            Phase::Ready(explorer) => Some(explorer),
            Phase::Loading { .. } | Phase::Choosing { .. } => None,
        }
    }

    /// Describes the operation that the screen is waiting for, and its progress.
    pub fn waiting(&self) -> Option<String> {
        let viewing = self.viewer.as_ref().and_then(|viewer| viewer.waiting());
        viewing.or_else(|| self.extraction.as_ref()?.waiting(self.units))
    }

    /// Handles a message.
    pub fn update(&mut self, message: Message) -> Option<Effect> {
        let resized = matches!(message, Message::Resize(..));
        let effect = self.take(message);
        // A screen that gets small and big again looks as it did.
        if !resized {
            self.tops = self.tops();
        }
        effect
    }

    fn take(&mut self, message: Message) -> Option<Effect> {
        match message {
            Message::Key(key) if key.kind != KeyEventKind::Release => return self.key(key),
            Message::Key(_) => {}
            Message::Paste(text) => return self.paste(&text),
            Message::Mouse(mouse, at) => return self.mouse(mouse, at),
            Message::Resize(width, height) => {
                self.area = Rect::new(0, 0, width, height);
                let main = self.panes().main;
                if let Some(viewer) = &mut self.viewer {
                    viewer.resized(main);
                }
            }
            Message::Tick(time) => self.tick(time),
            Message::Answer(number, answer) => return self.answer(number, answer),
            Message::Progressed(number, done, total) => {
                self.extraction_progressed(number, done, total);
                if let Some(viewer) = &mut self.viewer {
                    viewer.progressed(number, done, total);
                }
            }
            Message::Progress(done, total, layers) => {
                if let Phase::Loading { .. } = self.phase {
                    self.phase = Phase::Loading { done, total, layers };
                }
            }
            Message::Choices(what, choices, cursor) => {
                self.lesson = None;
                self.phase = Phase::Choosing { what, choices, cursor };
            }
            Message::Opened(intro) => {
                self.lesson = None;
                self.name = intro.name;
                self.intro = intro.layers;
                self.phase = Phase::Loading { done: 0, total: 0, layers: 0 };
            }
            Message::Loaded(Ok(inspection)) => {
                let explorer = Explorer::new(inspection);
                self.views = Some(Views::new(&explorer, self.motion));
                self.phase = Phase::Ready(Box::new(explorer));
                self.show(self.view);
            }
            Message::Lesson(narrator) => self.teach(*narrator),
            Message::Studied(study) => {
                if let Some(views) = &mut self.views {
                    views.studied(&study);
                }
            }
            Message::Done(done) => self.done(done),
            Message::Loaded(Err(Error::Cancelled)) | Message::Terminate => return Some(Effect::Quit),
            Message::Loaded(Err(error)) => return Some(Effect::Fail(error)),
        }
        None
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        let action = self.keymap.action(&self.contexts(), key.into());
        self.notice = None;
        if self.asks_where() && !is_interrupt(key) {
            self.type_place(key);
            return None;
        }
        if self.viewer.as_ref().is_some_and(|viewer| viewer.typing.is_some()) && !is_interrupt(key) {
            self.type_in_viewer(key);
            return None;
        }
        if self.is_typing() && !is_interrupt(key) {
            return self.typed(key);
        }
        if is_interrupt(key) { Some(Effect::Quit) } else { self.act(action?) }
    }

    /// Returns whether letters are text input and not keys.
    pub fn takes_text(&self) -> bool {
        self.asks_where() || self.viewer.as_ref().is_some_and(|viewer| viewer.typing.is_some()) || self.is_typing()
    }

    /// Performs the action of a key or a click.
    pub(super) fn act(&mut self, action: Action) -> Option<Effect> {
        let ready = self.explorer().is_some();
        self.settle();
        let action = match action {
            Action::Quit | Action::Suspend | Action::Help => action,
            // The way back to a lesson leads out of the help too.
            action if self.help && (action != Action::LessonReturn || self.is_told()) => action,
            action => match self.act_in_lesson(action) {
                Ok(effect) => return effect,
                Err(action) => action,
            },
        };
        match action {
            Action::Quit if self.returns => return Some(Effect::Leave),
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Back if !ready && !self.help => return Some(Effect::Cancel),
            Action::Help => {
                self.help = !self.help;
                self.help_scroll = 0;
            }
            _ if self.help => self.help_action(action),
            _ if self.reading.is_some() => return self.read(action),
            Action::Instruction => self.open_instruction(),
            _ if matches!(self.phase, Phase::Choosing { .. }) => return self.choose(action),
            _ if self.explained.is_some() => self.act_in_explanation(action),
            Action::Back if self.stop_extracting() => {}
            Action::CopyDigest => return self.copied(self.selected_digest(), "no digest of this layer is known"),
            Action::CopyPath
                if self.view == View::Image || self.focus == Pane::Layers && self.view == View::Explore =>
            {
                return self.copied(self.selected_digest(), "no digest of this layer is known");
            }
            Action::CopyPath => return self.copied(self.selected_path(), "no path is selected"),
            Action::Extract => self.ask_to_extract(),
            Action::Explain if ready => self.explain(),
            _ if self.viewer.is_some() => return self.act_in_viewer(action),
            Action::ViewFile | Action::Compare => self.view_selected(action),
            Action::Enter if self.view == View::Explore && self.focus == Pane::Tree && self.selected_is_viewed() => {
                self.view_selected(Action::ViewFile);
            }
            Action::CopyCommand if ready => return self.copied(Some(self.command()), ""),
            Action::Search | Action::Filter if ready => {
                self.show(View::Explore);
                self.focus = Pane::Tree;
                self.start_typing(action);
            }
            Action::PlayAgain => self.play(0..=usize::MAX),
            action if View::asked_for(action).is_some() => self.show(View::asked_for(action).unwrap_or_default()),
            Action::Back if self.view != View::Explore => self.show(View::Explore),
            Action::NextPane if self.view != View::Explore => self.show(next_view(self.view, 1)),
            Action::PreviousPane if self.view != View::Explore => {
                self.show(next_view(self.view, View::ALL.len() - 1));
            }
            action if self.view != View::Explore => self.view_action(action),
            Action::NextPane => self.next_pane(1),
            Action::PreviousPane => self.next_pane(2),
            Action::Back if self.returns && !self.can_leave() => return Some(Effect::Leave),
            Action::Back => self.leave(),
            action => self.explore(action),
        }
        None
    }

    /// Returns the contexts in which keys are looked up, the most specific first.
    fn contexts(&self) -> Vec<Context> {
        let mut contexts = self.lesson.iter().filter(|_| self.is_told()).fold(Vec::new(), |mut contexts, lesson| {
            contexts.extend(lesson.question().map(|_| Context::Question));
            contexts.push(Context::Lesson);
            contexts
        });
        if self.viewer.is_some() {
            return vec![Context::Viewer, Context::Everywhere];
        }
        match (self.view, self.focus) {
            (View::Explore, focus) => {
                if !self.search.hits.is_empty() {
                    contexts.push(Context::Found);
                }
                contexts.push(match focus {
                    Pane::Layers => Context::Layers,
                    Pane::Tree | Pane::Details => Context::Tree,
                });
                if focus == Pane::Layers {
                    contexts.push(Context::Tree);
                }
                contexts.push(Context::Explore);
            }
            (View::Waste, _) => contexts.push(Context::Waste),
            (View::Treemap, _) => contexts.push(Context::Treemap),
            (View::Play, _) => contexts.push(Context::Play),
            (View::Timeline | View::Image | View::Findings | View::Ladder, _) => {}
        }
        contexts.push(Context::Everywhere);
        contexts
    }

    pub(super) fn show(&mut self, view: View) {
        let (Phase::Ready(explorer), Some(views)) = (&self.phase, &mut self.views) else { return };
        if view != self.view {
            views.leave(self.view);
        }
        views.enter(view, explorer);
        self.view = view;
        self.refresh_details();
    }

    fn view_action(&mut self, action: Action) {
        let area = self.panes().main;
        let (Phase::Ready(explorer), Some(views)) = (&mut self.phase, &mut self.views) else { return };
        match action {
            Action::NextLayer | Action::PreviousLayer if self.view != View::Play => return self.step_layer(action),
            action => {
                if views.act(self.view, explorer, action, area) {
                    views.leave(self.view);
                    self.view = View::Explore;
                    self.focus = Pane::Tree;
                }
            }
        }
        self.refresh_details();
    }

    pub(super) fn step_layer(&mut self, action: Action) {
        let Phase::Ready(explorer) = &mut self.phase else { return };
        explorer.select_layer(match action {
            Action::NextLayer => explorer.layer + 1,
            _ => explorer.layer.saturating_sub(1),
        });
        self.refresh_details();
    }

    fn choose(&mut self, action: Action) -> Option<Effect> {
        let page = rows_inside(self.area).max(2) - 1;
        let Phase::Choosing { choices, cursor, .. } = &mut self.phase else { return None };
        if matches!(action, Action::Enter | Action::Right) {
            return Some(Effect::Choose(*cursor));
        }
        *cursor = moved(action, *cursor, choices.len().saturating_sub(1), page).unwrap_or(*cursor);
        None
    }

    fn help_action(&mut self, action: Action) {
        let last =
            crate::tui::overlay::help::help_lines(&EXPLORER, &self.keymap).saturating_sub(rows_inside(self.area));
        match moved(action, self.help_scroll, last, rows_inside(self.area).max(2) - 1) {
            Some(scroll) => self.help_scroll = scroll,
            None => self.help = false,
        }
    }

    /// Moves the focus to another pane. The details are a pane of their own on narrow screens only;
    /// on wide ones they are always visible.
    fn next_pane(&mut self, steps: usize) {
        let single = layout(self.area, Pane::Tree, self.shares).layers.is_empty();
        let panes: &[Pane] =
            if single { &[Pane::Layers, Pane::Tree, Pane::Details] } else { &[Pane::Layers, Pane::Tree] };
        let steps = if steps > 1 { panes.len() - 1 } else { 1 };
        let now = panes.iter().position(|&pane| pane == self.focus).unwrap_or(1);
        self.focus = panes[(now + steps) % panes.len()];
        self.refresh_details();
    }

    /// Returns the first visible rows of the layers and the tree.
    pub fn tops(&self) -> Tops {
        let (panes, Some(explorer)) = (self.panes(), self.explorer()) else { return self.tops };
        let tree = crate::tui::explorer::draw::tree_list(panes.tree);
        let first = |area: Rect, top, selected, count| match rows_inside(area) {
            // A pane that is not shown comes back as it was.
            0 => top,
            height => follow(top, selected, count, height),
        };
        Tops {
            layers: first(panes.layers, self.tops.layers, explorer.layer, explorer.inspection.layers.len()),
            tree: first(tree, self.tops.tree, explorer.cursor, explorer.rows.len()),
        }
    }

    /// Returns the areas of the panes.
    pub fn panes(&self) -> Panes {
        match &self.lesson {
            Some(lesson) => {
                let rows = lesson.rows(self.area);
                layout_with_narrator(self.area, rows, self.is_told(), self.focus, self.shares)
            }
            None => layout(self.area, self.focus, self.shares),
        }
    }

    /// Returns the number of lines of the details that do not fit.
    pub(super) fn hidden_details(&self) -> usize {
        let area = self.panes().details;
        let lines = self.details.lines(usize::from(area.width.saturating_sub(2)));
        lines.len().saturating_sub(rows_inside(area))
    }

    pub(super) fn refresh_details(&mut self) {
        let Phase::Ready(explorer) = &self.phase else { return };
        self.details_scroll = 0;
        let inspection = &explorer.inspection;
        self.details = match (self.focus, explorer.selected()) {
            (Pane::Tree | Pane::Details, Some(node)) if self.biography => {
                biography::of_path(inspection, node, self.units)
            }
            (Pane::Tree | Pane::Details, Some(node)) => sentences::of_path(explorer, node, self.units),
            _ => sentences::of_layer(inspection, &explorer.groups, explorer.layer, self.units),
        };
    }
}

fn next_view(view: View, steps: usize) -> View {
    let now = View::ALL.iter().position(|&other| other == view).unwrap_or(0);
    View::ALL[(now + steps) % View::ALL.len()]
}
