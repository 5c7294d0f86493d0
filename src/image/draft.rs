//! Describes an image by an archive's tables of contents, before its config and its layers are
//! searched.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::compression::Compression;
use super::config::{Config, HistoryEntry};
use super::digest::is_of_digest;
use super::json::{Document, Value};
use super::platform::Platform;
use super::stated::StatedSize;
use super::{BuiltOn, JSON_LIMIT, LayerFormat, TocPlace, Variables};
use crate::archive::{Absence, Member, Members, MemorySource};
use crate::display::{Escaped, bytes, escaped, escaped_display, escaped_str, shown};
use crate::error::Error;
use crate::warning::{Warning, WarningKind};

/// The most bytes that descriptors may embed in one archive.
const EMBEDDED_LIMIT: u64 = 64 << 20;

/// The parts of an image by name.
#[derive(Default)]
pub(super) struct Draft {
    pub tags: Vec<String>,
    /// The digest of its manifest.
    pub manifest: Option<String>,
    /// The digests of the indexes that lead to it.
    pub indexes: Vec<String>,
    /// Its positions in the table of contents, counted from 0.
    pub positions: Vec<usize>,
    pub config: ConfigDraft,
    /// The size that the manifest states for the config.
    pub config_size: StatedSize,
    /// The history, where it does not come from a configuration.
    pub history: Option<Vec<HistoryEntry>>,
    pub layers: Vec<LayerDraft>,
    /// The diff IDs of layers that may not be distributed, where only these name them.
    pub foreign: HashSet<String>,
    /// True if an OCI layout names layers by the media types of Docker.
    pub docker_media_types: bool,
    /// The platform, if an index has it.
    pub platform: Platform,
    pub built_on: Option<BuiltOn>,
    pub annotations: Variables,
    /// The provenance of its build, as attestations have it.
    pub attestations: Vec<String>,
    pub warnings: Vec<Warning>,
    pub mismatches: Vec<Warning>,
    /// The reasons why the manifest cannot be verified.
    pub unverifiable: Vec<Escaped>,
}

/// The place of an image's config.
#[derive(Default)]
pub(super) enum ConfigDraft {
    /// There is none.
    #[default]
    None,
    /// In a member with this name.
    Named(String),
    /// In the manifest.
    Inline(Box<Config>),
}

/// A layer as a manifest names it.
pub(super) struct LayerDraft {
    pub name: Vec<u8>,
    pub digest: Option<String>,
    /// The stored size in bytes, as the manifest states it.
    pub size: StatedSize,
    pub foreign: bool,
    pub format: LayerFormat,
    /// The compression that its media type names.
    pub named: Option<Compression>,
    /// The place of its table of contents.
    pub table: Option<TocPlace>,
}

/// The archive in which images are searched, and the remarks on it.
pub(super) struct Search<'a> {
    /// The archive, escaped for display.
    pub path: &'a Escaped,
    pub members: &'a Members,
    /// Warnings that are not about one image.
    pub notes: Vec<Warning>,
    /// The number of missing blobs that indexes name, without a reason for them to be missing.
    pub dropped: usize,
    /// The blobs that descriptors embed and the archive does not have, by their names.
    embedded: HashMap<Vec<u8>, Member>,
    /// The number of their bytes.
    embedded_bytes: u64,
}

impl<'a> Search<'a> {
    /// Begins a search in an archive.
    pub fn of(path: &'a Escaped, members: &'a Members) -> Self {
        let (notes, embedded) = (Vec::new(), HashMap::new());
        Self { path, members, notes, dropped: 0, embedded, embedded_bytes: 0 }
    }
}

