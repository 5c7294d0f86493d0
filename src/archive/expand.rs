//! Sparse files with their holes filled: the contents of a member that is stored with holes.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::sparse::{Pieces, map_before_contents};
use super::sparse_map::{SparseMap, Stretch};
use super::{Entry, ReadAt, Source, read_buffered};

/// The largest member that is read with its holes filled, in bytes: headers can state anything.
pub const SPARSE_LIMIT: u64 = 64 << 30;

/// A sparse file with its holes filled with zeros.
pub struct SparseSource {
    /// The tar that stores the file.
    pub tar: Source,
    /// The places of its pieces.
    pub map: Arc<SparseMap>,
    /// Its logical size in bytes.
    pub len: u64,
}

impl ReadAt for SparseSource {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        let stretch = self.map.piece(offset, n);
        let buf = &mut buf[..stretch.len];
        match stretch.stored {
            Some(at) => self.tar.read_at(buf, at),
            None => {
                buf.fill(0);
                Ok(buf.len())
            }
        }
    }

    fn len(&self) -> u64 {
        self.len
    }
}

/// Zeros that are handed out for holes.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// A sparse file read in one pass, with its holes filled with zeros.
pub struct SparseReader<R> {
    contents: R,
    map: Arc<SparseMap>,
    position: u64,
    len: u64,
}

impl<R: BufRead> SparseReader<R> {
    /// Makes a reader of the file `entry`, whose stored bytes are read from `contents`.
    ///
    /// # Errors
    ///
    /// An error of `contents`, or if the map of pieces is not valid.
    pub fn new(mut contents: R, entry: &Entry, pieces: Pieces) -> io::Result<Self> {
        let (pairs, before) = match pieces {
            Pieces::Listed(pairs) => (pairs, 0),
            Pieces::BeforeContents => {
                let (pairs, read) = map_before_contents(&mut contents)?;
                io::copy(&mut contents.by_ref().take(read.wrapping_neg() % 512), &mut io::sink())?;
                (pairs, read)
            }
        };
        let map = Arc::new(SparseMap::lay_out(pairs, before, entry)?);
        Ok(Self { contents, map, position: 0, len: entry.size })
    }

    /// Returns the places of the file's pieces.
    pub fn map(&self) -> Arc<SparseMap> {
        self.map.clone()
    }

    fn stretch(&self) -> Stretch {
        let left = usize::try_from(self.len - self.position).unwrap_or(usize::MAX);
        self.map.piece(self.position, left.min(ZEROS.len()))
    }
}

impl<R: BufRead> BufRead for SparseReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Stretch { len, stored } = self.stretch();
        if stored.is_none() {
            return Ok(&ZEROS[..len]);
        }
        let available = self.contents.fill_buf()?;
        if available.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(&available[..available.len().min(len)])
    }

    fn consume(&mut self, n: usize) {
        if self.stretch().stored.is_some() {
            self.contents.consume(n);
        }
        self.position += n as u64;
    }
}

impl<R: BufRead> Read for SparseReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}
