//! Detects overwritten files whose replacement has the same contents.
//!
//! This is the `chmod -R` trap: a layer that only changes the mode of a file contains it again. The
//! contents decide, and only candidates are read: the same path, the same size, a later layer.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use foldhash::fast::RandomState;

use crate::archive::{Extent, Member, Source, read_start};
use crate::image::hash_extent;
use crate::layer_index::LayerIndex;
use crate::progress::workers;
use crate::tree::{ContentHashes, Kind, NodeId, Reason, Removal, Tree, VersionId};

/// Number of bytes that are compared first.
const SMALL_PIECE: usize = 4 << 10;
/// Number of bytes that are compared at a time after that.
const PIECE: usize = 128 << 10;
/// The most pairs that a thread takes at a time. Neighbours lie close together in the archive.
const BUNCH: usize = 64;
/// The most bytes of each file that a thread takes at a time. A longer file is compared in parts.
const PART: u64 = 4 << 20;
/// The most parts of a file.
const PARTS: u64 = 1024;
/// The number of versions of a path up to which it is quick to find one of them.
const FEW_VERSIONS: usize = 8;
/// The number of bytes below which one thread compares all pairs.
const FEW: u64 = 4 << 20;

/// Marks the overwritten inodes whose replacement has the same contents.
///
/// `plain` returns the bytes of a layer that is an uncompressed tar. Files of decoded layers are
/// compared by their hashes.
pub fn mark_rewritten(
    tree: &mut Tree,
    hashes: &ContentHashes,
    plain: impl Fn(LayerIndex) -> Option<Member>,
) {
    // A path may have had very many files in one layer; then the final one is looked up once.
    let mut successors: HashMap<_, _, RandomState> = HashMap::default();
    let mut successor_of = |removal: &Removal| {
        if tree.versions(removal.last_name).nth(FEW_VERSIONS).is_none() {
            return successor(tree, removal.last_name, removal.layer);
        }
        let found = successors.entry((removal.last_name, removal.layer));
        *found.or_insert_with(|| successor(tree, removal.last_name, removal.layer))
    };
    let mut same = Vec::new();
    let mut pairs = Vec::new();
    for (i, removal) in tree.removals().iter().enumerate() {
        if removal.reason != Reason::Overwritten {
            continue;
        }
        let next = successor_of(removal).filter(|&next| next != removal.version);
        let Some(next) = next else { continue };
        match same_contents(tree, hashes, &plain, removal.version, next) {
            Contents::Same => same.push(i),
            Contents::Other => {}
            Contents::Unread(one, other) => pairs.push(Pair { removal: i, one, other }),
        }
    }
    same.extend(compare(&pairs));
    let removals = tree.removals_mut();
    for removal in same {
        removals[removal].reason = Reason::RewrittenUnchanged;
    }
}

/// Returns the inode that `layer` put at a path.
fn successor(tree: &Tree, at: NodeId, layer: LayerIndex) -> Option<VersionId> {
    let version = tree.at(at, layer)?;
    (tree.added_in(version) == layer && tree.kind(version) == Kind::File)
        .then(|| tree.inode(version))
}

/// A run of bytes in a source.
type Bytes = (Source, Extent);

/// The contents of two files, as far as they are known before their bytes are read.
enum Contents {
    Same,
    Other,
    /// These have to be compared.
    Unread(Bytes, Bytes),
}

/// Two files of the same size.
struct Pair {
    /// The index of the removal of the first one.
    removal: usize,
    one: Bytes,
    other: Bytes,
}

fn same_contents(
    tree: &Tree,
    hashes: &ContentHashes,
    plain: &impl Fn(LayerIndex) -> Option<Member>,
    one: VersionId,
    other: VersionId,
) -> Contents {
    if tree.size(one) != tree.size(other) || tree.is_sparse(one) || tree.is_sparse(other) {
        return Contents::Other;
    }
    if tree.size(one) == 0 {
        return Contents::Same;
    }
    let bytes_of = |version: VersionId| {
        let layer = plain(tree.added_in(version))?;
        let extent = layer.extent.part(tree.data_offset(version), tree.size(version));
        Some((layer.source, extent))
    };
    let hash_of = |version: VersionId| {
        hashes.of(version).or_else(|| {
            let (source, extent) = bytes_of(version)?;
            hash_extent(&*source, extent).ok()
        })
    };
    if hashes.of(one).is_some() || hashes.of(other).is_some() {
        let is_same = hash_of(one).is_some_and(|hash| Some(hash) == hash_of(other));
        return if is_same { Contents::Same } else { Contents::Other };
    }
    match (bytes_of(one), bytes_of(other)) {
        (Some(one), Some(other)) => Contents::Unread(one, other),
        _ => Contents::Other,
    }
}

/// A part of the files of a pair.
struct PairPart {
    /// The index of the pair.
    pair: usize,
    start: u64,
    len: u64,
}

