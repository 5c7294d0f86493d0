//! Reads the contents of an image's files on demand.
//!
//! The analysis needs no contents; viewing, extracting and examining executables do. They use a
//! [`Contents`], whether the layer is plain or compressed. [`LayerContents`] implements it for the
//! layers of an image.

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

/// A way to open the contents of any version of a file, even a deleted one.
pub trait Contents: Send + Sync {
    /// Opens the contents of a regular file by any of its names.
    ///
    /// Nothing is read before the source is. Reading adds to `progress`, and fails soon after
    /// [`Progress::cancel`] is set.
    ///
    /// # Errors
    ///
    /// An error if the contents are not available, for example because the layer is missing in the
    /// archive.
    fn open(
        &self,
        tree: &Tree,
        version: VersionId,
        progress: &Arc<Progress>,
    ) -> Result<Source, Error>;

    /// Returns whether a file can be read without a download that nothing else needs.
    fn is_at_hand(&self, _tree: &Tree, _inode: VersionId) -> bool {
        true
    }

    /// Fails if the archive has been changed since it was opened, so that contents may be wrong.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] names the archive.
    fn check_unchanged(&self) -> Result<(), Error> {
        Ok(())
    }
}
