//! Reads files of a layer by its table: each chunk is fetched and decoded by itself.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::compression::{Compression, decode};
use super::digest::has;
use crate::archive::{Extent, Member, Source};

/// The most bytes of a chunk; tools make chunks of 4 MiB or less.
const CHUNK_LIMIT: u64 = 64 << 20;
/// Chunks that are kept after they were decoded.
const KEPT: usize = 4;

/// A run of a file's bytes that is compressed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The place of its first byte among all files of the layer.
    pub start: u64,
    /// The number of bytes.
    pub len: u64,
    /// The place of the compressed bytes in the layer.
    pub offset: u64,
    /// The end of the compressed bytes; 0 if it is where the next chunk begins.
    pub end: u64,
    /// The bytes to pass over after decompression.
    pub inner: u64,
    /// The digest of the bytes.
    pub digest: Option<String>,
    /// True if the bytes are zeros, and not stored.
    pub is_hole: bool,
}

/// A layer whose files are read by its table.
pub struct ChunkedLayer {
    source: Source,
    extent: Extent,
    compression: Compression,
    /// In the order of their places.
    chunks: Vec<Chunk>,
    /// The places of compressed bytes, in order.
    offsets: Vec<u64>,
    decoded: Mutex<Vec<(u64, Arc<Vec<u8>>)>>,
}

impl ChunkedLayer {
    /// Makes a reader of a layer in `member`. `chunks` are in the order of their places.
    pub(super) fn new(member: &Member, compression: Compression, chunks: Vec<Chunk>) -> Self {
        let mut offsets: Vec<u64> = chunks.iter().map(|chunk| chunk.offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let decoded = Mutex::default();
        Self {
            source: member.source.clone(),
            extent: member.extent,
            compression,
            chunks,
            offsets,
            decoded,
        }
    }

    /// Reads up to `buf.len()` bytes from a place; 0 means that there is nothing.
    ///
    /// # Errors
    ///
    /// An error of the source, or a chunk that is not what the table says.
    pub fn read_at(&self, buf: &mut [u8], place: u64) -> io::Result<usize> {
        let next = self.chunks.partition_point(|chunk| chunk.start <= place);
        let Some(chunk) = next.checked_sub(1).and_then(|at| self.chunks.get(at)) else {
            return Ok(0);
        };
        let within = place - chunk.start;
        if within >= chunk.len {
            return Ok(0);
        }
        let n = usize::try_from(chunk.len - within).unwrap_or(usize::MAX).min(buf.len());
        if chunk.is_hole {
            buf[..n].fill(0);
            return Ok(n);
        }
        let bytes = self.decoded(chunk)?;
        let from = usize::try_from(within).map_err(io::Error::other)?;
        buf[..n].copy_from_slice(&bytes[from..from + n]);
        Ok(n)
    }

    /// Returns the bytes of a chunk.
    fn decoded(&self, chunk: &Chunk) -> io::Result<Arc<Vec<u8>>> {
        {
            let kept = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, bytes)) = kept.iter().find(|(start, _)| *start == chunk.start) {
                return Ok(bytes.clone());
            }
        }
        let bytes = Arc::new(self.fetch(chunk)?);
        let mut kept = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.insert(0, (chunk.start, bytes.clone()));
        Ok(bytes)
    }

    fn fetch(&self, chunk: &Chunk) -> io::Result<Vec<u8>> {
        let wrong = |what: &str| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{what} the table of contents"))
        };
        let end = if chunk.end > 0 { chunk.end } else { self.after(chunk.offset) };
        let is_sane = chunk.len <= CHUNK_LIMIT
            && chunk.offset < end
            && end <= self.extent.len
            && end - chunk.offset <= 2 * CHUNK_LIMIT;
        if !is_sane {
            return Err(wrong("a chunk does not lie where it should, by"));
        }
        let packed = self.source.fetch(self.extent.part(chunk.offset, end - chunk.offset))?;
        let mut decoder = decode(self.compression, &packed[..])?;
        io::copy(&mut decoder.by_ref().take(chunk.inner), &mut io::sink())?;
        let mut bytes = Vec::new();
        decoder.take(chunk.len).read_to_end(&mut bytes)?;
        let is_right = bytes.len() as u64 == chunk.len
            && chunk.digest.as_deref().is_none_or(|digest| has(&bytes, digest));
        if is_right { Ok(bytes) } else { Err(wrong("the bytes are other ones than those of")) }
    }

    /// Returns where the chunk after one at `offset` begins, or the end of the layer.
    fn after(&self, offset: u64) -> u64 {
        let next = self.offsets.partition_point(|&other| other <= offset);
        self.offsets.get(next).copied().unwrap_or(self.extent.len)
    }
}
