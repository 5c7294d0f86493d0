//! Attestations: `BuildKit` stores them beside an image. Their provenance keeps the arguments of the
//! build, so that it is searched for secrets.

use super::manifest::Descriptor;
use super::{Naming, read_document};
use crate::image::draft::{Search, read_json_member};

/// The annotation of an attestation that names the manifest that it is about.
const SUBJECT: &str = "vnd.docker.reference.digest";
/// The largest provenance that is searched, in bytes.
const PROVENANCE_LIMIT: u64 = 2 << 20;
/// The most texts of provenance in one attestation.
const PROVENANCES: usize = 4;

/// Returns whether a manifest is an attestation. BuildKit stores provenance beside the image as a
/// separate manifest.
pub(super) fn is_attestation(descriptor: &Descriptor) -> bool {
    descriptor
        .annotations
        .get("vnd.docker.reference.type")
        .is_some_and(|kind| kind == "attestation-manifest")
}

/// Returns the digest of the manifest that an attestation is about; empty if it names none.
pub(super) fn subject(descriptor: &Descriptor) -> String {
    descriptor.annotations.get(SUBJECT).cloned().unwrap_or_default()
}

/// Returns whether a part of an attestation is the provenance of a build.
fn is_provenance(part: &Descriptor) -> bool {
    part.annotations
        .get("in-toto.io/predicate-type")
        .is_some_and(|kind| kind.contains("provenance"))
}

/// Reads the provenance in an attestation's manifest, as far as the archive has it: it keeps the
/// arguments of the build. Returns whether there is some and all of it was read, too.
pub(super) fn provenance(digest: &str, naming: Naming, search: &Search<'_>) -> (Vec<String>, bool) {
    let read = || {
        let blob = naming.manifest(search, digest).ok()?;
        Some(read_document(search.path, digest, &blob, &mut Vec::new()).ok()?.0)
    };
    let layers = read().and_then(|document| document.layers).unwrap_or_default();
    let parts: Vec<_> = layers.into_iter().flatten().filter(is_provenance).collect();
    let count = parts.len();
    let texts = parts.into_iter().filter_map(|layer| {
        let digest = layer.digest?;
        let blob = search.locate(&naming.blob(&digest)).ok()?;
        let is_small = blob.extent.len <= PROVENANCE_LIMIT;
        let bytes = read_json_member(search.path, &digest, &blob).ok().filter(|_| is_small)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    });
    let texts: Vec<_> = texts.take(PROVENANCES).collect();
    let is_whole = count > 0 && texts.len() == count;
    (texts, is_whole)
}
