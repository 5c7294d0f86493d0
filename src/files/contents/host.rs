//! Opens a file of a root filesystem that is a directory of the host.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::{FileSource, ReadAt, Source};
use crate::display::escaped;
use crate::error::Error;
use crate::image::region::{Bytes, Region, Watched};
use crate::progress::Progress;

/// Opens the file at `path` of the image below `root`, without following links.
///
/// # Errors
///
/// An error if the file cannot be opened, or a link is in the way.
pub fn open_below(root: &Path, path: &[u8], progress: &Arc<Progress>) -> Result<Source, Error> {
    let host = |source| Error::Io {
        path: escaped(
            root.join(host_path(path).unwrap_or_default()).as_os_str().as_encoded_bytes(),
        ),
        operation: "open",
        source,
    };
    let source = open_file(root, path).map_err(host)?;
    let region = Region { len: source.len(), bytes: Bytes::Source(Arc::new(source)), offset: 0 };
    Ok(Arc::new(Watched { region, progress: progress.clone() }))
}

fn open_file(root: &Path, path: &[u8]) -> io::Result<FileSource> {
    let below =
        host_path(path).ok_or_else(|| io::Error::other("the name is none of this system"))?;
    let real = root.canonicalize()?;
    let wanted = real.join(below);
    // Since it was listed, the file may have become a link that leads elsewhere, or a pipe that
    // blocks.
    if wanted.canonicalize()? != wanted || !wanted.symlink_metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file any more"));
    }
    FileSource::open(&wanted)
}

/// Converts a path of the image to one of the host, without the leading slash.
#[cfg(unix)]
fn host_path(path: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(path.strip_prefix(b"/").unwrap_or(path)).into())
}

#[cfg(not(unix))]
fn host_path(path: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(path.strip_prefix(b"/").unwrap_or(path)).ok().map(Into::into)
}
