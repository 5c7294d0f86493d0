//! Problems and peculiarities of a part of an image. The rest of the image is shown beside them.
//!
//! A kind keeps names as the image has them; [`display`](crate::display) makes the sentence and
//! escapes hostile characters.

/// A remark on an image or on one of its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The layer, counted from 0; `None` for the image as a whole.
    pub layer: Option<usize>,
    /// The remark itself.
    pub kind: WarningKind,
}

impl Warning {
    /// Makes a warning about the image as a whole.
    pub fn image(kind: impl Into<WarningKind>) -> Self {
        Self { layer: None, kind: kind.into() }
    }

    /// Makes a remark on layer `layer`, counted from 0.
    pub fn layer(layer: usize, kind: impl Into<WarningKind>) -> Self {
        Self { layer: Some(layer), kind: kind.into() }
    }

    /// Returns the part of the account that is incomplete for this reason; `None` if it is
    /// complete.
    pub fn gap(&self) -> Option<Gap> {
        self.kind.gap()
    }
}

/// Kind of a remark. Each has a stable code, which the JSON reports carry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// A warning without a separate kind.
    Text(String),

    // ---- the archive
    /// The archive ends early or cannot be read on.
    ArchiveDamaged {
        /// The position in the archive.
        offset: u64,
        /// The cause, as a clause.
        problem: String,
    },
    /// The checksum of a compressed archive is wrong.
    ArchiveChecksum,
    /// The compressed archive ends before its trailer, so its checksum cannot be compared.
    ArchiveTrailer {
        /// The cause, as a clause.
        problem: String,
    },
    /// The file was changed while it was read.
    ArchiveChanged {
        /// The symptom, as a clause.
        problem: String,
    },
    /// A part of a directory of the host cannot be read.
    HostUnreadable {
        /// The path of the host.
        path: Vec<u8>,
        /// The cause, as a clause.
        problem: String,
    },
    /// The image is in a directory of the archive.
    Nested {
        /// The directory.
        directory: Vec<u8>,
    },
    /// A tar without any manifest.
    NoManifest,

    // ---- manifests and configurations
    /// A listed manifest, of another platform or another image, is not in the archive.
    ManifestAbsent {
        /// Its digest.
        digest: String,
        /// The platform that it is listed for.
        platform: Option<String>,
    },
    /// A listed manifest cannot be understood.
    ManifestUnreadable {
        /// Its digest.
        digest: String,
        /// The cause, as a clause.
        problem: String,
    },
    /// A manifest that carries provenance and no image.
    Attestation {
        /// Its digest.
        digest: String,
    },
    /// A manifest of something else than an image, such as a signature.
    Artifact {
        /// Its digest.
        digest: String,
    },
    /// The configuration is not in the archive.
    ConfigAbsent {
        /// The member.
        name: String,
    },
    /// The configuration cannot be understood.
    ConfigUnreadable {
        /// The member.
        name: String,
        /// The cause, as a clause.
        problem: String,
    },
    /// A second description of the archive cannot be understood; another one is used.
    DescriptionUnreadable {
        /// The member.
        name: String,
        /// The cause, as a clause.
        problem: String,
    },
    /// A field of a JSON document cannot be understood; the rest is used.
    FieldUnreadable {
        /// The member.
        name: String,
        /// The field and the cause, as a clause.
        problem: String,
    },
    /// A file that describes the image is not in the archive.
    MemberAbsent {
        /// The member.
        name: String,
    },
    /// A file that describes the image cannot be understood.
    MemberUnreadable {
        /// The member.
        name: String,
        /// The cause, as a clause.
        problem: String,
    },
    /// A layer of the oldest layout names itself as its parent.
    OwnAncestor {
        /// Its ID.
        id: String,
    },
    /// The configuration has no history.
    NoHistory,
    /// The history does not have a step for each layer.
    HistoryCount {
        /// Steps that made a layer.
        steps: usize,
        /// The number of layers.
        layers: usize,
    },
    /// The configuration does not have a diff ID for each layer.
    DiffIdCount {
        /// The number of diff IDs.
        ids: usize,
        /// The number of layers.
        layers: usize,
    },

    // ---- a layer that is not known, or not wholly
    /// The layer is not in the archive.
    LayerAbsent {
        /// The member that should hold it, escaped for display.
        name: String,
    },
    /// The layer may not be distributed, so archives leave it out.
    LayerForeign,
    /// The layer is encrypted.
    LayerEncrypted,
    /// The layer is in a format that is not a tar.
    LayerNotATar {
        /// A description of the file, such as `a squashfs filesystem`.
        found: String,
    },
    /// The layer ends early.
    LayerCut {
        /// The position in the layer's tar at which reading ended.
        at: u64,
        /// The cause, as a clause.
        problem: String,
        /// The member that holds it, escaped for display.
        name: String,
    },
    /// The layer cannot be read on from some place.
    LayerDamaged {
        /// The position in the layer's tar at which reading ended.
        at: u64,
        /// The place and the cause, as a clause.
        problem: String,
        /// The member that holds it, escaped for display.
        name: String,
    },
    /// The layer exceeds a limit for data in memory.
    LayerOverLimit {
        /// The position in the layer's tar at which reading ended.
        at: u64,
        /// The limit, as a clause.
        problem: String,
    },
    /// A checksum of the compressed layer is wrong.
    LayerChecksum,
    /// Something follows the compressed layer.
    JunkAfterLayer,

    // ---- odd, and read all the same
    /// The history names a step that writes no files.
    SquashedSteps,
    /// More remarks were made on a layer than are kept.
    MoreRemarks {
        /// The number.
        count: usize,
    },
    /// The image has more pairs of owner and group than can be distinguished.
    TooManyOwners {
        /// The limit.
        limit: usize,
        /// The owner that is shown as another.
        uid: u32,
        /// The group.
        gid: u32,
    },
    /// A path that leads above the root.
    PathUpwards {
        /// The path.
        path: Vec<u8>,
    },
    /// A whiteout that names nothing.
    EmptyWhiteout {
        /// The path.
        path: Vec<u8>,
    },
    /// Container runtimes do not unpack entries of this tar type.
    UnknownType {
        /// The path.
        path: Vec<u8>,
        /// The type.
        flag: String,
    },
    /// The stated sizes are more than can be added up.
    SizeOverflow {
        /// The path.
        path: Vec<u8>,
        /// The stated size in bytes.
        size: u64,
    },
    /// The layer has bookkeeping of AUFS.
    Aufs {
        /// The path.
        path: Vec<u8>,
    },
    /// A hard link to nothing.
    LinkTargetAbsent {
        /// The link.
        path: Vec<u8>,
        /// The target.
        target: Vec<u8>,
    },
    /// The parent of an entry is not a directory.
    ParentNotADirectory {
        /// The path that should be a directory.
        path: Vec<u8>,
    },
    /// Container runtimes differ in the effect of the layer.
    EnginesDiffer(EngineDifference),
}

