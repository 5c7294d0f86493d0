//! The OCI image layout (image-layout.md): `index.json` leads through indexes and manifests to
//! blobs; and `dir:` copies, where the same documents lie side by side.

mod attestation;
mod manifest;

use std::collections::HashMap;

use super::digest::digest_mismatch;
use super::document::DocumentError;
use super::draft::{ConfigDraft, Draft, LayerDraft, Search, explain, read_json_member};
use super::format::holds_a_tar;
use super::json::{self, Value};
use super::platform::Platform;
use super::stated::StatedSize;
use super::{BuiltOn, LayerFormat, TocPlace, Variables};
use crate::archive::{Absence, Member};
use crate::display::{Escaped, escaped_display, escaped_str, shown};
use crate::error::Error;
use crate::warning::{Warning, WarningKind};
use attestation::{is_attestation, provenance, subject};
use manifest::{Annotations, Descriptor, Document, with_tags};

/// The member that leads to the images.
pub(super) const NAME: &str = "index.json";

/// The naming of blobs by their digests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// `blobs/ALGORITHM/DIGITS`.
    Layout,
    /// By bare digits, with the suffix `.manifest.json` for manifests.
    Flat,
}

impl Naming {
    fn blob(self, digest: &str) -> Vec<u8> {
        match self {
            Self::Layout => format!("blobs/{}", digest.replacen(':', "/", 1)).into_bytes(),
            Self::Flat => digest.split_once(':').map_or(digest, |(_, digits)| digits).into(),
        }
    }

    fn manifest(self, search: &Search<'_>, digest: &str) -> Result<Member, Absence> {
        let blob = self.blob(digest);
        let named = match self {
            Self::Layout => None,
            Self::Flat => search.find(&[&blob, &b".manifest.json"[..]].concat()),
        };
        named.map_or_else(|| search.locate(&blob), Ok)
    }

    /// Takes the blob that a descriptor embeds.
    fn embed(self, descriptor: &Descriptor, search: &mut Search<'_>) {
        if let (Some(digest), Some(data)) = (&descriptor.digest, &descriptor.data) {
            search.embed(self.blob(digest), digest, descriptor.size, data);
        }
    }
}

/// The most levels of nested indexes; builders write two.
const DEPTH_LIMIT: usize = 8;
/// The most manifests of one archive.
const MANIFEST_LIMIT: usize = 10_000;

/// Lists the images that `index.json` leads to, in its order; `None` if there is none.
pub(super) fn drafts(search: &mut Search<'_>) -> Result<Option<Vec<Draft>>, Error> {
    let Some(value) = search.table(NAME)? else { return Ok(None) };
    if !matches!(value, Value::Object(_)) {
        return Err(search.bad_json(NAME, format!("it is {} instead of an object", value.kind())));
    }
    let index = read_top(value, NAME, search);
    walk(index, Naming::Layout, search).map(Some)
}

/// Lists the images of a `dir:` copy, where `manifest.json` is the image manifest, or the list of
/// several.
pub(super) fn copied_drafts(
    value: Value,
    name: &str,
    search: &mut Search<'_>,
) -> Result<Option<Vec<Draft>>, Error> {
    let Some(document) = read_top(value, name, search) else { return Ok(None) };
    if document.manifests.is_some() {
        return walk(Some(document), Naming::Flat, search).map(Some);
    }
    if document.layers.is_none() && document.first_schema.is_none() {
        return Ok(None);
    }
    Ok(draft(document, Naming::Flat, search).map(|draft| vec![draft]))
}

fn read_top(value: Value, name: &str, search: &mut Search<'_>) -> Option<Document> {
    let mut doubts = Vec::new();
    let document = Document::read(value, &mut doubts);
    for doubt in doubts {
        search.note(WarningKind::FieldUnreadable {
            name: escaped_str(name),
            problem: escaped_str(&doubt),
        });
    }
    document
}

