//! Reads an image from its registry, without a pull.
//!
//! The manifest and the config are fetched, and the layers become members whose bytes are fetched
//! when they are read. The result is a layout as the OCI image specification describes it, so that
//! an image of a registry is opened as any other.

mod blob;
mod challenge;
mod client;
pub(crate) mod credentials;
mod documents;
mod redirect;
mod trust;
mod unreachable;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use self::blob::RemoteBlob;
use self::client::Client;
use self::documents::Manifest;
use super::{Answer, Cache, FindOptions, Reference};
use crate::archive::{Extent, Members, MembersBuilder, MemorySource};
use crate::display::{Escaped, escaped_str, shown};

/// The most levels of indexes.
const DEPTH_LIMIT: usize = 4;
/// The most attestations about an image that are fetched.
const ATTESTATIONS: usize = 4;
/// The media types of the configs of images.
const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// A rating of platforms for the wanted one: 0 is best, `None` does not fit.
pub type Fit<'a> = &'a dyn Fn(&str) -> Option<u32>;

/// An image in a registry.
pub struct Found {
    /// Its manifest, its config and its layers, as a layout.
    pub members: Members,
    /// Other platforms that its index lists.
    pub offered: Vec<String>,
}

/// Fetches manifest and config of an image. The layers are fetched when they are read.
///
/// # Errors
///
/// The registry's answer, if it does not have the image.
pub fn open(
    name: &Reference,
    options: &FindOptions,
    fit: Fit<'_>,
    cancel: &Arc<AtomicBool>,
) -> Result<Found, Answer> {
    let client = Arc::new(Client::new(name, options, cancel)?);
    let listed = find_manifest(&client, name, fit, options)?;
    let offered = listed.offered.clone();
    let members = layout(&client, name, listed, options.cache.as_ref())?;
    Ok(Found { members, offered })
}

/// The manifest of an image, with what its indexes list beside it.
struct Listed {
    manifest: Manifest,
    /// The other platforms.
    offered: Vec<String>,
    /// The entries of attestations about the image.
    attestations: Vec<Value>,
}

/// Finds the manifest of the wanted platform, and what indexes list beside it.
fn find_manifest(
    client: &Client,
    name: &Reference,
    fit: Fit<'_>,
    options: &FindOptions,
) -> Result<Listed, Answer> {
    let mut version = name.version().to_owned();
    let (mut platform, mut offered, mut attestations) = (None, Vec::new(), Vec::new());
    for _ in 0..DEPTH_LIMIT {
        let mut manifest = documents::manifest(client, name, &version, options.cache.as_ref())?;
        let Some(entries) = manifest.json.get("manifests").and_then(Value::as_array) else {
            manifest.platform = platform;
            return Ok(Listed { manifest, offered, attestations });
        };
        let entry = choose(entries, fit, options)?;
        for other in entries.iter().filter_map(platform_of) {
            if platform_of(entry).as_ref() != Some(&other) && !offered.contains(&other) {
                offered.push(other);
            }
        }
        version = text(entry, "digest")
            .ok_or_else(|| Answer::Failed("its index names no digest".into()))?
            .to_owned();
        if let Some(stated) = entry.get("platform") {
            platform = Some(stated.clone());
        }
        let is_about_it = |other: &&Value| is_attestation_of(other, &version);
        attestations = entries.iter().filter(is_about_it).take(ATTESTATIONS).cloned().collect();
    }
    Err(Answer::Failed("its indexes lead to indexes without end".into()))
}

/// Chooses the entry of an index that fits best.
fn choose<'a>(
    entries: &'a [Value],
    fit: Fit<'_>,
    options: &FindOptions,
) -> Result<&'a Value, Answer> {
    let images: Vec<(&Value, String)> =
        entries.iter().filter_map(|entry| Some((entry, platform_of(entry)?))).collect();
    let ranked = images.iter().filter_map(|(entry, platform)| Some((fit(platform)?, *entry)));
    let best = ranked.min_by_key(|(rank, _)| *rank).map(|(_, entry)| entry);
    let only = entries.first().filter(|_| entries.len() == 1 && images.is_empty());
    best.or(only).ok_or_else(|| Answer::OtherPlatforms {
        wanted: options.platform.as_deref().map_or("this machine's platform".into(), escaped_str),
        offered: images.iter().map(|(_, platform)| escaped_str(platform)).collect(),
    })
}

/// Returns whether an entry is an attestation about the manifest with a digest.
fn is_attestation_of(entry: &Value, digest: &str) -> bool {
    let annotation = |name: &str| text(entry.get("annotations")?, name);
    annotation("vnd.docker.reference.type") == Some("attestation-manifest")
        && annotation("vnd.docker.reference.digest") == Some(digest)
}

