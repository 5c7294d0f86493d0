//! Leaves out of the cache what may hold a secret.
//!
//! A checkpoint keeps the 32 KiB before it, and a secret may be among them. Without it, decoding
//! starts at the one before.

use std::ops::Range;

use super::ReadLayer;
use super::compression::Checkpoints;
use crate::archive::EntryKind;
use crate::secret::{SearchByPath, find_tokens};

/// Returns the checkpoints of a layer that keep no bytes of a secret, as far as is known.
pub fn without_secrets(read: &ReadLayer) -> Checkpoints {
    let checkpoints = &read.passed.checkpoints;
    if checkpoints.is_empty() {
        return checkpoints.clone();
    }
    let suspected = suspected(read);
    checkpoints.keeping(|start, bytes| {
        let end = start + bytes.len() as u64;
        suspected.iter().all(|file| file.end <= start || end <= file.start)
            && find_tokens(bytes).is_empty()
    })
}

/// Returns the places of the files in which something was found, and of those that were not
/// searched although their names say that they hold secrets.
fn suspected(read: &ReadLayer) -> Vec<Range<u64>> {
    let mut paths = SearchByPath::default();
    let entries = read.entries.iter().filter(|entry| entry.record.kind == EntryKind::File);
    let is_suspected = entries.filter(|entry| match read.passed.note(entry.record.data) {
        Some(note) => note.is_hit,
        None => paths.search_for(entry.name).is_some_and(|search| search.rule().is_some()),
    });
    is_suspected
        .map(|entry| entry.record.data..entry.record.data.saturating_add(entry.record.size))
        .collect()
}
