//! Reads manifests of Docker's first schema
//! (`application/vnd.docker.distribution.manifest.v1+prettyjws`), which `skopeo copy dir:` still
//! finds in old registries.
//!
//! The layers are listed from the top to the bottom, each with the config that the image had there,
//! as JSON in a string. Docker merges these into one config when it pulls an image
//! (`distribution/pull_v2.go`), and so does this module.

use super::LayerFormat;
use super::config::{Config, HistoryEntry};
use super::draft::{ConfigDraft, Draft, LayerDraft};
use super::json::{Document, Fields};
use super::stated::StatedSize;
use crate::escape::Untrusted;

/// A manifest of the first schema.
pub(super) struct Manifest {
    tag: Option<String>,
    config: Config,
    history: Vec<HistoryEntry>,
    /// The digests of the layers, the lowest first.
    layers: Vec<String>,
}

/// Reads a manifest; `None` if it lists no layers.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<Manifest> {
    let blobs = fields.each("fsLayers", |mut layer| layer.text("blobSum").unwrap_or_default())?;
    let steps = fields.each("history", |mut step| step.text("v1Compatibility")).unwrap_or_default();
    let steps: Vec<Option<String>> = steps.into_iter().map(Option::flatten).collect();
    let name = fields.text("name").filter(|name| !name.is_empty());
    let tag = fields.text("tag").filter(|tag| !tag.is_empty());
    let tag = match (name, tag) {
        (Some(name), Some(tag)) => Some(format!("{name}:{tag}")),
        (name, tag) => name.or(tag),
    };
    let architecture = fields.text("architecture");
    let mut doubts = Vec::new();
    let mut config =
        steps.first().and_then(Option::as_deref).map_or_else(Config::default, |step| {
            Config::parse(step.as_bytes(), &mut doubts).unwrap_or_default()
        });
    config.platform.architecture = config.platform.architecture.or(architecture);
    let mut history = Vec::new();
    let mut layers = Vec::new();
    for (i, blob) in blobs.into_iter().enumerate().rev() {
        let step =
            steps.get(i).and_then(Option::as_deref).and_then(|text| entry(text, &mut doubts));
        let step = step.unwrap_or_default();
        if step.empty_layer != Some(true) {
            layers.push(blob.unwrap_or_default());
        }
        history.push(step);
    }
    Some(Manifest { tag, config, history, layers })
}

/// Reads the config beside a layer as an entry of the history.
fn entry(text: &str, doubts: &mut Vec<String>) -> Option<HistoryEntry> {
    let document = Document::parse(text.as_bytes()).ok()?;
    let mut fields = Fields::new(document.value, "", doubts)?;
    let command = fields.object("container_config").and_then(|mut config| config.command("Cmd"));
    Some(HistoryEntry {
        created_by: Some(command.unwrap_or_default().join(" ").into()),
        comment: fields.text("comment").map(Untrusted::from),
        author: fields.text("author").map(Untrusted::from),
        empty_layer: fields.flag("throwaway"),
        created: fields.text("created").map(Untrusted::from),
    })
}

impl Manifest {
    /// Describes the image, with its blobs named by `name`.
    pub fn draft(self, name: impl Fn(&str) -> Vec<u8>) -> Draft {
        let layers = self.layers.into_iter().map(|digest| LayerDraft {
            table: None,
            name: name(&digest),
            digest: Some(digest),
            size: StatedSize::NotMeant,
            foreign: false,
            format: LayerFormat::Tar,
            named: None,
        });
        Draft {
            tags: self.tag.into_iter().collect(),
            layers: layers.collect(),
            config: ConfigDraft::Inline(Box::new(Config { history: self.history, ..self.config })),
            ..Draft::default()
        }
    }
}
