//! Finds the images of an archive, and the layers of each image.
//!
//! This is the only room that knows the layouts of archives, the compression of layers and the
//! spelling of whiteouts. An [`Image`] is an ordered list of layers with the instructions that made
//! them, whatever program wrote the archive.

pub mod builtin;
mod chunked;
pub(crate) mod compression;
mod config;
mod copied;
mod damage;
mod digest;
mod discover;
mod docker;
mod document;
mod draft;
mod ends;
mod fault;
mod format;
mod forms;
mod gaps;
mod glance;
mod harmless;
mod instruction;
pub mod json;
mod keeper;
mod layer;
mod named;
mod oci;
mod open;
pub(crate) mod opened;
pub(crate) mod passed;
mod passing;
mod platform;
mod read;
pub(crate) mod region;
mod remembered;
mod root;
mod schema1;
mod searched;
mod select;
mod similar;
mod stated;
mod stream;
mod toc;
mod v1;
mod variables;
mod watch;
pub mod whiteout;

use crate::archive::Member;
use crate::display::{Escaped, escaped_str};
use crate::escape::Untrusted;
use crate::origin::Provider;
use crate::warning::{Warning, WarningKind};

pub use compression::{Compression, Decoded, ZSTD_WINDOW_LOG, decode, describe, head};
pub use config::{Config, HistoryEntry, NOTES, Run};
pub use copied::Copied;
pub use discover::discover;
pub use fault::{FaultCause, LayerFault};
pub use format::LayerFormat;
pub use instruction::Instruction;
pub use layer::{DirectoryRef, ENTRY_LIMIT, EntryRef, LayerEntries, Record};
pub use named::open_named;
pub(crate) use open::{PIPE, archive_of_source};
pub use open::{open, open_archive, open_pipe, open_source, opens_at_once};
pub use opened::{Archive, Opened};
pub use read::{Digests, ReadLayer, TarEnd, hash_extent, read_layer};
pub use select::{OtherPlatform, OtherPlatforms, Selection, select};
pub use stream::{Streamed, read_root_directory, read_stream};
pub use toc::TocPlace;
pub use variables::Variables;

/// The largest JSON member that is read into memory, in bytes.
pub const JSON_LIMIT: u64 = 32 << 20;

/// A layer, as the manifest and the config describe it.
#[derive(Clone)]
pub struct Layer {
    /// The name of its member, escaped for display.
    pub name: Escaped,
    /// The bytes; `None` if the archive does not have them.
    pub member: Option<Member>,
    /// The reason why the archive does not have the bytes of a known name: `is a link to …, which
    /// is not there`.
    pub absence: Option<Escaped>,
    /// True if the archive has the bytes, but the system does not let this program read them.
    pub unreadable: bool,
    /// The digest of the bytes as stored, if recorded.
    pub digest: Option<String>,
    /// The digest of the uncompressed tar, from the config.
    pub diff_id: Option<String>,
    /// The instruction that made the layer.
    pub instruction: Instruction,
    /// The stored size in bytes, if recorded.
    pub size: Option<u64>,
    /// True if the layer may not be distributed, so that archives leave it out.
    pub foreign: bool,
    /// The format of its bytes, if the manifest has it.
    pub format: LayerFormat,
    /// The compression that its media type names, if container runtimes rely on it.
    pub named: Option<Compression>,
    /// The reasons why manifest and config do not suffice to verify it, as clauses.
    pub unverifiable: Vec<Escaped>,
    /// The place of its table of contents, if it has one.
    pub table: Option<TocPlace>,
}

/// The base image, as an image records it (OCI image specification, annotations.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltOn {
    /// The name.
    pub name: Untrusted,
    /// The digest of the manifest.
    pub digest: Option<Untrusted>,
}

impl BuiltOn {
    /// The annotation or label with the name.
    pub const NAME: &str = "org.opencontainers.image.base.name";
    /// The annotation or label with the digest.
    pub const DIGEST: &str = "org.opencontainers.image.base.digest";
}

