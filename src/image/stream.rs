//! Reads an archive in one pass: one that is compressed as a whole, or read from a pipe.
//!
//! The manifest, which is often the last member, determines which members are layers. So each
//! member that looks like a layer is read as one, and each that looks like JSON is kept. Nothing is
//! written to disk.

use std::collections::HashMap;
use std::io::{self, BufRead, Cursor, Read};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::JSON_LIMIT;
use super::compression::{Compression, Stream, describe};
use super::fault::LayerFault;
use super::keeper::Keeper;
use super::layer::{FULL, LayerEntries};
use super::passed::Pass;
use super::read::{ReadLayer, read_passing};
use super::region::Place;
use super::watch::{Watched, Watcher};
use crate::archive::{
    Entry, EntryKind, Extent, Fault, Forward, Limits, Members, MembersBuilder, MemorySource,
    Pieces, Rest, SparseMap, SparseReader, SpentSource, Walker, check_sparse, is_tar,
};
use crate::display::{Escaped, escaped_display, shown};
use crate::error::Error;
use crate::progress::Progress;
use crate::warning::{RuntimeDifference, WarningKind};

/// The largest member that is kept, unless it is a layer.
const SMALL: u64 = 64 << 10;
/// The largest layer that is hashed although nothing is to be verified.
const HASHED: u64 = 16 << 20;
/// The most bytes that are read after the end of a tar, which may be without end, as those of
/// `/dev/zero` are.
const END_LIMIT: u64 = 1 << 30;
/// The largest total size of the kept members.
const KEPT_LIMIT: u64 = 64 << 20;

/// The contents of an archive that was read in one pass.
pub struct Streamed {
    /// The members; only kept ones can be read.
    pub members: Members,
    /// The layers that were read, by member number.
    pub layers: HashMap<usize, Arc<ReadLayer>>,
    /// The places in the archive of members that were not kept, by member number.
    pub places: HashMap<usize, Place>,
    /// The archive itself as a layer, in case that it is a root filesystem.
    pub whole: ReadLayer,
    /// A description of the first bytes, if they are not a tar.
    pub not_a_tar: Option<&'static str>,
    /// True if the end marker of the archive was found.
    pub complete: bool,
    /// A fault after the end of the archive, such as a wrong checksum.
    pub trailer: Option<WarningKind>,
}

