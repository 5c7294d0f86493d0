//! Counts the lines of a file block by block, as far as it has been read.

use crate::tui::contents::window::BLOCK;

/// The most blocks that are counted: 16 GiB. Line numbers after that are not shown.
const MOST: usize = 64 << 10;

/// The sums of newlines, from the start of the file without gaps.
#[derive(Debug, Default)]
pub struct Count {
    /// For each block that was counted, the number of newlines up to its end.
    sums: Vec<u64>,
    blocks: u64,
    /// True if the file does not end with a newline.
    open: bool,
}

impl Count {
    /// Starts the count for a file of `size` bytes.
    pub fn for_size(size: u64) -> Self {
        Self { sums: Vec::new(), blocks: size.div_ceil(BLOCK), open: false }
    }

    /// Adds the newlines of blocks from number `first` on; known ones are skipped.
    pub fn learn(&mut self, first: u64, newlines: &[u32], ends_open: bool) {
        for (block, &lines) in (first..).zip(newlines) {
            if block == self.sums.len() as u64 && self.sums.len() < MOST {
                self.sums.push(self.counted() + u64::from(lines));
                self.open = ends_open && block + 1 == self.blocks;
            }
        }
    }

    /// Returns the number of newlines counted so far.
    pub fn counted(&self) -> u64 {
        self.sums.last().copied().unwrap_or(0)
    }

    /// Returns the number of newlines before the block that starts at `start`.
    pub fn before(&self, start: u64) -> Option<u64> {
        match start / BLOCK {
            0 => Some(0),
            block => self.sums.get(usize::try_from(block - 1).ok()?).copied(),
        }
    }

    /// Returns the number of lines of the file, once it has been counted completely.
    pub fn lines(&self) -> Option<u64> {
        (self.sums.len() as u64 == self.blocks).then(|| self.counted() + u64::from(self.open))
    }

    /// Returns whether there are more blocks to count.
    pub fn goes_on(&self) -> bool {
        (self.sums.len() as u64) < self.blocks && self.sums.len() < MOST
    }

    /// Returns the block to count next.
    pub fn next(&self) -> u64 {
        self.sums.len() as u64
    }

    /// Returns the start of the block in which a line begins (the first line is 0), and the number
    /// of newlines before the block; `None` if that has not been counted yet.
    pub fn find(&self, line: u64) -> Option<(u64, u64)> {
        let block = self.sums.partition_point(|&sum| sum < line);
        if block == self.sums.len() && self.goes_on() {
            return None;
        }
        let block = block.min(self.sums.len().saturating_sub(1)) as u64;
        let start = block * BLOCK;
        Some((start, line.saturating_sub(self.before(start).unwrap_or(0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_the_blocks_that_were_counted() {
        let mut count = Count::for_size(3 * BLOCK);
        count.learn(1, &[7], false);
        assert_eq!(count.find(5), None, "the first block is not known yet");
        count.learn(0, &[10, 20], false);
        assert_eq!(
            (count.find(0), count.find(10), count.find(11)),
            (Some((0, 0)), Some((0, 10)), Some((BLOCK, 1)))
        );
        assert_eq!((count.find(31), count.lines()), (None, None));
        count.learn(0, &[10, 20, 5], true);
        assert_eq!((count.find(31), count.lines()), (Some((2 * BLOCK, 1)), Some(36)));
        assert_eq!(count.find(1000), Some((2 * BLOCK, 970)), "beyond the end is in the last block");
        assert_eq!((count.before(BLOCK), count.goes_on()), (Some(10), false));
    }
}