/// Returns the platform of an entry; `None` for attestations and entries without one.
fn platform_of(entry: &Value) -> Option<String> {
    let platform = entry.get("platform")?;
    let parts =
        ["os", "architecture", "variant"].map(|name| text(platform, name).unwrap_or_default());
    let is_known = !parts[0].is_empty() && parts[0] != "unknown";
    let shown = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
    is_known.then_some(shown)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// Makes a layout of the manifest, its config, and its layers.
fn layout(
    client: &Arc<Client>,
    name: &Reference,
    listed: Listed,
    cache: Option<&Cache>,
) -> Result<Members, Answer> {
    let Listed { manifest, attestations, .. } = listed;
    let config = manifest.json.get("config").ok_or_else(|| not_an_image(&manifest.json))?;
    let media_type = text(config, "mediaType").unwrap_or_default();
    if !CONFIGS.contains(&media_type) {
        return Err(not_an_image(&manifest.json));
    }
    let config_digest = text(config, "digest")
        .ok_or_else(|| Answer::Failed("its manifest names no config".into()))?;
    let config_bytes = documents::config(client, config_digest, cache)?;
    let mut builder = MembersBuilder::default();
    let index = index(name, &manifest, &attestations);
    add(&mut builder, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
    add(&mut builder, "index.json", index.to_string().into_bytes());
    add(&mut builder, &blob_name(&manifest.digest), manifest.bytes);
    add(&mut builder, &blob_name(config_digest), config_bytes);
    add_layers(&mut builder, client, &manifest.json);
    // One that cannot be fetched is told as not searched, like one that an archive lacks.
    let digests = attestations.iter().filter_map(|attestation| text(attestation, "digest"));
    for attestation in digests.filter_map(|it| documents::manifest(client, name, it, cache).ok()) {
        add_layers(&mut builder, client, &attestation.json);
        add(&mut builder, &blob_name(&attestation.digest), attestation.bytes);
    }
    Ok(builder.finish(None, true))
}

/// Adds the layers of a manifest, which are fetched when they are read.
fn add_layers(builder: &mut MembersBuilder, client: &Arc<Client>, manifest: &Value) {
    for layer in manifest.get("layers").and_then(Value::as_array).into_iter().flatten() {
        let is_elsewhere =
            layer.get("urls").and_then(Value::as_array).is_some_and(|urls| !urls.is_empty());
        let (Some(digest), Some(size)) =
            (text(layer, "digest"), layer.get("size").and_then(Value::as_u64))
        else {
            continue;
        };
        if is_blob(digest) && !is_elsewhere {
            let blob = RemoteBlob::new(client.clone(), digest, size);
            let extent = Extent { offset: 0, len: size };
            builder.bytes(blob_name(digest).as_bytes(), Arc::new(blob), extent);
        }
    }
}

fn add(builder: &mut MembersBuilder, name: &str, bytes: Vec<u8>) {
    let extent = Extent { offset: 0, len: bytes.len() as u64 };
    builder.bytes(name.as_bytes(), Arc::new(MemorySource(bytes)), extent);
}

fn blob_name(digest: &str) -> String {
    format!("blobs/{}", digest.replacen(':', "/", 1))
}

/// Returns whether a digest can be part of a URL.
fn is_blob(digest: &str) -> bool {
    digest.contains(':')
        && digest.bytes().all(|b| b.is_ascii_alphanumeric() || b":+._-".contains(&b))
}

/// Returns an index of the one manifest, and the attestations about it.
fn index(name: &Reference, manifest: &Manifest, attestations: &[Value]) -> Value {
    let mut descriptor = json!({
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": manifest.bytes.len(),
        "annotations": { "io.containerd.image.name": name.familiar() },
    });
    if let Some(platform) = &manifest.platform {
        descriptor["platform"] = platform.clone();
    }
    let manifests: Vec<_> = [&descriptor].into_iter().chain(attestations).collect();
    json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests })
}

/// Describes a manifest that is no image's: its type, and its parts by size.
fn not_an_image(manifest: &Value) -> Answer {
    let config = manifest.get("config").and_then(|config| text(config, "mediaType"));
    let kind = text(manifest, "artifactType").or(config).unwrap_or("a manifest of an unknown kind");
    let parts =
        manifest.get("layers").or_else(|| manifest.get("fsLayers")).and_then(Value::as_array);
    let size = |part: &Value| part.get("size").and_then(Value::as_u64).unwrap_or(0);
    let mut parts: Vec<&Value> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(size(part)));
    let shown = parts.iter().take(5).map(|part| {
        let kind = text(part, "mediaType").unwrap_or("of an unknown type");
        shown!("{} bytes {}", size(part), escaped_str(kind))
    });
    let shown: Vec<Escaped> = shown.collect();
    let kind = escaped_str(kind);
    Answer::NotAnImage(match shown.is_empty() {
        true => kind,
        false => shown!("{}, with {}", kind, Escaped::join(shown, ", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_of_the_wanted_platform_is_chosen() {
        let entry = |os: &str, architecture: &str, digest: &str| json!({ "digest": digest, "platform": { "os": os, "architecture": architecture } });
        let entries = [
            entry("linux", "arm64", "a"),
            entry("unknown", "unknown", "b"),
            entry("linux", "amd64", "c"),
        ];
        let options =
            FindOptions { platform: Some("linux/s390x".into()), ..FindOptions::default() };
        let wanted = |platform: &'static str| move |found: &str| (found == platform).then_some(0);
        assert_eq!(
            choose(&entries, &wanted("linux/amd64"), &options).map(|entry| text(entry, "digest")),
            Ok(Some("c"))
        );
        let offered = vec!["linux/arm64".into(), "linux/amd64".into()];
        let refused = Answer::OtherPlatforms { wanted: "linux/s390x".into(), offered };
        assert_eq!(choose(&entries, &wanted("linux/s390x"), &options), Err(refused));
    }

    #[test]
    fn what_is_no_image_is_named() {
        let chart = json!({ "config": { "mediaType": "application/vnd.cncf.helm.config.v1+json" },
            "layers": [{ "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "size": 12 }] });
        let expected = "not an image: application/vnd.cncf.helm.config.v1+json, with 12 bytes \
                        application/vnd.cncf.helm.chart.content.v1.tar+gzip";
        assert_eq!(not_an_image(&chart).to_string(), expected);
    }
}
