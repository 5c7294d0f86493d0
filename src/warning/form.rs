//! Forms of an archive that some container runtimes refuse.

use crate::escape::Escaped;

/// A form of an archive that some container runtimes refuse, and others load.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveDifference {
    /// A member is a symbolic link to a later one.
    LinkForward {
        /// The link.
        name: Vec<u8>,
    },
    /// A member is a hard link.
    HardLink {
        /// The link.
        name: Vec<u8>,
    },
    /// Several members have the same name.
    NamedTwice {
        /// The name.
        name: Vec<u8>,
    },
    /// The names of members start with a slash.
    AbsoluteNames,
    /// There is only the table of contents that Docker wrote before version 1.10.
    OldTable,
    /// An index leads to another index.
    NestedIndex,
    /// The file `oci-layout` is missing.
    NoLayoutFile,
    /// The file `oci-layout` cannot be understood.
    BadLayoutFile,
    /// Blobs are named by a digest other than SHA-256.
    OtherDigest {
        /// The algorithm.
        algorithm: Escaped,
    },
    /// An OCI layout names its layers by the media types of Docker.
    DockerMediaTypes,
    /// A layer's media type names another compression.
    MediaType {
        /// The compression that the media type names.
        named: &'static str,
        /// The compression that was found.
        found: &'static str,
    },
    /// The image has no layers.
    NoLayers,
    /// The image has more layers than most container runtimes take.
    ManyLayers {
        /// The number of layers.
        count: usize,
    },
}

impl ArchiveDifference {
    /// The most layers that Docker takes.
    pub const LAYER_LIMIT: usize = 125;

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::LinkForward { .. } => "differs-link-forward",
            Self::HardLink { .. } => "differs-hard-link",
            Self::NamedTwice { .. } => "differs-named-twice",
            Self::AbsoluteNames => "differs-absolute-names",
            Self::OldTable => "differs-old-table",
            Self::NestedIndex => "differs-nested-index",
            Self::NoLayoutFile => "differs-no-layout-file",
            Self::BadLayoutFile => "differs-bad-layout-file",
            Self::OtherDigest { .. } => "differs-other-digest",
            Self::DockerMediaTypes => "differs-docker-media-types",
            Self::MediaType { .. } => "differs-media-type",
            Self::NoLayers => "differs-no-layers",
            Self::ManyLayers { .. } => "differs-many-layers",
        }
    }
}