/// Reads a tar from `reader` to its end.
///
/// # Errors
///
/// [`Error::Cancelled`], or an error if `reader` cannot be read.
pub fn read_stream(
    path: &Escaped,
    mut reader: impl BufRead,
    progress: &Progress,
) -> Result<Streamed, Error> {
    let failed = |source| Error::Io { path: path.clone(), operation: "read", source };
    let cancelled = || progress.cancel.load(std::sync::atomic::Ordering::Relaxed);
    let head = peek(&mut reader)
        .map_err(|error| if cancelled() { Error::Cancelled } else { failed(error) })?;
    let mut streamed = Streamed {
        members: MembersBuilder::default().finish(None, true),
        layers: HashMap::new(),
        places: HashMap::new(),
        whole: ReadLayer::new(Compression::None, 0),
        not_a_tar: (!head.is_empty() && !is_tar(&head)).then(|| describe(&head)),
        complete: false,
        trailer: None,
    };
    if streamed.not_a_tar.is_some() {
        return Ok(streamed);
    }
    let mut walker =
        Walker::new(Stream(Cursor::new(head).chain(reader)), Limits::default()).keeping_pieces();
    let mut builder = MembersBuilder::default();
    // The archive may be a root filesystem, which passes only once.
    let mut keeper = Keeper::new(Pass::new(progress));
    let mut kept = 0;
    let fault = loop {
        match walker.advance() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(fault) => break Some((walker.position(), fault)),
        }
        let entry = walker.entry().clone();
        let pieces = walker.take_pieces();
        if !streamed.whole.entries.push(&entry) {
            return Err(Error::Limit {
                path: path.clone(),
                what: "its entries".into(),
                limit: "33,554,432 entries, 4 GiB of names".into(),
            });
        }
        keeper.begin(&entry);
        let watcher = Passing { hash: Xxh3::new(), keeper: &mut keeper };
        let mut contents = Watched::new(walker.contents_reader(), watcher);
        match entry.kind {
            EntryKind::File | EntryKind::Other(b'7') => {
                let before = streamed.layers.len();
                let mut taking = Taking {
                    kept: &mut kept,
                    streamed: &mut streamed,
                    builder: &mut builder,
                    progress,
                };
                let taken = match pieces {
                    None => {
                        taking.member(&entry, entry.stored, &mut contents, None).map_err(Fault::Io)
                    }
                    Some(pieces) => taking.sparse_member(&entry, &mut contents, pieces),
                };
                if taken.is_err() && cancelled() {
                    return Err(Error::Cancelled);
                }
                // A cut is reported by the walk itself, and a layer's own faults are stored with
                // the layer.
                if let Err(fault @ (Fault::SparseMap(_) | Fault::Limit { .. })) = taken {
                    break Some((entry.data, fault));
                }
                if streamed.layers.len() > before {
                    progress.layers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
            EntryKind::Symlink => builder.symlink(&entry.name, entry.link.clone()),
            EntryKind::HardLink => builder.hard_link(&entry.name, entry.link.clone()),
            EntryKind::Directory => builder.directory(&entry.name),
            _ => {}
        }
        // The rest of the contents is hashed, too, because the archive may be a root filesystem.
        let is_whole = Stream(&mut contents).skip(u64::MAX).is_ok();
        streamed.whole.entries.push_hash(contents.watcher.hash.digest128());
        keeper.end(is_whole);
    };
    streamed.whole.passed = Arc::new(keeper.finish());
    if cancelled() {
        return Err(Error::Cancelled);
    }
    streamed.whole.fault = fault.as_ref().map(|(offset, fault)| LayerFault::new(fault, *offset));
    let mut is_followed = false;
    if fault.is_some() {
        // The fault says that something is missing.
        let _ = walker.drain();
    } else {
        (is_followed, streamed.trailer) = read_end(&mut walker);
    }
    streamed
        .whole
        .notes
        .extend(walker.saw_global_header().then(|| RuntimeDifference::GlobalHeader.into()));
    let is_loose = fault.is_none() && walker.saw_loose_header();
    streamed.whole.notes.extend(is_loose.then_some(WarningKind::LooseHeader));
    streamed.whole.tar_bytes = walker.position();
    streamed.complete = walker.saw_end_marker();
    let members = builder.finish(fault, streamed.complete);
    streamed.members = if is_followed { members.followed() } else { members };
    Ok(streamed)
}

/// The hash of the contents that pass, and what else is done with them.
struct Passing<'a, 'p> {
    hash: Xxh3,
    keeper: &'a mut Keeper<'p>,
}

impl Watcher for Passing<'_, '_> {
    fn see(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.keeper.push(bytes);
    }
}

/// Reads what follows the end of the archive; returns whether it is something else than zeros, and
/// a warning if not all of it can be read.
fn read_end<R: Forward>(walker: &mut Walker<R>) -> (bool, Option<WarningKind>) {
    let rest = if walker.saw_end_marker() { walker.rest() } else { Ok(Rest::Nothing) };
    let is_followed = matches!(rest, Ok(Rest::Other));
    let warning = match rest.and_then(|_| walker.skip_end(END_LIMIT)) {
        Ok(true) => {
            let problem = shown!("more than {} bytes follow the end of its tar", END_LIMIT);
            Some(WarningKind::ArchiveOverLimit { offset: walker.position(), problem })
        }
        Ok(false) => walker
            .drain()
            .err()
            .map(|error| WarningKind::ArchiveTrailer { problem: escaped_display(&error) }),
        Err(error) => Some(WarningKind::ArchiveTrailer { problem: escaped_display(&error) }),
    };
    (is_followed, warning)
}

/// The collected members of a stream.
struct Taking<'a> {
    kept: &'a mut u64,
    streamed: &'a mut Streamed,
    builder: &'a mut MembersBuilder,
    progress: &'a Progress,
}

