//! Errors of a read that was cancelled.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Progress;

#[derive(Debug, thiserror::Error)]
#[error("cancelled")]
struct Cancelled;

/// Returns whether a read failed because [`Progress::cancel`] was set, and not because of its
/// input.
pub fn is_cancelled(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Cancelled>()).is_some()
}

/// Fails after a cancellation. The error is not `ErrorKind::Interrupted`, which the standard
/// library retries endlessly.
pub(crate) fn check_cancelled(progress: &Progress) -> io::Result<()> {
    check_flag(&progress.cancel)
}

/// Fails if the flag of a cancellation is set.
pub(crate) fn check_flag(cancel: &AtomicBool) -> io::Result<()> {
    if cancel.load(Ordering::Relaxed) { Err(cancelled()) } else { Ok(()) }
}

/// Returns the error of a cancelled read.
pub(crate) fn cancelled() -> io::Error {
    io::Error::other(Cancelled)
}
