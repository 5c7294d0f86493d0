//! The compressed bytes as a decoder takes them: forwards, and for whoever waits at the moment.

use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::read_buffered;
use crate::image::compression::Region;
use crate::progress::Progress;

/// Read at a time.
const WINDOW: usize = 128 << 10;

/// Tells a decoder's input who waits, and its owner what went wrong: a decoder hides its input.
#[derive(Default)]
pub struct Tap {
    progress: Mutex<Arc<Progress>>,
    failed: AtomicBool,
}

impl Tap {
    /// Reads for someone else from now on.
    pub fn serve(&self, progress: &Arc<Progress>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress.clone();
    }

    /// Whether the compressed bytes could not be read, so that the decoder is not to blame.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// Reads a region forwards.
pub struct Input {
    region: Region,
    tap: Arc<Tap>,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
    /// Where the buffer ends in the region.
    next: u64,
}

impl Input {
    /// Reads `region` from `position`.
    pub fn new(region: Region, position: u64, tap: Arc<Tap>) -> Self {
        Self { region, tap, buffer: vec![0; WINDOW].into(), at: 0, filled: 0, next: position }
    }

    /// How far the region has been consumed.
    pub fn position(&self) -> u64 {
        self.next - (self.filled - self.at) as u64
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            let progress = self.tap.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let read = self.region.read_at(&mut self.buffer, self.next, &progress);
            self.tap.failed.fetch_or(read.is_err(), Ordering::Relaxed);
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
