//! Text that is pasted: it goes into the line that is being typed, in one piece, and nowhere else.

use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Phase};
use crate::tui::comparison::{self, Side};
use crate::tui::message::Effect;
use crate::tui::widgets::prompt::Prompt;

/// No line is longer, in bytes.
const LONGEST: usize = 16 << 10;

/// Puts all of a text into a line but its last character, and returns the key for that one: what follows from a change
/// of the line is done once.
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
    /// Takes in text that was pasted.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<Effect> {
        let key = insert(self.line(), text)?;
        self.key(key)
    }

    /// The line that is being typed.
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
    /// Takes in text that was pasted.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<comparison::Effect> {
        let key = insert(self.query(), text)?;
        self.key(key)
    }
}