/// The information that indexes have about a manifest.
#[derive(Clone, Default)]
struct Above {
    tags: Vec<String>,
    built_on: Option<BuiltOn>,
    annotations: Variables,
    indexes: Vec<String>,
    /// Remarks on indexes that are not what is said of them.
    mismatches: Vec<Warning>,
    /// Reasons why the indexes cannot be compared.
    unverifiable: Vec<Escaped>,
    /// The position in `index.json`.
    position: Option<usize>,
}

/// Descriptors that are to be followed, the next one on top, which keeps the order of the index.
#[derive(Default)]
struct Walk {
    work: Vec<(Descriptor, Above)>,
    drafts: Vec<Draft>,
    /// The draft that each blob became, if it became one.
    known: HashMap<usize, Option<usize>>,
    /// The texts of attestations, each with the digest of the manifest that it is about.
    attestations: Vec<(String, String)>,
}

fn walk(
    index: Option<Document>,
    naming: Naming,
    search: &mut Search<'_>,
) -> Result<Vec<Draft>, Error> {
    let mut walk = Walk::default();
    if let Some(index) = index {
        let above = Above {
            built_on: BuiltOn::from_annotations(&index.annotations),
            annotations: texts(&index.annotations),
            ..Above::default()
        };
        walk.push_all(index.manifests.unwrap_or_default(), &above, &"the index".into(), search);
    }
    let mut seen = 0;
    while let Some((descriptor, above)) = walk.work.pop() {
        seen += 1;
        if seen > MANIFEST_LIMIT {
            let what = "its index leads to too many manifests".into();
            return Err(Error::Limit {
                path: search.path.clone(),
                what,
                limit: format!("{MANIFEST_LIMIT} manifests"),
            });
        }
        walk.follow(descriptor, above, naming, search);
    }
    for (of, text) in walk.attestations {
        let about = walk.drafts.iter_mut().find(|draft| draft.manifest.as_ref() == Some(&of));
        about.into_iter().for_each(|draft| draft.attestations.push(text.clone()));
    }
    Ok(walk.drafts)
}

impl Walk {
    fn push_all(
        &mut self,
        manifests: Vec<Option<Descriptor>>,
        above: &Above,
        of: &Escaped,
        search: &mut Search<'_>,
    ) {
        for (i, descriptor) in manifests.into_iter().enumerate().rev() {
            match descriptor {
                Some(descriptor) if descriptor.digest.is_some() => {
                    let position = above.position.or(Some(i));
                    self.work.push((descriptor, Above { position, ..above.clone() }));
                }
                _ => search.note(WarningKind::EntryLeftOut { of: of.clone(), entry: i }),
            }
        }
    }

