//! Keeps a stream in a file without a name, so that its bytes can be read again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// A file without a name, which is gone when the program ends.
///
/// It lies in the cache directory, because `/tmp` is often memory.
pub struct Spool(File);

impl Spool {
    /// Makes an empty file.
    ///
    /// # Errors
    ///
    /// An error if neither the cache directory nor the directory of temporary files can be written.
    pub fn new() -> io::Result<Self> {
        let in_cache = cache_directory().and_then(|directory| {
            std::fs::create_dir_all(&directory).ok()?;
            tempfile::tempfile_in(directory).ok()
        });
        in_cache.map_or_else(tempfile::tempfile, Ok).map(Self)
    }

    /// Returns the file.
    pub fn into_file(self) -> File {
        self.0
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// An error if there is no room.
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Reads up to `buf.len()` bytes at `offset`.
    ///
    /// # Errors
    ///
    /// An error of the disk.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        crate::archive::read_file_at(&self.0, buf, offset)
    }
}

/// Returns the directory for what can be made anew.
pub(crate) fn cache_directory() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(etcetera::BaseStrategy::cache_dir(&base).join("layerscope"))
}

/// A reader that writes what it reads to a [`Spool`], as long as there is room for it.
pub struct Tee<R> {
    inner: R,
    spool: Option<Spool>,
    failure: Option<io::Error>,
}

impl<R: Read> Tee<R> {
    /// Makes a reader of `inner`.
    pub fn new(inner: R) -> Self {
        let (spool, failure) = match Spool::new() {
            Ok(spool) => (Some(spool), None),
            Err(error) => (None, Some(error)),
        };
        Self { inner, spool, failure }
    }

    /// Returns the file with all bytes that were read.
    ///
    /// # Errors
    ///
    /// The error of writing it.
    pub fn finish(mut self) -> io::Result<File> {
        match (self.spool.take(), self.failure.take()) {
            (Some(spool), None) => Ok(spool.into_file()),
            (_, failure) => {
                Err(failure.unwrap_or_else(|| io::Error::other("the stream was not kept")))
            }
        }
    }
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        if let Some(spool) = &mut self.spool
            && let Err(error) = spool.0.write_all(&buf[..n])
        {
            // The account does not need the file. Its room is free for others again.
            self.spool = None;
            self.failure = Some(error);
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_can_be_read_again_after_it_passed() {
        let mut tee = Tee::new(&b"what passes"[..]);
        let mut passed = String::new();
        tee.read_to_string(&mut passed).unwrap();
        let mut again = String::new();
        let mut file = tee.finish().unwrap();
        io::Seek::rewind(&mut file).unwrap();
        file.read_to_string(&mut again).unwrap();
        assert_eq!((passed.as_str(), again.as_str()), ("what passes", "what passes"));
    }
}
