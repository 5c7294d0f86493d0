//! The compressed input of a decoder, read forwards on behalf of the current caller.

use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::read_buffered;
use crate::image::region::Region;
use crate::progress::Progress;

/// Number of bytes that are read at a time.
const WINDOW: usize = 64 << 10;
/// The most bytes that are asked for at once where each question takes a while.
const QUESTION: u64 = 4 << 20;

/// A side channel to a decoder's input, which the decoder hides: it sets the caller to report to,
/// and returns input errors.
#[derive(Default)]
pub struct Attribution {
    progress: Mutex<Arc<Progress>>,
    failed: AtomicBool,
}

impl Attribution {
    /// Sets the caller that the following reads report to.
    pub fn serve(&self, progress: &Arc<Progress>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress.clone();
    }

    /// Returns whether the compressed bytes could not be read, which is not the decoder's fault.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// A forward reader of a region.
pub struct Input {
    region: Region,
    attribution: Arc<Attribution>,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
    /// The number of bytes to read next.
    wanted: usize,
    /// Offset of the buffer's end in the region.
    next: u64,
}

impl Input {
    /// Starts reading `region` at `position`. If `expected` bytes have to be downloaded, they come
    /// in one answer.
    pub fn new(
        region: Region,
        position: u64,
        expected: u64,
        attribution: Arc<Attribution>,
    ) -> Self {
        let is_download = region.costs_a_download();
        let expected = usize::try_from(expected.min(QUESTION)).unwrap_or(WINDOW).max(WINDOW);
        let wanted = if is_download { expected } else { WINDOW };
        Self {
            region,
            attribution,
            buffer: vec![0; wanted].into(),
            at: 0,
            filled: 0,
            wanted,
            next: position,
        }
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            let progress =
                self.attribution.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let read = self.region.read_at(&mut self.buffer[..self.wanted], self.next, &progress);
            self.wanted = WINDOW;
            self.attribution.failed.fetch_or(read.is_err(), Ordering::Relaxed);
            self.filled = read?;
            self.at = 0;
            self.next += self.filled as u64;
        }
        Ok(&self.buffer[self.at..self.filled])
    }

    fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.filled);
    }
}

impl Read for Input {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}
