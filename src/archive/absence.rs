//! Members that an archive does not have, and parts of a directory that cannot be read.

use std::io;
use std::path::PathBuf;

use crate::display::escaped_display;
use crate::warning::WarningKind;

/// The reason why an archive does not have a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// No member has the name.
    NotThere,
    /// A link to this target, which does not exist.
    Dangling(Vec<u8>),
    /// A link that leads out of the directory, and is not followed.
    LinkOut {
        /// The target.
        target: PathBuf,
        /// True if the digest of the target's bytes is wrong.
        other_digest: bool,
    },
    /// The system does not let this program read it.
    Unreadable(io::ErrorKind),
}

/// A part of a directory that the system does not let this program read.
#[derive(Debug)]
pub struct Unreadable {
    /// The path of the host.
    pub path: PathBuf,
    /// The error of the system.
    pub error: io::Error,
}

impl Unreadable {
    /// Makes the warning about the missing file.
    pub fn warning(&self) -> WarningKind {
        let problem = match self.error.kind() {
            io::ErrorKind::PermissionDenied => "permission denied".into(),
            _ => escaped_display(&self.error),
        };
        WarningKind::HostUnreadable {
            path: self.path.as_os_str().as_encoded_bytes().to_vec(),
            problem,
        }
    }
}
