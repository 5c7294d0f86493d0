//! Finds the images of an archive, and the layers of each image.
//!
//! This is the only room that knows the layouts of archives, the compression of layers and the
//! spelling of whiteouts. An [`Image`] is an ordered list of layers with the instructions that made
//! them, whatever program wrote the archive.

pub mod builtin;
pub(crate) mod compression;
mod config;
mod docker;
mod instruction;
mod layer;
mod oci;
pub(crate) mod open;
mod read;
mod select;
mod stream;
mod v1;
mod watch;
pub mod whiteout;

use std::collections::HashMap;

use crate::archive::{Member, Members};
use crate::display::{escaped, escaped_str, hex};
use crate::error::Error;
use crate::warning::Warning;

pub use compression::{Compression, Decoded, ZSTD_WINDOW_LOG, decode, describe, head};
pub use config::{Config, HistoryEntry, Run};
pub use instruction::Instruction;
pub(crate) use instruction::{after_shell, without_arguments};
pub use layer::{ENTRY_LIMIT, EntryRef, LayerEntries, Record};
pub use open::{Archive, Opened, open, open_archive, open_pipe, open_source, opens_at_once};
pub use read::{Digests, ReadLayer, hash_extent, read_layer};
pub use select::{Selection, select};
pub use stream::{Streamed, read_root_directory, read_stream};

/// The largest JSON member that is read into memory, in bytes.
pub const JSON_LIMIT: u64 = 32 << 20;

/// A layer, as the manifest and the config describe it.
#[derive(Clone)]
pub struct Layer {
    /// The name of its member, escaped for display.
    pub name: String,
    /// The bytes; `None` if the archive does not have them.
    pub member: Option<Member>,
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
}

/// The base image, as an image records it (OCI image specification, annotations.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltOn {
    /// The name; not escaped.
    pub name: String,
    /// The digest of the manifest; not escaped.
    pub digest: Option<String>,
}

impl BuiltOn {
    /// The annotation or label with the name.
    pub const NAME: &str = "org.opencontainers.image.base.name";
    /// The annotation or label with the digest.
    pub const DIGEST: &str = "org.opencontainers.image.base.digest";
}

/// An image of an archive, before any layer is read.
#[derive(Clone, Default)]
pub struct Image {
    /// The names in the archive, such as `alpine:3`.
    pub tags: Vec<String>,
    /// The digest of the config, which container runtimes call the image ID.
    pub id: Option<String>,
    /// The digest of the manifest, if the image comes from an index.
    pub manifest: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// The time of the build, as the config records it.
    pub created: Option<String>,
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
}

impl Image {
    /// Returns the display name: the first tag, or the short ID.
    pub fn name(&self) -> String {
        match (self.tags.first(), &self.id) {
            (Some(tag), _) => escaped_str(tag),
            (None, Some(id)) => id.chars().take("sha256:".len() + 12).collect(),
            (None, None) => "(untitled image)".into(),
        }
    }

    /// Returns the size of the layers as the archive stores them, in bytes. A layer that is used
    /// twice counts twice.
    pub fn stored_bytes(&self) -> u64 {
        self.layers.iter().filter_map(|layer| layer.member.as_ref()).map(|member| member.extent.len).sum()
    }

    /// Returns a line that distinguishes the image from the others in its archive.
    pub fn description(&self) -> String {
        let tags = if self.tags.is_empty() { "(no tag)".into() } else { escaped_str(&self.tags.join(", ")) };
        let short = self.id.as_deref().map_or(String::new(), |id| id.chars().skip("sha256:".len()).take(12).collect());
        let platform = self.platform.as_deref().unwrap_or("unknown platform");
        let size = crate::display::Units::Iec.size(self.stored_bytes());
        let layers = crate::display::plural(self.layers.len(), "layer");
        format!("{tags}  {}  {short}  {layers}  {size}", escaped_str(platform))
    }

    /// Adopts the base image from another description of the same image, unless one is known.
    fn learn(&mut self, built_on: Option<BuiltOn>) {
        self.built_on = self.built_on.take().or(built_on);
    }

    /// Makes an image of one layer from a tar without a manifest.
    pub fn bare(name: &str, member: Member) -> Self {
        let layer = Layer {
            name: name.into(),
            member: Some(member),
            digest: None,
            diff_id: None,
            instruction: Instruction { text: "(a root filesystem or layer, not an image)".into(), created_by: None },
            size: None,
            foreign: false,
        };
        let text = "there is no manifest, so this is shown as one layer, without history";
        Self { layers: vec![layer], warnings: vec![Warning::image(text)], ..Self::default() }
    }
}

/// The parts of an image by name, before its config is read.
struct Draft {
    tags: Vec<String>,
    manifest: Option<String>,
    config_name: Option<String>,
    config: Option<Member>,
    /// The history, if it does not come from a config.
    history: Option<Vec<HistoryEntry>>,
    layers: Vec<LayerDraft>,
    platform: Option<String>,
    built_on: Option<BuiltOn>,
    mismatches: Vec<Warning>,
}

struct LayerDraft {
    name: Vec<u8>,
    digest: Option<String>,
    /// The stored size in bytes, if recorded.
    size: Option<u64>,
    foreign: bool,
}

