//! The actions of the viewer.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::comparison::Comparison;
use super::file::FileView;
use super::{Asking, Next, Page, Saving, Viewer, facts};
use crate::tui::contents::find::Pattern;
use crate::tui::keys::Action;
use crate::tui::widgets::moved;
use crate::tui::widgets::prompt::{Prompt, Typed};

impl Viewer {
    /// Handles a key in the input line, for a search or a position to go to.
    pub fn typed(&mut self, key: KeyEvent, area: Rect) -> Option<String> {
        let room = self.room(area);
        let (asking, prompt) = self.typing.as_mut()?;
        let asking = *asking;
        match prompt.key(key) {
            Typed::Left => self.typing = None,
            Typed::Entered => {
                let text = prompt.text().to_owned();
                self.typing = None;
                let file = self.file_mut()?;
                match asking {
                    Asking::Find if text.is_empty() => file.look_for(None),
                    Asking::Find => match Pattern::new(&text) {
                        Some(pattern) => {
                            let plain = pattern.plain.then(|| {
                                "Invalid regular expression. Searching for the \
                                    literal text."
                                    .into()
                            });
                            file.look_for(Some(pattern));
                            return plain;
                        }
                        None => return Some("this expression needs too much memory".into()),
                    },
                    Asking::GoTo => match number(&text) {
                        Some(number) => file.go_to(number, room),
                        None => {
                            return Some(format!(
                                "{} is no number",
                                layerscope::display::escaped_str(&text)
                            ));
                        }
                    },
                }
            }
            Typed::Changed | Typed::Same | Typed::Other => {}
        }
        None
    }

    /// Performs an action; may return a notice.
    pub fn act(&mut self, action: Action, area: Rect) -> (Next, Option<String>) {
        let room = self.room(area);
        match action {
            Action::Back if self.give_up() => {}
            Action::Back if self.comparison.take().is_some() => {}
            Action::Back | Action::CloseViewer | Action::ViewFile => return (Next::Leave, None),
            Action::OlderVersion | Action::NewerVersion => return (Next::Stay, self.turn(action)),
            Action::Compare => return (Next::Stay, self.compare()),
            Action::Pager => return (Next::Stay, self.save()),
            Action::Enter => {
                let target = facts::target(&self.inspection.tree, self.version(), self.layer);
                return (target.map_or(Next::Stay, Next::View), None);
            }
            Action::Search if self.file().is_some() => {
                self.typing = Some((Asking::Find, Prompt::default()));
            }
            Action::GoTo if self.file().is_some() => {
                self.typing = Some((Asking::GoTo, Prompt::default()));
            }
            action => match (&mut self.comparison, &mut self.page) {
                (Some(comparison), _) => comparison.act(action, room),
                (None, Page::File(file)) => file.act(action, room),
                (None, Page::Facts(facts)) => {
                    let last = facts.lines(room.width).len().saturating_sub(room.height);
                    let page = room.height.max(2) - 1;
                    facts.scroll =
                        moved(action, facts.scroll.min(last), last, page).unwrap_or(facts.scroll);
                }
            },
        }
        (Next::Stay, None)
    }

    /// Keeps the visible part inside a resized area.
    pub fn resized(&mut self, area: Rect) {
        let room = self.room(area);
        if let Page::File(file) = &mut self.page {
            file.settle(room);
        }
    }

    fn give_up(&mut self) -> bool {
        self.saving.take().is_some() || self.file_mut().is_some_and(FileView::give_up)
    }

    /// Switches to the next older or newer version, or compares with it.
    fn turn(&mut self, action: Action) -> Option<String> {
        let older = action == Action::OlderVersion;
        let from = match &self.comparison {
            Some(comparison) => {
                self.versions.iter().position(|&version| version == comparison.old)?
            }
            None => self.shown,
        };
        let to = if older {
            from.checked_sub(1)
        } else {
            Some(from + 1).filter(|&to| to < self.versions.len())
        };
        match (to, &self.comparison) {
            (Some(to), Some(_)) if to == self.shown => {
                Some("Nothing to compare: this is the same version.".into())
            }
            (Some(to), Some(_)) => {
                let (old, new) = (self.versions[to], self.version());
                self.comparison = Some(Comparison::new(&self.inspection.tree, old, new));
                None
            }
            (Some(to), None) => {
                self.turn_to(to);
                None
            }
            (None, _) if older => Some("this is the oldest version".into()),
            (None, _) => Some("this is the newest version".into()),
        }
    }

    fn save(&mut self) -> Option<String> {
        match &self.page {
            Page::File(_) if self.saving.is_none() => self.saving = Some(Saving::Wanted),
            Page::File(_) => {}
            Page::Facts(_) => return Some("it has no contents for a pager".into()),
        }
        None
    }
}

/// Parses a number in the usual forms: 120, 1,200 or 0x4b0.
fn number(text: &str) -> Option<u64> {
    let text = text.trim().replace([',', '_'], "");
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
