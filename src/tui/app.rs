//! What the screen shows, and what keys do to it: pure state, no terminal.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};
use layerscope::report::Units;
use layerscope::{Error, Inspection, Opened};
use ratatui::layout::Rect;

use super::biography;
use super::explorer::Explorer;
use super::layout::{Pane, layout, rows_inside};
use super::rows::{Order, Scope, Shown};
use super::search::Search;
use super::sentences::{self, Details};
use super::views::{View, Views};

/// Something that happened.
pub enum Message {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Resize(u16, u16),
    /// How far the reading is: bytes done, bytes in all, layers done.
    Progress(u64, u64, u64),
    /// The images of the archive are known, and it is not clear which one is meant.
    Choices(Vec<String>),
    /// The image is known, and its layers are going to be read.
    Opened(Intro),
    Loaded(Result<Arc<Inspection>, Error>),
    /// The system asks the program to end.
    Terminate,
}

/// What the program has to do besides drawing.
pub enum Effect {
    Quit,
    Fail(Error),
    /// This text goes to the terminal's clipboard.
    Copy(String),
    /// The image at this place in the list is wanted.
    Choose(usize),
}

/// A layer as the manifest has it, before it is read.
pub struct LayerIntro {
    pub instruction: String,
    pub stored: Option<u64>,
}

/// What is known of an image before its layers are read.
pub struct Intro {
    pub name: String,
    pub layers: Vec<LayerIntro>,
}

impl Intro {
    pub fn of(opened: &Opened) -> Self {
        let layers = opened.image.layers.iter().map(|layer| LayerIntro {
            instruction: layer.instruction.one_line(),
            stored: layer.member.as_ref().map(|member| member.extent.len),
        });
        Self { name: opened.image.name(), layers: layers.collect() }
    }
}

/// How far the program is.
pub enum Phase {
    Loading { done: u64, total: u64, layers: u64 },
    Choosing { choices: Vec<String>, cursor: usize },
    Ready(Box<Explorer>),
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
    /// Whether the details tell the life of the selected path.
    pub biography: bool,
    pub search: Search,
    pub area: Rect,
    pub units: Units,
    pub details: Details,
    pub details_scroll: usize,
    pub help_scroll: usize,
}

impl App {
    /// The state before anything of `source` is known.
    pub fn new(source: String, units: Units, area: Rect) -> Self {
        Self {
            name: source.clone(),
            source,
            intro: Vec::new(),
            phase: Phase::Loading { done: 0, total: 0, layers: 0 },
            focus: Pane::Tree,
            view: View::default(),
            views: None,
            help: false,
            biography: false,
            search: Search::default(),
            area,
            units,
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

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Option<Effect> {
        match message {
            Message::Key(key) if key.kind != KeyEventKind::Release => return self.key(key),
            Message::Key(_) => {}
            Message::Mouse(mouse) => self.mouse(mouse),
            Message::Resize(width, height) => self.area = Rect::new(0, 0, width, height),
            Message::Progress(done, total, layers) => {
                if let Phase::Loading { .. } = self.phase {
                    self.phase = Phase::Loading { done, total, layers };
                }
            }
            Message::Choices(choices) => self.phase = Phase::Choosing { choices, cursor: 0 },
            Message::Opened(intro) => {
                self.name = intro.name;
                self.intro = intro.layers;
                self.phase = Phase::Loading { done: 0, total: 0, layers: 0 };
            }
            Message::Loaded(Ok(inspection)) => {
                let explorer = Explorer::new(inspection);
                self.views = Some(Views::new(&explorer));
                self.phase = Phase::Ready(Box::new(explorer));
                self.refresh_details();
            }
            Message::Loaded(Err(Error::Cancelled)) | Message::Terminate => return Some(Effect::Quit),
            Message::Loaded(Err(error)) => return Some(Effect::Fail(error)),
        }
        None
    }

    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return Some(Effect::Quit),
            code if self.search.editing => self.search_key(code),
            KeyCode::Char('q') => return Some(Effect::Quit),
            KeyCode::Esc if self.explorer().is_none() && !self.help => return Some(Effect::Quit),
            KeyCode::Char('?') => {
                self.help = !self.help;
                self.help_scroll = 0;
            }
            _ if self.help => self.help_key(key.code),
            code if matches!(self.phase, Phase::Choosing { .. }) => return self.choose(code),
            KeyCode::Char('y') => return self.selected_path().map(Effect::Copy),
            KeyCode::Char('Y') if self.explorer().is_some() => return Some(Effect::Copy(self.command())),
            KeyCode::Char('/') if self.explorer().is_some() => {
                self.show(View::Explore);
                self.focus = Pane::Tree;
                self.search = Search { editing: true, ..Search::default() };
            }
            KeyCode::Char(c) if View::numbered(c).is_some() => self.show(View::numbered(c).unwrap_or_default()),
            KeyCode::Esc if self.view != View::Explore => self.show(View::Explore),
            KeyCode::Tab if self.view != View::Explore => self.show(next_view(self.view, 1)),
            KeyCode::BackTab if self.view != View::Explore => self.show(next_view(self.view, View::ALL.len() - 1)),
            code if self.view != View::Explore => self.view_key(code),
            KeyCode::Tab => self.next_pane(1),
            KeyCode::BackTab => self.next_pane(2),
            KeyCode::Esc => {
                self.focus = Pane::Tree;
                self.search = Search::default();
            }
            _ => self.explore(key.code, control),
        }
        None
    }

