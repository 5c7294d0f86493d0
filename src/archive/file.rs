//! Reads an archive file with positioned reads.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

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
    /// The time of the last modification before it was opened; `None` if it is not a regular file.
    modified: Option<SystemTime>,
}

impl FileSource {
    /// Opens the file at `path`. Its length is determined once, when it is opened.
    ///
    /// # Errors
    ///
    /// An error if the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::from_file(File::open(path)?)
    }

    /// Takes a file that is open already.
    ///
    /// # Errors
    ///
    /// An error if its length cannot be found out.
    pub fn from_file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { file, len: metadata.len(), modified: modified(&metadata) })
    }
}

/// Reads up to `buf.len()` bytes of a file at `offset`.
///
/// # Errors
///
/// An error of the disk.
#[cfg(unix)]
pub(crate) fn read_file_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    uninterrupted(|| std::os::unix::fs::FileExt::read_at(file, buf, offset))
}

/// Reads up to `buf.len()` bytes of a file at `offset`.
///
/// # Errors
///
/// An error of the disk.
#[cfg(windows)]
pub(crate) fn read_file_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    uninterrupted(|| std::os::windows::fs::FileExt::seek_read(file, buf, offset))
}

/// Returns when a regular file was written last, where the system knows. Its owner, mode and names
/// do not matter.
fn modified(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok().filter(|_| metadata.is_file())
}

impl ReadAt for FileSource {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        read_file_at(&self.file, buf, offset)
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn has_changed(&self) -> bool {
        let now = self.file.metadata();
        // If the time cannot be read any more, the file is assumed to be unchanged, because its
        // bytes could be read.
        now.is_ok_and(|now| {
            self.modified.is_some() && (modified(&now), now.len()) != (self.modified, self.len)
        })
    }
}

/// Repeats a read that a signal interrupted.
///
/// # Errors
///
/// Any other error of `read`.
pub fn uninterrupted<T>(mut read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_read_is_repeated_and_every_other_error_is_not() {
        let mut left = 3;
        let read = uninterrupted(|| {
            left -= 1;
            if left > 0 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(left) }
        });
        assert_eq!(read.unwrap(), 0);
        let failed = uninterrupted(|| Err::<(), _>(io::ErrorKind::UnexpectedEof.into()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_file_has_changed_when_its_size_or_time_has_and_not_when_its_name_or_mode_has() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "twelve bytes").unwrap();
        let source = FileSource::open(&path).unwrap();
        std::fs::rename(&path, directory.path().join("other")).unwrap();
        assert!(!source.has_changed());
        let file = File::options().write(true).open(directory.path().join("other")).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(source.has_changed());
        let source = FileSource::open(&directory.path().join("other")).unwrap();
        file.set_len(3).unwrap();
        assert!(source.has_changed());
    }
}
