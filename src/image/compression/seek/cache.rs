//! What all streams of an image share: blocks that were decoded, and decoders that stand still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::BLOCK;
use super::run::Cursor;

/// Decoded bytes that are kept in all.
const KEPT: u64 = 64 << 20;
/// Decoders that are kept in all; one may hold a window of 128 MiB.
const DECODERS: usize = 3;

/// Which block of which stream.
type Key = (usize, u64);

/// Blocks and decoders that may be of use again, of any stream.
#[derive(Default)]
pub struct Shared {
    blocks: Mutex<Blocks>,
    /// The one that stopped last is last.
    idle: Mutex<Vec<(usize, Cursor)>>,
}

#[derive(Default)]
struct Blocks {
    blocks: HashMap<Key, (Arc<[u8]>, u64)>,
    /// Counts uses, to find the block that was used last.
    clock: u64,
}

impl Shared {
    /// The block, if it is still there.
    pub(super) fn block(&self, key: Key) -> Option<Arc<[u8]>> {
        let mut kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        let (block, used) = kept.blocks.get_mut(&key)?;
        *used = now;
        Some(block.clone())
    }

    /// Keeps a block, and drops the one that was not used for longest if there are too many.
    pub(super) fn keep_block(&self, key: Key, block: Arc<[u8]>) {
        let mut kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        kept.blocks.insert(key, (block, now));
        if kept.blocks.len() as u64 > KEPT / BLOCK
            && let Some(oldest) = kept.blocks.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key)
        {
            kept.blocks.remove(&oldest);
        }
    }

    /// The decoder of a stream that stands nearest before `target`, but not before `from`.
    pub(super) fn take_cursor(&self, stream: usize, from: u64, target: u64) -> Option<Cursor> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let of_use = |(id, cursor): &(usize, Cursor)| *id == stream && (from..=target).contains(&cursor.position());
        let nearest = (0..idle.len()).filter(|&i| of_use(&idle[i])).max_by_key(|&i| idle[i].1.position())?;
        Some(idle.remove(nearest).1)
    }

    /// Keeps a decoder where it stands.
    pub(super) fn keep_cursor(&self, stream: usize, cursor: Cursor) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() == DECODERS {
            idle.remove(0);
        }
        idle.push((stream, cursor));
    }
}
