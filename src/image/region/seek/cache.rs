//! An LRU cache of decoded blocks and idle decoders, shared by all streams of an image.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::BLOCK;
use super::run::Cursor;

/// The most decoded bytes that are kept in total.
const KEPT: u64 = 512 << 10;
/// The most decoders that are kept in total; one may have a window of 128 MiB.
const DECODERS: usize = 3;

/// The stream, and the block in it.
type Key = (usize, u64);

/// Blocks and decoders of any stream that may be needed again.
#[derive(Default)]
pub struct Shared {
    blocks: Mutex<Blocks>,
    /// Ordered by the time of their last use, the latest last.
    idle: Mutex<Vec<(usize, Cursor)>>,
}

#[derive(Default)]
struct Blocks {
    blocks: HashMap<Key, (Arc<[u8]>, u64)>,
    /// A counter of uses, to find the least recently used block.
    clock: u64,
}

impl Shared {
    /// Returns a block if it is still cached.
    pub(super) fn block(&self, key: Key) -> Option<Arc<[u8]>> {
        let mut kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        let (block, used) = kept.blocks.get_mut(&key)?;
        *used = now;
        Some(block.clone())
    }

    /// Adds a block; evicts the least recently used one if there are too many.
    pub(super) fn keep_block(&self, key: Key, block: Arc<[u8]>) {
        let mut kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        kept.blocks.insert(key, (block, now));
        if kept.blocks.len() as u64 > KEPT / BLOCK
            && let Some(oldest) =
                kept.blocks.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key)
        {
            kept.blocks.remove(&oldest);
        }
    }

    /// Takes the decoder of a stream that is nearest before `target`, but not before `from`.
    pub(super) fn take_cursor(&self, stream: usize, from: u64, target: u64) -> Option<Cursor> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let of_use = |(id, cursor): &(usize, Cursor)| {
            *id == stream && (from..=target).contains(&cursor.position())
        };
        let nearest =
            (0..idle.len()).filter(|&i| of_use(&idle[i])).max_by_key(|&i| idle[i].1.position())?;
        Some(idle.remove(nearest).1)
    }

    /// Keeps a decoder at its current position.
    pub(super) fn keep_cursor(&self, stream: usize, cursor: Cursor) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() == DECODERS {
            idle.remove(0);
        }
        idle.push((stream, cursor));
    }
}
