//! Forms of an archive that not all container runtimes take, as far as they concern one image.

use super::draft::{ConfigDraft, Draft};
use super::json::{Document, Fields};
use super::{JSON_LIMIT, docker, oci};
use crate::archive::{Member, Members};
use crate::display::escaped_str;
use crate::warning::{ArchiveDifference as Difference, Warning};

/// The only algorithm of digests that all container runtimes know.
const DIGEST: &str = "sha256";

/// Makes the warnings about the form in which an archive holds the image of `draft`.
pub(super) fn differences(members: &Members, draft: &Draft) -> Vec<Warning> {
    let mut found: Vec<Difference> = of_members(members, draft);
    let count = draft.layers.len();
    if count > Difference::LAYER_LIMIT {
        found.push(Difference::ManyLayers { count });
    }
    if is_only_in_layout(members, draft) {
        found.extend(of_layout(members, draft));
    }
    found.into_iter().map(Warning::image).collect()
}

/// Returns whether only `index.json` names an image. Docker ignores it if there is a
/// `manifest.json`.
pub(super) fn is_only_in_layout(members: &Members, draft: &Draft) -> bool {
    let is_there = |name: &str| members.find(name.as_bytes()).is_some();
    draft.manifest.is_some() && is_there(oci::NAME) && !is_there(docker::NAME)
}

/// Lists the peculiarities of the members of an image, one of each kind.
fn of_members(members: &Members, draft: &Draft) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    if members.has_absolute_names() {
        found.push(Difference::AbsoluteNames);
    }
    let config = match &draft.config {
        ConfigDraft::Named(name) => name.as_bytes(),
        ConfigDraft::None | ConfigDraft::Inline(_) => b"",
    };
    let layers = draft.layers.iter().map(|layer| &layer.name[..]);
    for name in [docker::NAME.as_bytes(), oci::NAME.as_bytes(), config].into_iter().chain(layers) {
        let Some(one) = members.difference(name) else { continue };
        if !found.iter().any(|known| std::mem::discriminant(known) == std::mem::discriminant(&one))
        {
            found.push(one);
        }
    }
    found
}

fn of_layout(members: &Members, draft: &Draft) -> Vec<Difference> {
    let mut found = Vec::new();
    if draft.indexes.len() > 1 {
        found.push(Difference::NestedIndex);
    }
    match members.find(b"oci-layout") {
        None => found.push(Difference::NoLayoutFile),
        Some(file) => found.extend((!states_version(&file)).then_some(Difference::BadLayoutFile)),
    }
    let digests = draft
        .layers
        .iter()
        .filter_map(|layer| layer.digest.as_deref())
        .chain(draft.manifest.as_deref());
    let mut algorithms = digests.filter_map(|digest| Some(digest.split_once(':')?.0));
    if let Some(algorithm) = algorithms.find(|algorithm| *algorithm != DIGEST) {
        found.push(Difference::OtherDigest { algorithm: escaped_str(algorithm) });
    }
    if draft.docker_media_types {
        found.push(Difference::DockerMediaTypes);
    }
    found
}

/// Returns whether a file `oci-layout` states the version of the layout (image-layout.md,
/// "oci-layout file").
fn states_version(file: &Member) -> bool {
    let bytes =
        if file.extent.len <= JSON_LIMIT { file.read().unwrap_or_default() } else { Vec::new() };
    let mut doubts = Vec::new();
    let document = Document::parse(&bytes).ok();
    let fields = document.and_then(|document| Fields::new(document.value, "", &mut doubts));
    fields
        .and_then(|mut fields| fields.text("imageLayoutVersion"))
        .is_some_and(|version| version == "1.0.0")
}
