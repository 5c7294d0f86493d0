//! Gaps in the account of an image: reasons why it is incomplete, and the known part of a layer.

use super::WarningKind;

/// A reason why the account of an image is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Gap {
    /// A part is not in the archive.
    Absent,
    /// A layer may not be distributed.
    Foreign,
    /// A layer is encrypted.
    Encrypted,
    /// A layer is not a tar.
    NotATar,
    /// The bytes end early.
    Cut,
    /// The bytes are damaged.
    Damaged,
    /// A limit for data in memory is exceeded.
    OverLimit,
    /// A part cannot be read or understood.
    Unreadable,
}

/// The known part of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// The whole layer.
    #[default]
    Whole,
    /// The part before this byte of its tar; 0 if it has no entry that could be read.
    UpTo(u64),
    /// The part before this byte of its tar, because more would exceed a limit; 0 if it has no
    /// entry that could be read.
    OverLimit(u64),
    /// The whole layer, but a wrong checksum shows that something in it is damaged.
    Doubtful,
    /// No part: the layer is not in the archive.
    Absent,
    /// No part: the system does not let this program read the layer.
    Unreadable,
    /// No part: the layer may not be distributed.
    Foreign,
    /// No part: the layer is encrypted.
    Encrypted,
    /// No part: the layer is not a tar.
    NotATar,
}

impl Known {
    /// Returns the word that the JSON reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::UpTo(_) => "part",
            Self::OverLimit(_) => "over-limit",
            Self::Doubtful => "doubtful",
            Self::Absent => "absent",
            Self::Unreadable => "unreadable",
            Self::Foreign => "foreign",
            Self::Encrypted => "encrypted",
            Self::NotATar => "not-a-tar",
        }
    }

    /// Returns the part of a layer that a word of [`word`](Self::word) names, up to `at` if it has
    /// a position. An unknown word is a part.
    pub fn from_word(word: &str, at: u64) -> Self {
        let all = [
            Self::Whole,
            Self::OverLimit(at),
            Self::Doubtful,
            Self::Absent,
            Self::Unreadable,
            Self::Foreign,
            Self::Encrypted,
            Self::NotATar,
        ];
        all.into_iter().find(|known| known.word() == word).unwrap_or(Self::UpTo(at))
    }

    /// Returns the position in its tar at which reading ended; `None` at the end.
    pub fn read_to(self) -> Option<u64> {
        match self {
            Self::UpTo(at) | Self::OverLimit(at) => Some(at),
            _ => None,
        }
    }

    /// Returns whether no part of it was read.
    pub fn is_nothing(self) -> bool {
        match self {
            Self::Absent | Self::Unreadable | Self::Foreign | Self::Encrypted | Self::NotATar => {
                true
            }
            Self::UpTo(at) | Self::OverLimit(at) => at == 0,
            Self::Whole | Self::Doubtful => false,
        }
    }
}

impl Gap {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Absent,
        Self::Foreign,
        Self::Encrypted,
        Self::NotATar,
        Self::Cut,
        Self::Damaged,
        Self::OverLimit,
        Self::Unreadable,
    ];

    /// Returns the word that the command line and the JSON reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Foreign => "foreign",
            Self::Encrypted => "encrypted",
            Self::NotATar => "not-a-tar",
            Self::Cut => "cut",
            Self::Damaged => "damaged",
            Self::OverLimit => "over-limit",
            Self::Unreadable => "unreadable",
        }
    }
}

impl WarningKind {
    /// Returns true if the archive is meant to be so, such as that an index lists platforms that
    /// were not pulled.
    pub fn is_by_design(&self) -> bool {
        matches!(
            self,
            Self::NoManifest
                | Self::ManifestAbsent { .. }
                | Self::Attestation { .. }
                | Self::Artifact { .. }
        )
    }

    /// Returns the part that is known of the layer concerned.
    pub fn known(&self) -> Known {
        match self {
            Self::LayerAbsent { .. } => Known::Absent,
            Self::LayerUnreadable { .. } => Known::Unreadable,
            Self::LayerForeign => Known::Foreign,
            Self::LayerEncrypted => Known::Encrypted,
            Self::LayerNotATar { .. } => Known::NotATar,
            Self::LayerCut { at, .. } | Self::LayerDamaged { at, .. } => Known::UpTo(*at),
            Self::LayerOverLimit { at, .. } => Known::OverLimit(*at),
            Self::LayerChecksum => Known::Doubtful,
            _ => Known::Whole,
        }
    }

    /// Returns true if the sizes of the image are in doubt for this reason, be its layers read or
    /// not.
    pub fn doubts_sizes(&self) -> bool {
        if let Self::DiffIdCount { ids, layers } = self {
            return ids > layers;
        }
        if let Self::RootNotADirectory { size, .. } = self {
            return *size > 0;
        }
        matches!(
            self,
            Self::ArchiveChecksum
                | Self::ArchiveTrailer { .. }
                | Self::NoEndMarker
                | Self::SizeOverflow { .. }
                | Self::LayersUnreadable { .. }
                | Self::HostUnreadable { .. }
                | Self::MemberAbsent { .. }
                | Self::MemberUnreadable { .. }
                | Self::OwnAncestor { .. }
        )
    }

    /// Returns the part of the account that is incomplete for this reason; `None` if it is
    /// complete.
    pub fn gap(&self) -> Option<Gap> {
        Some(match self {
            Self::DiffIdCount { ids, layers } if ids > layers => Gap::Absent,
            // Bytes that ship and have no place in the image.
            Self::RootNotADirectory { size, .. } if *size > 0 => Gap::Unreadable,
            Self::ArchiveCut { .. }
            | Self::NoEndMarker
            | Self::ArchiveTrailer { .. }
            | Self::LayerCut { .. } => Gap::Cut,
            Self::ArchiveDamaged { .. }
            | Self::ArchiveChecksum
            | Self::LayerChecksum
            | Self::LayerDamaged { .. } => Gap::Damaged,
            Self::HostUnreadable { .. }
            | Self::HostContents { .. }
            | Self::LayerUnreadable { .. }
            | Self::ConfigUnnamed
            | Self::ConfigUnreadable { .. }
            | Self::LayersUnreadable { .. }
            | Self::MemberUnreadable { .. }
            | Self::OwnAncestor { .. } => Gap::Unreadable,
            Self::LayerAbsent { .. } | Self::ConfigAbsent { .. } | Self::MemberAbsent { .. } => {
                Gap::Absent
            }
            Self::LayerForeign => Gap::Foreign,
            Self::LayerEncrypted => Gap::Encrypted,
            Self::LayerNotATar { .. } => Gap::NotATar,
            Self::LayerOverLimit { .. }
            | Self::ArchiveOverLimit { .. }
            | Self::SizeOverflow { .. } => Gap::OverLimit,
            Self::Recorded { gap, .. } => return *gap,
            _ => return None,
        })
    }
}