/// A case in which container runtimes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineDifference {
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
    /// Another case, described by a clause.
    Other {
        /// The path.
        path: Vec<u8>,
        /// The case and the effects in container runtimes, as a clause that follows the path.
        how: String,
    },
}

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
    /// The archive was changed while it was read.
    Changed,
    /// A part cannot be read or understood.
    Unreadable,
}

/// The known part of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// The whole layer.
    #[default]
    Whole,
    /// The part before this byte of its tar.
    UpTo(u64),
    /// The part before this byte of its tar, because more would exceed a limit.
    OverLimit(u64),
    /// The whole layer, but a wrong checksum shows that something in it is damaged.
    Doubtful,
    /// No part: the layer is not in the archive.
    Absent,
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
            Self::Foreign => "foreign",
            Self::Encrypted => "encrypted",
            Self::NotATar => "not-a-tar",
        }
    }

    /// Returns the position in its tar at which reading ended; `None` at the end.
    pub fn read_to(self) -> Option<u64> {
        match self {
            Self::UpTo(at) | Self::OverLimit(at) => Some(at),
            Self::Whole | Self::Doubtful | Self::Absent | Self::Foreign | Self::Encrypted | Self::NotATar => None,
        }
    }

    /// Returns whether no part of it was read.
    pub fn is_nothing(self) -> bool {
        matches!(self, Self::Absent | Self::Foreign | Self::Encrypted | Self::NotATar)
    }
}

impl Gap {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Absent,
        Self::Foreign,
        Self::Encrypted,
        Self::NotATar,
        Self::Cut,
        Self::Damaged,
        Self::OverLimit,
        Self::Changed,
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
            Self::Changed => "changed",
            Self::Unreadable => "unreadable",
        }
    }
}

impl From<String> for WarningKind {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for WarningKind {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl WarningKind {
    /// Returns true if the archive is meant to be so, such as that an index lists platforms that were not pulled.
    pub fn is_by_design(&self) -> bool {
        matches!(
            self,
            Self::NoManifest | Self::ManifestAbsent { .. } | Self::Attestation { .. } | Self::Artifact { .. }
        )
    }