impl Taking<'_> {
    /// Keeps or reads one member that is stored with holes.
    fn sparse_member(
        &mut self,
        entry: &Entry,
        contents: impl BufRead,
        pieces: Pieces,
    ) -> Result<(), Fault> {
        check_sparse(entry)?;
        let reader = SparseReader::new(contents, entry, pieces).map_err(|error| {
            match error.downcast::<Fault>() {
                Ok(fault) => fault,
                Err(error) => Fault::Io(error),
            }
        })?;
        let map = reader.map();
        Ok(self.member(entry, entry.size, reader, Some((map, entry.size)))?)
    }

    /// Keeps or reads one member of `size` bytes.
    fn member(
        &mut self,
        entry: &Entry,
        size: u64,
        mut contents: impl BufRead,
        holes: Option<(Arc<SparseMap>, u64)>,
    ) -> io::Result<()> {
        let name = &entry.name;
        let head = peek(&mut contents)?;
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
        let compression = Compression::sniff(&head);
        let layer =
            !in_root_filesystem(name) && (compression != Compression::None || is_tar(&head));
        let is_zeros = head.iter().all(|&b| b == 0);
        let mut contents = Cursor::new(head).chain(contents).take(size);
        if !layer
            && size <= if json { JSON_LIMIT } else { SMALL }
            && *self.kept + size <= KEPT_LIMIT
        {
            let mut bytes = Vec::new();
            let result = contents.read_to_end(&mut bytes);
            *self.kept += bytes.len() as u64;
            let extent = Extent { offset: 0, len: bytes.len() as u64 };
            self.builder.bytes(name, Arc::new(MemorySource(bytes)), extent);
            return result.map(drop);
        }
        let id =
            self.builder.bytes(name, Arc::new(SpentSource(size)), Extent { offset: 0, len: size });
        self.streamed.places.insert(id, Place { start: entry.data, holes });
        if !in_root_filesystem(name) {
            let mut read = ReadLayer::new(compression, size);
            // Through a pipe, a layer cannot be read again where only its digest tells that it was
            // cut.
            let pass = Pass::new(self.progress);
            let verify = pass.verify || is_zeros || size <= HASHED;
            read_passing(&mut contents, &mut read, pass.verifying(verify));
            let _ = Stream(&mut contents).skip(u64::MAX);
            // Where the archive was cut, fewer bytes came than are stated.
            read.stored_bytes = size - contents.limit();
            self.streamed.layers.insert(id, Arc::new(read));
        }
        Ok(())
    }
}

/// Returns whether a name is in a directory that only root filesystems have, so that it is not
/// worth decoding.
fn in_root_filesystem(name: &[u8]) -> bool {
    const DIRECTORIES: [&[u8]; 20] = [
        b"bin", b"boot", b"dev", b"etc", b"home", b"lib", b"lib32", b"lib64", b"libx32", b"media",
        b"mnt", b"opt", b"proc", b"root", b"run", b"sbin", b"srv", b"tmp", b"usr", b"var",
    ];
    let parts = crate::path::components(name);
    parts.len() > 1 && DIRECTORIES.contains(&parts[0])
}

/// Reads up to 512 bytes without consuming them.
fn peek(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    match reader.take(512).read_to_end(&mut head) {
        Err(error) if head.is_empty() => Err(error),
        _ => Ok(head),
    }
}

/// Lists a directory of the host as a layer.
///
/// # Errors
///
/// An error if the directory cannot be read.
pub fn read_root_directory(root: &std::path::Path) -> io::Result<ReadLayer> {
    let mut layer = ReadLayer::new(Compression::None, 0);
    let mut entries = LayerEntries::default();
    let notes = crate::archive::read_root_filesystem(root, |entry| {
        layer.stored_bytes += entry.stored;
        if entries.push(entry) { Ok(()) } else { Err(io::Error::other(FULL)) }
    })?;
    layer.notes = notes;
    layer.entries = entries;
    layer.tar_bytes = layer.stored_bytes;
    Ok(layer)
}
