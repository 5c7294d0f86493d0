//! Filters a late answer of the terminal, which looks like keys.
//!
//! `ESC ] 11 ; rgb:1414/1717/1c1c BEL` is read as Alt-], 1, 1, ;, r and so on: on a slow connection
//! that would switch views and open the search.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The longest answer.
const LONGEST: usize = 40;
/// The number of answers: the colours of text and background are requested.
const ANSWERS: usize = 2;

/// A filter that removes answers from the keys.
#[derive(Debug, Default)]
pub struct Late {
    answers: usize,
    /// The most keys of the current answer that are still expected.
    inside: usize,
}

impl Late {
    /// Expects answers, or none.
    pub fn expected(expected: bool) -> Self {
        Self { answers: if expected { ANSWERS } else { 0 }, inside: 0 }
    }

    /// Returns whether a key is part of an answer.
    pub fn swallows(&mut self, key: KeyEvent) -> bool {
        let (alt, control) = (
            key.modifiers.contains(KeyModifiers::ALT),
            key.modifiers.contains(KeyModifiers::CONTROL),
        );
        if self.inside > 0 {
            let ends = matches!(
                (key.code, alt, control),
                (KeyCode::Char('\\'), true, _) | (KeyCode::Char('g'), _, true)
            );
            self.inside = if ends { 0 } else { self.inside - 1 };
            return true;
        }
        let begins = self.answers > 0 && alt && key.code == KeyCode::Char(']');
        if begins {
            self.answers -= 1;
            self.inside = LONGEST;
        }
        begins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_over(late: &mut Late, text: &str) -> String {
        let mut rest = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let key = match c {
                '\x1b' => KeyEvent::new(KeyCode::Char(chars.next().unwrap()), KeyModifiers::ALT),
                '\x07' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
                c => KeyCode::Char(c).into(),
            };
            if !late.swallows(key) {
                rest.push(c);
            }
        }
        rest
    }

    #[test]
    fn a_late_answer_presses_no_keys() {
        let answers = "j\x1b]10;rgb:ffff/ffff/ffff\x07\x1b]11;rgb:1414/1717/1c1c\x1b\\kg";
        assert_eq!(left_over(&mut Late::expected(true), answers), "jkg");
    }

    #[test]
    fn keys_are_not_taken_for_an_answer_for_ever() {
        let mut late = Late::expected(true);
        let cut_short = format!("\x1b]10;{}", "j".repeat(60));
        assert!(!left_over(&mut late, &cut_short).is_empty());
        assert_eq!(left_over(&mut Late::expected(false), "a]b"), "a]b");
        assert!(
            !Late::expected(false).swallows(KeyEvent::new(KeyCode::Char(']'), KeyModifiers::ALT))
        );
    }
}
