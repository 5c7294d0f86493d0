//! Errors of a read that was cancelled.

use std::io;
use std::sync::atomic::Ordering;

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
    if progress.cancel.load(Ordering::Relaxed) { Err(io::Error::other(Cancelled)) } else { Ok(()) }
}
