//! The faults that end a walk over a tar, and the limits of what it keeps in memory.

use std::io;

use crate::display::{Escaped, bytes};

/// A fault in a tar, at [`Walker::position`](super::Walker::position).
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The bytes end inside a header.
    #[error("the tar ends inside a header, after {0} of 512 bytes")]
    TruncatedHeader(usize),
    /// The bytes end inside the contents of an entry.
    #[error("the tar is truncated: {} of {name} missing", bytes(*missing))]
    TruncatedData {
        /// The entry, escaped for display.
        name: Escaped,
        /// The number of missing bytes.
        missing: u64,
    },
    /// The bytes end inside an extension header.
    #[error("the tar ends inside an extended header")]
    TruncatedExtension,
    /// The bytes end after an extension header, without an end marker and before the entry that the
    /// header belongs to. Go takes it for a clean end.
    #[error("the tar ends after an extended header, and the entry that it belongs to is missing")]
    MissingEntry,
    /// The checksum of a header is wrong, so it is not a tar header.
    #[error("the header checksum is wrong")]
    Checksum,
    /// A numeric field does not contain a number.
    #[error("the header's {0} is not a number, or is too big")]
    Number(&'static str),
    /// The archive ends with one zero block instead of two.
    #[error("a zero block is followed by data")]
    LoneZeroBlock,
    /// An extended header cannot be read.
    #[error("a PAX record is malformed")]
    Pax,
    /// A sparse entry that is no file, or in a header of another format.
    #[error("a sparse entry is no regular file, or has no GNU header")]
    SparseFormat,
    /// The map of holes of a sparse entry cannot be understood.
    #[error("the map of holes of a sparse entry cannot be understood: {0}")]
    SparseMap(&'static str),
    /// A part exceeds the limit for data in memory.
    #[error("{what} of {found} bytes is over the limit of {limit}")]
    Limit {
        /// The name of the part that is too large.
        what: &'static str,
        /// Its size in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes cannot be read or decoded.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The limits of what a walk keeps in memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The length of an extended header in bytes; Go has the same limit.
    pub extension: u64,
    /// The length of a path in bytes.
    pub path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { extension: 1 << 20, path: u16::MAX as usize }
    }
}
