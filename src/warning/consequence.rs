//! The consequence of a kind of remark: the gap that it leaves, or none.

use super::{ArchiveDifference, Gap, Known, RuntimeDifference, WarningKind};

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

impl From<RuntimeDifference> for WarningKind {
    fn from(difference: RuntimeDifference) -> Self {
        Self::RuntimesDiffer(difference)
    }
}

impl From<ArchiveDifference> for WarningKind {
    fn from(difference: ArchiveDifference) -> Self {
        RuntimeDifference::Archive(difference).into()
    }
}
