//! Detects overwritten files whose replacement has the same contents.
//!
//! This is the `chmod -R` trap: a layer that only changes the mode of a file contains it again. The
//! contents decide, and only candidates are read: the same path, the same size, a later layer.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::io;

use foldhash::fast::RandomState;

use crate::archive::{Extent, Member, ReadAt, read_extent, read_start};
use crate::image::hash_extent;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, Reason, Removal, Tree, VersionId};

/// Number of bytes that are compared first.
const SMALL_PIECE: usize = 4 << 10;
/// Number of bytes that are compared at a time after that.
const PIECE: u64 = 256 << 10;

/// Marks the overwritten inodes whose replacement has the same contents.
///
/// `plain` returns the bytes of a layer that is an uncompressed tar. Files of decoded layers are
/// compared by their hashes.
pub fn mark_rewritten<S: BuildHasher>(
    tree: &mut Tree,
    hashes: &HashMap<VersionId, u128, S>,
    plain: impl Fn(LayerIndex) -> Option<Member>,
) {
    // A path may have had many files in one layer; the final one is looked up once.
    let mut successors: HashMap<_, _, RandomState> = HashMap::default();
    let mut successor_of = |removal: &Removal| {
        let found = successors.entry((removal.last_name, removal.layer));
        *found.or_insert_with(|| successor(tree, removal.last_name, removal.layer))
    };
    let same: Vec<_> = tree
        .removals()
        .iter()
        .map(|removal| {
            removal.reason == Reason::Overwritten
                && successor_of(removal).is_some_and(|next| {
                    next != removal.version
                        && same_contents(tree, hashes, &plain, removal.version, next)
                })
        })
        .collect();
    for (removal, same) in tree.removals_mut().iter_mut().zip(same) {
        if same {
            removal.reason = Reason::RewrittenUnchanged;
        }
    }
}

/// Returns the inode that `layer` put at a path.
fn successor(tree: &Tree, at: NodeId, layer: LayerIndex) -> Option<VersionId> {
    let version = tree.at(at, layer)?;
    (tree.added_in(version) == layer && tree.kind(version) == Kind::File)
        .then(|| tree.inode(version))
}

fn same_contents<S: BuildHasher>(
    tree: &Tree,
    hashes: &HashMap<VersionId, u128, S>,
    plain: &impl Fn(LayerIndex) -> Option<Member>,
    one: VersionId,
    other: VersionId,
) -> bool {
    if tree.size(one) != tree.size(other) || tree.is_sparse(one) || tree.is_sparse(other) {
        return false;
    }
    if tree.size(one) == 0 {
        return true;
    }
    let bytes_of = |version: VersionId| {
        let layer = plain(tree.added_in(version))?;
        let extent = layer.extent.part(tree.data_offset(version), tree.size(version));
        Some((layer.source, extent))
    };
    let hash_of = |version: VersionId| {
        hashes.get(&version).copied().or_else(|| {
            let (source, extent) = bytes_of(version)?;
            hash_extent(&*source, extent).ok()
        })
    };
    if hashes.contains_key(&one) || hashes.contains_key(&other) {
        return hash_of(one).is_some_and(|hash| Some(hash) == hash_of(other));
    }
    match (bytes_of(one), bytes_of(other)) {
        (Some(one), Some(other)) => equal(&*one.0, one.1, &*other.0, other.1).unwrap_or(false),
        _ => false,
    }
}

fn equal(one: &dyn ReadAt, a: Extent, other: &dyn ReadAt, b: Extent) -> io::Result<bool> {
    if a.len != b.len {
        return Ok(false);
    }
    // A layer that is listed twice has the same bytes.
    if std::ptr::addr_eq(one, other) && a.offset == b.offset {
        return Ok(true);
    }
    // Most files are small, and most pairs differ early.
    let mut small = [[0; SMALL_PIECE]; 2];
    let [first, second] = &mut small;
    let start = read_start(one, a, first)?;
    if start == 0 || start != read_start(other, b, second)? || first[..start] != second[..start] {
        return Ok(false);
    }
    let mut done = start as u64;
    while done < a.len {
        let first = read_extent(one, a.part(done, PIECE))?;
        let second = read_extent(other, b.part(done, PIECE))?;
        if first.is_empty() || first != second {
            return Ok(false);
        }
        done += first.len() as u64;
    }
    Ok(true)
}
