//! Sentences that name sizes: the units are chosen where a sentence is shown.

use super::{Escaped, Units, escaped_str};

/// A sentence that is safe to show, in which sizes stand as numbers of bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentence(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(Escaped),
    Bytes(u64),
}

impl Sentence {
    /// Appends a size.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.0.push(Part::Bytes(bytes));
        self
    }

    /// Appends words.
    #[must_use]
    pub fn words(mut self, words: impl Into<Escaped>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    /// Formats the sentence with sizes in these units.
    pub fn shown(&self, units: Units) -> Escaped {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Bytes(bytes) => escaped_str(&units.size(*bytes)),
        };
        Escaped::join(self.0.iter().map(part), "")
    }
}

impl<T: Into<Escaped>> From<T> for Sentence {
    fn from(words: T) -> Self {
        Self::default().words(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_units_of_the_reader() {
        let sentence = Sentence::from("debian ships ").size(74_800_000).words(" today");
        assert_eq!(sentence.shown(Units::Si), "debian ships 74.8 MB today");
        assert_eq!(sentence.shown(Units::Iec), "debian ships 71.3 MiB today");
    }
}
