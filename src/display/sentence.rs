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

/// Says, behind what a change saves alone, how much of it the changes above do not save.
pub fn besides(adds: u64, shown: impl std::fmt::Display) -> String {
    match adds {
        0 => ", which the changes above save as well".into(),
        _ => format!(", {shown} of it in addition to the changes above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_changes_save_as_well_is_told_in_words() {
        let told = |adds, shown| format!("saves 9 MiB alone{}", besides(adds, shown));
        assert_eq!(told(0, "0 B"), "saves 9 MiB alone, which the changes above save as well");
        assert_eq!(
            told(2048, "2 KiB"),
            "saves 9 MiB alone, 2 KiB of it in addition to the changes above"
        );
    }

    #[test]
    fn sizes_are_in_the_units_of_the_reader() {
        let sentence = Sentence::from("debian ships ").size(74_800_000).words(" today");
        assert_eq!(sentence.shown(Units::Si), "debian ships 74.8 MB today");
        assert_eq!(sentence.shown(Units::Iec), "debian ships 71.3 MiB today");
    }
}
