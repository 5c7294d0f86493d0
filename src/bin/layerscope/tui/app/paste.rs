//! Inserts pasted text into the current input line at once; elsewhere it is ignored.

use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Phase};
use crate::tui::comparison::{self, Side};
use crate::tui::message::Effect;
use crate::tui::widgets::prompt::Prompt;

/// The longest pasted text in bytes.
const LONGEST: usize = 16 << 10;

/// Inserts all of a text but its last character into a line, and returns the key for that
/// character, so that the reaction to the change happens once.
pub(in crate::tui) fn insert(line: Option<&mut Prompt>, text: &str) -> Option<KeyEvent> {
    let line = line?;
    let mut text: String = text.split(['\r', '\n']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    text.retain(|c| !c.is_control());
    text.truncate(text.floor_char_boundary(LONGEST.saturating_sub(line.text().len())));
    let last = text.pop()?;
    line.insert(&text);
    Some(KeyCode::Char(last).into())
}

impl App {
    /// Handles pasted text.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<Effect> {
        let key = insert(self.line(), text)?;
        self.key(key)
    }

    /// Returns the current input line.
    fn line(&mut self) -> Option<&mut Prompt> {
        if self.asks_where() {
            return self.extraction.as_mut().map(|extraction| &mut extraction.prompt);
        }
        if let Some((_, prompt)) = self.viewer.as_mut().and_then(|viewer| viewer.typing.as_mut()) {
            return Some(prompt);
        }
        if self.search.editing {
            return Some(&mut self.search.query);
        }
        let Phase::Ready(explorer) = &mut self.phase else { return None };
        explorer.filter.editing.then_some(&mut explorer.filter.query)
    }
}

impl Side {
    /// Handles pasted text.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<comparison::Effect> {
        let key = insert(self.query(), text)?;
        self.key(key)
    }
}
