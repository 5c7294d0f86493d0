//! Takes the answers of the terminal, which look like keys, out of the keys.
//!
//! `ESC ] 11 ; rgb:1414/1717/1c1c BEL` is read as Alt-], 1, 1, ;, r and so on: that would switch views
//! and open the search. On a slow connection, an answer may be late.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use xterm_color::Color;

use crate::tui::widgets::theme::Background;

/// The longest answer.
const LONGEST: usize = 40;
/// The beginnings of the answers: the colours of text and background.
const ANSWERS: [&str; 2] = ["10;rgb", "11;rgb"];

/// A filter that removes answers from the keys.
#[derive(Debug, Default)]
pub struct Late {
    /// The number of answers that are still expected.
    answers: usize,
    /// The current answer so far.
    inside: Option<String>,
    text: Option<Color>,
    background: Option<Color>,
}

impl Late {
    /// Expects answers.
    pub fn expected() -> Self {
        Self { answers: ANSWERS.len(), ..Self::default() }
    }

    /// Returns whether the colour of the background is known, which is asked for last.
    pub fn is_complete(&self) -> bool {
        self.background.is_some() && self.inside.is_none()
    }

    /// Returns whether the terminal is dark or light, if it has answered.
    pub fn background(&self) -> Option<Background> {
        let background = self.background.as_ref()?.perceived_lightness();
        let text = self.text.as_ref().map_or(0.5, Color::perceived_lightness);
        Some(if background < text { Background::Dark } else { Background::Light })
    }

    /// Returns whether a key is part of an answer.
    pub fn swallows(&mut self, key: KeyEvent) -> bool {
        let (alt, control) = (
            key.modifiers.contains(KeyModifiers::ALT),
            key.modifiers.contains(KeyModifiers::CONTROL),
        );
        let Some(mut answer) = self.inside.take() else {
            let begins = self.answers > 0 && alt && key.code == KeyCode::Char(']');
            if begins {
                self.answers -= 1;
                self.inside = Some(String::new());
            }
            return begins;
        };
        match (key.code, alt, control) {
            (KeyCode::Char('\\'), true, _) | (KeyCode::Char('g'), _, true) => self.learn(&answer),
            (KeyCode::Char(c), false, false) if answer.len() < LONGEST => {
                answer.push(c);
                let begins = |start: &str| start.starts_with(&answer) || answer.starts_with(start);
                if !ANSWERS.into_iter().any(begins) {
                    return false;
                }
                self.inside = Some(answer);
            }
            _ => return false,
        }
        true
    }

    /// Notes the colour in an answer.
    fn learn(&mut self, answer: &str) {
        let Some((which, colour)) = answer.split_once(';') else { return };
        let Ok(colour) = Color::parse(colour.as_bytes()) else { return };
        let known = if which == "10" { &mut self.text } else { &mut self.background };
        *known = Some(colour);
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
    fn an_answer_presses_no_keys_and_tells_the_background() {
        let mut late = Late::expected();
        let answers = "j\x1b]10;rgb:ffff/ffff/ffff\x07\x1b]11;rgb:1414/1717/1c1c\x1b\\kg";
        assert_eq!(left_over(&mut late, answers), "jkg");
        assert!(late.is_complete());
        assert_eq!(late.background(), Some(Background::Dark));
        let mut late = Late::expected();
        assert_eq!(left_over(&mut late, "\x1b]11;rgb:f/ff/fff\x07"), "");
        assert_eq!(late.background(), Some(Background::Light), "alone, and with few digits");
    }

    #[test]
    fn keys_are_not_taken_for_an_answer_for_ever() {
        let cut_short = format!("\x1b]10;{}", "j".repeat(60));
        assert_eq!(left_over(&mut Late::expected(), &cut_short), "j".repeat(60));
        let endless = format!("\x1b]10;rgb:{}", "f".repeat(60));
        assert!(!left_over(&mut Late::expected(), &endless).is_empty());
        assert_eq!(left_over(&mut Late::default(), "a]b"), "a]b");
        let bracket = KeyEvent::new(KeyCode::Char(']'), KeyModifiers::ALT);
        assert!(!Late::default().swallows(bracket));
    }
}
