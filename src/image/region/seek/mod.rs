//! Reads a compressed stream at any offset, by decoding from the nearest checkpoint.
//!
//! Decoded blocks are cached, so that moving back and forth in one file decodes nothing twice.
//! Decoders keep their position, so that reading on does not start again. Both caches are shared by
//! all streams of an image, and bounded. No lock is held while decoding.

mod cache;
mod input;
mod run;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use cache::Shared;

use crate::image::compression::{Checkpoints, Compression};
use crate::image::passed::Passed;
use crate::image::region::{Bytes, Region};
use crate::progress::Progress;

/// The size of a block of decoded bytes.
const BLOCK: u64 = 128 << 10;

/// The decoded bytes of a compressed region.
pub struct DecodedStream {
    /// The number of the stream, which identifies it in the shared cache.
    id: usize,
    stored: Region,
    compression: Compression,
    shared: Arc<Shared>,
    /// The checkpoints that were made when it passed for the first time.
    passed: Arc<Passed>,
    known: Mutex<StreamFacts>,
}

/// Facts about a stream that were found by decoding it.
#[derive(Default)]
struct StreamFacts {
    checkpoints: Checkpoints,
    end: Option<End>,
}

/// The end of a stream, with the reason if it is premature.
#[derive(Clone)]
struct End {
    len: u64,
    fault: Option<(io::ErrorKind, String)>,
}

impl End {
    /// Returns the result of a read at the end.
    fn read(&self) -> io::Result<usize> {
        self.fault.as_ref().map_or(Ok(0), |(kind, text)| Err(io::Error::new(*kind, text.clone())))
    }
}

impl DecodedStream {
    /// Makes the stream that decodes `stored`.
    pub fn new(
        id: usize,
        stored: Region,
        compression: Compression,
        shared: Arc<Shared>,
        passed: Arc<Passed>,
    ) -> Self {
        Self { id, stored, compression, shared, passed, known: Mutex::default() }
    }

    /// Reads up to `buf.len()` bytes from `offset`; 0 means the end of the stream.
    ///
    /// # Errors
    ///
    /// An error of the source or of the decoder, or a cancellation.
    pub fn read_at(
        &self,
        buf: &mut [u8],
        offset: u64,
        progress: &Arc<Progress>,
    ) -> io::Result<usize> {
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

    /// Returns whether reads of this stream count as progress. For nested streams, only the outer
    /// one does.
    fn counts(&self) -> bool {
        matches!(self.stored.bytes, Bytes::Source(_))
    }

    fn end(&self) -> Option<End> {
        self.known().end.clone()
    }

    fn known(&self) -> MutexGuard<'_, StreamFacts> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
