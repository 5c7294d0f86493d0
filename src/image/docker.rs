//! Reads `manifest.json`, an array of images written by `docker save`, `podman save`, skopeo,
//! kaniko and bazel.

use std::collections::HashMap;

use super::LayerFormat;
use super::draft::{ConfigDraft, Draft, LayerDraft, Search};
use super::json::{Fields, Value};
use super::oci::{self, is_foreign};
use super::stated::StatedSize;
use crate::display::{escaped_str, shown};
use crate::error::Error;
use crate::warning::{Warning, WarningKind};

/// The member that lists the images.
pub(super) const NAME: &str = "manifest.json";

/// A descriptor of a layer as a registry has it, in `LayerSources`.
struct Descriptor {
    digest: String,
    /// True if the layer may not be distributed, so that the archive is without it (descriptor.md,
    /// "urls"; layer.md, "Non-Distributable Layers").
    is_foreign: bool,
}

/// Lists the images of `manifest.json`; `None` if there is none.
///
/// An object instead of a list is an image manifest: the `dir:` layout of skopeo and podman.
pub(super) fn drafts(search: &mut Search<'_>) -> Result<Option<Vec<Draft>>, Error> {
    let Some(value) = search.table(NAME)? else { return Ok(None) };
    let entries = match value {
        Value::Array(entries) => entries,
        Value::Object(_) if !is_entry(&value) => return oci::copied_drafts(value, NAME, search),
        Value::Object(_) => {
            search.note(WarningKind::TableOfOne { name: NAME.into() });
            vec![value]
        }
        other => {
            let problem = format!("it is {} instead of a list of images", other.kind());
            return Err(search.bad_json(NAME, problem));
        }
    };
    let mut drafts = Vec::with_capacity(entries.len());
    for (i, entry) in entries.into_iter().enumerate() {
        let mut doubts = Vec::new();
        match Fields::new(entry, "", &mut doubts) {
            Some(fields) => {
                let draft = draft(fields);
                let lost = draft.warnings;
                let warnings = doubts.into_iter().map(|doubt| {
                    let problem = shown!("entry {}: {}", i, escaped_str(&doubt));
                    Warning::image(WarningKind::FieldUnreadable { name: NAME.into(), problem })
                });
                drafts.push(Draft {
                    warnings: warnings.chain(lost).collect(),
                    positions: vec![i],
                    ..draft
                });
            }
            None => search.note(WarningKind::EntryLeftOut { of: NAME.into(), entry: i }),
        }
    }
    Ok(Some(drafts))
}

/// Returns whether an object looks like an entry of the array, and not like an image manifest,
/// which describes its config.
fn is_entry(value: &Value) -> bool {
    let mut ignored = Vec::new();
    Fields::new(value.clone(), "", &mut ignored)
        .is_some_and(|mut fields| fields.text("Config").is_some())
}

fn draft(mut fields: Fields<'_>) -> Draft {
    let sources = fields.each_member("LayerSources", |diff_id, mut source| {
        let has_urls = source.words("urls").is_some_and(|urls| !urls.is_empty());
        let is_foreign = has_urls || source.text("mediaType").is_some_and(|it| is_foreign(&it));
        (
            diff_id.to_owned(),
            Descriptor { digest: source.text("digest").unwrap_or_default(), is_foreign },
        )
    });
    let foreign = sources.iter().filter(|(_, source)| source.is_foreign);
    let foreign = foreign.map(|(diff_id, _)| diff_id.clone()).collect();
    let by_digits: HashMap<String, Descriptor> = sources
        .into_iter()
        .filter_map(|(_, source)| Some((source.digest.split_once(':')?.1.to_owned(), source)))
        .collect();
    let has_layers = fields.has("Layers");
    let names = fields.texts("Layers");
    let lost = (has_layers && names.is_none())
        .then(|| WarningKind::LayersUnreadable { name: NAME.into() });
    let layers = names.unwrap_or_default().into_iter().map(|name| {
        let name = name.unwrap_or_default();
        let descriptor = by_digits.get(name.rsplit('/').next().unwrap_or(&name));
        LayerDraft {
            table: None,
            digest: descriptor.map(|descriptor| descriptor.digest.clone()),
            foreign: descriptor.is_some_and(|descriptor| descriptor.is_foreign),
            size: StatedSize::NotMeant,
            format: LayerFormat::Tar,
            named: None,
            name: name.into_bytes(),
        }
    });
    Draft {
        layers: layers.collect(),
        foreign,
        warnings: lost.map(Warning::image).into_iter().collect(),
        tags: fields.words("RepoTags").unwrap_or_default(),
        config: fields.text("Config").map_or(ConfigDraft::None, ConfigDraft::Named),
        ..Draft::default()
    }
}
