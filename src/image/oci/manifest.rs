//! Reads indexes, manifests and descriptors.

use crate::escape::Untrusted;
use std::collections::BTreeMap;

use super::add_new;
use crate::image::config::read_platform;
use crate::image::json::{Fields, Value};
use crate::image::platform::Platform;
use crate::image::stated::StatedSize;
use crate::image::{BuiltOn, schema1};

/// An index or a manifest, depending on the lists it has.
pub(super) struct Document {
    pub manifests: Option<Vec<Option<Descriptor>>>,
    pub config: Option<Descriptor>,
    pub layers: Option<Vec<Option<Descriptor>>>,
    /// True if the layers are no list.
    pub layers_lost: bool,
    pub annotations: Annotations,
    /// The image, if it is a manifest of Docker's first schema.
    pub first_schema: Option<schema1::Manifest>,
}

pub(super) type Annotations = BTreeMap<String, String>;

pub(super) struct Descriptor {
    pub media_type: Option<String>,
    pub digest: Option<String>,
    pub size: StatedSize,
    /// The bytes themselves, in base64 (descriptor.md, "data").
    pub data: Option<String>,
    pub annotations: Annotations,
    pub platform: Platform,
}

impl Document {
    pub(super) fn read(value: Value, doubts: &mut Vec<String>) -> Option<Self> {
        let mut fields = Fields::new(value, "", doubts)?;
        let has_layers = fields.has("layers");
        let layers = fields.each("layers", Descriptor::read);
        let first_schema = if fields.has("fsLayers") { schema1::read(&mut fields) } else { None };
        Some(Self {
            manifests: fields.each("manifests", Descriptor::read),
            config: fields.object("config").map(Descriptor::read),
            layers_lost: has_layers && layers.is_none(),
            layers,
            annotations: fields.map("annotations").unwrap_or_default(),
            first_schema,
        })
    }
}

impl Document {
    /// Returns whether it is neither an index nor a manifest.
    pub(super) fn is_empty(&self) -> bool {
        self.layers.is_none()
            && self.config.is_none()
            && self.first_schema.is_none()
            && !self.layers_lost
    }
}

impl Descriptor {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        Self {
            media_type: fields.text("mediaType"),
            digest: fields.text("digest"),
            size: StatedSize::read(&mut fields),
            data: fields.text("data"),
            annotations: fields.map("annotations").unwrap_or_default(),
            platform: fields
                .object("platform")
                .map(|mut platform| read_platform(&mut platform))
                .unwrap_or_default(),
        }
    }
}

impl BuiltOn {
    /// Reads the base image from annotations.
    pub(super) fn from_annotations(annotations: &Annotations) -> Option<Self> {
        let get = |key| annotations.get(key).filter(|text| !text.is_empty()).map(Untrusted::from);
        Some(Self { name: get(Self::NAME)?, digest: get(Self::DIGEST) })
    }
}

/// Adds the full reference to the tags or, if there is none, `ref.name`: a full name (podman,
/// skopeo) or only a tag.
pub(super) fn with_tags(mut tags: Vec<String>, descriptor: &Descriptor) -> Vec<String> {
    let get = |key| descriptor.annotations.get(key).cloned();
    let tag = get("io.containerd.image.name").or_else(|| get("org.opencontainers.image.ref.name"));
    add_new(&mut tags, tag);
    tags
}
