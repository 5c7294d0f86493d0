//! Reads `manifest.json`, an array of images written by `docker save`, `podman save`, skopeo,
//! kaniko and bazel.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Draft, LayerDraft, parse, read_json_member};
use crate::archive::Members;
use crate::error::Error;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestEntry {
    config: Option<String>,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
    /// Descriptors by diff ID.
    layer_sources: Option<HashMap<String, Descriptor>>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Option<String>,
    /// The places to download a layer that may not be distributed.
    urls: Option<Vec<String>>,
}

/// Reads the images in `manifest.json`; `None` if the file does not exist.
///
/// An object instead of a list is an image manifest: the `dir:` layout of skopeo and podman.
pub fn drafts(path: &str, members: &Members) -> Result<Option<Vec<Draft>>, Error> {
    const NAME: &str = "manifest.json";
    let Some(member) = members.find(NAME.as_bytes()) else { return Ok(None) };
    let bytes = read_json_member(path, NAME, &member)?;
    let bad = |problem: String| Error::BadJson { path: path.into(), member: NAME.into(), problem };
    let first = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start().first();
    let entries: Option<Vec<ManifestEntry>> = match first {
        Some(b'{') => return super::oci::copied_manifest(&bytes, members).map_err(|error| bad(error.to_string())),
        _ => parse(&bytes).map_err(|error| bad(error.to_string()))?,
    };
    let entries = entries.ok_or_else(|| bad("it is null where an array of images was expected".into()))?;
    Ok(Some(entries.into_iter().map(|entry| draft(entry, members)).collect()))
}

fn draft(entry: ManifestEntry, members: &Members) -> Draft {
    let sources = entry.layer_sources.unwrap_or_default().into_values();
    let by_digits: HashMap<String, Descriptor> = sources
        .filter_map(|descriptor| Some((descriptor.digest.as_ref()?.split_once(':')?.1.to_owned(), descriptor)))
        .collect();
    let layers = entry.layers.unwrap_or_default().into_iter().map(|name| {
        let descriptor = by_digits.get(name.rsplit('/').next().unwrap_or(&name));
        LayerDraft {
            digest: descriptor.and_then(|descriptor| descriptor.digest.clone()),
            foreign: descriptor.is_some_and(|d| d.urls.as_ref().is_some_and(|urls| !urls.is_empty())),
            size: None,
            name: name.into_bytes(),
        }
    });
    Draft {
        tags: entry.repo_tags.unwrap_or_default(),
        config: entry.config.as_deref().and_then(|name| members.find(name.as_bytes())),
        manifest: None,
        config_name: entry.config,
        history: None,
        layers: layers.collect(),
        platform: None,
        built_on: None,
        mismatches: Vec::new(),
    }
}
