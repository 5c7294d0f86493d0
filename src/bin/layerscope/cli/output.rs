//! Output files that are complete or do not exist: a signal leaves nothing half written.

use layerscope::{Error, Progress};

use super::Failure;
use crate::signals;

/// Runs `work`, which writes to the host and cleans up when it fails. A signal makes it fail.
pub fn writing<T>(
    progress: &Progress,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Failure> {
    let done = signals::cancelling(&progress.cancel, work);
    Ok(done.map_err(|error| Failure::Output("files".into(), error))??)
}