impl Search<'_> {
    /// Adds the blob called `name` whose bytes a descriptor embeds, if the archive does not have it.
    /// It must have the digest and the size that the descriptor states (descriptor.md, "data").
    pub fn embed(&mut self, name: Vec<u8>, digest: &str, size: StatedSize, data: &str) {
        let is_known = self.embedded.contains_key(&name);
        if is_known || !matches!(self.members.locate(&name), Err(Absence::NotThere)) {
            return;
        }
        let problem = match STANDARD.decode(data.trim()) {
            Err(_) => "its data is not base64",
            Ok(bytes) if size.bytes().is_some_and(|size| size != bytes.len() as u64) => {
                "its data does not have the size that is stated"
            }
            Ok(bytes) if !is_of_digest(&bytes, digest) => "its data does not have its digest",
            Ok(bytes) if self.embedded_bytes + bytes.len() as u64 > EMBEDDED_LIMIT => {
                "there is more data in descriptors than is read"
            }
            Ok(bytes) => {
                self.embedded_bytes += bytes.len() as u64;
                let source = Arc::new(MemorySource(bytes));
                // Members of the archive are numbered from the start.
                let id = usize::MAX - self.embedded.len();
                self.embedded.insert(name, Member { id, ..Member::whole(source) });
                return;
            }
        };
        self.note(WarningKind::FieldUnreadable {
            name: escaped_str(digest),
            problem: problem.into(),
        });
    }

    /// Finds the member called `name`, or the blob that a descriptor embeds.
    pub fn find(&self, name: &[u8]) -> Option<Member> {
        self.locate(name).ok()
    }

    /// Finds the member called `name`, or the blob that a descriptor embeds.
    ///
    /// # Errors
    ///
    /// The reason why the archive does not have it.
    pub fn locate(&self, name: &[u8]) -> Result<Member, Absence> {
        match self.members.locate(name) {
            Err(Absence::NotThere) => self.embedded.get(name).cloned().ok_or(Absence::NotThere),
            found => found,
        }
    }

    /// Notes something on all images of the archive.
    pub fn note(&mut self, kind: impl Into<WarningKind>) {
        self.notes.push(Warning::image(kind));
    }

    /// Reads the JSON member called `name`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// An error if the member cannot be read or is not JSON.
    pub fn table(&mut self, name: &str) -> Result<Option<Value>, Error> {
        let member = match self.members.locate(name.as_bytes()) {
            Ok(member) => member,
            Err(Absence::NotThere) => return Ok(None),
            Err(Absence::Unreadable(kind)) => {
                let path = shown!("{}/{}", self.path, escaped_str(name));
                return Err(Error::Io { path, operation: "read", source: kind.into() });
            }
            Err(absence) => {
                self.note(WarningKind::TableUnreadable {
                    name: escaped_str(name),
                    problem: explain(&absence),
                });
                return Ok(None);
            }
        };
        let bytes = read_json_member(self.path, name, &member)?;
        let document =
            Document::parse(&bytes).map_err(|error| self.bad_json(name, error.to_string()))?;
        for doubt in document.doubts {
            self.note(WarningKind::FieldUnreadable {
                name: escaped_str(name),
                problem: escaped_str(&doubt),
            });
        }
        Ok(Some(document.value))
    }

    /// Makes the error for a member that cannot be understood.
    pub fn bad_json(&self, member: &str, problem: String) -> Error {
        Error::BadJson { path: self.path.clone(), member: escaped_str(member), problem }
    }
}

/// Says why a member is not there: `is not in the archive`.
pub(super) fn explain(absence: &Absence) -> Escaped {
    let path_of = |path: &std::path::Path| escaped(path.as_os_str().as_encoded_bytes());
    match absence {
        Absence::NotThere => "is not in the archive".into(),
        Absence::Dangling(target) => {
            shown!("is a link to {}, which is not there", escaped(target))
        }
        Absence::LinkOut { target, other_digest: true } => {
            shown!(
                "is a link that leads out of the directory, to {}, which has another digest",
                path_of(target)
            )
        }
        Absence::LinkOut { target, other_digest: false } => {
            shown!(
                "is a link that leads out of the directory, to {}, and no digest vouches for it",
                path_of(target)
            )
        }
        Absence::Unreadable(kind) => shown!("cannot be read ({})", escaped_display(kind)),
    }
}

/// Reads a JSON member, which must not be larger than [`JSON_LIMIT`].
pub(super) fn read_json_member(
    path: &Escaped,
    name: &str,
    member: &Member,
) -> Result<Vec<u8>, Error> {
    if member.extent.len > JSON_LIMIT {
        return Err(Error::Limit {
            path: path.clone(),
            what: format!("{} has {}", escaped_str(name), bytes(member.extent.len)),
            limit: bytes(JSON_LIMIT),
        });
    }
    member.read().map_err(|source| Error::Io { path: path.clone(), operation: "read", source })
}
