//! An input line for searches, filters and destinations.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use layerscope::display::{Escaped, escaped_str};
use unicode_width::UnicodeWidthStr;

/// A line of text with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    text: String,
    /// The byte offset of the cursor, between characters.
    cursor: usize,
}

/// The effect of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text changed.
    Changed,
    /// The cursor moved, or nothing changed.
    Same,
    /// The input is complete.
    Entered,
    /// The input was cancelled.
    Left,
    /// The key has no meaning in an input line.
    Other,
}

impl Prompt {
    /// Makes a line that contains `text`, with the cursor at its end.
    pub fn with(text: String) -> Self {
        Self { cursor: text.len(), text }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text before and after the cursor, with control characters escaped.
    pub fn shown(&self) -> (Escaped, Escaped) {
        let (before, after) = self.text.split_at(self.cursor);
        (escaped_str(before), escaped_str(after))
    }

    /// Returns the part of the text around the cursor that fits into `width` columns beside it.
    pub fn shown_in(&self, width: usize) -> (Escaped, Escaped) {
        let (before, after) = self.shown();
        let before = before.cut_front(width.saturating_sub(1));
        let after = after.cut(width.saturating_sub(before.width() + 1));
        (before, after)
    }

    /// Inserts text at the cursor.
    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Handles a key as shells do. Without text, the key that deletes does nothing: it is held
    /// down to empty the line.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match (key.code, control) {
            (KeyCode::Esc, _) => Typed::Left,
            (KeyCode::Enter, _) => Typed::Entered,
            (KeyCode::Backspace, _) | (KeyCode::Char('h'), true) => {
                self.remove(self.before(), self.cursor)
            }
            (KeyCode::Delete, _) | (KeyCode::Char('d'), true) => {
                self.remove(self.cursor, self.after())
            }
            (KeyCode::Char('u'), true) => self.remove(0, self.cursor),
            (KeyCode::Char('k'), true) => self.remove(self.cursor, self.text.len()),
            (KeyCode::Char('w'), true) => self.remove(self.word(), self.cursor),
            (KeyCode::Left, _) | (KeyCode::Char('b'), true) => self.to(self.before()),
            (KeyCode::Right, _) | (KeyCode::Char('f'), true) => self.to(self.after()),
            (KeyCode::Home, _) | (KeyCode::Char('a'), true) => self.to(0),
            (KeyCode::End, _) | (KeyCode::Char('e'), true) => self.to(self.text.len()),
            (KeyCode::Char(c), false) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                Typed::Changed
            }
            _ => Typed::Other,
        }
    }

    fn to(&mut self, cursor: usize) -> Typed {
        self.cursor = cursor;
        Typed::Same
    }

    fn remove(&mut self, from: usize, to: usize) -> Typed {
        self.text.drain(from..to);
        self.cursor = from;
        if from == to { Typed::Same } else { Typed::Changed }
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].char_indices().next_back().map_or(0, |(i, _)| i)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].chars().next().map_or(self.cursor, |c| self.cursor + c.len_utf8())
    }

    /// Returns the start of the word before the cursor.
    fn word(&self) -> usize {
        let text = self.text[..self.cursor].trim_end_matches([' ', '/']);
        text.rfind([' ', '/']).map_or(0, |i| i + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn type_in(prompt: &mut Prompt, text: &str) {
        for c in text.chars() {
            prompt.key(KeyCode::Char(c).into());
        }
    }

    #[test]
    fn a_line_is_edited_as_in_a_shell() {
        let mut prompt = Prompt::default();
        type_in(&mut prompt, "usr/lib/gö");
        prompt.key(KeyCode::Backspace.into());
        type_in(&mut prompt, "o");
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        assert_eq!(prompt.key(control('w')), Typed::Changed);
        assert_eq!(prompt.text(), "usr/lib/");
        prompt.key(KeyCode::Home.into());
        type_in(&mut prompt, "/");
        assert_eq!(prompt.shown(), ("/".into(), "usr/lib/".into()));
        prompt.key(control('k'));
        assert_eq!(prompt.key(KeyCode::Enter.into()), Typed::Entered);
        prompt.key(control('u'));
        assert_eq!(prompt.key(KeyCode::Backspace.into()), Typed::Same);
        assert_eq!(prompt.key(control('h')), Typed::Same, "what empties a line never leaves it");
        assert_eq!(prompt.key(KeyCode::Esc.into()), Typed::Left);
    }

    #[test]
    fn the_cursor_of_a_long_line_is_visible() {
        let mut prompt = Prompt::with("a".repeat(5000));
        let (before, after) = prompt.shown_in(10);
        assert_eq!((&*before, &*after), ("…aaaaaaaa", ""));
        prompt.key(KeyCode::Home.into());
        let (before, after) = prompt.shown_in(10);
        assert_eq!((&*before, &*after), ("", "aaaaaaaa…"));
        assert_eq!(Prompt::with("short".into()).shown_in(10), ("short".into(), "".into()));
    }

    proptest! {
        #[test]
        fn no_sequence_of_keys_splits_a_character(keys in proptest::collection::vec((0usize..12, any::<char>()), 0..60)) {
            let codes = [KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete];
            let mut prompt = Prompt::default();
            for (which, c) in keys {
                let key = match which {
                    0..6 => codes[which].into(),
                    6 => KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL),
                    _ => KeyCode::Char(c).into(),
                };
                prompt.key(key);
                prompt.shown();
            }
        }
    }
}
