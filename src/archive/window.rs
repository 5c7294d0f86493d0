//! Reads an extent forwards, and keeps what it has read.
//!
//! Walking a tar touches 512 bytes, jumps over the contents and touches the next 512. A buffered
//! reader throws its buffer away at every jump; this one keeps it, so that an image of many small
//! files is read in few system calls. After each far jump it reads half as much, after each near
//! one twice as much: copying 32 KiB for each of a thousand headers would cost more than they do.

use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Extent, ReadAt};

/// A forward reader that can skip bytes.
pub trait Forward: BufRead {
    /// Skips up to `n` bytes; returns how many were skipped, which is fewer at the end.
    fn skip(&mut self, n: u64) -> io::Result<u64>;

    /// Returns the next bytes as far as they have been read already; none, if a reader cannot tell.
    fn at_hand(&self) -> &[u8] {
        &[]
    }
}

/// Implements `Read::read` for a reader with a buffer.
///
/// # Errors
///
/// An error of `reader`.
pub fn read_buffered(reader: &mut impl BufRead, buf: &mut [u8]) -> io::Result<usize> {
    let available = reader.fill_buf()?;
    let n = available.len().min(buf.len());
    buf[..n].copy_from_slice(&available[..n]);
    reader.consume(n);
    Ok(n)
}

/// The smallest read: a header, and a small file with the next header.
const SMALLEST: usize = 1 << 10;

/// A buffered view of an extent.
pub struct Window<'a> {
    source: &'a dyn ReadAt,
    extent: Extent,
    buffer: Box<[u8]>,
    /// Offset of the buffer in the extent.
    start: u64,
    filled: usize,
    /// The size of the next read.
    step: usize,
    position: u64,
    progress: Option<&'a AtomicU64>,
    reported: u64,
}

impl<'a> Window<'a> {
    /// Makes a window of `capacity` bytes on `extent`.
    pub fn new(source: &'a dyn ReadAt, extent: Extent, capacity: usize) -> Self {
        Self {
            source,
            extent,
            buffer: vec![0; capacity].into_boxed_slice(),
            start: 0,
            filled: 0,
            step: 4 * SMALLEST,
            position: 0,
            progress: None,
            reported: 0,
        }
    }

    /// Adds the bytes that are read or skipped to `progress`.
    #[must_use]
    pub fn counting(mut self, progress: &'a AtomicU64) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Returns the current position in the extent.
    pub fn position(&self) -> u64 {
        self.position
    }

    fn report(&mut self) {
        if let Some(progress) = self.progress {
            progress.fetch_add(self.position.saturating_sub(self.reported), Ordering::Relaxed);
            self.reported = self.position;
        }
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.report();
    }
}

impl BufRead for Window<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let end = self.start + self.filled as u64;
        if self.position < self.start || self.position >= end {
            self.report();
            let near = self.position >= end && self.position - end < self.step as u64;
            self.step = if near { self.step * 2 } else { (self.step / 2).max(SMALLEST) };
            self.step = self.step.min(self.buffer.len());
            let left = self.extent.len.saturating_sub(self.position);
            let want = usize::try_from(left).unwrap_or(usize::MAX).min(self.step);
            self.start = self.position;
            self.filled = 0;
            if want > 0 {
                self.filled = self
                    .source
                    .read_at(&mut self.buffer[..want], self.extent.offset + self.position)?;
                if self.filled == 0 {
                    // The source is only asked for bytes within its length, so it has lost some
                    // since.
                    return Err(missing(left));
                }
            }
        }
        let at =
            usize::try_from(self.position - self.start).expect("the position lies in the window");
        Ok(&self.buffer[at..self.filled])
    }

    fn consume(&mut self, n: usize) {
        self.position += n as u64;
    }
}

fn missing(bytes: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the file ends {} early", crate::display::bytes(bytes)),
    )
}

impl Read for Window<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}

impl Forward for Window<'_> {
    fn skip(&mut self, n: u64) -> io::Result<u64> {
        let n = n.min(self.extent.len.saturating_sub(self.position));
        self.position += n;
        Ok(n)
    }

    fn at_hand(&self) -> &[u8] {
        let at = self.position.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.buffer[..self.filled].get(at..)).unwrap_or_default()
    }
}
