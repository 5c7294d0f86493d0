//! Manifests, indexes and configs: small documents that are fetched once, and then known by their
//! digest.

use serde_json::Value;
use sha2::{Digest, Sha256};
use ureq::Body;
use ureq::http::Response;

use super::client::{Client, Request, limited};
use super::text;
use crate::display::{Escaped, escaped_display, escaped_str, hex, shown};
use crate::origin::{Answer, Cache, Record, Reference};
use crate::secret::find_in_command;
use crate::toml_file::nearest;

/// The most bytes of a manifest; registries take no more than 4 MiB.
const MANIFEST_LIMIT: u64 = 4 << 20;
/// The most bytes of a config.
const CONFIG_LIMIT: u64 = 16 << 20;
/// The most tags that are compared with a wanted one.
const TAGS_LIMIT: u64 = 4 << 20;
/// The media types of manifests and of lists of manifests.
const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// A manifest, as it was sent.
pub struct Manifest {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their digest.
    pub digest: String,
    /// The media type, as the manifest or else the registry states it.
    pub media_type: String,
    /// The contents.
    pub json: Value,
    /// The platform that an index states for it.
    pub platform: Option<Value>,
}

/// Returns the manifest of a tag or a digest.
///
/// A digest is asked for once. A tag that is known is asked for by `HEAD`, which limits on pulls do
/// not count.
///
/// # Errors
///
/// The registry's answer, if it does not have it.
pub fn manifest(
    client: &Client,
    name: &Reference,
    version: &str,
    cache: Option<&Cache>,
) -> Result<Manifest, Answer> {
    let is_digest = version.contains(':');
    let known = match cache {
        Some(cache) if is_digest => remembered(cache, version),
        Some(cache) if cache.find(Record::Tag, &name.canonical()).is_some() => {
            let request = Request {
                kind: "manifests",
                version,
                accept: Some(ACCEPT),
                range: None,
                head: true,
            };
            let now = stated_digest(&client.get(request)?);
            now.and_then(|digest| remembered(cache, &digest))
        }
        _ => None,
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let fetched = fetch(client, version).map_err(|answer| match answer {
        Answer::NoSuchImage if !is_digest => {
            other_tags(client, version).unwrap_or(Answer::NoSuchImage)
        }
        answer => answer,
    })?;
    if let Some(cache) = cache {
        let record = [fetched.media_type.as_bytes(), b"\n", &fetched.bytes].concat();
        cache.keep(Record::Document, &fetched.digest, &record);
        if !is_digest {
            cache.keep(Record::Tag, &name.canonical(), fetched.digest.as_bytes());
        }
    }
    Ok(fetched)
}

/// Returns the config with a digest.
///
/// # Errors
///
/// The registry's answer, if it does not have it.
pub fn config(client: &Client, digest: &str, cache: Option<&Cache>) -> Result<Vec<u8>, Answer> {
    if let Some(known) = cache.and_then(|cache| cache.find(Record::Document, digest)) {
        return Ok(known);
    }
    let request =
        Request { kind: "blobs", version: digest, accept: None, range: None, head: false };
    let bytes = limited(&mut client.get(request)?, CONFIG_LIMIT)?;
    if let Some(cache) = cache.filter(|_| digest_of(&bytes) == digest && !has_secret(&bytes)) {
        cache.keep(Record::Document, digest, &bytes);
    }
    Ok(bytes)
}

/// Returns whether a config holds a secret, in a variable or in a command of the history. The cache
/// must not spread it.
fn has_secret(config: &[u8]) -> bool {
    !find_in_command(&String::from_utf8_lossy(config)).is_empty()
}

fn fetch(client: &Client, version: &str) -> Result<Manifest, Answer> {
    let request =
        Request { kind: "manifests", version, accept: Some(ACCEPT), range: None, head: false };
    let mut response = client.get(request)?;
    let stated_type = response
        .headers()
        .get("Content-Type")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let stated_digest = stated_digest(&response);
    let bytes = limited(&mut response, MANIFEST_LIMIT)?;
    let expected = if version.contains(':') { Some(version.to_owned()) } else { stated_digest };
    if expected
        .is_some_and(|expected| expected.starts_with("sha256:") && expected != digest_of(&bytes))
    {
        return Err(Answer::Failed("the manifest has another digest than its name says".into()));
    }
    Manifest::new(bytes, stated_type.unwrap_or_default())
}

/// Returns a manifest that was fetched before.
fn remembered(cache: &Cache, digest: &str) -> Option<Manifest> {
    let record = cache.find(Record::Document, digest)?;
    let line = record.iter().position(|&byte| byte == b'\n')?;
    let media_type = String::from_utf8(record[..line].to_vec()).ok()?;
    Manifest::new(record[line + 1..].to_vec(), media_type)
        .ok()
        .filter(|manifest| manifest.digest == digest)
}

/// Answers for a tag that a repository does not have with those that it has, the most similar
/// first.
fn other_tags(client: &Client, wanted: &str) -> Option<Answer> {
    let request = Request { kind: "tags", version: "list", accept: None, range: None, head: false };
    let bytes = limited(&mut client.get(request).ok()?, TAGS_LIMIT).ok()?;
    let list: Value = serde_json::from_slice(&bytes).ok()?;
    let tags = list.get("tags")?.as_array()?.iter().filter_map(Value::as_str);
    let tags: Vec<Escaped> =
        nearest(wanted, tags, usize::MAX).iter().map(|tag| escaped_str(tag)).collect();
    (!tags.is_empty()).then_some(Answer::NoSuchTag { tags })
}

impl Manifest {
    fn new(bytes: Vec<u8>, stated_type: String) -> Result<Self, Answer> {
        let json: Value = serde_json::from_slice(&bytes).map_err(|error| {
            Answer::Failed(shown!("its manifest cannot be understood: {}", escaped_display(&error)))
        })?;
        let media_type = text(&json, "mediaType").map_or(stated_type, str::to_owned);
        Ok(Self { digest: digest_of(&bytes), bytes, media_type, json, platform: None })
    }
}

fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn stated_digest(response: &Response<Body>) -> Option<String> {
    response
        .headers()
        .get("Docker-Content-Digest")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}
