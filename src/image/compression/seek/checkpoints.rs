//! Positions in a compressed stream at which decoding can start.

use std::sync::Arc;

use super::gzip::Inside;

/// The initial distance between two checkpoints in decoded bytes: about 10 ms of decoding.
const SPACING: u64 = 4 << 20;
/// The most checkpoints of a stream: 256 of 43 KiB are 11 MiB.
const LIMIT: usize = 256;

/// A position at which decoding can start.
#[derive(Clone)]
pub struct Checkpoint {
    /// The number of bytes decoded before it.
    pub decoded: u64,
    /// Offset of the next byte in the compressed stream.
    pub stored: u64,
    pub state: State,
}

/// The state of a decoder at a checkpoint.
#[derive(Clone)]
pub enum State {
    /// No state: a member or a frame begins.
    Fresh,
    /// The state inside a gzip member, with the window before it.
    Inside(Arc<Inside>),
}

impl Checkpoint {
    /// The start of every stream.
    pub const START: Self = Self { decoded: 0, stored: 0, state: State::Fresh };
}

/// The checkpoints of a stream, in order. The farther they reach, the larger the distance between
/// them.
pub struct Checkpoints {
    list: Vec<Checkpoint>,
    spacing: u64,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self { list: Vec::new(), spacing: SPACING }
    }
}

impl Checkpoints {
    /// Returns the last checkpoint at or before `target`.
    pub fn before(&self, target: u64) -> Checkpoint {
        let after = self.list.partition_point(|checkpoint| checkpoint.decoded <= target);
        after.checked_sub(1).map_or(Checkpoint::START, |last| self.list[last].clone())
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
        for target in (0..length).step_by(7 << 20) {
            let before = checkpoints.before(target).decoded;
            assert!(
                before <= target && target - before < 2 * checkpoints.spacing,
                "{before} for {target}"
            );
        }
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
}