    /// Returns the part that is known of the layer concerned.
    pub fn known(&self) -> Known {
        match self {
            Self::LayerAbsent { .. } => Known::Absent,
            Self::LayerForeign => Known::Foreign,
            Self::LayerEncrypted => Known::Encrypted,
            Self::LayerNotATar { .. } => Known::NotATar,
            Self::LayerCut { at, .. } | Self::LayerDamaged { at, .. } => Known::UpTo(*at),
            Self::LayerOverLimit { at, .. } => Known::OverLimit(*at),
            Self::LayerChecksum => Known::Doubtful,
            _ => Known::Whole,
        }
    }

    /// Returns true if the sizes of the image are in doubt for this reason, be its layers read or not.
    pub fn doubts_sizes(&self) -> bool {
        matches!(
            self,
            Self::ArchiveChecksum
                | Self::ArchiveTrailer { .. }
                | Self::ArchiveChanged { .. }
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
            Self::ArchiveDamaged { .. } | Self::ArchiveTrailer { .. } | Self::LayerCut { .. } => Gap::Cut,
            Self::ArchiveChecksum | Self::LayerChecksum | Self::LayerDamaged { .. } => Gap::Damaged,
            Self::ArchiveChanged { .. } => Gap::Changed,
            Self::HostUnreadable { .. }
            | Self::ConfigUnreadable { .. }
            | Self::MemberUnreadable { .. }
            | Self::OwnAncestor { .. } => Gap::Unreadable,
            Self::LayerAbsent { .. } | Self::ConfigAbsent { .. } | Self::MemberAbsent { .. } => Gap::Absent,
            Self::LayerForeign => Gap::Foreign,
            Self::LayerEncrypted => Gap::Encrypted,
            Self::LayerNotATar { .. } => Gap::NotATar,
            Self::LayerOverLimit { .. } => Gap::OverLimit,
            _ => return None,
        })
    }

    /// Returns the code in JSON reports, which stays the same in all versions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Text(_) => "remark",
            Self::ArchiveDamaged { .. } => "archive-damaged",
            Self::ArchiveChecksum => "archive-checksum",
            Self::ArchiveTrailer { .. } => "archive-trailer",
            Self::ArchiveChanged { .. } => "archive-changed",
            Self::HostUnreadable { .. } => "host-unreadable",
            Self::Nested { .. } => "nested",
            Self::NoManifest => "no-manifest",
            Self::ManifestAbsent { .. } => "manifest-absent",
            Self::ManifestUnreadable { .. } => "manifest-unreadable",
            Self::Attestation { .. } => "attestation",
            Self::Artifact { .. } => "artifact",
            Self::ConfigAbsent { .. } => "config-absent",
            Self::ConfigUnreadable { .. } => "config-unreadable",
            Self::DescriptionUnreadable { .. } => "description-unreadable",
            Self::FieldUnreadable { .. } => "field-unreadable",
            Self::MemberAbsent { .. } => "member-absent",
            Self::MemberUnreadable { .. } => "member-unreadable",
            Self::OwnAncestor { .. } => "own-ancestor",
            Self::NoHistory => "no-history",
            Self::HistoryCount { .. } => "history-count",
            Self::DiffIdCount { .. } => "diff-id-count",
            Self::LayerAbsent { .. } => "layer-absent",
            Self::LayerForeign => "layer-foreign",
            Self::LayerEncrypted => "layer-encrypted",
            Self::LayerNotATar { .. } => "layer-not-a-tar",
            Self::LayerCut { .. } => "layer-cut",
            Self::LayerDamaged { .. } => "layer-damaged",
            Self::LayerOverLimit { .. } => "layer-over-limit",
            Self::LayerChecksum => "layer-checksum",
            Self::JunkAfterLayer => "junk-after-layer",
            Self::SquashedSteps => "squashed-steps",
            Self::MoreRemarks { .. } => "more-remarks",
            Self::TooManyOwners { .. } => "too-many-owners",
            Self::PathUpwards { .. } => "path-upwards",
            Self::EmptyWhiteout { .. } => "empty-whiteout",
            Self::UnknownType { .. } => "unknown-type",
            Self::SizeOverflow { .. } => "size-overflow",
            Self::Aufs { .. } => "aufs",
            Self::LinkTargetAbsent { .. } => "link-target-absent",
            Self::ParentNotADirectory { .. } => "parent-not-a-directory",
            Self::EnginesDiffer(difference) => difference.code(),
        }
    }
}

impl EngineDifference {
    fn code(&self) -> &'static str {
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
            Self::Other { .. } => "differs",
        }
    }
}

impl From<EngineDifference> for WarningKind {
    fn from(difference: EngineDifference) -> Self {
        Self::EnginesDiffer(difference)
    }
}
