//! The end of a tar, and what follows it.

use std::io;

use super::Walker;
use crate::archive::fault::Fault;
use crate::archive::rest::{LOOKED_AT, RECORD, Rest};
use crate::archive::window::Forward;

impl<R: Forward> Walker<R> {
    /// Reads everything after the end of the archive; returns the total length.
    ///
    /// # Errors
    ///
    /// An error of the reader.
    pub fn drain(&mut self) -> io::Result<u64> {
        self.position += self.reader.skip(u64::MAX)?;
        Ok(self.position)
    }

    /// Reads what follows the end marker, as far as it matters.
    ///
    /// # Errors
    ///
    /// An error of the reader.
    pub fn rest(&mut self) -> io::Result<Rest> {
        let mut zeros = 0;
        loop {
            let available = self.reader.fill_buf()?;
            let len = available.len();
            if len == 0 {
                return Ok(if zeros > RECORD { Rest::Zeros } else { Rest::Nothing });
            }
            if available.iter().any(|&b| b != 0) {
                return Ok(Rest::Other);
            }
            if zeros > LOOKED_AT {
                return Ok(Rest::Zeros);
            }
            zeros += len;
            self.reader.consume(len);
            self.position += len as u64;
        }
    }

    /// Skips what follows the end of the archive, and returns true if that is more than `most`
    /// bytes. Nothing but zeros is no archive, so of that not even a record is read.
    ///
    /// # Errors
    ///
    /// An error of the reader.
    pub fn skip_end(&mut self, most: u64) -> io::Result<bool> {
        let most = if self.any { most } else { RECORD as u64 };
        let skipped = self.reader.skip(most)?;
        self.position += skipped;
        Ok(skipped == most && !self.reader.fill_buf()?.is_empty())
    }

    pub(super) fn end_marker(&mut self) -> Result<bool, Fault> {
        let mut block = [0; 512];
        match self.fill(&mut block)? {
            0 => {}
            _ if block == [0; 512] => {}
            _ => return Err(Fault::LoneZeroBlock),
        }
        self.ended = true;
        self.marked = true;
        Ok(false)
    }
}
