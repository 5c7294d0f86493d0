//! Keys: the line that takes them as text, or the context in which they are looked up.

use crossterm::event::KeyEvent;

use super::App;
use crate::tui::keys::{Action, Context, is_interrupt, is_typed};
use crate::tui::layout::Pane;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::view::View;

/// A line that is typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// The directory that something is extracted to.
    Place,
    /// A search, or a place to go to, in the viewer.
    Viewer,
    /// A search or a filter in the tree.
    Query,
    /// A search in the help.
    Help,
    /// The name of a command.
    Command,
    /// The path or the name of another image.
    Image,
    /// The words for an image in a list.
    Pick,
}

impl App {
    pub(in crate::tui) fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        let action = self.keymap.action(&self.contexts(), key.into());
        self.notice = None;
        match self.line() {
            _ if is_interrupt(key) => Some(Effect::Quit),
            Some(Line::Place) => {
                self.type_place(key);
                None
            }
            Some(Line::Viewer) => {
                self.type_in_viewer(key);
                None
            }
            Some(Line::Query) => {
                self.typed(key);
                None
            }
            // The key that returns to a lesson also closes the help.
            Some(Line::Help) if action == Some(Action::LessonReturn) && self.lesson.is_some() => {
                self.act(action?)
            }
            Some(Line::Help) if is_typed(key) => {
                if let Some(Overlay::Help(help)) = self.overlays.top_mut()
                    && help.type_key(key)
                {
                    self.overlays.close();
                }
                None
            }
            Some(Line::Command) => self.type_command(key),
            Some(Line::Image) => self.type_image(key),
            Some(Line::Pick) => self.pick_image(key),
            Some(Line::Help) | None => self.act(action?),
        }
    }

    /// Returns the current input line.
    pub(super) fn line(&self) -> Option<Line> {
        match self.overlays.top() {
            Some(Overlay::Extraction(_)) => Some(Line::Place),
            Some(Overlay::Viewer(viewer)) => viewer.typing.as_ref().map(|_| Line::Viewer),
            Some(Overlay::Help(_)) => Some(Line::Help),
            Some(Overlay::Palette(_)) => Some(Line::Command),
            Some(Overlay::Opening(_)) => Some(Line::Image),
            Some(Overlay::Picker(_)) => Some(Line::Pick),
            Some(_) => None,
            None => self.is_typing().then_some(Line::Query),
        }
    }

    /// Returns whether letters are text input and not keys.
    pub fn takes_text(&self) -> bool {
        self.line().is_some()
    }

    /// Returns the contexts in which keys are looked up, the most specific first.
    pub(in crate::tui) fn contexts(&self) -> Vec<Context> {
        match self.overlays.top() {
            Some(Overlay::Viewer(_)) => return vec![Context::Viewer, Context::Everywhere],
            Some(_) => return vec![Context::Overlay, Context::Everywhere],
            None => {}
        }
        let mut contexts = self.lesson.iter().filter(|_| self.is_told()).fold(
            Vec::new(),
            |mut contexts, lesson| {
                contexts.extend(lesson.question().map(|_| Context::Question));
                contexts.push(Context::Lesson);
                contexts
            },
        );
        match (self.view, self.focus) {
            (View::Explore, focus) => {
                if !self.search.hits.is_empty() || self.search.listed {
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
            (View::Replay, _) => contexts.push(Context::Replay),
            (View::Findings, _) => contexts.push(Context::Findings),
            (View::Timeline | View::Image | View::Sizes, _) => {}
        }
        contexts.push(Context::Everywhere);
        contexts
    }
}
