//! Outputs on the host: files and directories that appear as a whole or not at all.
//!
//! Everything is written under a temporary name that identifies this program, on the filesystem of
//! the destination, and renamed at the end. After an error or a cancellation
//! ([`Progress::cancel`](crate::Progress::cancel)) nothing remains. Nothing is overwritten unless
//! [`replace_file`] is asked for, and whatever is in the way is reported before anything is
//! written.

mod directory;
mod file;
mod rename;

use std::io;
use std::path::Path;

pub use directory::NewDirectory;
pub use file::{check_free, replace_file, write_file};

use crate::display::{Escaped, escaped};
use crate::error::Error;

/// The beginning of temporary names.
const PREFIX: &str = ".layerscope-";

/// Returns the error that something is in the way.
pub fn exists(path: &Path) -> Error {
    Error::Exists { path: shown(path) }
}

/// Returns the error that an operation on a path of the host failed.
pub fn failed(operation: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Output { path: shown(path), operation, source }
}

/// Returns the parent directory of a path.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the reason why nothing can be created in a directory. Some filesystems report an
/// existing directory as missing.
fn unwritable(directory: &Path, source: io::Error) -> Error {
    let source = match source.kind() {
        io::ErrorKind::NotFound if directory.is_dir() => {
            io::Error::new(io::ErrorKind::Unsupported, "nothing can be made there")
        }
        _ => source,
    };
    failed("write into", directory, source)
}

fn shown(path: &Path) -> Escaped {
    escaped(path.as_os_str().as_encoded_bytes())
}
