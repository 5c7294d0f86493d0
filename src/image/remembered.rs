//! Layers that were read before, and are known without their bytes: their entries, where their
//! decoding can start, and which files a search for secrets found something in. No contents are
//! kept but the 32 KiB before such a place, unless a secret is among them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::compression::Checkpoints;
use super::harmless::without_secrets;
use super::layer::LayerEntries;
use super::passed::Passed;
use super::searched::SearchNotes;
use super::{Compression, Image, Layer, ReadLayer};
use crate::origin::{Cache, Record};

/// A layer as it is kept; its parts are borrowed to be written, and owned when they come back.
#[derive(Serialize, Deserialize)]
struct Remembered<E, C, N> {
    compression: Compression,
    tar_bytes: u64,
    stored_bytes: u64,
    entries: E,
    checkpoints: C,
    /// The notes of the search for secrets; none if nobody wanted one.
    notes: Option<N>,
}

/// A layer as it comes back.
type Recalled = Remembered<LayerEntries, Checkpoints, SearchNotes>;

/// Returns the layers of images that are known from earlier, by member number.
///
/// A layer that was not searched as it is today has to be read again, if somebody wants the secrets.
pub(super) fn recall(
    images: &[Image],
    cache: &Cache,
    wants_secrets: bool,
) -> HashMap<usize, Arc<ReadLayer>> {
    let layers = images.iter().flat_map(|image| &image.layers);
    let known = layers.filter_map(|layer| {
        let (member, digest) = (layer.member.as_ref()?, layer.digest.as_deref()?);
        let kept = find(cache, digest).filter(|kept| !wants_secrets || kept.notes.is_some())?;
        let is_usable = kept.entries.is_consistent()
            && kept.stored_bytes == member.extent.len
            && kept.checkpoints.are_consistent(kept.stored_bytes);
        let mut read = ReadLayer::new(kept.compression, kept.stored_bytes);
        (read.entries, read.tar_bytes) = (kept.entries, kept.tar_bytes);
        if is_usable && !kept.checkpoints.is_empty() {
            // Single files are wanted of it, and can be reached.
            member.source.expect_parts();
        }
        let mut passed = Passed::from(kept.checkpoints);
        passed.notes = kept.notes;
        read.passed = Arc::new(passed);
        is_usable.then(|| (member.id, Arc::new(read)))
    });
    known.collect()
}

/// Returns a record of a layer. Notes of another search than today's are worth nothing.
fn find(cache: &Cache, digest: &str) -> Option<Recalled> {
    let bytes = cache.find(Record::Layer, digest)?;
    let mut kept: Recalled = postcard::from_bytes(&bytes).ok()?;
    kept.notes = kept.notes.filter(SearchNotes::are_current);
    Some(kept)
}

/// Keeps a layer whose bytes were all read, and have the digest that its manifest names.
///
/// Layers with a fault or a peculiarity are read again next time, and so are plain ones: their
/// files were not hashed.
pub(super) fn remember(layer: &Layer, read: &ReadLayer, cache: &Cache) {
    let (Some(member), Some(digest)) = (&layer.member, &layer.digest) else { return };
    let is_whole =
        read.fault.is_none() && read.notes.is_empty() && read.compression != Compression::None;
    if !is_whole || member.source.checked_digest().as_ref() != Some(digest) {
        return;
    }
    let notes = read.passed.notes.as_ref();
    if notes.is_none() && find(cache, digest).is_some_and(|kept| kept.notes.is_some()) {
        // What is known already says more.
        return;
    }
    let kept = Remembered {
        compression: read.compression,
        tar_bytes: read.tar_bytes,
        stored_bytes: read.stored_bytes,
        entries: &read.entries,
        checkpoints: without_secrets(read),
        notes,
    };
    if let Ok(bytes) = postcard::to_stdvec(&kept) {
        cache.keep(Record::Layer, digest, &bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Entry;

    #[test]
    fn notes_of_another_search_are_not_trusted() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path().to_owned(), 1 << 20);
        let mut notes = SearchNotes::default();
        for is_current in [true, false] {
            let kept = Remembered {
                compression: Compression::Gzip,
                tar_bytes: 10240,
                stored_bytes: 99,
                entries: &LayerEntries::default(),
                checkpoints: &Checkpoints::default(),
                notes: Some(&notes),
            };
            cache.keep(Record::Layer, "sha256:1", &postcard::to_stdvec(&kept).unwrap());
            let found = find(&cache, "sha256:1").unwrap();
            assert_eq!((found.notes.is_some(), found.tar_bytes), (is_current, 10240));
            notes.become_old();
        }
    }

    #[test]
    fn entries_come_back_as_they_were_kept() {
        let mut entries = LayerEntries::default();
        for name in ["usr", "usr/bin", "usr/bin/tool"] {
            entries.push(&Entry { name: name.into(), size: 7, mode: 0o755, ..Entry::default() });
            entries.push_hash(u128::MAX - 1);
        }
        let kept = Remembered {
            compression: Compression::Gzip,
            tar_bytes: 10240,
            stored_bytes: 99,
            entries: &entries,
            checkpoints: &Checkpoints::default(),
            notes: Some(&SearchNotes::default()),
        };
        let bytes = postcard::to_stdvec(&kept).unwrap();
        let back: Recalled = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back.notes.as_ref(), kept.notes);
        assert!(back.entries.is_consistent() && back.checkpoints.are_consistent(99));
        let shown = |entries: &LayerEntries| -> Vec<String> {
            entries.iter().map(|entry| format!("{entry:?}")).collect()
        };
        assert_eq!(shown(&back.entries), shown(&entries));
        assert_eq!(
            (back.compression, back.tar_bytes, back.stored_bytes),
            (Compression::Gzip, 10240, 99)
        );
    }
}
