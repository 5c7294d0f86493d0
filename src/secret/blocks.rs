//! Searches a long text in blocks, so that none has to be in memory as a whole.

use super::encoding::as_utf8;
use super::rules::FileRule;
use super::search::FileSearch;
use super::{Hit, MOST, is_cut};

/// The bytes that are searched at once.
const BLOCK: usize = 1 << 20;
/// The bytes that are searched once more with the next block: longer than any token.
const OVERLAP: usize = 16 << 10;
/// The bytes before those, in which the names of values stand.
const CONTEXT: usize = 8 << 10;

/// A secret in a long text.
#[derive(Debug, Clone)]
pub struct FarHit {
    /// The secret; its range is that of the value in `value`.
    pub hit: Hit,
    /// The value.
    pub value: Vec<u8>,
    /// The line in the text, counted from 1.
    pub line: usize,
}

/// A search for secrets in a text that comes in pieces.
#[derive(Debug)]
pub struct BlockSearch {
    /// The search that the path of the text asks for.
    search: FileSearch,
    /// The rule for the text, once its beginning is known.
    rule: Option<Option<&'static FileRule>>,
    /// The bytes that have not been searched, after the end of those that have.
    block: Vec<u8>,
    /// The number of bytes at the start of the block that were searched before.
    before: usize,
    /// The number of line ends before the block.
    lines: usize,
    found: Vec<FarHit>,
    /// True if there are more secrets than are counted.
    is_cut: bool,
}

impl BlockSearch {
    /// Begins a search.
    pub fn new(search: FileSearch) -> Self {
        let (block, found) = (Vec::new(), Vec::new());
        Self { search, rule: None, block, before: 0, lines: 0, found, is_cut: false }
    }

    /// Adds the next piece of the text.
    pub fn push(&mut self, piece: &[u8]) {
        for piece in piece.chunks(BLOCK) {
            self.block.extend_from_slice(piece);
            if self.block.len() >= BLOCK + OVERLAP {
                self.search(false);
            }
        }
    }

    /// Returns the secrets of the whole text, each value once, and whether these are all.
    pub fn finish(mut self) -> (Vec<FarHit>, bool) {
        self.search(true);
        (self.found, !self.is_cut)
    }

    /// Searches the block, and keeps its end, in which a secret may begin.
    fn search(&mut self, is_last: bool) {
        let end = if is_last { self.block.len() } else { self.block.len() - OVERLAP };
        let rule = *self.rule.get_or_insert_with(|| self.search.rule_of_text(&self.block));
        // A character may be cut off at both ends.
        let skipped = self.block.iter().take(3).take_while(|&&b| b & 0xc0 == 0x80).count();
        let whole = match std::str::from_utf8(&self.block[skipped..]) {
            Err(error) if error.error_len().is_none() => skipped + error.valid_up_to(),
            _ => self.block.len(),
        };
        let text = as_utf8(&self.block[skipped..whole]);
        let hits = self.search.find_in_text(rule, text.as_bytes());
        self.is_cut |= is_cut(&hits);
        // Of an older encoding, the places are not those of the bytes.
        let is_converted = text.len() != whole - skipped;
        for hit in hits {
            let (start, value) = (hit.range.start, &text.as_bytes()[hit.range.clone()]);
            let is_new = (is_converted || (self.before..end).contains(&(skipped + start)))
                && self.found.iter().all(|known| known.value != value);
            if is_new && self.found.len() == MOST {
                self.is_cut = true;
                break;
            }
            if is_new {
                let line = 1 + self.lines + count_lines(&text.as_bytes()[..start]);
                let value = value.to_vec();
                let hit = Hit { range: 0..value.len(), ..hit };
                self.found.push(FarHit { hit, value, line });
            }
        }
        // The name of a value may stand before it.
        self.before = end.min(CONTEXT);
        self.lines += count_lines(&self.block[..end - self.before]);
        self.block.drain(..end - self.before);
    }
}

/// Counts the line ends in a text.
pub fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::super::rules::rules;
    use super::*;

    fn rule(id: &str) -> u16 {
        let mut numbers = (0..).zip(&rules().files);
        numbers.find(|(_, rule)| rule.kind.id == id).map(|(number, _)| number).unwrap()
    }

    #[test]
    fn a_token_is_found_once_wherever_blocks_end() {
        let token = concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
        for at in [0, BLOCK - 20, BLOCK, BLOCK + OVERLAP - 20, BLOCK + OVERLAP, 2 * BLOCK + 7] {
            let mut text = vec![b'\n'; 3 * BLOCK];
            text.splice(at..at, token.bytes());
            for piece in [7_000, 128 << 10, text.len()] {
                let mut search = BlockSearch::new(FileSearch::numbered(rule("web-root")));
                text.chunks(piece).for_each(|piece| search.push(piece));
                let (found, is_whole) = search.finish();
                assert!(is_whole);
                assert_eq!(found.len(), 1, "{at} {piece}");
                assert_eq!((found[0].line, &found[0].value[..]), (at + 1, token.as_bytes()));
            }
            let code = FileSearch::numbered(rule("source-code"));
            let line = format!("\npassword = 'hunter2hunter2'; grüße = {}\n", "ü".repeat(3_000));
            let mut source = vec![b'\n'; 3 * BLOCK];
            source.splice(at..at, line.bytes());
            let mut search = BlockSearch::new(code);
            source.chunks(128 << 10).for_each(|piece| search.push(piece));
            let (found, _) = search.finish();
            assert_eq!(found.len(), 1, "a password in code, {at}");
            assert_eq!((found[0].line, &found[0].value[..]), (at + 2, &b"hunter2hunter2"[..]));
            text.splice(at..at, *b"x");
            let mut search = BlockSearch::new(FileSearch::numbered(rule("web-root")));
            search.push(&text);
            assert_eq!(search.finish().0.len(), 0, "the middle of a word is none, {at}");
        }
    }
}
