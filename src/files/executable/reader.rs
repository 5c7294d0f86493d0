//! Reads pieces of a file for the `object` crate, within limits, so that a hostile file cannot make
//! it read without end.

use std::cell::Cell;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use object::read::{ReadCache, ReadCacheOps, ReadRef};

use crate::archive::{Extent, Source, read_start};

/// The most bytes of one table that are read.
const PIECE_LIMIT: u64 = 32 << 20;
/// The most bytes of one file that are read, its tables taken together.
const TOTAL_LIMIT: u64 = 96 << 20;

/// The pieces of a file that have been read. They are kept until the file has been understood.
pub(super) struct Reader {
    cache: ReadCache<Cursor>,
    spent: Cell<u64>,
}

/// A reading position in a file, with the first error.
struct Cursor {
    source: Source,
    position: u64,
    failure: Option<io::Error>,
}

impl Reader {
    pub fn new(source: &Source) -> Self {
        Self {
            cache: ReadCache::new(Cursor {
                source: Arc::clone(source),
                position: 0,
                failure: None,
            }),
            spent: Cell::new(0),
        }
    }

    /// Returns the first error that occurred while reading.
    pub fn into_failure(self) -> Option<io::Error> {
        self.cache.into_inner().failure
    }

    fn spend(&self, bytes: u64) -> Result<(), ()> {
        let spent = self.spent.get().saturating_add(bytes);
        if bytes > PIECE_LIMIT || spent > TOTAL_LIMIT {
            return Err(());
        }
        self.spent.set(spent);
        Ok(())
    }
}

impl<'a> ReadRef<'a> for &'a Reader {
    fn len(self) -> Result<u64, ()> {
        (&self.cache).len()
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        self.spend(size)?;
        (&self.cache).read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        // The cache reads at most 4096 bytes for a string.
        self.spend(4096)?;
        (&self.cache).read_bytes_at_until(range, delimiter)
    }
}

impl Cursor {
    fn fill(&mut self, buf: &mut [u8]) -> Result<usize, ()> {
        let extent = Extent { offset: self.position, len: buf.len() as u64 };
        match read_start(&*self.source, extent, buf) {
            Ok(read) => {
                self.position += read as u64;
                Ok(read)
            }
            Err(error) => {
                self.failure.get_or_insert(error);
                Err(())
            }
        }
    }
}

impl ReadCacheOps for Cursor {
    fn len(&mut self) -> Result<u64, ()> {
        Ok(self.source.len())
    }

    fn seek(&mut self, position: u64) -> Result<u64, ()> {
        self.position = position;
        Ok(position)
    }

    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ()> {
        self.fill(buf)
    }

    fn read_exact(&mut self, buf: &mut [u8]) -> Result<(), ()> {
        if self.fill(buf)? == buf.len() { Ok(()) } else { Err(()) }
    }
}
