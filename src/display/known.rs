//! Says in short what of a layer or of an image is not known.

use crate::warning::{Known, WarningKind};

impl WarningKind {
    /// Says in a clause what of an image is missing apart from its layers.
    pub fn in_short(&self) -> &'static str {
        match self {
            Self::ConfigAbsent { .. } => "the config is not in the archive",
            Self::ConfigUnnamed => "the manifest names no config",
            Self::ConfigUnreadable { .. } => "the config could not be read",
            Self::LayersUnreadable { .. } => "the list of layers could not be read",
            Self::DiffIdCount { .. } => "the config names more layers than the manifest",
            Self::ArchiveCut { .. } | Self::NoEndMarker | Self::ArchiveTrailer { .. } => "the archive ends early",
            Self::ArchiveDamaged { .. } | Self::ArchiveChecksum => "the archive is damaged",
            Self::ArchiveOverLimit { .. } => "the archive is over a limit",
            Self::SizeOverflow { .. } => "a file is stated to be bigger than can be",
            Self::HostUnreadable { .. } => "a part of the directory could not be read",
            Self::HostContents { .. } => "the contents of some files could not be read",
            _ => "a part of the archive could not be read",
        }
    }
}

impl Known {
    /// Returns a short mark for a layer that is not fully known.
    pub fn mark(self) -> Option<&'static str> {
        Some(match self {
            Self::Whole => return None,
            Self::UpTo(0) => "not readable",
            Self::OverLimit(0) => "over a limit",
            Self::UpTo(_) | Self::OverLimit(_) => "read in part",
            Self::Doubtful => "damaged",
            Self::Absent => "not in the archive",
            Self::Unreadable => "not readable",
            Self::Foreign => "foreign",
            Self::Encrypted => "encrypted",
            Self::NotATar => "no tar",
        })
    }

    /// Describes the missing part of a layer in a sentence without a full stop; `size` formats
    /// bytes.
    pub fn sentence(self, size: impl Fn(u64) -> String) -> Option<String> {
        Some(match self {
            Self::Whole => return None,
            Self::UpTo(0) => "nothing of it could be read".into(),
            Self::OverLimit(0) => "it is over a limit, so nothing in it is known".into(),
            Self::UpTo(at) => format!("only the first {} of its tar could be read", size(at)),
            Self::OverLimit(at) => format!("only the first {} of its tar were read: it is over a limit", size(at)),
            Self::Doubtful => "a checksum is wrong, so its contents may be damaged".into(),
            Self::Absent => "it is not in the archive, so nothing in it is known".into(),
            Self::Unreadable => "it cannot be read, so nothing in it is known".into(),
            Self::Foreign => "it may not be distributed and is not in the archive, so nothing in it is known".into(),
            Self::Encrypted => "it is encrypted, so nothing in it is known".into(),
            Self::NotATar => "it is no tar, so nothing in it is known".into(),
        })
    }
}