/// An image of an archive, before any layer is read.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Image {
    /// The engine or the registry that it was read from; `None` for an archive.
    pub provider: Option<Provider>,
    /// The names in the archive, such as `alpine:3`.
    pub tags: Vec<Untrusted>,
    /// The digest of the config, which container runtimes call the image ID.
    pub id: Option<Untrusted>,
    /// The digest of the manifest, if the image comes from an index.
    pub manifest: Option<Untrusted>,
    /// Digests of the indexes that lead to it, and of further manifests that describe it.
    pub other_digests: Vec<Untrusted>,
    /// Its positions in `manifest.json`, or otherwise in `index.json`, counted from 0.
    pub positions: Vec<usize>,
    /// `os/architecture[/variant]`, from an index or otherwise from the config.
    pub platform: Option<Untrusted>,
    /// Further platforms that an index lists it for.
    pub other_platforms: Vec<Untrusted>,
    /// The time of the build, as the config records it.
    pub created: Option<Untrusted>,
    /// The layers, the lowest first.
    pub layers: Vec<Layer>,
    /// The base image, as a manifest or an index records it.
    pub built_on: Option<BuiltOn>,
    /// The run configuration of containers.
    pub run: Run,
    /// The history, including entries that made no layer.
    pub history: Vec<HistoryEntry>,
    /// Parts that are missing or inconsistent.
    pub warnings: Vec<Warning>,
    /// Manifests and configs whose bytes do not have the digest in their name.
    pub mismatches: Vec<Warning>,
    /// The reasons why the manifest and the config themselves cannot be verified, as clauses.
    pub unverifiable: Vec<Escaped>,
}

/// Returns names of an image as they may be shown: without a token in one of them.
pub fn masked_names(names: &[Untrusted]) -> Vec<Untrusted> {
    names.iter().map(|name| crate::secret::mask(name.raw()).into_owned().into()).collect()
}

impl Image {
    /// Returns the display name: the first tag, or the short ID.
    pub fn name(&self) -> Escaped {
        match (self.tags.first(), &self.id) {
            (Some(tag), _) => escaped_str(&crate::secret::mask(tag.raw())),
            (None, Some(id)) => {
                escaped_str(&id.raw().chars().take("sha256:".len() + 12).collect::<String>())
            }
            (None, None) => "(untitled image)".into(),
        }
    }

    /// Returns the size of the layers as the archive stores them, in bytes. A layer that is used
    /// twice counts twice.
    pub fn stored_bytes(&self) -> u64 {
        self.layers
            .iter()
            .filter_map(|layer| layer.member.as_ref())
            .map(|member| member.extent.len)
            .sum()
    }

    /// Returns a line that distinguishes the image from the others in its archive.
    pub fn description(&self) -> String {
        let tags = masked_names(&self.tags);
        let tags = Escaped::join(tags.iter().map(Untrusted::escaped), ", ");
        let tags = if self.tags.is_empty() { "(no tag)".into() } else { tags };
        let short = self
            .id
            .as_ref()
            .map_or(String::new(), |id| id.raw().chars().skip("sha256:".len()).take(12).collect());
        let short = escaped_str(&short);
        let platform = self.platform.as_ref();
        let platform = platform.map_or_else(|| "unknown platform".into(), Untrusted::escaped);
        let size = crate::display::Units::Iec.size(self.stored_bytes());
        let has_all = self
            .layers
            .iter()
            .all(|layer| layer.member.as_ref().is_some_and(|member| member.missing == 0));
        let size = if has_all { size } else { format!("≥ {size}") };
        let layers = crate::display::plural(self.layers.len(), "layer");
        format!("{tags}  {platform}  {short}  {layers}  {size} in the archive")
    }

    /// Returns whether the archive has all layers, except those that may not be distributed.
    pub fn is_held(&self) -> bool {
        self.layers.iter().all(|layer| layer.member.is_some() || layer.foreign)
    }

    /// Returns whether the archive has all that the image is made of.
    pub(crate) fn has_all_members(&self) -> bool {
        let lacks = |warning: &Warning| {
            matches!(
                warning.kind,
                WarningKind::ConfigAbsent { .. } | WarningKind::MemberAbsent { .. }
            )
        };
        self.is_held() && !self.is_bare() && !self.warnings.iter().any(lacks)
    }

    /// Returns whether the image is a tar without a manifest.
    pub(crate) fn is_bare(&self) -> bool {
        self.warnings.iter().any(|warning| warning.kind == WarningKind::NoManifest)
    }

    /// Makes an image of one layer from a tar without a manifest.
    pub fn bare(name: &Escaped, member: Member) -> Self {
        let layer = Layer {
            name: name.clone(),
            member: Some(member),
            absence: None,
            unreadable: false,
            digest: None,
            diff_id: None,
            instruction: Instruction {
                text: "(a root filesystem or layer, not an image)".into(),
                created_by: None,
            },
            size: None,
            foreign: false,
            format: LayerFormat::Tar,
            named: None,
            unverifiable: Vec::new(),
            table: None,
        };
        Self {
            layers: vec![layer],
            warnings: vec![Warning::image(WarningKind::NoManifest)],
            ..Self::default()
        }
    }
}
