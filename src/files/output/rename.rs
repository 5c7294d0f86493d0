//! Renames files without replacing anything.

use std::io;
use std::path::Path;

/// Renames `from` to `to` without replacing anything, even if it was created a moment ago.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if something is there.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(result) = in_one_step(from, to) {
        return result;
    }
    // A hard link is never created over an existing file, while renaming replaces it.
    if from.symlink_metadata()?.is_file() {
        match std::fs::hard_link(from, to) {
            Ok(()) => return std::fs::remove_file(from),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Not every filesystem has hard links.
            Err(_) => {}
        }
    }
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    std::fs::rename(from, to)
}

/// Renames without replacing in one step, if system and filesystem support it.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn in_one_step(from: &Path, to: &Path) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => None,
        result => Some(result.map_err(Into::into)),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn in_one_step(_: &Path, _: &Path) -> Option<io::Result<()>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_not_even_an_empty_directory_or_a_link_that_leads_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("file"), "new").unwrap();
        std::fs::create_dir(path("empty")).unwrap();
        std::fs::create_dir(path("directory")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", path("link")).unwrap();
        for (from, to) in
            [("file", "empty"), ("directory", "empty"), ("file", "link"), ("directory", "file")]
        {
            if path(to).symlink_metadata().is_ok() {
                let error = rename_new(&path(from), &path(to)).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{from} to {to}");
            }
        }
        rename_new(&path("file"), &path("there")).unwrap();
        assert_eq!(std::fs::read(path("there")).unwrap(), b"new");
        assert!(!path("file").exists());
    }
}
