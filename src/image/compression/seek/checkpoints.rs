//! Places in a compressed stream from which decoding can begin.

use std::sync::Arc;

use super::gzip::Inside;

/// Decoded bytes between two checkpoints, at first: some 10 ms of decoding.
const SPACING: u64 = 4 << 20;
/// Checkpoints that are kept of a stream: 256 of 43 KiB are 11 MiB.
const LIMIT: usize = 256;

/// A place from which decoding can begin.
#[derive(Clone)]
pub struct Checkpoint {
    /// How many bytes have been decoded there.
    pub decoded: u64,
    /// Where the compressed bytes go on.
    pub stored: u64,
    pub state: State,
}

/// What a decoder has to know at a checkpoint.
#[derive(Clone)]
pub enum State {
    /// Nothing: a member or a frame begins.
    Fresh,
    /// Where it is in the member of a gzip file, and what lies before.
    Inside(Arc<Inside>),
}

impl Checkpoint {
    /// The beginning of every stream.
    pub const START: Self = Self { decoded: 0, stored: 0, state: State::Fresh };
}

/// The checkpoints of a stream, in their order; the farther they reach, the farther they lie apart.
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
    /// The last checkpoint that is not behind `target`.
    pub fn before(&self, target: u64) -> Checkpoint {
        let after = self.list.partition_point(|checkpoint| checkpoint.decoded <= target);
        after.checked_sub(1).map_or(Checkpoint::START, |last| self.list[last].clone())
    }

    /// Whether a checkpoint there would lie far enough from the others.
    pub fn wants(&self, decoded: u64) -> bool {
        let after = self.list.partition_point(|checkpoint| checkpoint.decoded <= decoded);
        let before = after.checked_sub(1).map_or(0, |last| self.list[last].decoded);
        let far = |from: u64, to: u64| to - from >= self.spacing;
        far(before, decoded) && self.list.get(after).is_none_or(|next| far(decoded, next.decoded))
    }

    /// Adds a checkpoint if it is wanted.
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
        assert!(checkpoints.list.len() <= LIMIT && checkpoints.list.len() > LIMIT / 4, "{}", checkpoints.list.len());
        for target in (0..length).step_by(7 << 20) {
            let before = checkpoints.before(target).decoded;
            assert!(before <= target && target - before < 2 * checkpoints.spacing, "{before} for {target}");
        }
    }

    #[test]
    fn a_checkpoint_that_comes_late_finds_its_place() {
        let mut checkpoints = Checkpoints::default();
        for decoded in [40 * SPACING, 10 * SPACING, 10 * SPACING + 1, 20 * SPACING] {
            checkpoints.add(at(decoded));
        }
        let found = [5, 10, 19, 30, 50].map(|target| checkpoints.before(target * SPACING).decoded / SPACING);
        assert_eq!(found, [0, 10, 10, 20, 40]);
    }
}
