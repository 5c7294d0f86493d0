//! Reads TOML with errors that name line and key: rules, configuration, themes, lessons.

use std::fmt;

use crate::display::listed;
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
    pub fn at(text: &str, byte: usize, key: &str, what: impl fmt::Display) -> Self {
        Self::on(Self::line_at(text, byte), key, what)
    }

    /// Makes a problem with a key on a line, counted from 1.
    pub fn on(line: usize, key: &str, what: impl fmt::Display) -> Self {
        Self { line, key: key.into(), what: what.to_string() }
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

/// The reason why a value of any file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The value has another type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// The expected type, with its article.
        expected: &'static str,
        /// The actual type, with its article.
        found: String,
    },
    /// The word is none of those that are possible.
    #[error("{found:?} must be one of {}", quoted(possible))]
    NoneOf {
        /// The word.
        found: String,
        /// The possible words.
        possible: Vec<String>,
    },
    /// The name is unknown.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
}

/// An unknown name, with the most similar known one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such {kind}{}", self.hint().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct UnknownName {
    /// The kind of the name, such as `setting`.
    kind: &'static str,
    /// The known name that is similar enough, if there is one.
    near: Option<String>,
}

impl UnknownName {
    /// Returns the question whether the similar name was meant, if there is one.
    pub fn hint(&self) -> Option<String> {
        self.near.as_ref().map(|near| format!("did you mean {near}?"))
    }
}

fn quoted(words: &[String]) -> String {
    listed(&words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>())
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
pub fn string<'a>(value: &'a DeValue<'_>) -> Result<&'a str, ValueError> {
    value.as_str().ok_or_else(|| instead("a string", value))
}

/// Returns the error for a value of another type.
pub fn instead(expected: &'static str, value: &DeValue<'_>) -> ValueError {
    let found = match value {
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Integer(_) => "an integer".to_owned(),
        value => format!("a {}", value.type_str()),
    };
    ValueError::Type { expected, found }
}

/// Returns the error for an unknown name, with the most similar known one.
pub fn unknown<'a>(
    kind: &'static str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> UnknownName {
    let longest = name.chars().take(LONGEST).count();
    let near = by_distance(name, known)
        .into_iter()
        .next()
        .filter(|&(distance, word)| distance <= word.chars().count().max(longest) / 2);
    UnknownName { kind, near: near.map(|(_, word)| word.to_owned()) }
}

/// Returns the known names that are most similar to a name, the most similar first.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    by_distance(name, known).into_iter().take(most).map(|(_, word)| word.to_owned()).collect()
}

/// Sorts known names by their distance to a name; those at the same distance in alphabetical order.
fn by_distance<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    // The distance takes as long as the lengths multiplied, and a name may be of any length.
    let name: String = name.chars().take(LONGEST).collect();
    let mut known: Vec<_> = known.map(|word| (osa_distance(&name, word), word)).collect();
    known.sort_unstable();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_guessed_only_if_it_is_near() {
        let known = ["quit", "help", "previous-layer"];
        let unknown = |name| unknown("action", name, known.into_iter()).to_string();
        assert_eq!(unknown("quitt"), "no such action; did you mean quit?");
        assert_eq!(unknown("hlep"), "no such action; did you mean help?");
        assert_eq!(unknown("previous_layer"), "no such action; did you mean previous-layer?");
        assert_eq!(unknown("frobnicate"), "no such action");
    }

    #[test]
    fn what_is_equally_near_is_named_in_alphabetical_order_in_hints_and_lists() {
        let known = ["tags", "tabs", "tars", "zoo", "tabs"];
        let hint = unknown("word", "taxs", known.into_iter()).hint();
        assert_eq!(hint.as_deref(), Some("did you mean tabs?"));
        assert_eq!(nearest("taxs", known.into_iter(), 3), ["tabs", "tags", "tars"]);
    }
}
