//! Copies of values that were found: the same value in another file is as much of a secret.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::value::is_telling;

/// The shortest value of which copies are looked for, in bytes: a shorter one may mean something
/// else elsewhere.
const SHORTEST: usize = 8;
/// The longest such value, in bytes.
const LONGEST: usize = 8 << 10;
/// The most bytes of all values.
const MOST: usize = 256 << 10;

/// Values of which copies are looked for, each with a number.
#[derive(Default)]
pub struct Copies {
    values: Vec<(Vec<u8>, usize)>,
    bytes: usize,
}

impl Copies {
    /// Adds a value with a number, if it means nothing else in a text.
    pub fn add(&mut self, value: &[u8], number: usize) {
        let Ok(text) = std::str::from_utf8(value) else { return };
        let fits = (SHORTEST..=LONGEST).contains(&value.len())
            && is_telling(text)
            && self.bytes + value.len() <= MOST
            && self.values.iter().all(|(known, _)| known != value);
        if fits {
            self.bytes += value.len();
            self.values.push((value.to_vec(), number));
        }
    }

    /// Compiles the values; `None` if there are none.
    pub fn finder(self) -> Option<CopyFinder> {
        let values = self.values.iter().map(|(value, _)| value);
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(values);
        let numbers = self.values.iter().map(|&(_, number)| number).collect::<Vec<_>>();
        let finder = automaton.ok().map(|automaton| CopyFinder { automaton, numbers });
        finder.filter(|finder| !finder.numbers.is_empty())
    }
}

/// A search for copies of values.
pub struct CopyFinder {
    automaton: AhoCorasick,
    numbers: Vec<usize>,
}

impl CopyFinder {
    /// Finds the values in a text, each once: its number and its first place.
    pub fn find(&self, text: &[u8]) -> Vec<(usize, Range<usize>)> {
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        for hit in self.automaton.find_iter(text) {
            let number = self.numbers[hit.pattern().as_usize()];
            let is_of_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
            let before = hit.start().checked_sub(1).and_then(|at| text.get(at));
            let is_whole = !is_of_word(before) && !is_of_word(text.get(hit.end()));
            if is_whole && found.iter().all(|(known, _)| *known != number) {
                found.push((number, hit.range()));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_as_a_whole_word_and_a_plain_word_is_none() {
        let mut copies = Copies::default();
        for (number, value) in
            ["hunter2hunter2", "admin1", "password", "c0rrect-h0rse"].iter().enumerate()
        {
            copies.add(value.as_bytes(), number);
        }
        let finder = copies.finder().unwrap();
        let text =
            b"admin1 password xhunter2hunter2 c0rrect-h0rse\nkey=hunter2hunter2\nhunter2hunter2";
        assert_eq!(finder.find(text), [(3, 32..45), (0, 50..64)]);
        assert!(Copies::default().finder().is_none());
    }
}
