//! Sources in memory, and a stand-in for bytes that can no longer be read.

use std::io;

use super::ReadAt;

/// Bytes in memory.
pub struct MemorySource(pub Vec<u8>);

impl ReadAt for MemorySource {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let n = buf.len().min(self.0.len() - start);
        buf[..n].copy_from_slice(&self.0[start..start + n]);
        Ok(n)
    }

    fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

/// A stream that has been read and cannot be read again; only its length is known.
pub struct SpentSource(pub u64);

impl ReadAt for SpentSource {
    fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        Err(io::Error::other("the stream has passed these bytes"))
    }

    fn len(&self) -> u64 {
        self.0
    }
}
