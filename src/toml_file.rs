//! Reads TOML with errors that name line and key: rules, configuration, themes, lessons.

use std::fmt;

use strsim::osa_distance;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Error};

/// The longest name that is compared with the known ones, in characters.
const LONGEST: usize = 64;

/// A problem in a file, and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line number, counted from 1.
    pub line: usize,
    /// The key with its tables; empty if the file is not TOML, or if no key is wrong.
    pub key: String,
    /// The problem.
    pub what: String,
}

impl Problem {
    /// Makes a problem with a key at a byte of the text.
    pub fn at(text: &str, byte: usize, key: &str, what: String) -> Self {
        Self::on(Self::line_at(text, byte), key, what)
    }

    /// Makes a problem with a key on a line, counted from 1.
    pub fn on(line: usize, key: &str, what: String) -> Self {
        Self { line, key: key.into(), what }
    }

    /// Returns the line number of a byte in the text.
    pub fn line_at(text: &str, byte: usize) -> usize {
        let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
        1 + before.iter().filter(|&&b| b == b'\n').count()
    }

    /// Makes a problem from a syntax error.
    pub fn of_syntax(text: &str, error: &Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        Self::at(text, start, "", what)
    }
}

/// Formats as `line 7: keymap.quitt: no such action; did you mean quit?`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, key, what } = self;
        let key = crate::display::escaped_str(key);
        let colon = if key.is_empty() { "" } else { ": " };
        write!(f, "line {line}: {key}{colon}{what}")
    }
}

/// A key with its place in the text.
pub type Key<'t> = Spanned<DeString<'t>>;
/// A value with its place in the text.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// Returns the entries in the order of the file.
pub fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a Key<'t>, &'a Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// Returns the text of a value.
///
/// # Errors
///
/// The value has another type.
pub fn string<'a>(value: &'a DeValue<'_>) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| instead("a string", value))
}

/// Returns a message with the expected type and the actual one.
pub fn instead(expected: &str, value: &DeValue<'_>) -> String {
    let found = match value {
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Integer(_) => "an integer".to_owned(),
        value => format!("a {}", value.type_str()),
    };
    format!("{expected} is expected, not {found}")
}

/// Returns a message that a name is unknown, with the most similar known one.
pub fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    // The distance takes as long as the lengths multiplied, and a name may be of any length.
    let name: String = name.chars().take(LONGEST).collect();
    let nearest = known.map(|word| (osa_distance(&name, word), word)).min_by_key(|&(distance, _)| distance);
    let hint = nearest.filter(|&(distance, word)| distance <= word.len().max(name.len()) / 2);
    match hint {
        Some((_, word)) => format!("no such {kind}; did you mean {word}?"),
        None => format!("no such {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_guessed_only_if_it_is_near() {
        let known = ["quit", "help", "previous-layer"];
        let unknown = |name| unknown("action", name, known.into_iter());
        assert_eq!(unknown("quitt"), "no such action; did you mean quit?");
        assert_eq!(unknown("hlep"), "no such action; did you mean help?");
        assert_eq!(unknown("previous_layer"), "no such action; did you mean previous-layer?");
        assert_eq!(unknown("frobnicate"), "no such action");
    }
}
