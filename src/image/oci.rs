//! Reads the OCI image layout (image-layout.md): `index.json` refers to indexes, manifests and
//! blobs.

use std::collections::HashMap;

use serde::Deserialize;

use super::config::platform;
use super::{BuiltOn, Draft, LayerDraft, digest_mismatch, parse, read_json_member};
use crate::archive::Members;
use crate::display::escaped_str;
use crate::error::Error;
use crate::warning::Warning;

/// An index or a manifest, depending on the lists it has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    annotations: Option<Annotations>,
}

type Annotations = HashMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: Option<String>,
    digest: Option<String>,
    size: Option<u64>,
    annotations: Option<Annotations>,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
}

impl Platform {
    fn text(&self) -> Option<String> {
        platform(self.os.as_deref(), self.architecture.as_deref(), self.variant.as_deref())
    }
}

/// The most levels of nested indexes; builders write two.
const DEPTH_LIMIT: usize = 8;
/// The most manifests of one archive.
const MANIFEST_LIMIT: usize = 10_000;

/// Reads the images that `index.json` refers to, in its order; `None` if the file does not exist.
pub fn drafts(path: &str, members: &Members, notes: &mut Vec<Warning>) -> Result<Option<Vec<Draft>>, Error> {
    const NAME: &str = "index.json";
    let Some(member) = members.find(NAME.as_bytes()) else { return Ok(None) };
    let bytes = read_json_member(path, NAME, &member)?;
    let index: Document = parse(&bytes).map_err(|error| Error::BadJson {
        path: path.into(),
        member: NAME.into(),
        problem: error.to_string(),
    })?;
    let mut drafts: Vec<Draft> = Vec::new();
    // A stack, with the first descriptor on top, keeps the order of the index.
    let above = Above { tags: Vec::new(), built_on: BuiltOn::of(index.annotations.as_ref()), depth: 0 };
    let mut work: Vec<_> =
        index.manifests.unwrap_or_default().into_iter().rev().map(|descriptor| (descriptor, above.clone())).collect();
    let mut seen = 0;
    // The draft that each blob became, if it became one.
    let mut known: HashMap<usize, Option<usize>> = HashMap::new();
    while let Some((descriptor, above)) = work.pop() {
        seen += 1;
        if seen > MANIFEST_LIMIT {
            let what = "index.json leads to too many manifests".into();
            return Err(Error::Limit { path: path.into(), what, limit: format!("{MANIFEST_LIMIT} manifests") });
        }
        let Some(digest) = descriptor.digest.clone() else { continue };
        let shown = escaped_str(&digest);
        let of_platform = descriptor.platform.as_ref().and_then(Platform::text);
        let named = of_platform.as_deref().map_or(String::new(), |p| format!(" for {}", escaped_str(p)));
        if is_attestation(&descriptor) {
            notes.push(Warning::image(format!("{shown} is an attestation, not an image; not opened")));
            continue;
        }
        let Some(blob) = members.find(&blob_name(&digest)) else {
            notes.push(Warning::image(format!("the manifest {shown}{named} is listed but not in the archive")));
            continue;
        };
        let tags = with_tags(above.tags, &descriptor);
        let built_on = BuiltOn::of(descriptor.annotations.as_ref()).or(above.built_on);
        // An index may list itself, or one manifest under several tags.
        if let Some(became) = known.get(&blob.id) {
            if let Some(draft) = became.and_then(|draft| drafts.get_mut(draft)) {
                let new = tags.into_iter().filter(|tag| !draft.tags.contains(tag)).collect::<Vec<_>>();
                draft.tags.extend(new);
            }
            continue;
        }
        known.insert(blob.id, None);
        let bytes = read_json_member(path, &shown, &blob)?;
        let mismatches: Vec<_> = digest_mismatch(&digest, &bytes).into_iter().collect();
        let document: Document = match parse(&bytes) {
            Ok(document) => document,
            Err(error) => {
                notes.push(Warning::image(format!("the manifest {shown} cannot be understood: {error}")));
                continue;
            }
        };
        if let Some(manifests) = document.manifests {
            if above.depth < DEPTH_LIMIT {
                let built_on = BuiltOn::of(document.annotations.as_ref()).or(built_on);
                let above = Above { tags, built_on, depth: above.depth + 1 };
                work.extend(manifests.into_iter().rev().map(|descriptor| (descriptor, above.clone())));
            }
            continue;
        }
        match draft(document, tags, of_platform, members, blob_name) {
            Some(draft) => {
                known.insert(blob.id, Some(drafts.len()));
                let built_on = draft.built_on.or(built_on);
                drafts.push(Draft { manifest: Some(digest), mismatches, built_on, ..draft });
            }
            None => notes.push(Warning::image(format!("{shown} is an artifact without tar layers; not opened"))),
        }
    }
    Ok(Some(drafts))
}

