//! Searches a long text for tokens in blocks, so that none has to be in memory as a whole.

use super::search::FileSearch;
use super::token::find_tokens;
use super::{Hit, MOST, is_cut};

/// The bytes that are searched at once.
const BLOCK: usize = 1 << 20;
/// The bytes that are searched once more with the next block: longer than any token.
const OVERLAP: usize = 16 << 10;

/// A token in a long text.
#[derive(Debug, Clone)]
pub struct FarHit {
    /// The token; its range is that of the value in `value`.
    pub hit: Hit,
    /// The value.
    pub value: Vec<u8>,
    /// The line in the text, counted from 1.
    pub line: usize,
}

/// A search for tokens in a text that comes in pieces.
#[derive(Debug)]
pub struct BlockSearch {
    /// The search that the path of the text asks for.
    search: FileSearch,
    /// The bytes that have not been searched, after the end of those that have.
    block: Vec<u8>,
    /// The number of bytes at the start of the block that were searched before.
    before: usize,
    /// The number of line ends before the block.
    lines: usize,
    found: Vec<FarHit>,
    /// True if there are more tokens than are counted.
    is_cut: bool,
}

impl BlockSearch {
    /// Begins a search.
    pub fn new(search: FileSearch) -> Self {
        let (block, found) = (Vec::new(), Vec::new());
        Self { search, block, before: 0, lines: 0, found, is_cut: false }
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

    /// Returns the tokens of the whole text, each value once, and whether these are all.
    pub fn finish(mut self) -> (Vec<FarHit>, bool) {
        self.search(true);
        (self.found, !self.is_cut)
    }

    /// Searches the block, and keeps its end, in which a token may begin.
    fn search(&mut self, is_last: bool) {
        let end = if is_last { self.block.len() } else { self.block.len() - OVERLAP };
        let hits = find_tokens(&self.block);
        self.is_cut |= is_cut(&hits);
        for hit in hits {
            let (start, value) = (hit.range.start, &self.block[hit.range.clone()]);
            let is_new = (self.before..end).contains(&start)
                && self.search.counts(&hit)
                && self.found.iter().all(|known| known.value != value);
            if is_new && self.found.len() == MOST {
                self.is_cut = true;
                break;
            }
            if is_new {
                let line = 1 + self.lines + count_lines(&self.block[..start]);
                let value = value.to_vec();
                let hit = Hit { range: 0..value.len(), ..hit };
                self.found.push(FarHit { hit, value, line });
            }
        }
        // One byte before the next start tells whether it is the middle of a word.
        self.before = usize::from(end > 0);
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
    use super::*;

    #[test]
    fn a_token_is_found_once_wherever_blocks_end() {
        let token = concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
        for at in [0, BLOCK - 20, BLOCK, BLOCK + OVERLAP - 20, BLOCK + OVERLAP, 2 * BLOCK + 7] {
            let mut text = vec![b'\n'; 3 * BLOCK];
            text.splice(at..at, token.bytes());
            for piece in [7_000, 128 << 10, text.len()] {
                let mut search = BlockSearch::new(FileSearch::numbered(0));
                text.chunks(piece).for_each(|piece| search.push(piece));
                let (found, is_whole) = search.finish();
                assert!(is_whole);
                assert_eq!(found.len(), 1, "{at} {piece}");
                assert_eq!((found[0].line, &found[0].value[..]), (at + 1, token.as_bytes()));
            }
            text.splice(at..at, *b"x");
            let mut search = BlockSearch::new(FileSearch::numbered(0));
            search.push(&text);
            assert_eq!(search.finish().0.len(), 0, "the middle of a word is none, {at}");
        }
    }
}