/// Splits pairs into parts. A pair of long files whose beginnings differ has none, nor has one of
/// files that end early.
fn parts(pairs: &[Pair]) -> Vec<PairPart> {
    let mut buffers = [Vec::new(), Vec::new()];
    let mut parts = Vec::with_capacity(pairs.len());
    for (pair, files) in pairs.iter().enumerate() {
        let whole = files.one.1.len;
        let is_candidate = whole == files.other.1.len
            && (whole <= PART || files.is_same(0, SMALL_PIECE as u64, &mut buffers));
        let step = PART.max(whole.div_ceil(PARTS));
        let mut start = 0;
        while is_candidate && start < whole {
            let len = step.min(whole - start);
            parts.push(PairPart { pair, start, len });
            start += len;
        }
    }
    parts
}

/// Divides parts among threads: neighbours together, and about as many bytes in each bunch.
fn bunches(parts: &[PairPart]) -> Vec<&[PairPart]> {
    let (mut bunches, mut first, mut bytes) = (Vec::new(), 0, 0);
    for (i, part) in parts.iter().enumerate() {
        bytes += part.len;
        if bytes >= PART || i + 1 - first == BUNCH || i + 1 == parts.len() {
            bunches.push(&parts[first..=i]);
            (first, bytes) = (i + 1, 0);
        }
    }
    bunches
}

/// Compares pairs of files on all cores; returns the removals of those that have the same contents.
fn compare(pairs: &[Pair]) -> Vec<usize> {
    let parts = parts(pairs);
    let bunches = bunches(&parts);
    // The bytes of each pair that are not known to be the same.
    let unlike: Vec<_> =
        pairs.iter().map(|pair| AtomicU64::new(pair.one.1.len.max(pair.other.1.len))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffers = [Vec::new(), Vec::new()];
        while let Some(bunch) = bunches.get(next.fetch_add(1, Ordering::Relaxed)) {
            for &PairPart { pair, start, len } in *bunch {
                if pairs[pair].is_same(start, len, &mut buffers) {
                    unlike[pair].fetch_sub(len, Ordering::Relaxed);
                }
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bytes = pairs.iter().map(|pair| pair.one.1.len).fold(0, u64::saturating_add);
    let more = if bytes < FEW { 0 } else { cores.min(bunches.len()).saturating_sub(1) };
    std::thread::scope(|scope| {
        workers(scope, more, &work);
        work();
    });
    let same = pairs.iter().zip(unlike).filter(|(_, unlike)| unlike.load(Ordering::Relaxed) == 0);
    same.map(|(pair, _)| pair.removal).collect()
}

impl Pair {
    /// Returns whether `len` bytes from `start` on are the same in both files.
    fn is_same(&self, start: u64, len: u64, buffers: &mut [Vec<u8>; 2]) -> bool {
        let part = |(source, extent): &Bytes| (source.clone(), extent.part(start, len));
        equal(&part(&self.one), &part(&self.other), buffers).unwrap_or(false)
    }
}

fn equal((one, a): &Bytes, (other, b): &Bytes, buffers: &mut [Vec<u8>; 2]) -> io::Result<bool> {
    if a.len != b.len {
        return Ok(false);
    }
    // A layer that is listed twice has the same bytes.
    if Arc::ptr_eq(one, other) && a.offset == b.offset {
        return Ok(true);
    }
    // Most files are small, and most pairs differ early.
    let mut done = 0;
    while done < a.len {
        let len = if done == 0 { SMALL_PIECE } else { PIECE };
        let [first, second] = &mut *buffers;
        for buffer in [&mut *first, &mut *second] {
            if buffer.len() < len {
                buffer.resize(len, 0);
            }
        }
        let rest = Extent { offset: a.offset + done, len: a.len - done };
        let read = read_start(&**one, rest, &mut first[..len])?;
        let rest = Extent { offset: b.offset + done, len: b.len - done };
        if read == 0
            || read != read_start(&**other, rest, &mut second[..len])?
            || first[..read] != second[..read]
        {
            return Ok(false);
        }
        done += read as u64;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::MemorySource;

    fn pair(removal: usize, one: Vec<u8>, other: Vec<u8>) -> Pair {
        let bytes = |bytes: Vec<u8>| {
            let len = bytes.len() as u64;
            (Arc::new(MemorySource(bytes)) as Source, Extent { offset: 0, len })
        };
        Pair { removal, one: bytes(one), other: bytes(other) }
    }

    #[test]
    fn long_files_are_compared_in_parts_to_their_last_byte() {
        let long: Vec<u8> = (0..2 * PART + 5).map(|i| (i % 251) as u8).collect();
        let differing = |at: usize| {
            let mut other = long.clone();
            other[at] ^= 1;
            other
        };
        let end = long.len() - 1;
        let pairs = [
            pair(10, long.clone(), long.clone()),
            pair(11, long.clone(), differing(0)),
            pair(12, long.clone(), differing(SMALL_PIECE)),
            pair(13, long.clone(), differing(end)),
            pair(14, long.clone(), long[..end].to_vec()),
            pair(15, b"short".to_vec(), b"short".to_vec()),
            pair(16, b"short".to_vec(), b"shorn".to_vec()),
            pair(17, Vec::new(), b"x".to_vec()),
        ];
        assert_eq!(compare(&pairs), [10, 15]);
    }
}
