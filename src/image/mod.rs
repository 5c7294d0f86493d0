//! Which images an archive holds, and what each is made of.
//!
//! The only place that knows the archive's layouts, how layers are compressed
//! and how whiteouts are spelled. An [`Image`] is an ordered list of layers
//! with the instructions that made them, whatever wrote the archive.

mod compression;
mod config;
mod docker;
mod instruction;
mod layer;
mod oci;
pub mod whiteout;

use crate::archive::{Member, Members};
use crate::error::Error;
use crate::text::{escaped, escaped_str, hex};
use crate::warning::Warning;

pub use compression::{Compression, head};
pub use config::{Config, HistoryEntry};
pub use instruction::Instruction;
pub use layer::{EntryRef, LayerEntries, Progress, ReadLayer, hash_extent, read_layer};

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
}

/// An image of an archive: what is known before any layer is read.
#[derive(Clone, Default)]
pub struct Image {
    /// The names it was saved under.
    pub tags: Vec<String>,
    /// The digest of its config: what engines call the image ID.
    pub id: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// When it was built, as the config has it.
    pub created: Option<String>,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
    /// Its whole history, with the steps that made no layer.
    pub history: Vec<HistoryEntry>,
    /// What is missing or does not fit.
    pub warnings: Vec<Warning>,
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

    /// A line that tells the image from the others of its archive.
    pub fn description(&self) -> String {
        let tags = if self.tags.is_empty() { "(no tag)".into() } else { escaped_str(&self.tags.join(", ")) };
        let short = self.id.as_deref().map_or(String::new(), |id| id.chars().skip("sha256:".len()).take(12).collect());
        let platform = self.platform.as_deref().unwrap_or("unknown platform");
        format!("{tags}  {}  {short}  {} layers", escaped_str(platform), self.layers.len())
    }

    fn answers_to(&self, wanted: &str) -> bool {
        let without_latest = wanted.strip_suffix(":latest").unwrap_or(wanted);
        let digits = wanted.strip_prefix("sha256:").unwrap_or(wanted);
        let id = self.id.as_deref().and_then(|id| id.strip_prefix("sha256:")).unwrap_or_default();
        self.tags.iter().any(|tag| tag == wanted || tag.strip_suffix(":latest").unwrap_or(tag) == without_latest)
            || (digits.len() >= 4 && id.starts_with(digits))
    }
}

/// Where the parts of an image are named, before its config has been read.
struct Draft {
    tags: Vec<String>,
    config_name: Option<String>,
    config: Option<Member>,
    layers: Vec<LayerDraft>,
    platform: Option<String>,
}

struct LayerDraft {
    name: Vec<u8>,
    digest: Option<String>,
}

/// Finds the images of an archive: `manifest.json` first, then what only `index.json` names.
pub fn discover(path: &str, members: &Members) -> Result<Vec<Image>, Error> {
    let mut notes = Vec::new();
    let mut drafts = docker::drafts(path, members)?;
    let from_manifest = drafts.is_some();
    let oci = oci::drafts(path, members, &mut notes)?;
    let from_index = oci.is_some();
    let mut images: Vec<Image> = Vec::new();
    for draft in drafts.take().into_iter().flatten().chain(oci.into_iter().flatten()) {
        let image = assemble(path, members, draft)?;
        // Docker 25 and later describe the same image in manifest.json and in index.json.
        if image.id.is_none() || images.iter().all(|known| known.id != image.id) {
            images.push(image);
        }
    }
    if images.is_empty() {
        return Err(nothing_found(path, members, from_manifest, from_index, &notes));
    }
    for image in &mut images {
        image.warnings.extend(notes.iter().cloned());
    }
    Ok(images)
}

/// Picks the image that `wanted` names, or the only one.
pub fn choose(path: &str, mut images: Vec<Image>, wanted: Option<&str>) -> Result<Image, Error> {
    let choices = |images: &[Image]| images.iter().map(Image::description).collect::<Vec<_>>();
    let Some(wanted) = wanted else {
        if images.len() > 1 {
            return Err(Error::Ambiguous { path: path.into(), choices: choices(&images) });
        }
        return Ok(images.swap_remove(0));
    };
    match images.iter().position(|image| image.answers_to(wanted)) {
        Some(i) => Ok(images.swap_remove(i)),
        None => Err(Error::NoSuchImage { path: path.into(), wanted: escaped_str(wanted), choices: choices(&images) }),
    }
}

fn assemble(path: &str, members: &Members, draft: Draft) -> Result<Image, Error> {
    let mut warnings = Vec::new();
    let mut id = None;
    let config = match (&draft.config, &draft.config_name) {
        (Some(member), name) => {
            let name = name.as_deref().unwrap_or("config");
            let bytes = read_json_member(path, name, member)?;
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
        (None, None) => Config::default(),
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
    });
    Ok(Image {
        tags: draft.tags,
        id,
        platform: config.platform().or(draft.platform),
        created: config.created.clone(),
        layers: layers.collect(),
        history: config.history.unwrap_or_default(),
        warnings,
    })
}

fn digest_of_blob_name(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?.strip_prefix("blobs/")?;
    let (algorithm, digits) = name.split_once('/')?;
    let hexadecimal = digits.len() >= 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| format!("{algorithm}:{digits}"))
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

fn nothing_found(path: &str, members: &Members, manifest: bool, index: bool, notes: &[Warning]) -> Error {
    if let Some((offset, fault)) = members.fault() {
        if members.is_empty() {
            let found = compression::describe(members.source());
            return Error::NotAnArchive { path: path.into(), found };
        }
        return Error::Damaged { path: path.into(), offset: *offset, problem: fault.to_string() };
    }
    let found = match (manifest, index) {
        (true, false) => "its manifest.json lists no image".into(),
        (_, true) => {
            let why = notes.iter().map(|note| note.text.clone()).collect::<Vec<_>>().join("; ");
            let why = if why.is_empty() { "it lists nothing".into() } else { why };
            format!("its index.json names no image that is in the archive ({why})")
        }
        (false, false) if members.is_empty() => "it is an empty tar".into(),
        (false, false) => {
            let mut names: Vec<_> = members.names().map(escaped).collect();
            names.sort();
            let count = names.len();
            names.truncate(3);
            let plural = if count == 1 { "member" } else { "members" };
            format!("it is a tar of {count} {plural} ({}, …) without manifest.json or index.json", names.join(", "))
        }
    };
    Error::NoImage { path: path.into(), found }
}
