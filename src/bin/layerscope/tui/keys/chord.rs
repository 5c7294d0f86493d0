//! A key with modifiers, as written in the configuration and as shown on the screen.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key pressed together with modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    control: bool,
    alt: bool,
    shift: bool,
}

/// A text that names no key.
#[derive(Debug, thiserror::Error)]
#[error(
    "unknown key {0:?}; write keys as q, ctrl-c, shift-tab, space, pageup, up, enter, esc or f5"
)]
pub struct UnknownKey(String);

/// The names of keys that are not characters: as written, and as shown.
const NAMES: [(&str, &str, KeyCode); 16] = [
    ("up", "↑", KeyCode::Up),
    ("down", "↓", KeyCode::Down),
    ("left", "←", KeyCode::Left),
    ("right", "→", KeyCode::Right),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("space", "Space", KeyCode::Char(' ')),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
    ("minus", "-", KeyCode::Char('-')),
];

impl Chord {
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let control = modifiers.contains(KeyModifiers::CONTROL);
        let shift = modifiers.contains(KeyModifiers::SHIFT);
        let alt = modifiers.contains(KeyModifiers::ALT);
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, control, alt, shift: true },
            // Terminals send the shifted character, and in combination with control either case.
            KeyCode::Char(c) => {
                let c = if control { c.to_ascii_lowercase() } else { c };
                Self { code: KeyCode::Char(c), control, alt, shift: false }
            }
            code => Self { code, control, alt, shift },
        }
    }
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        Self::new(key.code, key.modifiers)
    }
}

impl FromStr for Chord {
    type Err = UnknownKey;

    /// Parses `q`, `ctrl-c`, `shift-tab`, `alt-x`, `f5`, `pageup`.
    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        for (name, modifier) in [
            ("ctrl-", KeyModifiers::CONTROL),
            ("alt-", KeyModifiers::ALT),
            ("shift-", KeyModifiers::SHIFT),
        ] {
            if let Some(after) = rest.strip_prefix(name).filter(|after| !after.is_empty()) {
                modifiers |= modifier;
                rest = after;
            }
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(c), None) if !c.is_control() => Some(KeyCode::Char(c)),
            _ => NAMES
                .iter()
                .find(|(name, ..)| *name == rest)
                .map(|&(.., code)| code)
                .or_else(|| function(rest)),
        };
        let code = code.ok_or_else(|| UnknownKey(text.into()))?;
        Ok(Self::new(code, modifiers))
    }
}

fn function(name: &str) -> Option<KeyCode> {
    let number = name.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

/// Formats the key for the screen: `^C`, `Shift-Tab`, `↑`.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alt {
            f.write_str("Alt-")?;
        }
        if self.shift {
            f.write_str("Shift-")?;
        }
        match (self.code, self.control) {
            (KeyCode::Char(c), true) if c != ' ' => {
                return write!(f, "^{}", c.to_ascii_uppercase());
            }
            (_, true) => f.write_str("Ctrl-")?,
            _ => {}
        }
        match (self.code, NAMES.iter().find(|&&(.., code)| code == self.code)) {
            (_, Some((_, shown, _))) => f.write_str(shown),
            (KeyCode::Char(c), _) => write!(f, "{c}"),
            (KeyCode::F(n), _) => write!(f, "F{n}"),
            (code, _) => write!(f, "{code}"),
        }
    }
}

impl Chord {
    /// Formats the key for the screen, with words in ASCII: `Up` for `↑`.
    pub fn shown(&self, ascii: bool) -> String {
        let arrow = match self.code {
            KeyCode::Up => "Up",
            KeyCode::Down => "Down",
            KeyCode::Left => "Left",
            KeyCode::Right => "Right",
            _ => return self.to_string(),
        };
        let shown = self.to_string();
        if ascii { shown.replace(|c: char| !c.is_ascii(), arrow) } else { shown }
    }

    /// Returns the event of the key.
    #[cfg(test)]
    pub fn event(self) -> KeyEvent {
        let modifiers = [
            (self.control, KeyModifiers::CONTROL),
            (self.alt, KeyModifiers::ALT),
            (self.shift, KeyModifiers::SHIFT),
        ];
        KeyEvent::new(
            self.code,
            modifiers.into_iter().filter(|(is, _)| *is).map(|(_, modifier)| modifier).collect(),
        )
    }

    /// Formats the key for the configuration.
    pub fn written(&self) -> String {
        let mut text = String::new();
        for (is, name) in [(self.control, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if is {
                text.push_str(name);
            }
        }
        match (self.code, NAMES.iter().find(|&&(.., code)| code == self.code)) {
            (KeyCode::Char(c), _) if c != ' ' => text.push(c),
            (_, Some((name, ..))) => text.push_str(name),
            (code, None) => text.push_str(&code.to_string().to_lowercase()),
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_as_read_as_pressed_and_as_written() {
        for text in [
            "q",
            "Q",
            "ctrl-c",
            "shift-tab",
            "space",
            "ctrl-space",
            "pageup",
            "up",
            "f12",
            "-",
            "ctrl--",
            "alt-x",
            "é",
        ] {
            let chord: Chord = text.parse().unwrap();
            assert_eq!(chord.written(), text);
        }
        let pressed = |code, modifiers| Chord::from(KeyEvent::new(code, modifiers));
        assert_eq!(pressed(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab".parse().unwrap());
        assert_eq!(pressed(KeyCode::Char('C'), KeyModifiers::CONTROL), "ctrl-c".parse().unwrap());
        assert_eq!(pressed(KeyCode::Char('G'), KeyModifiers::SHIFT), "G".parse().unwrap());
    }

    #[test]
    fn keys_are_shown_as_people_write_them() {
        let shown = |text: &str| text.parse::<Chord>().unwrap().to_string();
        assert_eq!(
            ["ctrl-c", "shift-tab", "up", "space", "G"].map(shown),
            ["^C", "Shift-Tab", "↑", "Space", "G"]
        );
        let in_words = |text: &str| text.parse::<Chord>().unwrap().shown(true);
        assert_eq!(["ctrl-up", "left", "q"].map(in_words), ["Ctrl-Up", "Left", "q"]);
    }

    #[test]
    fn what_is_no_key_says_how_keys_are_written() {
        for text in ["", "ctrl-", "foo", "f13", "\u{7}", "ctrl-foo"] {
            assert!(
                text.parse::<Chord>().unwrap_err().to_string().contains("write keys as"),
                "{text}"
            );
        }
    }
}
