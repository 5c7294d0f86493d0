//! Tells cheaply that a text has nothing that an expression could find.
//!
//! Most instructions have no secret. Compiling the expressions takes longer than reading the
//! manifest of an image, so that none is asked before a word that each of its matches has stands in
//! the text.

use std::sync::OnceLock;

use super::rules::{letters, rules};

/// The words of headers with credentials, as [`Hints`] compares them.
const HEADERS: [&str; 6] = ["AUTHORIZATION:", "API:", "TOKEN:", "KEY:", "AUTH:", "SECRET:"];

/// The hints that a text gives.
pub struct Hints<'a> {
    text: &'a str,
    /// The letters of the text.
    letters: String,
    /// True if a name of a secret stands in it.
    has_name: OnceLock<bool>,
}

impl<'a> Hints<'a> {
    /// Makes the hints of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, letters: letters(text), has_name: OnceLock::new() }
    }

    /// Returns whether a name of a secret may stand in the text, with something behind it.
    pub fn has_name(&self) -> bool {
        *self.has_name.get_or_init(|| {
            // Whatever else follows a name is no part of it.
            let suffixes = &rules().suffixes;
            let ends = |(at, word): (usize, &str)| {
                let rest = &self.letters[at + word.len()..];
                !rest.starts_with(|next: char| next.is_ascii_alphabetic())
                    || suffixes.iter().any(|suffix| rest.starts_with(suffix.as_str()))
            };
            let mut words = rules().name_hints.iter();
            words.any(|word| self.letters.match_indices(word.as_str()).any(ends))
        })
    }

    /// Returns whether an option may stand in the text.
    pub fn has_option(&self) -> bool {
        self.has_name()
            && (self.text.contains("--")
                || self.text.contains("_auth")
                || self.text.contains("_password"))
    }

    /// Returns whether a header with credentials may stand in the text.
    pub fn has_header(&self) -> bool {
        HEADERS.iter().any(|word| self.letters.contains(word))
    }

    /// Returns whether the login of a registry may stand in the text.
    pub fn has_login(&self) -> bool {
        self.text.contains("\"auth") || self.text.contains("\"identitytoken")
    }

    /// Returns whether the login of a download may stand in a text.
    pub fn has_download(text: &str) -> bool {
        text.contains("curl") || text.contains("wget")
    }

    /// Returns whether an address with a password may stand in the text.
    pub fn has_address(&self) -> bool {
        self.text.contains("://") && self.text.contains('@')
    }
}
