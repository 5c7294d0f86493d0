//! Keeps the bytes of an entry's contents that are read ahead, so that they are read again as
//! contents.

use std::io::{self, BufRead, Read, Take};

/// The bytes of an entry's contents that have been read ahead.
#[derive(Default)]
pub(super) struct Ahead {
    pub bytes: Vec<u8>,
    /// The number of them that have been passed.
    pub at: usize,
}

impl Ahead {
    /// Returns the bytes that have not been passed.
    pub fn left(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Returns whether all of them have been passed.
    pub fn is_over(&self) -> bool {
        self.at == self.bytes.len()
    }
}

/// Returns the next bytes: those read ahead, and then those of `reader`.
pub(super) fn available<'a, R: BufRead>(
    ahead: &'a Ahead,
    reader: &'a mut R,
) -> io::Result<&'a [u8]> {
    if ahead.is_over() { reader.fill_buf() } else { Ok(ahead.left()) }
}

/// A reader that keeps what is read.
pub(super) struct Keeping<R> {
    pub inner: Take<R>,
    pub kept: Vec<u8>,
}

impl<R: BufRead> BufRead for Keeping<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // The bytes are in the buffer, so this reads nothing.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.kept.extend(&bytes[..n.min(bytes.len())]);
        }
        self.inner.consume(n);
    }
}

impl<R: BufRead> Read for Keeping<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        super::read_buffered(self, buf)
    }
}
