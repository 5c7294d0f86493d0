//! The bytes of a member.

use super::{Extent, Source, read_extent};

/// Bytes of an archive, found by name.
#[derive(Clone)]
pub struct Member {
    /// The source that has the bytes.
    pub source: Source,
    /// The place of the bytes in the source.
    pub extent: Extent,
    /// The bytes that the archive states and does not have, because it ends early.
    pub missing: u64,
    /// Number of the member in its archive. Two names of the same bytes have the same number.
    pub id: usize,
}

impl Member {
    /// Returns a member that consists of the whole `source`.
    pub fn whole(source: Source) -> Self {
        let extent = Extent::whole(&*source);
        Self { source, extent, missing: 0, id: 0 }
    }

    /// Reads the whole member.
    ///
    /// # Errors
    ///
    /// An error of the source.
    pub fn read(&self) -> std::io::Result<Vec<u8>> {
        read_extent(&*self.source, self.extent)
    }
}
