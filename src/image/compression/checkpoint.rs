//! Positions in a compressed stream at which decoding can start.

use std::io;

use serde::{Deserialize, Serialize};

/// The initial distance between two checkpoints in decoded bytes: some milliseconds of decoding.
pub const SPACING: u64 = 9 << 19;
/// That distance in a layer that the cache keeps: the bytes between two are downloaded for one file.
pub const CLOSE: u64 = 1 << 20;
/// The most checkpoints of a stream. One takes up to 32 KiB, and usually 12.
const LIMIT: usize = 1024;
/// The level of zstd at which windows are kept.
const LEVEL: i32 = 1;
/// The number of bytes that deflate refers back to.
pub const WINDOW: usize = 32 << 10;

/// A position at which decoding can start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The number of bytes decoded before it.
    pub decoded: u64,
    /// Offset in the compressed stream of the first byte that is needed.
    pub stored: u64,
    /// The state of a decoder there.
    pub state: State,
}

/// The state of a decoder at a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// No state: a member or a frame begins.
    Fresh,
    /// A block of deflate begins inside a gzip member.
    Block(Block),
}

/// The start of a block of deflate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The number of bits of the first byte that belong to the block before.
    pub bits: u8,
    /// The decoded bytes before it, compressed.
    window: Vec<u8>,
}

/// A compressor of windows, with the room that it needs.
pub struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
    room: Vec<u8>,
}

impl Packer {
    /// Makes a compressor.
    ///
    /// # Errors
    ///
    /// An error if there is no memory for it.
    pub fn new() -> io::Result<Self> {
        let room = Vec::with_capacity(zstd::zstd_safe::compress_bound(WINDOW));
        Ok(Self { compressor: zstd::bulk::Compressor::new(LEVEL)?, room })
    }

    /// Makes the start of a block with the bytes before it.
    ///
    /// # Errors
    ///
    /// An error of the compressor.
    pub fn block(&mut self, bits: u8, window: &[u8]) -> io::Result<Block> {
        self.room.clear();
        self.compressor.compress_to_buffer(window, &mut self.room)?;
        Ok(Block { bits, window: self.room.as_slice().to_vec() })
    }
}

impl Block {
    /// Returns the decoded bytes before the block.
    ///
    /// # Errors
    ///
    /// An error if the kept bytes are damaged.
    pub fn window(&self) -> io::Result<Vec<u8>> {
        zstd::bulk::decompress(&self.window, WINDOW)
    }
}

impl Checkpoint {
    /// The start of every stream.
    pub const START: Self = Self { decoded: 0, stored: 0, state: State::Fresh };
}

/// The checkpoints of a stream, in order. The farther they reach, the larger the distance between
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoints {
    list: Vec<Checkpoint>,
    spacing: u64,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self::apart(SPACING)
    }
}

impl Checkpoints {
    /// Makes none yet, which will be `spacing` decoded bytes apart.
    pub fn apart(spacing: u64) -> Self {
        Self { list: Vec::new(), spacing }
    }

    /// Returns the last checkpoint at or before `target`.
    pub fn before(&self, target: u64) -> &Checkpoint {
        let after = self.list.partition_point(|checkpoint| checkpoint.decoded <= target);
        after.checked_sub(1).map_or(&Checkpoint::START, |last| &self.list[last])
    }

    /// Estimates how many compressed bytes are read to decode from a checkpoint up to `end`.
    pub fn stored_until(&self, from: &Checkpoint, end: u64) -> u64 {
        let after = self.list.partition_point(|checkpoint| checkpoint.decoded <= from.decoded);
        // As densely as up to the next one, or else as from the start to here.
        let (stored, decoded) = match self.list.get(after) {
            Some(next) => (next.stored.saturating_sub(from.stored), next.decoded - from.decoded),
            None => (from.stored, from.decoded),
        };
        let wanted = u128::from(end.saturating_sub(from.decoded));
        let estimate = u128::from(stored) * wanted / u128::from(decoded.max(1));
        u64::try_from(estimate).unwrap_or(u64::MAX)
    }

    /// Returns all of them, in order.
    #[cfg(test)]
    pub fn list(&self) -> &[Checkpoint] {
        &self.list
    }

    /// Returns whether there is none but the start.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns those of which the bytes that they keep are harmless. `is_harmless` gets the place of
    /// the first byte and the bytes; damaged ones are not.
    pub fn keeping(&self, is_harmless: impl Fn(u64, &[u8]) -> bool) -> Self {
        let is_kept = |checkpoint: &&Checkpoint| match &checkpoint.state {
            State::Fresh => true,
            State::Block(block) => block.window().is_ok_and(|window| {
                is_harmless(checkpoint.decoded.saturating_sub(window.len() as u64), &window)
            }),
        };
        let list = self.list.iter().filter(is_kept).cloned().collect();
        Self { list, spacing: self.spacing }
    }

    /// Returns the distance that checkpoints are apart at least.
    pub fn spacing(&self) -> u64 {
        self.spacing
    }