    fn follow(
        &mut self,
        descriptor: Descriptor,
        above: Above,
        naming: Naming,
        search: &mut Search<'_>,
    ) {
        let Some(digest) = descriptor.digest.clone() else { return };
        let shown = escaped_str(&digest);
        if is_attestation(&descriptor) {
            let (texts, is_searched) = provenance(&digest, naming, search);
            search.note(WarningKind::Attestation { digest: shown, is_searched });
            let of = subject(&descriptor);
            self.attestations.extend(texts.into_iter().map(|text| (of.clone(), text)));
            return;
        }
        naming.embed(&descriptor, search);
        let blob = match naming.manifest(search, &digest) {
            Ok(blob) => blob,
            Err(Absence::NotThere) => {
                search.dropped += 1;
                search.note(WarningKind::ManifestAbsent {
                    digest: shown,
                    platform: descriptor.platform.text().map(|text| escaped_str(&text)),
                });
                return;
            }
            Err(absence) => {
                search.note(WarningKind::ManifestUnreadable {
                    digest: shown,
                    problem: explain(&absence),
                });
                return;
            }
        };
        let Above { mut mismatches, mut unverifiable, .. } = above;
        mismatches.extend(descriptor.size.mismatch(&digest, blob.extent.len));
        unverifiable.extend(descriptor.size.unverifiable(&shown, "the index"));
        let tags = with_tags(above.tags, &descriptor);
        let built_on = BuiltOn::from_annotations(&descriptor.annotations).or(above.built_on);
        let mut annotations = above.annotations;
        annotations.add_new(texts(&descriptor.annotations));
        // An index may contain itself, or one manifest with several tags.
        if let Some(became) = self.known.get(&blob.id) {
            if let Some(draft) = became.and_then(|draft| self.drafts.get_mut(draft)) {
                add_new(&mut draft.tags, tags);
                draft.annotations.add_new(annotations);
                add_new(&mut draft.indexes, above.indexes);
                draft.positions.extend(above.position);
                add_new(&mut draft.mismatches, mismatches);
                add_new(&mut draft.unverifiable, unverifiable);
            }
            return;
        }
        self.known.insert(blob.id, None);
        let mut doubts = Vec::new();
        let (document, mismatch) = match read_document(search.path, &digest, &blob, &mut doubts) {
            Ok(read) => read,
            Err(problem) => {
                let problem = shown!("cannot be understood: {}", escaped_display(&problem));
                search.note(WarningKind::ManifestUnreadable { digest: shown, problem });
                return;
            }
        };
        mismatches.extend(mismatch);
        if let Some(manifests) = document.manifests {
            if above.indexes.len() < DEPTH_LIMIT {
                let built_on = BuiltOn::from_annotations(&document.annotations).or(built_on);
                let indexes = above.indexes.into_iter().chain([digest]).collect();
                annotations.add_new(texts(&document.annotations));
                let above = Above {
                    tags,
                    built_on,
                    annotations,
                    indexes,
                    mismatches,
                    unverifiable,
                    position: above.position,
                };
                self.push_all(manifests, &above, &shown!("the index {}", shown), search);
            } else {
                let problem = shown!("lies below {} indexes, more than are followed", DEPTH_LIMIT);
                search.note(WarningKind::ManifestUnreadable { digest: shown, problem });
            }
            return;
        }
        if document.is_empty() {
            let problem = "names neither a config nor layers".into();
            search.note(WarningKind::ManifestUnreadable { digest: shown, problem });
            return;
        }
        match draft(document, naming, search) {
            Some(mut draft) => {
                self.known.insert(blob.id, Some(self.drafts.len()));
                add_new(&mut draft.tags, tags);
                draft.platform = if descriptor.platform.is_unknown() {
                    Platform::default()
                } else {
                    descriptor.platform
                };
                draft.built_on = draft.built_on.or(built_on);
                draft.annotations.add_new(annotations);
                (draft.indexes, draft.positions) =
                    (above.indexes, above.position.into_iter().collect());
                (draft.mismatches, draft.unverifiable) = (mismatches, unverifiable);
                draft.warnings.extend(doubts.iter().map(|doubt| {
                    let (name, problem) = (shown.clone(), escaped_str(doubt));
                    Warning::image(WarningKind::FieldUnreadable { name, problem })
                }));
                draft.manifest = Some(digest);
                self.drafts.push(draft);
            }
            None => search.note(WarningKind::Artifact { digest: shown }),
        }
    }
}

/// Reads an index or a manifest, and compares it with its digest.
fn read_document(
    path: &Escaped,
    digest: &str,
    blob: &Member,
    doubts: &mut Vec<String>,
) -> Result<(Document, Option<Warning>), DocumentError> {
    let bytes = read_json_member(path, digest, blob)?;
    let mismatch = digest_mismatch(digest, &bytes);
    let document = json::Document::parse(&bytes)?;
    doubts.extend(document.doubts);
    let document = Document::read(document.value, doubts).ok_or(DocumentError::NoObject)?;
    Ok((document, mismatch))
}

