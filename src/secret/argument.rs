//! Passwords that programs take as arguments, as the rules describe them.

use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

use super::pattern::expression;

/// The value of an argument, in quotes or without.
const VALUE: &str = r#"(?:'([^'\n]+)'|"([^"$\n]+)"|([^\s"'$<>;&|\\-][^\s"';&|\\]*))"#;
/// Words between a program and its argument.
const OTHER_WORDS: &str = r"(?:[^;&|\n]*?[ \t])?";

/// A way in which a program takes a password as an argument; its programs and the source are for
/// readers of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenArgument {
    matches: String,
    has: Vec<String>,
    #[serde(rename = "of")]
    _of: String,
    #[serde(rename = "source")]
    _source: String,
}

/// Passwords that programs take as arguments.
#[derive(Debug)]
pub(super) struct Argument {
    /// Words of which each match has one.
    has: Vec<String>,
    pattern: String,
    compiled: OnceLock<Regex>,
}

impl Argument {
    /// Makes it as it is written in the rules.
    pub(super) fn new(written: WrittenArgument) -> Self {
        let WrittenArgument { matches, has, .. } = written;
        let pattern = matches.replace("{value}", VALUE).replace("{any}", OTHER_WORDS);
        Self { has, pattern, compiled: OnceLock::new() }
    }

    /// Returns whether a text may have one.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        self.has.iter().any(|word| text.contains(word.as_str()))
    }

    /// Returns the expression; the first group that matches is the value.
    pub(super) fn expression(&self) -> &Regex {
        let compiled = || expression(&self.pattern);
        self.compiled.get_or_init(compiled)
    }
}
