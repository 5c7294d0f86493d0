//! Peculiarities of a compressed stream.

/// A peculiarity of a compressed stream that can be read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// A checksum is wrong.
    Checksum,
    /// Bytes follow the stream. Even zeros are not accepted by every container runtime.
    Leftovers,
}
