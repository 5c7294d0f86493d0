//! Which images an archive holds, and what each is made of.
//!
//! The only place that knows the archive's layouts, how layers are compressed
//! and how whiteouts are spelled. An [`Image`] is an ordered list of layers
//! with the instructions that made them, whatever wrote the archive.

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

/// One layer, as the manifest and the config name it.
#[derive(Clone)]
pub struct Layer {
    /// The member that holds it, escaped for display.
    pub name: String,
    /// Its bytes; `None` if the archive does not hold them.
    pub member: Option<Member>,
    /// The digest of the bytes as stored, where the archive tells.
    pub digest: Option<String>,
    /// The digest of the uncompressed tar, from the config.
    pub diff_id: Option<String>,
    /// What made it.
    pub instruction: Instruction,
    /// The size as stored in bytes, where the manifest tells.
    pub size: Option<u64>,
    /// Whether its bytes may not be distributed, so that archives leave them out.
    pub foreign: bool,
}

/// What an image says of its base image (OCI image specification, annotations.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltOn {
    /// Its name; not escaped.
    pub name: String,
    /// The digest of its manifest; not escaped.
    pub digest: Option<String>,
}

impl BuiltOn {
    /// The annotation, or the label, with the name.
    pub const NAME: &str = "org.opencontainers.image.base.name";
    /// The annotation, or the label, with the digest.
    pub const DIGEST: &str = "org.opencontainers.image.base.digest";
}

/// An image of an archive: what is known before any layer is read.
#[derive(Clone, Default)]
pub struct Image {
    /// The names it was saved under.
    pub tags: Vec<String>,
    /// The digest of its config: what engines call the image ID.
    pub id: Option<String>,
    /// The digest of its manifest, where it comes from an index.
    pub manifest: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// When it was built, as the config has it.
    pub created: Option<String>,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
    /// What its manifest, or an index, says of the image that it was built on.
    pub built_on: Option<BuiltOn>,
    /// What a container of it runs.
    pub run: Run,
    /// Its whole history, with the steps that made no layer.
    pub history: Vec<HistoryEntry>,
    /// What is missing or does not fit.
    pub warnings: Vec<Warning>,
    /// Manifests and configs whose bytes do not have the digest that they are named by.
    pub mismatches: Vec<Warning>,
}

impl Image {
    /// What to call the image: its first tag, else its short ID.
    pub fn name(&self) -> String {
        match (self.tags.first(), &self.id) {
            (Some(tag), _) => escaped_str(tag),
            (None, Some(id)) => id.chars().take("sha256:".len() + 12).collect(),
            (None, None) => "(untitled image)".into(),
        }
    }

    /// The layers as the archive stores them, in bytes, each as often as it is used.
    pub fn stored_bytes(&self) -> u64 {
        self.layers.iter().filter_map(|layer| layer.member.as_ref()).map(|member| member.extent.len).sum()
    }

    /// A line that tells the image from the others of its archive.
    pub fn description(&self) -> String {
        let tags = if self.tags.is_empty() { "(no tag)".into() } else { escaped_str(&self.tags.join(", ")) };
        let short = self.id.as_deref().map_or(String::new(), |id| id.chars().skip("sha256:".len()).take(12).collect());
        let platform = self.platform.as_deref().unwrap_or("unknown platform");
        let size = crate::display::Units::Iec.size(self.stored_bytes());
        let layers = crate::display::plural(self.layers.len(), "layer");
        format!("{tags}  {}  {short}  {layers}  {size}", escaped_str(platform))
    }

    /// Takes what another description of the same image says of its base.
    fn learn(&mut self, built_on: Option<BuiltOn>) {
        self.built_on = self.built_on.take().or(built_on);
    }

    /// A tar without any manifest, shown as an image of one layer.
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

/// Where the parts of an image are named, before its config has been read.
struct Draft {
    tags: Vec<String>,
    manifest: Option<String>,
    config_name: Option<String>,
    config: Option<Member>,
    /// The history, where it does not come from a config.
    history: Option<Vec<HistoryEntry>>,
    layers: Vec<LayerDraft>,
    platform: Option<String>,
    built_on: Option<BuiltOn>,
    mismatches: Vec<Warning>,
}

struct LayerDraft {
    name: Vec<u8>,
    digest: Option<String>,
    /// The size as stored in bytes, where the manifest tells.
    size: Option<u64>,
    foreign: bool,
}

/// Finds the images of an archive: `manifest.json` first, then what only `index.json` names, else `repositories`.
///
/// `None` if the archive has none of them.
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

/// Says if bytes do not have the SHA-256 that their name claims, such as `<digits>.json` or `sha256:<digits>`.
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

/// Reads a JSON member, which must not be larger than [`JSON_LIMIT`].
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

/// Reads and parses a JSON member, with a byte order mark allowed.
fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}
