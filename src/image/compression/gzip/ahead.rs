//! Reads a stream far ahead, for members that are decoded side by side.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use crate::archive::read_buffered;

/// A stream of which bytes can be read ahead. They come again afterwards, in the same pieces and
/// with the same error behind them.
pub struct Ahead<B> {
    inner: B,
    /// The bytes read ahead.
    pieces: VecDeque<Arc<[u8]>>,
    /// The number of bytes of the first piece that have been passed, and of those not passed of all.
    at: usize,
    len: usize,
    /// True if no more can be read ahead.
    is_over: bool,
    /// The error that ended it.
    error: Option<io::Error>,
}

impl<B: BufRead> Ahead<B> {
    /// Makes a stream of which nothing has been read ahead.
    pub fn new(inner: B) -> Self {
        Self { inner, pieces: VecDeque::new(), at: 0, len: 0, is_over: false, error: None }
    }

    /// Returns the number of bytes that have been read ahead.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Reads the next piece ahead; false at the end.
    pub fn pull(&mut self) -> bool {
        if self.is_over {
            return false;
        }
        match self.inner.fill_buf() {
            Ok(bytes) if !bytes.is_empty() => {
                let n = bytes.len();
                self.pieces.push_back(bytes.into());
                self.inner.consume(n);
                self.len += n;
            }
            result => {
                self.is_over = true;
                self.error = result.err();
            }
        }
        !self.is_over
    }

    /// Passes `n` bytes that have been read ahead.
    pub fn skip(&mut self, n: usize) {
        let mut left = n;
        while let Some(piece) = self.pieces.front()
            && left > 0
        {
            let step = left.min(piece.len() - self.at);
            self.consume(step);
            left -= step;
        }
    }

    /// Returns the bytes read ahead between two of them, counted from the next one.
    pub fn run(&self, from: usize, to: usize) -> Run {
        let mut run = Run { pieces: VecDeque::new(), at: 0, len: to - from };
        let mut start = 0;
        for (i, piece) in self.pieces.iter().enumerate() {
            let passed = if i == 0 { self.at } else { 0 };
            let end = start + piece.len() - passed;
            if start < to && end > from {
                run.at =
                    if run.pieces.is_empty() { passed + from - start.min(from) } else { run.at };
                run.pieces.push_back(piece.clone());
            }
            start = end;
        }
        run
    }

    /// Returns the first place from `from` on, counted from the next byte, for which `find` finds
    /// one in a piece. It gets the piece and where in it to begin.
    pub fn find(&self, from: usize, find: impl Fn(&[u8], usize) -> Option<usize>) -> Option<usize> {
        let mut start = 0;
        for (i, piece) in self.pieces.iter().enumerate() {
            let passed = if i == 0 { self.at } else { 0 };
            let end = start + piece.len() - passed;
            if end > from {
                let within = passed + from.saturating_sub(start);
                if let Some(found) = find(piece, within) {
                    return Some(start + found - passed);
                }
            }
            start = end;
        }
        None
    }
}

impl<B: BufRead> BufRead for Ahead<B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.pieces.front() {
            Some(piece) => Ok(&piece[self.at..]),
            None => match self.error.take() {
                Some(error) => Err(error),
                None => self.inner.fill_buf(),
            },
        }
    }

    fn consume(&mut self, n: usize) {
        let Some(piece) = self.pieces.front() else { return self.inner.consume(n) };
        self.at += n;
        self.len -= n;
        if self.at == piece.len() {
            self.pieces.pop_front();
            self.at = 0;
        }
    }
}

impl<B: BufRead> Read for Ahead<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}

/// A run of bytes that were read ahead.
pub struct Run {
    pieces: VecDeque<Arc<[u8]>>,
    /// The number of bytes of the first piece that have been passed, and of those not passed of all.
    at: usize,
    len: usize,
}

impl Run {
    /// Returns the number of its bytes that have not been read.
    pub fn len(&self) -> usize {
        self.len
    }
}

impl BufRead for Run {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some(piece) = self.pieces.front() else { return Ok(&[]) };
        let bytes = &piece[self.at..];
        Ok(&bytes[..bytes.len().min(self.len)])
    }

    fn consume(&mut self, n: usize) {
        self.at += n;
        self.len -= n;
        if self.pieces.front().is_some_and(|piece| piece.len() == self.at) {
            self.pieces.pop_front();
            self.at = 0;
        }
    }
}

impl Read for Run {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}
