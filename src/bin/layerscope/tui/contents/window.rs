//! The part of a file in memory, and the starts of its lines.
//!
//! A line longer than [`LONG`] is shown in pieces, which only depend on the bytes nearby. Any
//! position in a one-line file of a gigabyte can therefore be shown without reading what is before
//! it.

use std::ops::Range;
use std::sync::Arc;

/// The size of the blocks by which newlines are counted and at which windows begin.
pub const BLOCK: u64 = 256 << 10;
/// The longest line that is shown as one. Without a newline within this distance, a piece ends at
/// the next multiple.
pub const LONG: u64 = 4096;
/// The number of blocks that are read before the position, and from it on.
const BEFORE: u64 = 1;
const FROM: u64 = 4;
/// The number of bytes around a position that have to be in memory before it is shown, if the file
/// has them.
const NEAR: u64 = 64 << 10;

/// A run of bytes of a file that starts at a block.
#[derive(Debug, Clone)]
pub struct Window {
    pub start: u64,
    pub bytes: Arc<[u8]>,
    /// The size of the file in bytes.
    pub size: u64,
}

/// Returns the range to read so that position `at` of a file can be shown.
pub fn around(at: u64, size: u64) -> Range<u64> {
    let block = at.min(size.saturating_sub(1)) / BLOCK;
    let start = block.saturating_sub(BEFORE) * BLOCK;
    start..(block.saturating_add(FROM).saturating_mul(BLOCK)).min(size)
}

impl Window {
    /// Returns the offset of the end.
    pub fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Returns whether the window is sufficient to show position `at`.
    pub fn shows(&self, at: u64) -> bool {
        let before = at.saturating_sub(NEAR) / BLOCK * BLOCK;
        self.start <= before && at.saturating_add(NEAR).min(self.size) <= self.end()
    }

    /// Returns the bytes of a range of the file, as far as they are in the window.
    pub fn slice(&self, range: Range<u64>) -> &[u8] {
        let place = |at: u64| self.place(at);
        self.bytes.get(place(range.start)..place(range.end)).unwrap_or_default()
    }

    fn place(&self, at: u64) -> usize {
        usize::try_from(at.saturating_sub(self.start))
            .map_or(self.bytes.len(), |at| at.min(self.bytes.len()))
    }

