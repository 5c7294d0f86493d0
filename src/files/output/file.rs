//! Writes a file that appears as a whole or not at all.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::rename::rename_new;
use super::{PREFIX, exists, failed, parent, unwritable};
use crate::error::Error;
use crate::progress::{Progress, check_cancelled};

/// Number of bytes that are written at a time.
const PIECE: usize = 256 << 10;

/// Fails if a file cannot be created at a path because something exists there, even a link that
/// leads nowhere.
///
/// # Errors
///
/// [`Error::Exists`] if something exists, [`Error::Output`] if no file can be created there.
pub fn check_free(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    let names_a_directory =
        path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.file_name().is_none();
    if names_a_directory {
        let what = io::Error::new(io::ErrorKind::IsADirectory, "the path names a directory");
        return Err(failed("create", path, what));
    }
    Ok(())
}

/// Creates a file from the output of `write`; its mode follows the umask.
///
/// # Errors
///
/// An error if something is at the path, it cannot be written, or [`Progress::cancel`] is set.
pub fn write_file(
    path: &Path,
    progress: &Progress,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    check_free(path)?;
    write_beside(path, progress, write, rename_new)
}

/// Creates a file from the output of `write`, in place of a regular file that is there. Until it is
/// written as a whole, the old one stays.
///
/// # Errors
///
/// An error if something else than a regular file is at the path, it cannot be written, or
/// [`Progress::cancel`] is set.
pub fn replace_file(
    path: &Path,
    progress: &Progress,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
        return write_file(path, progress, write);
    }
    write_beside(path, progress, write, |from, to| std::fs::rename(from, to))
}

/// Writes a temporary file beside a path, and moves it there.
fn write_beside(
    path: &Path,
    progress: &Progress,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    rename: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), Error> {
    let directory = parent(path);
    let create = |part: &Path| OpenOptions::new().write(true).create_new(true).open(part);
    let part = tempfile::Builder::new().prefix(PREFIX).make_in(directory, create);
    let mut part = part.map_err(|source| unwritable(directory, source))?;
    let cancellable = Cancellable { out: part.as_file_mut(), progress };
    let mut out = BufWriter::with_capacity(PIECE, cancellable);
    let written = write(&mut out).and_then(|()| out.flush());
    drop(out.into_parts());
    let to_path = |source| match check_cancelled(progress) {
        Err(_) => Error::Cancelled,
        Ok(()) => failed("write", path, source),
    };
    written.and_then(|()| check_cancelled(progress)).map_err(to_path)?;
    match rename(part.path(), path) {
        // The file has been renamed, so there is nothing to remove.
        Ok(()) => drop(part.into_temp_path().keep()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists(path)),
        Err(error) => return Err(failed("create", path, error)),
    }
    Ok(())
}

/// A writer that fails after a cancellation.
struct Cancellable<'a, W> {
    out: W,
    progress: &'a Progress,
}

impl<W: Write> Write for Cancellable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        check_cancelled(self.progress)?;
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_that_cannot_be_finished_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let progress = Progress::default();
        let failed = write_file(&path, &progress, |out| {
            out.write_all(&[7; 1 << 20])?;
            assert_eq!(names(directory.path()).len(), 1, "the part");
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(
            failed
                .unwrap_err()
                .to_string()
                .starts_with(&format!("cannot write {}: ", path.display()))
        );
        assert_eq!(names(directory.path()), [""; 0]);
        let cancelled = write_file(&path, &progress, |out| {
            progress.cancel.store(true, Ordering::Relaxed);
            out.write_all(b"late")
        });
        assert!(matches!(cancelled, Err(Error::Cancelled)));
        assert_eq!(names(directory.path()), [""; 0]);
    }

    #[test]
    fn what_is_in_the_way_is_seen_before_anything_is_written_and_at_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let progress = Progress::default();
        let late = write_file(&path, &progress, |_| std::fs::write(&path, "another's"));
        assert!(matches!(late, Err(Error::Exists { .. })));
        let early = write_file(&path, &progress, |_| panic!("nothing is written"));
        assert!(matches!(early, Err(Error::Exists { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"another's");
        assert_eq!(names(directory.path()), ["out"]);
    }
}
