//! The bytes after the end marker of a tar.

/// The most zeros after the end marker that fill the last record of a tar; GNU tar writes records
/// of 10 KiB.
pub(super) const RECORD: usize = 64 << 10;
/// The number of zeros after the end marker among which something else is looked for.
pub(super) const LOOKED_AT: usize = 1 << 20;

/// The bytes after the end marker of a tar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// None, or the zeros that fill the last record.
    Nothing,
    /// More zeros than that.
    Zeros,
    /// Something else than zeros.
    Other,
}
