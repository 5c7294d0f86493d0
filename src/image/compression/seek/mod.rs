//! A compressed stream that is read at any place: from the nearest place where a decoder can begin, forwards.
//!
//! What is decoded is kept for a while in blocks, so that going back and forth
//! in one file decodes nothing twice. Decoders stay where they stopped, so that
//! whoever reads on does not begin anew. Both are shared, and bounded, for all
//! streams of an image; nobody holds a lock while decoding.

mod cache;
mod checkpoints;
mod decoder;
mod gzip;
mod input;
mod run;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use cache::Shared;

use crate::image::compression::{Bytes, Compression, Region};
use crate::progress::Progress;
use checkpoints::Checkpoints;

/// Decoded bytes are kept in pieces of this size.
const BLOCK: u64 = 256 << 10;

/// The bytes that come out of a compressed region.
pub struct DecodedStream {
    /// Tells the stream from the others that share the same memory.
    id: usize,
    stored: Region,
    compression: Compression,
    shared: Arc<Shared>,
    known: Mutex<Known>,
}

/// What has been learnt of a stream by decoding it.
#[derive(Default)]
struct Known {
    checkpoints: Checkpoints,
    end: Option<End>,
}

/// Where a stream ends, and why, if it is too early.
#[derive(Clone)]
struct End {
    len: u64,
    fault: Option<(io::ErrorKind, String)>,
}

impl End {
    /// What reading there gives.
    fn read(&self) -> io::Result<usize> {
        self.fault.as_ref().map_or(Ok(0), |(kind, text)| Err(io::Error::new(*kind, text.clone())))
    }
}

impl DecodedStream {
    /// The stream that `stored` is, compressed as told.
    pub fn new(id: usize, stored: Region, compression: Compression, shared: Arc<Shared>) -> Self {
        Self { id, stored, compression, shared, known: Mutex::default() }
    }

    /// Reads up to `buf.len()` bytes from `offset`; 0 means that the stream has ended.
    pub fn read_at(&self, buf: &mut [u8], offset: u64, progress: &Arc<Progress>) -> io::Result<usize> {
        let block = match self.end() {
            Some(end) if offset >= end.len => return end.read(),
            _ => self.block(offset / BLOCK, progress)?,
        };
        let start = usize::try_from(offset % BLOCK).expect("a block fits into memory");
        let Some(bytes) = block.get(start..).filter(|bytes| !bytes.is_empty()) else {
            return self.end().map_or(Ok(0), |end| end.read());
        };
        let n = bytes.len().min(buf.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        Ok(n)
    }

    /// Whether what is read here counts: of a stream inside a stream, only the outer one does.
    fn counts(&self) -> bool {
        matches!(self.stored.bytes, Bytes::Source(_))
    }

    fn end(&self) -> Option<End> {
        self.known().end.clone()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
