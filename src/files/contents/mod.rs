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
use crate::secret::FileSearch;
use crate::tree::{Tree, VersionId};

pub use absence::{Absence, absence};
pub use layers::LayerContents;

/// The knowledge about a search for secrets in a file, before the file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// A search found something when the layer passed.
    Hit,
    /// A search found nothing in a text.
    Text,
    /// A file that is no text was not searched; true for an archive or a database.
    Binary(bool),
    /// No search was made yet.
    NotYet,
    /// No search was made, and reading the file costs a download that nothing else needs.
    NotHere,
}

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

    /// Returns what a search for secrets is known to find in a file before the file is read.
    fn searched(&self, _tree: &Tree, _inode: VersionId, _search: FileSearch) -> Searched {
        Searched::NotYet
    }

    /// Returns whether the contents of a file were kept while its layer passed, and would be so
    /// again: reading them costs nothing. A downloaded layer does not pass a second time.
    fn keeps(&self, _tree: &Tree, _inode: VersionId) -> bool {
        false
    }

    /// Returns the most bytes that are decoded before a file when it is read again; `None` if it cannot
    /// be read again, or only by a download.
    fn decoded_before(&self, _tree: &Tree, _inode: VersionId) -> Option<u64> {
        Some(0)
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
