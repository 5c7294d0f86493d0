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
            Self::ArchiveCut { .. } | Self::NoEndMarker | Self::ArchiveTrailer { .. } => {
                "the archive ends early"
            }
            Self::ArchiveDamaged { .. } | Self::ArchiveChecksum => "the archive is damaged",
            Self::ArchiveOverLimit { .. } => "the archive exceeds a limit",
            Self::SizeOverflow { .. } => "the size of a file is too large to count",
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
            Self::NotATar => "not a tar",
        })
    }

    /// Describes the missing part of a layer in a sentence without a full stop; `size` formats
    /// bytes.
    pub fn sentence(self, size: impl Fn(u64) -> String) -> Option<String> {
        Some(match self {
            Self::Whole => return None,
            Self::UpTo(0) => "nothing in it could be read".into(),
            Self::OverLimit(0) => "it exceeds a limit, so its contents are unknown".into(),
            Self::UpTo(at) => format!("only the first {} of its tar could be read", size(at)),
            Self::OverLimit(at) => {
                format!("only the first {} of its tar were read: it exceeds a limit", size(at))
            }
            Self::Doubtful => "a checksum is wrong, so its contents may be damaged".into(),
            Self::Absent => "it is not in the archive, so its contents are unknown".into(),
            Self::Unreadable => "it cannot be read, so its contents are unknown".into(),
            Self::Foreign => {
                "it may not be distributed and is not in the archive, so its contents are unknown"
                    .into()
            }
            Self::Encrypted => "it is encrypted, so its contents are unknown".into(),
            Self::NotATar => "it is not a tar, so its contents are unknown".into(),
        })
    }
}