    /// Returns the bytes of a line or piece, without the line end.
    pub fn line(&self, at: u64) -> &[u8] {
        let line = self.slice(at..self.after(at));
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Returns the start of the line or piece after the one at `at`; the end of the window after
    /// the last.
    pub fn after(&self, at: u64) -> u64 {
        let rest = &self.bytes[self.place(at)..];
        // A piece is never longer than two multiples.
        let near = &rest[..rest.len().min(2 * LONG as usize + 4)];
        let end = at + near.iter().position(|&b| b == b'\n').map_or(near.len(), |i| i + 1) as u64;
        let mut multiple = at / LONG + 1;
        while let Some(forced) = self.forced(multiple).filter(|&forced| forced < end) {
            if forced > at && self.is_forced(multiple) {
                return forced;
            }
            multiple += 1;
        }
        end.max(at)
    }

    /// Returns the start of the line or piece before `at`; the start of the window before the
    /// first.
    pub fn before(&self, at: u64) -> u64 {
        let end = self.place(at);
        let from = end.saturating_sub(3 * LONG as usize);
        let newline =
            self.bytes[from..end.saturating_sub(1).max(from)].iter().rposition(|&b| b == b'\n');
        let line = newline.map_or(self.start + from as u64, |i| self.start + (from + i + 1) as u64);
        let mut multiple = at / LONG + 1;
        while multiple > 0 && multiple.saturating_mul(LONG) + 3 > line {
            if let Some(forced) = self.forced(multiple)
                && forced < at
                && forced > line
                && self.is_forced(multiple)
            {
                return forced;
            }
            multiple -= 1;
        }
        line
    }

    /// Returns the start of the line or piece that contains `at`.
    pub fn begin(&self, at: u64) -> u64 {
        if at >= self.end() { self.before(self.end()) } else { self.before(at + 1) }
    }

    /// Returns whether a line begins at `at`, and not a piece of one.
    pub fn is_line(&self, at: u64) -> bool {
        at == 0 || (at > self.start && self.bytes.get(self.place(at - 1)) == Some(&b'\n'))
    }

    /// Returns the start of the piece at a multiple, moved out of a UTF-8 character.
    fn forced(&self, multiple: u64) -> Option<u64> {
        let at = multiple.checked_mul(LONG).filter(|&at| at < self.end())?;
        let continued =
            self.bytes[self.place(at)..].iter().take(3).take_while(|&&b| b & 0xc0 == 0x80).count();
        Some(at + continued as u64)
    }

    /// Returns whether there is no newline near enough before a multiple, so that a piece begins
    /// there.
    fn is_forced(&self, multiple: u64) -> bool {
        let at = multiple * LONG;
        at >= self.start + LONG && !self.slice(at - LONG..at).contains(&b'\n')
    }

    /// Returns the number of newlines between the start of the window and `at`.
    pub fn newlines_before(&self, at: u64) -> u64 {
        newlines(&self.bytes[..self.place(at)])
    }

    /// Returns the start of the line after `lines` newlines of the window; of the last line if
    /// there are fewer.
    pub fn skip_lines(&self, lines: u64) -> u64 {
        let mut left = lines;
        let mut at = self.start;
        for (i, _) in self.bytes.iter().enumerate().filter(|&(_, &b)| b == b'\n') {
            if left == 0 {
                break;
            }
            left -= 1;
            at = self.start + i as u64 + 1;
        }
        if at == self.end() { self.before(at) } else { at }
    }
}

/// Returns the number of newlines.
pub fn newlines(bytes: &[u8]) -> u64 {
    // The inner sums fit a byte, so that many are added at once.
    bytes
        .chunks(255)
        .map(|chunk| u64::from(chunk.iter().map(|&b| u8::from(b == b'\n')).sum::<u8>()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(bytes: &[u8]) -> Window {
        Window { start: 0, bytes: bytes.into(), size: bytes.len() as u64 }
    }

    fn starts(window: &Window, from: u64) -> Vec<u64> {
        let mut starts = vec![from];
        loop {
            let last = *starts.last().unwrap();
            let next = window.after(last);
            if next >= window.end() {
                return starts;
            }
            assert!(next > last);
            starts.push(next);
        }
    }

    #[test]
    fn lines_end_at_newlines_and_long_ones_in_pieces() {
        let window = whole(b"one\r\n\ntwo");
        assert_eq!(starts(&window, 0), [0, 5, 6]);
        assert_eq!(
            (window.line(0), window.line(5), window.line(6)),
            (&b"one"[..], &b""[..], &b"two"[..])
        );
        let window = whole(&vec![b'x'; 20_000]);
        assert_eq!(starts(&window, 0), [0, 4096, 8192, 12288, 16384]);
        let ordinary =
            [vec![b'x'; 3000], vec![b'\n'], vec![b'y'; 3000], vec![b'\n'], vec![b'z'; 10]].concat();
        assert_eq!(starts(&whole(&ordinary), 0), [0, 3001, 6002]);
    }

    #[test]
    fn a_piece_never_begins_inside_of_a_character() {
        let window = whole("漢".repeat(9000).as_bytes());
        for start in starts(&window, 0) {
            assert_eq!(start % 3, 0);
        }
    }

    #[test]
    fn a_line_is_found_by_its_number() {
        let window = whole(b"0\n1\n2\n3\n");
        assert_eq!([0, 1, 3, 4, 9].map(|n| window.skip_lines(n)), [0, 2, 6, 6, 6]);
        assert_eq!(window.newlines_before(6), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_line_begins_at_the_same_place_from_whichever_side_and_in_whichever_window(
            runs in proptest::collection::vec((0usize..9000, proptest::sample::select(vec!["x", "é", "漢", "\u{80}"])), 1..8)
        ) {
            let text: Vec<_> = runs.iter().map(|(n, c)| c.repeat(*n)).collect();
            let bytes = text.join("\n").into_bytes();
            let window = whole(&bytes);
            let forwards = starts(&window, 0);
            let mut backwards = vec![];
            let mut at = window.end();
            while at > 0 {
                let before = window.before(at);
                prop_assert!(before < at);
                backwards.push(before);
                at = before;
            }
            backwards.reverse();
            if window.end() > 0 {
                prop_assert_eq!(&forwards, &backwards);
            }
            // Far enough from its start, a later window tells the same.
            let start = bytes.len() as u64 / 2 / LONG * LONG;
            let later = Window { start, bytes: bytes[start as usize..].into(), size: bytes.len() as u64 };
            for &place in forwards.iter().filter(|&&place| place > start + 3 * LONG) {
                prop_assert_eq!(later.begin(place), place);
                prop_assert_eq!(later.after(place), window.after(place));
            }
        }
    }
}