    /// Takes all checkpoints; the distance stays.
    pub fn take(&mut self) -> Self {
        Self { list: std::mem::take(&mut self.list), spacing: self.spacing }
    }

    /// Adds the checkpoints of another part of the stream, if they are far enough from these.
    pub fn extend(&mut self, others: Self) {
        others.list.into_iter().for_each(|checkpoint| self.add(checkpoint));
    }

    /// Returns whether they can be those of a stream of `stored` bytes. Checkpoints that were kept
    /// elsewhere may be anything.
    pub fn are_consistent(&self, stored: u64) -> bool {
        let is_within = |checkpoint: &Checkpoint| {
            let bits = match &checkpoint.state {
                State::Fresh => 0,
                State::Block(block) => block.bits,
            };
            checkpoint.stored <= stored && bits < 8
        };
        self.spacing >= CLOSE
            && self.list.len() <= LIMIT
            && self.list.iter().all(is_within)
            && self
                .list
                .is_sorted_by(|one, next| one.decoded < next.decoded && one.stored <= next.stored)
    }

    /// Returns whether a checkpoint at `decoded` would be far enough from the others.
    pub fn wants(&self, decoded: u64) -> bool {
        let after = self.list.partition_point(|checkpoint| checkpoint.decoded <= decoded);
        let before = after.checked_sub(1).map_or(0, |last| self.list[last].decoded);
        let far = |from: u64, to: u64| to - from >= self.spacing;
        far(before, decoded) && self.list.get(after).is_none_or(|next| far(decoded, next.decoded))
    }

    /// Adds a checkpoint, if it is far enough from the others.
    pub fn add(&mut self, checkpoint: Checkpoint) {
        if !self.wants(checkpoint.decoded) {
            return;
        }
        let after = self.list.partition_point(|other| other.decoded <= checkpoint.decoded);
        self.list.insert(after, checkpoint);
        if self.list.len() > LIMIT {
            self.spacing *= 2;
            let mut last = 0;
            self.list.retain(|checkpoint| {
                let kept = checkpoint.decoded - last >= self.spacing;
                last = if kept { checkpoint.decoded } else { last };
                kept
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(decoded: u64) -> Checkpoint {
        Checkpoint { decoded, ..Checkpoint::START }
    }

    #[test]
    fn however_long_a_stream_is_its_checkpoints_are_few_and_evenly_spread() {
        let mut checkpoints = Checkpoints::default();
        let step = 1 << 20;
        let length = 20_000 * step;
        for i in 1..=20_000 {
            checkpoints.add(at(i * step));
        }
        assert!(
            checkpoints.list.len() <= LIMIT && checkpoints.list.len() > LIMIT / 4,
            "{}",
            checkpoints.list.len()
        );
        assert!(checkpoints.are_consistent(0));
        for target in (0..length).step_by(7 << 20) {
            let before = checkpoints.before(target).decoded;
            assert!(
                before <= target && target - before < 2 * checkpoints.spacing,
                "{before} for {target}"
            );
        }
    }

    #[test]
    fn the_compressed_bytes_between_are_estimated() {
        let stored = |decoded, stored| Checkpoint { stored, ..at(decoded) };
        let list = vec![stored(1000, 500), stored(2000, 600)];
        let checkpoints = Checkpoints { list, spacing: CLOSE };
        let until = |from: &Checkpoint, end| checkpoints.stored_until(from, end);
        assert_eq!(until(&Checkpoint::START, 100), 50);
        assert_eq!(until(&checkpoints.list[0], 1500), 50);
        assert_eq!(until(&checkpoints.list[1], 3000), 300, "as up to there");
        assert_eq!(until(&checkpoints.list[1], 0), 0);
        assert_eq!(Checkpoints::default().stored_until(&Checkpoint::START, 9), 0, "unknown");
    }

    #[test]
    fn a_checkpoint_that_comes_late_finds_its_place() {
        let mut checkpoints = Checkpoints::default();
        for decoded in [40 * SPACING, 10 * SPACING, 10 * SPACING + 1, 20 * SPACING] {
            checkpoints.add(at(decoded));
        }
        let found = [5, 10, 19, 30, 50]
            .map(|target| checkpoints.before(target * SPACING).decoded / SPACING);
        assert_eq!(found, [0, 10, 10, 20, 40]);
    }

    #[test]
    fn checkpoints_that_cannot_be_those_of_a_stream_are_noticed() {
        let kept = |list: Vec<Checkpoint>| Checkpoints { list, spacing: SPACING };
        let stored = |decoded, stored| Checkpoint { stored, ..at(decoded) };
        assert!(kept(vec![stored(1, 1), stored(2, 1)]).are_consistent(1));
        assert!(!kept(vec![stored(1, 2)]).are_consistent(1), "after the end");
        assert!(!kept(vec![stored(2, 0), stored(1, 0)]).are_consistent(1), "out of order");
        let block = Block { bits: 8, window: Vec::new() };
        let inside = Checkpoint { state: State::Block(block), ..at(1) };
        assert!(!kept(vec![inside]).are_consistent(1), "a byte has 8 bits");
    }
}
