//! Reasons why a file of the image cannot be read.

use std::io;

use crate::error::Error;
use crate::files::executable::Unreadable;

/// The reason why a file of the image cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The archive does not have the bytes, or has them damaged.
    #[error(transparent)]
    Contents(Error),
    /// The bytes could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is a damaged executable.
    #[error(transparent)]
    Executable(#[from] Unreadable),
}

/// Returns `None` for a file that cannot be read.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn readable<T>(read: Result<T, ReadError>) -> Result<Option<T>, Error> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(ReadError::Cancelled) => Err(Error::Cancelled),
        Err(_) => Ok(None),
    }
}
