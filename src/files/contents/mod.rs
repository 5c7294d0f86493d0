//! What is inside the files of an image, read when somebody asks for it.
//!
//! The account needs no contents; viewing, extracting and looking into
//! executables do. They are handed a [`Contents`] and never know whether the
//! layer is plain or compressed. [`LayerContents`] is the one that reads an
//! image's layers.

mod absence;
mod file;
mod host;
mod layers;

use std::sync::Arc;

use crate::archive::Source;
use crate::error::Error;
use crate::progress::Progress;
use crate::tree::{Tree, VersionId};

pub use absence::{Absence, absence};
pub use layers::LayerContents;

/// Opens the contents of files, of any version, also of deleted ones.
pub trait Contents: Send + Sync {
    /// Opens the contents of a regular file, under whichever of its names.
    ///
    /// Nothing is read before the source is; reading counts in `progress`, and ends with an error soon after
    /// [`Progress::cancel`] is set.
    fn open(&self, tree: &Tree, version: VersionId, progress: &Arc<Progress>) -> Result<Source, Error>;

    /// Fails if what contents are read from has been changed since it was opened, so that they may be something else.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] names the archive.
    fn check_unchanged(&self) -> Result<(), Error> {
        Ok(())
    }
}
