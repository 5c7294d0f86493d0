//! Inserts pasted text into the current input line at once; elsewhere it is ignored.

use crossterm::event::{KeyCode, KeyEvent};

use super::keys::Line;
use super::{App, Query, Screen};
use crate::tui::comparison::{self, Comparison};
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::widgets::prompt::Prompt;

/// The longest pasted text in bytes.
const LONGEST: usize = 16 << 10;

/// Inserts all of a text but its last character into a line, and returns the key for that
/// character, so that the reaction to the change happens once.
pub(in crate::tui) fn insert(line: Option<&mut Prompt>, text: &str) -> Option<KeyEvent> {
    let line = line?;
    let mut text: String =
        text.split(['\r', '\n']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    text.retain(|c| !c.is_control());
    let room = LONGEST.saturating_sub(line.text().len());
    if let Some((end, _)) = text.char_indices().find(|(end, c)| end + c.len_utf8() > room) {
        text.truncate(end);
    }
    let last = text.pop()?;
    line.insert(&text);
    Some(KeyCode::Char(last).into())
}

impl App {
    /// Handles pasted text.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<Effect> {
        let key = insert(self.typed_line(), text)?;
        self.key(key)
    }

    /// Returns the text of the current input line.
    fn typed_line(&mut self) -> Option<&mut Prompt> {
        match (self.line()?, self.overlays.top_mut()) {
            (Line::Place, Some(Overlay::Extraction(extraction))) => Some(&mut extraction.prompt),
            (Line::Help, Some(Overlay::Help(help))) => Some(&mut help.query),
            (Line::Image, Some(Overlay::Opening(opening))) => Some(&mut opening.path),
            (Line::Pick, Some(Overlay::Picker(picker))) => Some(&mut picker.query),
            (Line::Command, Some(Overlay::Palette(palette))) => Some(&mut palette.query),
            (Line::Viewer, Some(Overlay::Viewer(viewer))) => {
                viewer.typing.as_mut().map(|(_, prompt)| prompt)
            }
            (Line::Query, _) if self.query == Some(Query::Search) => Some(&mut self.search.query),
            (Line::Query, _) => match &mut self.screen {
                Screen::Image { explorer, .. } => Some(&mut explorer.filter.query),
                Screen::Loading { .. } | Screen::Choosing { .. } => None,
            },
            _ => None,
        }
    }
}

impl Comparison {
    /// Handles pasted text.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<comparison::Effect> {
        let key = insert(self.query(), text)?;
        self.key(key)
    }
}
