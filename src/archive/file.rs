//! An archive that is a file: positioned reads, no mapping, nothing written.

use std::fs::File;
use std::io;
use std::path::Path;

use super::ReadAt;

/// A regular file, opened for reading.
///
/// Positioned reads are used instead of a memory map: they keep resident
/// memory small, are as fast warm and faster cold, and a file that is
/// truncated meanwhile is an error instead of a signal.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
}

impl FileSource {
    /// Opens the file at `path`; its length is taken once, now.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { file, len })
    }
}

impl ReadAt for FileSource {
    #[cfg(unix)]
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buf, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buf, offset)
    }

    fn len(&self) -> u64 {
        self.len
    }
}