    fn show(&mut self, view: View) {
        let (Phase::Ready(explorer), Some(views)) = (&self.phase, &mut self.views) else { return };
        views.enter(view, explorer);
        self.view = view;
        self.refresh_details();
    }

    fn view_key(&mut self, code: KeyCode) {
        let area = layout(self.area, self.focus).main;
        let (Phase::Ready(explorer), Some(views)) = (&mut self.phase, &mut self.views) else { return };
        match code {
            KeyCode::Char(']') => explorer.select_layer(explorer.layer + 1),
            KeyCode::Char('[') => explorer.select_layer(explorer.layer.saturating_sub(1)),
            code => {
                if views.key(self.view, explorer, code, area) {
                    self.view = View::Explore;
                    self.focus = Pane::Tree;
                }
            }
        }
        self.refresh_details();
    }

    fn choose(&mut self, code: KeyCode) -> Option<Effect> {
        let page = rows_inside(self.area).max(2) - 1;
        let Phase::Choosing { choices, cursor } = &mut self.phase else { return None };
        if matches!(code, KeyCode::Enter | KeyCode::Right | KeyCode::Char('l')) {
            return Some(Effect::Choose(*cursor));
        }
        *cursor = moved(code, *cursor, choices.len().saturating_sub(1), page).unwrap_or(*cursor);
        None
    }

    fn help_key(&mut self, code: KeyCode) {
        match code {
            KeyCode::Down | KeyCode::Char('j') | KeyCode::PageDown => self.help_scroll += 1,
            KeyCode::Up | KeyCode::Char('k') | KeyCode::PageUp => self.help_scroll = self.help_scroll.saturating_sub(1),
            _ => self.help = false,
        }
        self.help_scroll = self.help_scroll.min(super::keys::lines());
    }

    /// Narrow screens show the details as a pane of their own; on wide ones they are always there.
    fn next_pane(&mut self, steps: usize) {
        let single = layout(self.area, Pane::Tree).layers.is_empty();
        let panes: &[Pane] =
            if single { &[Pane::Layers, Pane::Tree, Pane::Details] } else { &[Pane::Layers, Pane::Tree] };
        let steps = if steps > 1 { panes.len() - 1 } else { 1 };
        let now = panes.iter().position(|&pane| pane == self.focus).unwrap_or(1);
        self.focus = panes[(now + steps) % panes.len()];
        self.refresh_details();
    }

