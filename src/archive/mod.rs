//! Reads the bytes of an archive, and finds its members.
//!
//! Every later module reads through [`ReadAt`]. A file, an embedded archive or a future kind of
//! source therefore look the same, and any number of threads can read at the same time without
//! sharing a seek position.

mod absence;
mod ahead;
mod directory;
mod expand;
mod fault;
mod file;
mod header;
mod holes;
mod member;
mod members;
mod memory;
mod number;
mod oddities;
mod outside;
mod pax;
mod rest;
mod sparse;
mod sparse_map;
mod walk;
mod window;

use std::io;
use std::sync::Arc;

pub use absence::{Absence, Unreadable};
pub use directory::{index_directory, read_root_filesystem};
pub use expand::{SparseReader, SparseSource};
pub use fault::{Fault, Limits};
pub use file::FileSource;
pub(crate) use file::{read_file_at, uninterrupted};
pub use header::{Entry, EntryKind};
pub use holes::{HoledSource, pack as pack_holes};
pub use member::Member;
pub(crate) use members::check_sparse;
pub use members::{Members, MembersBuilder};
pub use memory::{MemorySource, SpentSource};
pub use rest::Rest;
pub use sparse::Pieces;
pub use sparse_map::{SparseMap, Stretch};
pub use walk::{Contents, Walker, is_tar};
pub use window::{Forward, Window, read_buffered};

/// A source of bytes that any thread can read at any offset.
pub trait ReadAt: Send + Sync {
    /// Reads up to `buf.len()` bytes at `offset`. 0 means the end.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Returns the number of bytes.
    fn len(&self) -> u64;

    /// Returns whether the bytes may have changed since the source was opened.
    fn has_changed(&self) -> bool {
        false
    }

    /// Returns whether bytes that are read are downloaded.
    fn costs_a_download(&self) -> bool {
        false
    }

    /// Tells that only parts will be read, so that no more is downloaded.
    fn expect_parts(&self) {}

    /// Reads a run of bytes at once, and no more than it. The caller has to limit its length.
    ///
    /// # Errors
    ///
    /// An error of the source, or if it ends early.
    fn fetch(&self, extent: Extent) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(extent.len).map_err(io::Error::other)?];
        let mut done = 0;
        while done < bytes.len() {
            match self.read_at(&mut bytes[done..], extent.offset + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => done += n,
            }
        }
        Ok(bytes)
    }

    /// Returns the digest of all bytes, if all of them were read and have it.
    fn checked_digest(&self) -> Option<String> {
        None
    }

    /// Returns whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A shared handle to a source of bytes.
pub type Source = Arc<dyn ReadAt>;

/// A run of bytes of a [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The first byte, counted from the start of the source.
    pub offset: u64,
    /// The number of bytes.
    pub len: u64,
}

impl Extent {
    /// Returns the extent of the whole `source`.
    pub fn whole(source: &dyn ReadAt) -> Self {
        Self { offset: 0, len: source.len() }
    }

    /// Returns the part of this extent that starts at `offset` and has at most `len` bytes.
    pub fn part(self, offset: u64, len: u64) -> Self {
        let offset = offset.min(self.len);
        Self { offset: self.offset + offset, len: len.min(self.len - offset) }
    }
}

/// Reads all of `extent`. The caller has to limit its length.
///
/// # Errors
///
/// An error of `source`, or if it ends early.
pub fn read_extent(source: &dyn ReadAt, extent: Extent) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(extent.len).map_err(io::Error::other)?];
    let read = read_start(source, extent, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Reads the beginning of `extent` into `buf`; returns the number of bytes read.
///
/// # Errors
///
/// An error of `source`.
pub fn read_start(source: &dyn ReadAt, extent: Extent, buf: &mut [u8]) -> io::Result<usize> {
    let want = usize::try_from(extent.len).unwrap_or(usize::MAX).min(buf.len());
    let mut done = 0;
    while done < want {
        match source.read_at(&mut buf[done..want], extent.offset + done as u64)? {
            0 => break,
            n => done += n,
        }
    }
    Ok(done)
}
