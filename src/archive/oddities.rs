//! Peculiarities of an archive's members that some container runtimes do not accept.

use std::collections::HashSet;

/// The names of members that are unusual in their archive.
#[derive(Default)]
pub(super) struct Oddities {
    /// True if a name starts with a slash.
    pub absolute: bool,
    /// The names that several members have.
    pub twice: HashSet<Vec<u8>>,
    /// Symbolic links that stand before their targets.
    pub forward: HashSet<Vec<u8>>,
}
