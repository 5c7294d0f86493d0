//! How many lines end before each block of a file, as far as that has been counted.

use super::window::BLOCK;

/// Blocks that are counted at most: 16 GiB. Line numbers beyond are not shown.
const MOST: usize = 64 << 10;

/// Sums of newlines, from the start of the file on without a gap.
#[derive(Debug, Default)]
pub struct Count {
    /// For each block that was counted, the newlines up to its end.
    sums: Vec<u64>,
    blocks: u64,
    /// Whether the file ends in the middle of a line.
    open: bool,
}

impl Count {
    /// Nothing is known of a file of `size` bytes.
    pub fn of(size: u64) -> Self {
        Self { sums: Vec::new(), blocks: size.div_ceil(BLOCK), open: false }
    }

    /// Takes in the newlines of blocks from number `first` on; those that are known already are passed over.
    pub fn learn(&mut self, first: u64, newlines: &[u32], ends_open: bool) {
        for (block, &lines) in (first..).zip(newlines) {
            if block == self.sums.len() as u64 && self.sums.len() < MOST {
                self.sums.push(self.counted() + u64::from(lines));
                self.open = ends_open && block + 1 == self.blocks;
            }
        }
    }

    /// The newlines that have been counted so far.
    pub fn counted(&self) -> u64 {
        self.sums.last().copied().unwrap_or(0)
    }

    /// The newlines before the block that starts at `start`.
    pub fn before(&self, start: u64) -> Option<u64> {
        match start / BLOCK {
            0 => Some(0),
            block => self.sums.get(usize::try_from(block - 1).ok()?).copied(),
        }
    }

    /// The number of lines of the file, once all of it has been counted.
    pub fn lines(&self) -> Option<u64> {
        (self.sums.len() as u64 == self.blocks).then(|| self.counted() + u64::from(self.open))
    }

    /// Whether counting on would tell more.
    pub fn goes_on(&self) -> bool {
        (self.sums.len() as u64) < self.blocks && self.sums.len() < MOST
    }

    /// The block to count next.
    pub fn next(&self) -> u64 {
        self.sums.len() as u64
    }

    /// Where the block starts in which a line begins (0 is the first), and how many lines end in the block before it;
    /// `None` if that has not been counted yet.
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
        let mut count = Count::of(3 * BLOCK);
        count.learn(1, &[7], false);
        assert_eq!(count.find(5), None, "the first block is not known yet");
        count.learn(0, &[10, 20], false);
        assert_eq!((count.find(0), count.find(10), count.find(11)), (Some((0, 0)), Some((0, 10)), Some((BLOCK, 1))));
        assert_eq!((count.find(31), count.lines()), (None, None));
        count.learn(0, &[10, 20, 5], true);
        assert_eq!((count.find(31), count.lines()), (Some((2 * BLOCK, 1)), Some(36)));
        assert_eq!(count.find(1000), Some((2 * BLOCK, 970)), "beyond the end is in the last block");
        assert_eq!((count.before(BLOCK), count.goes_on()), (Some(10), false));
    }
}
