//! A reader that shows the bytes it reads to a watcher, which hashes them.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3;

use crate::archive::read_buffered;

/// A recipient of the bytes that are read.
pub trait Watcher {
    /// Processes the next bytes.
    fn see(&mut self, bytes: &[u8]);
}

impl Watcher for Xxh3 {
    fn see(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Watcher for Sha256 {
    fn see(&mut self, bytes: &[u8]) {
        Digest::update(self, bytes);
    }
}

impl<W: Watcher> Watcher for Option<W> {
    fn see(&mut self, bytes: &[u8]) {
        if let Some(watcher) = self {
            watcher.see(bytes);
        }
    }
}

/// A reader with a watcher.
pub struct Watched<R, W> {
    pub inner: R,
    pub watcher: W,
}

impl<R, W> Watched<R, W> {
    pub fn new(inner: R, watcher: W) -> Self {
        Self { inner, watcher }
    }
}

impl<R: BufRead, W: Watcher> BufRead for Watched<R, W> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            self.watcher.see(&buffer[..n]);
        }
        self.inner.consume(n);
    }
}

impl<R: BufRead, W: Watcher> Read for Watched<R, W> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}
