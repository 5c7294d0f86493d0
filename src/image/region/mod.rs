//! A run of bytes in a seekable source or in a stream that has to be decoded.

mod seek;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::archive::{ReadAt, Source, SparseMap};
use crate::image::chunked::ChunkedLayer;
use crate::image::passed::Passed;
use crate::progress::{Progress, check_cancelled};

pub use seek::{DecodedStream, Shared};

/// The place of a member's bytes in a decoded archive.
#[derive(Clone)]
pub struct Place {
    /// Offset of the first stored byte.
    pub start: u64,
    /// The holes and the full length, if the archive stores the member with holes.
    pub holes: Option<(Arc<SparseMap>, u64)>,
}

/// The bytes that a region is a part of.
#[derive(Clone)]
pub enum Bytes {
    /// A seekable source.
    Source(Source),
    /// The output of a decoder.
    Decoded(Arc<DecodedStream>),
    /// A member with holes of an archive that has to be decoded.
    Holed(Arc<Holed>),
    /// The files of a layer, found by its table of contents.
    Chunked(Arc<ChunkedLayer>),
    /// The tar of a layer, of which pieces were kept.
    Pieces(Arc<Pieces>),
}

/// The tar of a layer, of which pieces were kept when it passed for the first time.
pub struct Pieces {
    passed: Arc<Passed>,
    tar: Region,
}

/// A member that a decoded archive stores with holes.
pub struct Holed {
    archive: Region,
    map: Arc<SparseMap>,
    len: u64,
}

impl Holed {
    fn read_at(&self, buf: &mut [u8], at: u64, progress: &Arc<Progress>) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let stretch = self.map.piece(at, buf.len().min(left));
        let buf = &mut buf[..stretch.len];
        match stretch.stored {
            Some(stored) => self.archive.read_at(buf, stored, progress),
            None => {
                buf.fill(0);
                Ok(buf.len())
            }
        }
    }
}

/// A run of bytes.
#[derive(Clone)]
pub struct Region {
    pub bytes: Bytes,
    /// The first byte.
    pub offset: u64,
    /// The maximal number of bytes; decoded bytes may end earlier.
    pub len: u64,
}

impl Region {
    /// Returns the full output of `stream`.
    pub fn decoded(stream: Arc<DecodedStream>) -> Self {
        Self { bytes: Bytes::Decoded(stream), offset: 0, len: u64::MAX }
    }

    /// Returns the tar of a layer, whose kept pieces are not decoded again.
    #[must_use]
    pub fn with_pieces(self, passed: &Arc<Passed>) -> Self {
        if !passed.has_pieces() {
            return self;
        }
        let len = self.len;
        let pieces = Pieces { passed: passed.clone(), tar: self };
        Self { bytes: Bytes::Pieces(Arc::new(pieces)), offset: 0, len }
    }

    /// Returns the part that starts at `offset` and has at most `len` bytes.
    #[must_use]
    pub fn part(&self, offset: u64, len: u64) -> Self {
        let offset = offset.min(self.len);
        Self {
            bytes: self.bytes.clone(),
            offset: self.offset.saturating_add(offset),
            len: len.min(self.len - offset),
        }
    }

    /// Returns the member of `len` bytes at `place` in the archive that is this region.
    #[must_use]
    pub fn member(&self, place: &Place, len: u64) -> Self {
        match &place.holes {
            None => self.part(place.start, len),
            Some((map, len)) => {
                let holed = Holed { archive: self.clone(), map: map.clone(), len: *len };
                Self { bytes: Bytes::Holed(Arc::new(holed)), offset: 0, len: *len }
            }
        }
    }

    /// Returns whether each read may be a question to a registry.
    pub fn costs_a_download(&self) -> bool {
        matches!(&self.bytes, Bytes::Source(source) if source.costs_a_download())
    }

    /// Reads up to `buf.len()` bytes from `at`; 0 means the end. Decoding adds to `progress`.
    ///
    /// # Errors
    ///
    /// An error of the source or of the decoder, or a cancellation.
    pub fn read_at(&self, buf: &mut [u8], at: u64, progress: &Arc<Progress>) -> io::Result<usize> {
        check_cancelled(progress)?;
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        let offset = self.offset.saturating_add(at);
        match &self.bytes {
            _ if n == 0 => Ok(0),
            Bytes::Source(source) => source.read_at(&mut buf[..n], offset),
            Bytes::Decoded(stream) => stream.read_at(&mut buf[..n], offset, progress),
            Bytes::Holed(file) => file.read_at(&mut buf[..n], offset, progress),
            Bytes::Chunked(layer) => layer.read_at(&mut buf[..n], offset),
            Bytes::Pieces(pieces) => match pieces.passed.read_at(&mut buf[..n], offset) {
                0 => pieces.tar.read_at(&mut buf[..n], offset, progress),
                n => Ok(n),
            },
        }
    }
}

/// A region as a source whose reads report to a progress.
pub struct Watched {
    pub region: Region,
    pub progress: Arc<Progress>,
}

impl ReadAt for Watched {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let n = self.region.read_at(buf, offset, &self.progress)?;
        if let Bytes::Source(_) = self.region.bytes {
            let done = self.progress.done.fetch_add(n as u64, Ordering::Relaxed);
            self.progress.total.fetch_max(done + n as u64, Ordering::Relaxed);
        }
        Ok(n)
    }

    fn len(&self) -> u64 {
        self.region.len
    }

    fn has_changed(&self) -> bool {
        matches!(&self.region.bytes, Bytes::Source(source) if source.has_changed())
    }
}
