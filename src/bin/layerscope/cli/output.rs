//! Outputs that are files: what ends the program leaves nothing half written.

use layerscope::{Error, Progress};

use super::Failure;
use crate::signals;

/// Does `work`, which writes to the host and removes what it began where it fails; a signal makes it fail.
pub fn writing<T>(progress: &Progress, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Failure> {
    let done = signals::cancelling(&progress.cancel, work);
    Ok(done.map_err(|error| Failure::Output("files".into(), error))??)
}
