//! The values of secrets that were found in an image: texts are shown without them, also where the
//! text alone does not tell that a word is a secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use super::Masked;
use crate::display::{Escaped, escaped_str};

/// The shortest line of a value with several lines that is a part of the secret, in bytes.
const LINE: usize = 20;
/// The shortest value, in bytes: a shorter one is a part of too many words.
const SHORTEST: usize = 5;

/// Values that were found. They are never shown: they only serve to mask them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FoundValues(BTreeSet<String>);

impl FoundValues {
    /// Adds a value; what is no text cannot occur in one.
    pub fn add(&mut self, value: &[u8]) {
        let Ok(value) = std::str::from_utf8(value) else { return };
        let value = value.trim();
        let mut lines = value.lines();
        if let (Some(first), Some(second)) = (lines.next(), lines.next()) {
            let all = [first, second].into_iter().chain(lines).map(str::trim);
            self.0.extend(all.filter(|line| line.len() >= LINE).map(Into::into));
        }
        if value.len() >= SHORTEST {
            self.0.insert(value.into());
        }
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Masks the values in a text.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut places: Vec<_> = self
            .0
            .iter()
            .flat_map(|value| text.match_indices(value.as_str()))
            .map(|(start, value)| (start, start + value.len()))
            .collect();
        if places.is_empty() {
            return Cow::Borrowed(text);
        }
        // Of two that begin together, the longer one is masked, and what overlaps it with it.
        places.sort_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (start, end) in places {
            if start >= done {
                out.push_str(&text[done..start]);
                out.push_str(Masked::new(&text.as_bytes()[start..end]).as_str());
            }
            done = done.max(end);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// Masks the values in a text that is escaped already.
    pub fn mask_shown(&self, text: &Escaped) -> Escaped {
        match self.mask(text) {
            Cow::Borrowed(_) => text.clone(),
            Cow::Owned(masked) => escaped_str(&masked),
        }
    }

    /// Masks the values in a text in place; returns whether there were any.
    pub fn mask_in(&self, text: &mut String) -> bool {
        let Cow::Owned(masked) = self.mask(text) else { return false };
        *text = masked;
        true
    }
}

impl fmt::Debug for FoundValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FoundValues({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(all: &[&str]) -> FoundValues {
        let mut values = FoundValues::default();
        all.iter().for_each(|value| values.add(value.as_bytes()));
        values
    }

    #[test]
    fn a_value_is_masked_wherever_it_stands() {
        let found = values(&["hunter2hunter2", "sixteen letters!"]);
        assert_eq!(found.mask("RUN echo hunter2hunter2 > /x"), "RUN echo … > /x");
        assert_eq!(found.mask("xhunter2hunter2hunter2hunter2"), "x……");
        assert_eq!(found.mask("ü sixteen letters! ü"), "ü sixt… ü");
        assert!(matches!(found.mask("RUN make"), Cow::Borrowed("RUN make")));
    }

    #[test]
    fn of_values_that_overlap_nothing_is_left() {
        let found = values(&["hunter2", "hunter2hunter2", "2hunter2-tail"]);
        assert_eq!(found.mask("a hunter2hunter2 b hunter2"), "a … b …");
        assert_eq!(found.mask("hunter2hunter2-tail."), "….");
    }

    #[test]
    fn each_line_of_a_key_is_masked_and_no_value_is_in_debug_output() {
        let found = values(&["MIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\nshort"]);
        assert_eq!(found.mask("echo AQEFAASCBKcwggSjAgEAAoIB"), "echo AQEF…");
        assert_eq!(found.mask("echo short"), "echo short");
        assert_eq!(format!("{found:?}"), "FoundValues(3)");
    }
}