/// Finds the images of an archive: those in `manifest.json`, then those only in `index.json`;
/// without both, those in `repositories`.
///
/// Returns `None` if the archive has none of these files.
pub fn discover(path: &str, members: &Members) -> Result<Option<Vec<Image>>, Error> {
    let mut notes = Vec::new();
    let docker = docker::drafts(path, members)?;
    let oci = oci::drafts(path, members, &mut notes)?;
    let v1 = if docker.is_none() && oci.is_none() { v1::drafts(path, members, &mut notes)? } else { None };
    let found: Vec<&str> = [(&docker, "manifest.json"), (&oci, "index.json"), (&v1, "repositories")]
        .into_iter()
        .filter(|(drafts, _)| drafts.is_some())
        .map(|(_, name)| name)
        .collect();
    if found.is_empty() {
        return Ok(None);
    }
    let mut images: Vec<Image> = Vec::new();
    // The image that each config became.
    let mut configs: HashMap<usize, usize> = HashMap::new();
    for draft in [docker, oci, v1].into_iter().flatten().flatten() {
        // The same bytes are the same image; reading them again could go on for hours.
        let config = draft.config.as_ref().map(|config| config.id);
        let known = config.and_then(|config| configs.get(&config).copied());
        if let Some(known) = known {
            images[known].learn(draft.built_on);
            continue;
        }
        let mut image = assemble(path, members, draft)?;
        // Docker 25 and later describe the same image in manifest.json and in index.json.
        let known = images.iter().position(|known| known.id.is_some() && known.id == image.id);
        if let Some(known) = known {
            images[known].learn(image.built_on.take());
        } else {
            images.push(image);
        }
        if let Some(config) = config {
            configs.insert(config, known.unwrap_or(images.len() - 1));
        }
    }
    if images.is_empty() {
        let why = notes.iter().map(|note| note.kind.to_string()).collect::<Vec<_>>().join("; ");
        let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
        let found = format!("its {} names no image that is in the archive{why}", found.join(" and "));
        return Err(Error::NoImage { path: path.into(), found });
    }
    for image in &mut images {
        image.warnings.extend(notes.iter().cloned());
    }
    Ok(Some(images))
}

fn assemble(path: &str, members: &Members, draft: Draft) -> Result<Image, Error> {
    let mut warnings = Vec::new();
    let mut mismatches = draft.mismatches;
    let mut id = None;
    let mut config = match (&draft.config, &draft.config_name) {
        (Some(member), name) => {
            let name = name.as_deref().unwrap_or("config");
            let bytes = read_json_member(path, name, member)?;
            mismatches.extend(digest_mismatch(name, &bytes));
            id = Some(format!("sha256:{}", hex(&sha256(&bytes))));
            Config::parse(&bytes).unwrap_or_else(|error| {
                warnings.push(Warning::image(format!("{}: {error}; shown without history", escaped_str(name))));
                Config::default()
            })
        }
        (None, Some(name)) => {
            let name = escaped_str(name);
            warnings.push(Warning::image(format!("the config {name} is not in the archive; shown without history")));
            Config::default()
        }
        (None, None) => Config::of_history(draft.history),
    };
    let instructions = config.instructions(draft.layers.len(), &mut warnings);
    let diff_ids = config.diff_ids();
    if !diff_ids.is_empty() && diff_ids.len() != draft.layers.len() {
        let (ids, layers) = (diff_ids.len(), draft.layers.len());
        warnings.push(Warning::image(format!("the config names {ids} diff IDs for {layers} layers")));
    }
    let layers = draft.layers.into_iter().zip(instructions).enumerate().map(|(i, (layer, instruction))| Layer {
        member: members.find(&layer.name),
        digest: layer.digest.or_else(|| digest_of_blob_name(&layer.name)),
        name: escaped(&layer.name),
        diff_id: diff_ids.get(i).cloned(),
        instruction,
        size: layer.size,
        foreign: layer.foreign,
    });
    Ok(Image {
        tags: draft.tags,
        id,
        manifest: draft.manifest,
        platform: config.platform().or(draft.platform),
        created: config.created.clone(),
        built_on: draft.built_on,
        layers: layers.collect(),
        run: config.run(),
        history: config.history.unwrap_or_default(),
        warnings,
        mismatches,
    })
}

fn digest_of_blob_name(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?.strip_prefix("blobs/")?;
    let (algorithm, digits) = name.split_once('/')?;
    let hexadecimal = digits.len() >= 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| format!("{algorithm}:{digits}"))
}

/// Compares the SHA-256 of bytes with their name, such as `<digits>.json` or `sha256:<digits>`;
/// returns a warning if they differ.
fn digest_mismatch(name: &str, bytes: &[u8]) -> Option<Warning> {
    let digits = name.rsplit([':', '/']).next()?.split('.').next()?;
    let is_digest = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let found = hex(&sha256(bytes));
    (is_digest && !found.eq_ignore_ascii_case(digits))
        .then(|| Warning::image(format!("{} has the digest sha256:{found}", escaped_str(name))))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}

/// Reads a JSON member of at most [`JSON_LIMIT`] bytes.
fn read_json_member(path: &str, name: &str, member: &Member) -> Result<Vec<u8>, Error> {
    if member.extent.len > JSON_LIMIT {
        return Err(Error::Limit {
            path: path.into(),
            what: format!("{} has {} bytes", escaped_str(name), member.extent.len),
            limit: format!("{JSON_LIMIT} bytes"),
        });
    }
    member.read().map_err(|source| Error::Io { path: path.into(), operation: "read", source })
}

/// Parses a JSON member; a byte order mark is allowed.
fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}
