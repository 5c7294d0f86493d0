//! The hashes of files' contents, for layers that had to be decoded.

use super::VersionId;

/// Hashes of contents by version, in the order of the versions: a third of what a map would take.
#[derive(Debug, Default)]
pub struct ContentHashes {
    versions: Vec<VersionId>,
    hashes: Vec<u128>,
}

impl ContentHashes {
    /// Adds the hash of a version that is newer than all that have one.
    pub(super) fn push(&mut self, version: VersionId, hash: u128) {
        debug_assert!(self.versions.last().is_none_or(|last| *last < version));
        self.versions.push(version);
        self.hashes.push(hash);
    }

    /// Returns the hash of a version's contents, if it has one.
    pub fn of(&self, version: VersionId) -> Option<u128> {
        self.versions.binary_search(&version).ok().map(|at| self.hashes[at])
    }
}