    fn explore(&mut self, code: KeyCode, control: bool) {
        let page = self.page();
        let details = self.details.paragraphs.len() * 8;
        let Phase::Ready(explorer) = &mut self.phase else { return };
        let shown = explorer.shown;
        match (code, control) {
            (KeyCode::Char(']'), _) => explorer.select_layer(explorer.layer + 1),
            (KeyCode::Char('['), _) => explorer.select_layer(explorer.layer.saturating_sub(1)),
            (KeyCode::Char('w'), false) => {
                explorer.next_waste();
                self.focus = Pane::Tree;
            }
            (KeyCode::Char('i'), false) => {
                self.biography = !self.biography;
                self.focus = Pane::Tree;
            }
            (KeyCode::Char('t'), false) => explorer.set_scope(match explorer.slice.scope {
                Scope::UpTo => Scope::Changes,
                Scope::Changes => Scope::UpTo,
            }),
            (KeyCode::Char('l'), true) => explorer.set_scope(Scope::Changes),
            (KeyCode::Char('a'), true) if self.focus == Pane::Layers => explorer.set_scope(Scope::UpTo),
            (KeyCode::Char('+'), _) | (KeyCode::Char('a'), true) => {
                explorer.set_shown(Shown { added: !shown.added, ..shown });
            }
            (KeyCode::Char('~'), _) => explorer.set_shown(Shown { modified: !shown.modified, ..shown }),
            (KeyCode::Char('-'), _) | (KeyCode::Char('r'), true) => {
                explorer.set_shown(Shown { removed: !shown.removed, ..shown });
            }
            (KeyCode::Char('='), _) | (KeyCode::Char('u'), true) => {
                explorer.set_shown(Shown { unchanged: !shown.unchanged, ..shown });
            }
            (KeyCode::Char('!'), _) => explorer.set_shown(Shown { dead: !shown.dead, ..shown }),
            (KeyCode::Char('n' | 'N'), false) if !self.search.hits.is_empty() => {
                self.search.step(code == KeyCode::Char('n'));
                return self.show_hit();
            }
            (KeyCode::Char('s'), false) => explorer.set_order(Order::Size),
            (KeyCode::Char('n'), false) => explorer.set_order(Order::Name),
            (KeyCode::Char('o'), true) => explorer.set_order(match explorer.order {
                Order::Size => Order::Name,
                Order::Name => Order::Size,
            }),
            (KeyCode::Enter | KeyCode::Right | KeyCode::Char('l'), false) if self.focus == Pane::Layers => {
                self.focus = Pane::Tree;
            }
            (KeyCode::Enter | KeyCode::Right | KeyCode::Char('l'), false) if self.focus == Pane::Tree => {
                explorer.expand();
            }
            (KeyCode::Left | KeyCode::Backspace | KeyCode::Char('h'), false) if self.focus == Pane::Tree => {
                explorer.collapse();
            }
            (KeyCode::Char(' '), _) if self.focus == Pane::Tree => explorer.toggle(),
            _ => {
                let (now, last) = match self.focus {
                    Pane::Layers => (explorer.layer, explorer.inspection.layers.len().saturating_sub(1)),
                    Pane::Tree => (explorer.cursor, explorer.rows.len().saturating_sub(1)),
                    Pane::Details => (self.details_scroll, details),
                };
                let Some(next) = moved(code, now, last, page) else { return };
                match self.focus {
                    Pane::Layers => explorer.select_layer(next),
                    Pane::Tree => explorer.move_to(next),
                    Pane::Details => {
                        self.details_scroll = next;
                        return;
                    }
                }
            }
        }
        self.refresh_details();
    }

    fn page(&self) -> usize {
        let panes = layout(self.area, self.focus);
        rows_inside(match self.focus {
            Pane::Layers => panes.layers,
            Pane::Tree => panes.tree,
            Pane::Details => panes.details,
        })
        .max(2)
            - 1
    }

    pub(super) fn refresh_details(&mut self) {
        let Phase::Ready(explorer) = &self.phase else { return };
        self.details_scroll = 0;
        let inspection = &explorer.inspection;
        self.details = match (self.focus, explorer.selected()) {
            (Pane::Tree | Pane::Details, Some(node)) if self.biography => {
                biography::of_path(inspection, node, self.units)
            }
            (Pane::Tree | Pane::Details, Some(node)) => {
                sentences::of_path(inspection, &explorer.groups, &explorer.slice, node, self.units)
            }
            _ => sentences::of_layer(inspection, &explorer.groups, explorer.layer, self.units),
        };
    }
}

fn next_view(view: View, steps: usize) -> View {
    let now = View::ALL.iter().position(|&other| other == view).unwrap_or(0);
    View::ALL[(now + steps) % View::ALL.len()]
}

/// Where a list's cursor goes.
pub fn moved(code: KeyCode, now: usize, last: usize, page: usize) -> Option<usize> {
    let next = match code {
        KeyCode::Down | KeyCode::Char('j') => now + 1,
        KeyCode::Up | KeyCode::Char('k') => now.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char('d') => now + page,
        KeyCode::PageUp | KeyCode::Char('u') => now.saturating_sub(page),
        KeyCode::Home | KeyCode::Char('g') => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        _ => return None,
    };
    Some(next.min(last))
}