/// Reads the image that a manifest describes; `None` if it is another kind of artifact.
fn draft(document: Document, naming: Naming, search: &mut Search<'_>) -> Option<Draft> {
    let built_on = BuiltOn::from_annotations(&document.annotations);
    let annotations = texts(&document.annotations);
    if let Some(manifest) = document.first_schema {
        return Some(Draft {
            built_on,
            annotations,
            ..manifest.draft(|digest| naming.blob(digest))
        });
    }
    if document.layers.is_none() && document.config.is_none() {
        return None;
    }
    let lost =
        document.layers_lost.then(|| WarningKind::LayersUnreadable { name: "the manifest".into() });
    let layers = document.layers.unwrap_or_default();
    let embedded = document.config.iter().chain(layers.iter().flatten());
    embedded.for_each(|descriptor| naming.embed(descriptor, search));
    let formats: Vec<_> =
        layers.iter().map(|layer| format(layer.as_ref(), naming, search)).collect();
    if !layers.is_empty() && formats.iter().all(Option::is_none) {
        return None;
    }
    let is_docker = |layer: &Option<Descriptor>| {
        let media_type = layer.as_ref().and_then(|layer| layer.media_type.as_deref());
        media_type.is_some_and(|media_type| media_type.starts_with("application/vnd.docker."))
    };
    let docker_media_types = layers.iter().any(is_docker);
    let layers = layers.into_iter().zip(formats);
    let layers = layers.map(|(layer, format)| layer_draft(layer, format, naming));
    let config_size = document.config.as_ref().map_or(StatedSize::NotMeant, |config| config.size);
    let config = document.config.and_then(|config| config.digest);
    let named = |digest: String| String::from_utf8_lossy(&naming.blob(&digest)).into_owned();
    Some(Draft {
        config: config.map_or(ConfigDraft::None, |digest| ConfigDraft::Named(named(digest))),
        config_size,
        layers: layers.collect(),
        docker_media_types,
        warnings: lost.map(Warning::image).into_iter().collect(),
        built_on,
        annotations,
        ..Draft::default()
    })
}

/// Returns annotations as the config has variables.
fn texts(annotations: &Annotations) -> Variables {
    annotations.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// Returns the format of a layer; `None` if it is neither named as one nor is one. The bytes decide
/// where the media type is that of no layer that is known.
fn format(layer: Option<&Descriptor>, naming: Naming, search: &Search<'_>) -> Option<LayerFormat> {
    let Some(layer) = layer else { return Some(LayerFormat::Tar) };
    LayerFormat::from_media_type(layer.media_type.as_deref()).or_else(|| {
        let member = search.find(&naming.blob(layer.digest.as_deref()?))?;
        holds_a_tar(&member).then_some(LayerFormat::Tar)
    })
}

/// Returns whether a media type is that of a layer that may not be distributed.
pub(super) fn is_foreign(media_type: &str) -> bool {
    media_type.contains("foreign") || media_type.contains("nondistributable")
}

fn layer_draft(
    layer: Option<Descriptor>,
    format: Option<LayerFormat>,
    naming: Naming,
) -> LayerDraft {
    let Some(layer) = layer else {
        let format = LayerFormat::Tar;
        return LayerDraft {
            name: Vec::new(),
            digest: None,
            size: StatedSize::Absent,
            foreign: false,
            format,
            named: None,
            table: None,
        };
    };
    let media_type = layer.media_type.as_deref();
    let nydus = ["blob", "bootstrap"].iter().any(|part| {
        layer.annotations.contains_key(&format!("containerd.io/snapshot/nydus-{part}"))
    });
    LayerDraft {
        table: TocPlace::from_annotations(&|name| layer.annotations.get(name).map(String::as_str)),
        named: media_type.and_then(LayerFormat::compression),
        name: layer.digest.as_deref().map(|digest| naming.blob(digest)).unwrap_or_default(),
        size: layer.size,
        foreign: media_type.is_some_and(is_foreign),
        format: match format {
            Some(_) if nydus => LayerFormat::Nydus,
            Some(format) => format,
            None => LayerFormat::Other(media_type.unwrap_or_default().to_owned()),
        },
        digest: layer.digest,
    }
}

/// Adds the items that are missing in a list.
pub(super) fn add_new<T: PartialEq>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}
