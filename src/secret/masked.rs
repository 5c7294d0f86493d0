//! The masked form of a secret.

use std::fmt;

use serde::Serialize;

use crate::display::{Escaped, Shown, escaped_str};

/// The shortest value of which something is shown, in characters.
const SHORTEST: usize = 16;
/// The number of characters that are shown.
const FIRST: usize = 4;

/// A secret as it is shown: nothing of a value under 16 characters, at most the first four of a
/// longer one. It can only be made by masking, and does not keep the value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Masked(Escaped);

impl Masked {
    /// Masks a value.
    pub fn new(value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(value);
        let first = match text.chars().count() {
            SHORTEST.. => text.chars().take(FIRST).collect(),
            _ => String::new(),
        };
        Self(escaped_str(&first) + "…")
    }

    /// Returns whether a text looks like a masked value, so that it is masked only once.
    pub(super) fn is_like(text: &str) -> bool {
        text.strip_suffix('…').is_some_and(|first| first.chars().count() <= FIRST)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Shown for Masked {}
impl Shown for &Masked {}
