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
use super::compression::Stream;
use super::compression::{Compression, describe};
use super::layer::{FULL, LayerEntries};
use super::read::{ReadLayer, read_passing};
use super::watch::Watched;
use crate::archive::{
    Entry, EntryKind, Extent, Forward, Limits, Members, MembersBuilder, MemorySource, SpentSource, Walker, is_tar,
};
use crate::error::Error;
use crate::progress::Progress;

/// The largest member that is kept, unless it is a layer.
const SMALL: u64 = 64 << 10;
/// The largest total size of the kept members.
const KEPT_LIMIT: u64 = 64 << 20;

/// The contents of an archive that was read in one pass.
pub struct Streamed {
    /// The members; only kept ones can be read.
    pub members: Members,
    /// The layers that were read, by member number.
    pub layers: HashMap<usize, Arc<ReadLayer>>,
    /// The offsets in the archive of members that were not kept, by member number.
    pub places: HashMap<usize, u64>,
    /// The archive itself as a layer, in case it is a root filesystem.
    pub whole: ReadLayer,
    /// A description of the first bytes, if they are not a tar.
    pub not_a_tar: Option<&'static str>,
    /// True if the end marker of the archive was found.
    pub complete: bool,
}

/// Reads a tar from `reader` to its end.
pub fn read_stream(path: &str, mut reader: impl BufRead, progress: &Progress) -> Result<Streamed, Error> {
    let failed = |source| Error::Io { path: path.into(), operation: "read", source };
    let cancelled = || progress.cancel.load(std::sync::atomic::Ordering::Relaxed);
    let head = peek(&mut reader).map_err(|error| if cancelled() { Error::Cancelled } else { failed(error) })?;
    let mut streamed = Streamed {
        members: MembersBuilder::default().finish(None),
        layers: HashMap::new(),
        places: HashMap::new(),
        whole: ReadLayer::new(Compression::None, 0),
        not_a_tar: (!head.is_empty() && !is_tar(&head)).then(|| describe(&head)),
        complete: false,
    };
    if streamed.not_a_tar.is_some() {
        return Ok(streamed);
    }
    let mut walker = Walker::new(Stream(Cursor::new(head).chain(reader)), Limits::default());
    let mut builder = MembersBuilder::default();
    let mut kept = 0;
    let fault = loop {
        match walker.advance() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(fault) => break Some((walker.position(), fault)),
        }
        let entry = walker.entry().clone();
        if !streamed.whole.entries.push(&entry) {
            return Err(Error::Limit {
                path: path.into(),
                what: "its entries".into(),
                limit: "33,554,432 entries, 4 GiB of names".into(),
            });
        }
        let mut contents = Watched::new(walker.contents_reader(), Xxh3::new());
        match entry.kind {
            EntryKind::File | EntryKind::Other(b'7') => {
                let before = streamed.layers.len();
                let taken = member(&entry, &mut contents, &mut kept, &mut streamed, &mut builder, progress.verify);
                // A cut is reported by the walk itself, and a layer's own faults are kept with the layer.
                if taken.is_err() && cancelled() {
                    return Err(Error::Cancelled);
                }
                if streamed.layers.len() > before {
                    progress.layers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
            EntryKind::Symlink => builder.symlink(&entry.name, entry.link.clone()),
            EntryKind::HardLink => builder.hard_link(&entry.name, entry.link.clone()),
            _ => {}
        }
        // What is left of the contents is hashed too: the archive may be a root filesystem.
        let _ = Stream(&mut contents).skip(u64::MAX);
        streamed.whole.entries.push_hash(contents.watcher.digest128());
    };
    if cancelled() {
        return Err(Error::Cancelled);
    }
    streamed.whole.fault = fault.as_ref().map(|(offset, fault)| format!("{fault} (at byte {offset} of the tar)"));
    if let Err(error) = walker.drain()
        && fault.is_none()
    {
        streamed.whole.notes.push(format!("after the end of the tar: {error}"));
    }
    streamed.whole.tar_bytes = walker.position();
    streamed.complete = walker.saw_end_marker();
    streamed.members = builder.finish(fault);
    Ok(streamed)
}

/// Keeps or reads a member.
fn member(
    entry: &Entry,
    mut contents: impl BufRead,
    kept: &mut u64,
    streamed: &mut Streamed,
    builder: &mut MembersBuilder,
    verify: bool,
) -> io::Result<()> {
    let (name, size) = (&entry.name, entry.stored);
    let head = peek(&mut contents)?;
    let json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    let compression = Compression::sniff(&head);
    let layer = !in_root_filesystem(name) && (compression != Compression::None || is_tar(&head));
    let mut contents = Cursor::new(head).chain(contents);
    if !layer && size <= if json { JSON_LIMIT } else { SMALL } && *kept + size <= KEPT_LIMIT {
        let mut bytes = Vec::new();
        let result = contents.read_to_end(&mut bytes);
        *kept += bytes.len() as u64;
        let extent = Extent { offset: 0, len: bytes.len() as u64 };
        builder.bytes(name, Arc::new(MemorySource(bytes)), extent);
        return result.map(drop);
    }
    let id = builder.bytes(name, Arc::new(SpentSource(size)), Extent { offset: 0, len: size });
    streamed.places.insert(id, entry.data);
    if !in_root_filesystem(name) {
        let mut read = ReadLayer::new(compression, size);
        read_passing(&mut contents, &mut read, verify);
        streamed.layers.insert(id, Arc::new(read));
    }
    Ok(())
}

/// Returns whether a name is in a directory that only root filesystems have, so that it is not
/// worth decoding.
fn in_root_filesystem(name: &[u8]) -> bool {
    const DIRECTORIES: [&[u8]; 20] = [
        b"bin", b"boot", b"dev", b"etc", b"home", b"lib", b"lib32", b"lib64", b"libx32", b"media", b"mnt", b"opt",
        b"proc", b"root", b"run", b"sbin", b"srv", b"tmp", b"usr", b"var",
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
pub fn read_root_directory(root: &std::path::Path) -> io::Result<ReadLayer> {
    let mut layer = ReadLayer::new(Compression::None, 0);
    let mut entries = LayerEntries::default();
    crate::archive::read_root_filesystem(root, |entry| {
        layer.stored_bytes += entry.stored;
        if entries.push(entry) { Ok(()) } else { Err(io::Error::other(FULL)) }
    })?;
    layer.entries = entries;
    layer.tar_bytes = layer.stored_bytes;
    Ok(layer)
}