/// Reads the image of a `dir:` copy, where `manifest.json` is the image manifest and blobs are
/// named by their digits.
pub fn copied_manifest(bytes: &[u8], members: &Members) -> Result<Option<Vec<Draft>>, serde_json::Error> {
    let bare = |digest: &str| digest.split_once(':').map_or(digest, |(_, digits)| digits).as_bytes().to_vec();
    let document: Document = parse(bytes)?;
    if document.layers.is_none() {
        return Ok(None);
    }
    Ok(draft(document, Vec::new(), None, members, bare).map(|draft| vec![draft]))
}

/// Reads the image that a manifest describes; `None` if it is another kind of artifact.
fn draft(
    document: Document,
    tags: Vec<String>,
    platform: Option<String>,
    members: &Members,
    name: impl Fn(&str) -> Vec<u8>,
) -> Option<Draft> {
    let built_on = BuiltOn::of(document.annotations.as_ref());
    let layers = document.layers.unwrap_or_default();
    let is_tar = |layer: &Descriptor| layer.media_type.as_deref().is_none_or(|kind| kind.contains("tar"));
    if !layers.is_empty() && !layers.iter().any(is_tar) {
        return None;
    }
    let config_name = document.config.and_then(|config| config.digest);
    let foreign = |kind: &str| kind.contains("foreign") || kind.contains("nondistributable");
    let layers = layers.into_iter().map(|layer| {
        let digest = layer.digest.unwrap_or_default();
        LayerDraft {
            name: name(&digest),
            size: layer.size,
            foreign: layer.media_type.as_deref().is_some_and(foreign),
            digest: Some(digest),
        }
    });
    Some(Draft {
        tags,
        manifest: None,
        config: config_name.as_deref().and_then(|digest| members.find(&name(digest))),
        config_name,
        history: None,
        layers: layers.collect(),
        platform,
        built_on,
        mismatches: Vec::new(),
    })
}

/// The information that indexes have about a manifest.
#[derive(Clone)]
struct Above {
    tags: Vec<String>,
    built_on: Option<BuiltOn>,
    depth: usize,
}

impl BuiltOn {
    /// Reads the base image from annotations.
    fn of(annotations: Option<&Annotations>) -> Option<Self> {
        let get = |key| annotations?.get(key).filter(|text| !text.is_empty()).cloned();
        Some(Self { name: get(Self::NAME)?, digest: get(Self::DIGEST) })
    }
}

fn blob_name(digest: &str) -> Vec<u8> {
    format!("blobs/{}", digest.replacen(':', "/", 1)).into_bytes()
}

/// Returns whether a manifest is an attestation. BuildKit stores provenance beside the image as a
/// separate manifest.
fn is_attestation(descriptor: &Descriptor) -> bool {
    let annotations = descriptor.annotations.as_ref();
    annotations.and_then(|a| a.get("vnd.docker.reference.type")).is_some_and(|kind| kind == "attestation-manifest")
}

/// Adds the full reference to the tags or, if there is none, `ref.name`: a full name (podman,
/// skopeo) or only a tag.
fn with_tags(mut tags: Vec<String>, descriptor: &Descriptor) -> Vec<String> {
    let annotations = descriptor.annotations.as_ref();
    let get = |key| annotations.and_then(|a| a.get(key)).cloned();
    if let Some(tag) = get("io.containerd.image.name").or_else(|| get("org.opencontainers.image.ref.name"))
        && !tags.contains(&tag)
    {
        tags.push(tag);
    }
    tags
}
