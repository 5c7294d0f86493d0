//! Remarks on names and paths that are longer than filesystems take.

use super::build::Builder;
use crate::warning::WarningKind;

/// The longest name in bytes that filesystems take (`NAME_MAX`).
pub(super) const NAME_LIMIT: usize = 255;
/// The length in bytes from which systems take no path (`PATH_MAX`).
const PATH_LIMIT: usize = 4096;

impl Builder {
    /// Remarks on a path that no filesystem of an engine takes.
    pub(super) fn remark_too_long(&mut self, path: &[u8]) {
        if path.len() <= NAME_LIMIT {
            return;
        }
        let longest = path.split(|&b| b == b'/').map(<[u8]>::len).max().unwrap_or_default();
        let kind = if longest > NAME_LIMIT {
            WarningKind::NameTooLong { len: longest, limit: NAME_LIMIT }
        } else if path.len() >= PATH_LIMIT {
            WarningKind::PathTooLong { len: path.len(), limit: PATH_LIMIT }
        } else {
            return;
        };
        if !self.said_too_long {
            self.said_too_long = true;
            self.remark(|_| kind);
        }
    }
}
