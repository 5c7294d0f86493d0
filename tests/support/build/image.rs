//! Layers with a config, written as a docker archive or as an OCI layout.

use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use super::{Entry, Layer, file};

/// An image that can be written in either layout.
pub struct Image {
    /// The layers, the lowest first.
    pub layers: Vec<Layer>,
    /// The names it is saved under.
    pub tags: Value,
    /// The config; made to fit the layers, and open to change.
    pub config: Value,
    /// The annotations of its manifest, in a layout that has such.
    pub annotations: Value,
}

/// A member of an archive.
pub fn member(name: &str, contents: impl Into<Vec<u8>>) -> Entry {
    file(name, 0).holding(contents)
}

impl Image {
    /// An image with one step of history a layer and true diff IDs.
    pub fn of(layers: impl IntoIterator<Item = Layer>) -> Self {
        let layers: Vec<_> = layers.into_iter().collect();
        let diff_ids: Vec<_> = layers.iter().map(|layer| digest("sha256", layer.tar())).collect();
        let history: Vec<_> =
            (0..layers.len()).map(|i| json!({ "created_by": format!("step {i}") })).collect();
        let config = json!({
            "os": "linux",
            "architecture": "amd64",
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": history,
        });
        Self { layers, tags: json!(["built:latest"]), config, annotations: json!({}) }
    }

    /// The members of a docker archive: `config.json`, `0.tar`, `1.tar`, …, `manifest.json`.
    pub fn docker(&self) -> Vec<Entry> {
        let names: Vec<_> = (0..self.layers.len()).map(|i| format!("{i}.tar")).collect();
        let manifest = json!([{ "Config": "config.json", "RepoTags": self.tags, "Layers": names }]);
        let layers =
            names.iter().zip(&self.layers).map(|(name, layer)| member(name, layer.stored()));
        let mut members = vec![member("config.json", self.config.to_string())];
        members.extend(layers);
        members.push(member("manifest.json", manifest.to_string()));
        members
    }

    /// The members of an OCI layout: the blobs, `index.json`, `oci-layout`.
    pub fn oci(&self) -> Vec<Entry> {
        let mut layout = Layout::default();
        let manifest = layout.image(self);
        layout.members([manifest])
    }
}

/// An OCI layout that is being filled.
#[derive(Clone)]
pub struct Layout {
    /// What digests are made with: `sha256` or `sha512`.
    pub algorithm: &'static str,
    /// The blobs so far.
    pub blobs: Vec<Entry>,
    /// The media type of layers, which need not be true; empty for the true one.
    pub layer_type: &'static str,
}

impl Default for Layout {
    fn default() -> Self {
        Self { algorithm: "sha256", blobs: Vec::new(), layer_type: "" }
    }
}

impl Layout {
    /// Stores a blob and describes it.
    pub fn blob(&mut self, media_type: &str, contents: &[u8]) -> Value {
        let digest = digest(self.algorithm, contents);
        self.blobs.push(member(&format!("blobs/{}", digest.replace(':', "/")), contents));
        json!({ "mediaType": media_type, "digest": digest, "size": contents.len() })
    }

    /// Stores an image's layers, its config and its manifest, and describes the manifest.
    pub fn image(&mut self, image: &Image) -> Value {
        let layers = image.layers.iter().map(|layer| {
            let layer_type = if self.layer_type.is_empty() {
                true_type(layer.stored())
            } else {
                self.layer_type
            };
            self.blob(layer_type, layer.stored())
        });
        let layers: Vec<_> = layers.collect();
        let config = self
            .blob("application/vnd.oci.image.config.v1+json", image.config.to_string().as_bytes());
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let mut manifest = json!({ "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": layers });
        if image.annotations != json!({}) {
            manifest["annotations"] = image.annotations.clone();
        }
        let mut descriptor = self.blob(media_type, manifest.to_string().as_bytes());
        if let Some(tag) = image.tags.get(0) {
            descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        }
        descriptor
    }

    /// Stores an index and describes it.
    pub fn index(&mut self, manifests: impl IntoIterator<Item = Value>) -> Value {
        self.blob("application/vnd.oci.image.index.v1+json", index(manifests).as_bytes())
    }

    /// The members of the layout, with an `index.json` of `manifests`.
    pub fn members(self, manifests: impl IntoIterator<Item = Value>) -> Vec<Entry> {
        let mut members = self.blobs;
        members.push(member("index.json", index(manifests)));
        members.push(member("oci-layout", r#"{"imageLayoutVersion": "1.0.0"}"#));
        members
    }
}

/// The media type of a layer, by its first bytes.
fn true_type(stored: &[u8]) -> &'static str {
    match stored {
        [0x1f, 0x8b, ..] => "application/vnd.oci.image.layer.v1.tar+gzip",
        [0x28, 0xb5, ..] | [0x50..=0x5f, 0x2a, ..] => "application/vnd.oci.image.layer.v1.tar+zstd",
        _ => "application/vnd.oci.image.layer.v1.tar",
    }
}

fn index(manifests: impl IntoIterator<Item = Value>) -> String {
    let manifests: Vec<_> = manifests.into_iter().collect();
    json!({ "schemaVersion": 2, "manifests": manifests }).to_string()
}

pub fn digest(algorithm: &str, bytes: &[u8]) -> String {
    let digits: Vec<u8> = match algorithm {
        "sha512" => Sha512::digest(bytes).to_vec(),
        _ => Sha256::digest(bytes).to_vec(),
    };
    format!("{algorithm}:{}", layerscope::display::hex(&digits))
}
