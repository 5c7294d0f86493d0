//! Pairs of bytes that follow one another in some words: most names have none of them, so that most are
//! compared with no word.

/// Some pairs of bytes, and a few more that look like them.
#[derive(Debug)]
pub struct Pairs([u64; 256]);

impl Default for Pairs {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Pairs {
    /// Adds a pair.
    pub fn add(&mut self, first: u8, second: u8) {
        self.0[usize::from(first)] |= 1 << (second & 63);
    }

    /// Returns the first pairs of some words, in small and in capital letters.
    pub fn in_any_case<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut pairs = Self::default();
        for word in words {
            if let [first, second, ..] = *word.as_bytes() {
                for first in [first.to_ascii_lowercase(), first.to_ascii_uppercase()] {
                    pairs.add(first, second.to_ascii_lowercase());
                    pairs.add(first, second.to_ascii_uppercase());
                }
            }
        }
        pairs
    }

    /// Returns whether a pair may be one of them; it is not if this is false.
    pub fn may_have(&self, first: u8, second: u8) -> bool {
        self.0[usize::from(first)] >> (second & 63) & 1 == 1
    }

    /// Returns whether a name may have one of the pairs; it has none if this is false.
    pub fn occur_in(&self, name: &[u8]) -> bool {
        name.windows(2).any(|pair| self.may_have(pair[0], pair[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_word_has_its_pair() {
        let pairs = Pairs::in_any_case(["example", ".dist"]);
        for name in ["my.EXAMPLE.txt", "a.dist", "Example", "config.Dist"] {
            assert!(pairs.occur_in(name.as_bytes()), "{name}");
        }
        for name in ["main.rs", "x", "", "dist"] {
            assert!(!pairs.occur_in(name.as_bytes()), "{name}");
        }
    }
}
