//! Cases in which container runtimes differ.

use super::ArchiveDifference;
use crate::escape::Escaped;

/// A case in which container runtimes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeDifference {
    /// A hard link to a file of a lower layer.
    LinkBelow {
        /// The link.
        path: Vec<u8>,
    },
    /// The root is made opaque.
    OpaqueRoot,
    /// A directory is deleted and made again.
    Remade {
        /// The directory.
        path: Vec<u8>,
    },
    /// A directory where a link is below.
    LinkToDirectory {
        /// The path.
        path: Vec<u8>,
    },
    /// A directory has no entry.
    Implied {
        /// The directory.
        path: Vec<u8>,
        /// The permission bits that it has below.
        mode: u16,
        /// The owner.
        uid: u32,
        /// The group.
        gid: u32,
    },
    /// Added and deleted in the same layer.
    AddedAndDeleted {
        /// The path.
        path: Vec<u8>,
    },
    /// Several entries for one path.
    Twice {
        /// The path.
        path: Vec<u8>,
    },
    /// The attribute by which overlay filesystems mark opaque directories.
    OverlayOpaque {
        /// The directory.
        path: Vec<u8>,
    },
    /// The device by which overlay filesystems mark deleted files.
    WhiteoutDevice {
        /// The path.
        path: Vec<u8>,
    },
    /// AUFS bookkeeping, which is not part of the image.
    Aufs {
        /// The path.
        path: Vec<u8>,
    },
    /// A directory without an entry that stands before the opaque mark of a directory above it.
    BeforeOpaque {
        /// The directory.
        path: Vec<u8>,
    },
    /// A directory that exists only because a whiteout names it.
    OnlyMarked {
        /// The directory.
        path: Vec<u8>,
    },
    /// A global header of the PAX format.
    GlobalHeader,
    /// A compression that not all take; it is followed by those that do not.
    Compression {
        /// The name of the format.
        format: &'static str,
        /// The container runtimes that refuse it.
        refused_by: &'static str,
    },
    /// A form of the archive.
    Archive(ArchiveDifference),
    /// Another case, described by a clause.
    Other {
        /// The path.
        path: Vec<u8>,
        /// The case and the effects in container runtimes, as a clause that follows the path.
        how: Escaped,
    },
}

impl RuntimeDifference {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::LinkBelow { .. } => "differs-link-below",
            Self::OpaqueRoot => "differs-opaque-root",
            Self::Remade { .. } => "differs-remade",
            Self::LinkToDirectory { .. } => "differs-link-to-directory",
            Self::Implied { .. } => "differs-implied",
            Self::AddedAndDeleted { .. } => "differs-added-and-deleted",
            Self::Twice { .. } => "differs-twice",
            Self::OverlayOpaque { .. } => "differs-overlay-opaque",
            Self::WhiteoutDevice { .. } => "differs-whiteout-device",
            Self::Aufs { .. } => "aufs",
            Self::BeforeOpaque { .. } => "differs-before-opaque",
            Self::OnlyMarked { .. } => "differs-only-marked",
            Self::GlobalHeader => "differs-global-header",
            Self::Compression { .. } => "differs-compression",
            Self::Archive(difference) => difference.code(),
            Self::Other { .. } => "differs",
        }
    }
}
