//! One layer's tar, read into a compact list of entries.
//!
//! The list is what a reading thread hands to the merge: one buffer of bytes
//! and one record an entry, so that a layer of a hundred thousand entries is
//! a handful of allocations.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::compression::{self, Compression, head};
use crate::archive::{Entry, EntryKind, Extent, Forward, Limits, Member, ReadAt, Walker, Window};
use crate::error::Error;

/// The most bytes that the names of one layer may have.
const NAMES_LIMIT: usize = u32::MAX as usize;
/// Read at a time from plain layers, whose headers lie far apart.
const PLAIN_WINDOW: usize = 32 << 10;
/// Read at a time from compressed layers.
const COMPRESSED_WINDOW: usize = 128 << 10;

/// One entry of a layer, with its names borrowed from the list.
#[derive(Debug, Clone, Copy)]
pub struct EntryRef<'a> {
    /// The name, byte for byte.
    pub name: &'a [u8],
    /// The target of a link.
    pub link: &'a [u8],
    /// Everything of fixed size.
    pub record: &'a Record,
    /// The hash of the contents, where the layer had to be decoded anyway.
    pub hash: Option<u128>,
}

/// The part of an entry that has a fixed size.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// The logical size of a regular file in bytes.
    pub size: u64,
    /// Where the contents start, counted from the start of the tar.
    pub data: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// The numeric owner.
    pub uid: u32,
    /// The numeric group.
    pub gid: u32,
    /// Device numbers.
    pub device: (u32, u32),
    name: u32,
    name_len: u16,
    link_len: u16,
    /// The permission bits.
    pub mode: u16,
    /// What the entry makes.
    pub kind: EntryKind,
    /// Whether the file is stored with holes.
    pub sparse: bool,
    /// Whether the entry carries the overlay filesystem's opaque attribute.
    pub overlay_opaque: bool,
}

/// The entries of a layer in their order.
#[derive(Default)]
pub struct LayerEntries {
    bytes: Vec<u8>,
    records: Vec<Record>,
    /// Hashes of the contents: as many as records, or none.
    hashes: Vec<u128>,
}

impl LayerEntries {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The entries in the order of the tar.
    pub fn iter(&self) -> impl Iterator<Item = EntryRef<'_>> {
        self.records.iter().enumerate().map(|(i, record)| {
            let name = record.name as usize;
            let link = name + record.name_len as usize;
            EntryRef {
                name: &self.bytes[name..link],
                link: &self.bytes[link..link + record.link_len as usize],
                record,
                hash: self.hashes.get(i).copied(),
            }
        })
    }

    /// Adds an entry at the end; false if the names would not fit.
    pub fn push(&mut self, entry: &Entry) -> bool {
        let (Ok(name_len), Ok(link_len)) = (u16::try_from(entry.name.len()), u16::try_from(entry.link.len())) else {
            return false;
        };
        if self.bytes.len() + entry.name.len() + entry.link.len() > NAMES_LIMIT {
            return false;
        }
        let name = u32::try_from(self.bytes.len()).expect("below the limit");
        self.bytes.extend_from_slice(&entry.name);
        self.bytes.extend_from_slice(&entry.link);
        self.records.push(Record {
            size: entry.size,
            data: entry.data,
            mtime: entry.mtime,
            uid: entry.uid,
            gid: entry.gid,
            device: entry.device,
            name,
            name_len,
            link_len,
            mode: entry.mode,
            kind: entry.kind,
            sparse: entry.sparse,
            overlay_opaque: entry.overlay_opaque,
        });
        true
    }
}

/// A layer that has been read, whole or up to a fault.
pub struct ReadLayer {
    /// The entries up to the end or the fault.
    pub entries: LayerEntries,
    /// How the bytes are compressed.
    pub compression: Compression,
    /// The length of the uncompressed tar in bytes, as far as it could be read.
    pub tar_bytes: u64,
    /// The length as stored in bytes.
    pub stored_bytes: u64,
    /// What is wrong, if the layer could not be read to its end.
    pub fault: Option<String>,
    /// What is odd but harmless.
    pub notes: Vec<String>,
}

/// Shared with the reading threads: how far they are, and whether to stop.
#[derive(Default)]
pub struct Progress {
    /// Stored bytes of layers that have been read or passed over.
    pub done: AtomicU64,
    /// Stored bytes of all layers.
    pub total: AtomicU64,
    /// Layers that have been read.
    pub layers: AtomicU64,
    /// Asks the readers to stop.
    pub cancel: AtomicBool,
}

/// Stops a read when someone asked for it.
///
/// Not `ErrorKind::Interrupted`, which the standard library retries for ever.
struct Cancellable<'a> {
    source: &'a dyn ReadAt,
    cancel: &'a AtomicBool,
}

impl ReadAt for Cancellable<'_> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(io::Error::other("cancelled"));
        }
        self.source.read_at(buf, offset)
    }

    fn len(&self) -> u64 {
        self.source.len()
    }
}

/// Reads the layer that `member` holds.
///
/// A fault in the layer is part of the answer; the only error is [`Error::Cancelled`].
pub fn read_layer(member: &Member, progress: &Progress) -> Result<ReadLayer, Error> {
    let source = Cancellable { source: &*member.source, cancel: &progress.cancel };
    let compression = head(&source, member.extent.offset).map_or(Compression::None, |head| {
        let len = usize::try_from(member.extent.len).unwrap_or(usize::MAX).min(head.len());
        Compression::sniff(&head[..len])
    });
    let mut layer = ReadLayer {
        entries: LayerEntries::default(),
        compression,
        tar_bytes: 0,
        stored_bytes: member.extent.len,
        fault: None,
        notes: Vec::new(),
    };
    let window = |capacity| Window::new(&source, member.extent, capacity).counting(&progress.done);
    match compression {
        Compression::None => {
            walk(window(PLAIN_WINDOW), &mut layer, false, |_| None);
        }
        Compression::Gzip => {
            walk(compression::gzip(window(COMPRESSED_WINDOW)), &mut layer, true, |reader| reader.get_ref().note());
        }
        Compression::Zstd => match compression::zstd(window(COMPRESSED_WINDOW)) {
            Ok(reader) => walk(reader, &mut layer, true, |_| None),
            Err(error) => layer.fault = Some(error.to_string()),
        },
        Compression::Xz | Compression::Bzip2 => {
            layer.fault = Some(format!("{} layers cannot be read yet", compression.name()));
        }
    }
    if progress.cancel.load(Ordering::Relaxed) {
        return Err(Error::Cancelled);
    }
    Ok(layer)
}

fn walk<R: Forward>(reader: R, layer: &mut ReadLayer, hash: bool, note: impl Fn(&R) -> Option<&'static str>) {
    let mut walker = Walker::new(reader, Limits::default());
    let fault = loop {
        match walker.advance() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(fault) => break Some(fault.to_string()),
        }
        if !layer.entries.push(walker.entry()) {
            break Some("its names have more than 4 GiB".into());
        }
        if hash {
            let size = walker.entry().stored;
            match content_hash(&mut walker, size) {
                Ok(hash) => layer.entries.hashes.push(hash),
                Err(fault) => {
                    layer.entries.hashes.push(0);
                    break Some(fault.to_string());
                }
            }
        }
    };
    layer.fault = fault.map(|fault| format!("{fault} (at byte {} of the tar)", walker.position()));
    if let Err(error) = walker.drain()
        && layer.fault.is_none()
    {
        layer.notes.push(format!("after the end of the tar: {error}"));
    }
    layer.tar_bytes = walker.position();
    layer.notes.extend(note(walker.reader()).map(Into::into));
}

fn content_hash<R: Forward>(walker: &mut Walker<R>, size: u64) -> Result<u128, crate::archive::Fault> {
    let mut stream: Option<Box<Xxh3>> = None;
    let mut whole = xxh3_128(b"");
    walker.contents(|piece| {
        if piece.len() as u64 == size {
            whole = xxh3_128(piece);
        } else {
            stream.get_or_insert_default().update(piece);
        }
    })?;
    Ok(stream.map_or(whole, |stream| stream.digest128()))
}

/// Hashes a run of bytes the way the contents of compressed layers are hashed.
pub fn hash_extent(source: &dyn ReadAt, extent: Extent) -> io::Result<u128> {
    let mut hasher = Xxh3::new();
    let mut window = Window::new(source, extent, COMPRESSED_WINDOW);
    let mut buffer = vec![0; COMPRESSED_WINDOW];
    loop {
        match window.read(&mut buffer)? {
            0 => return Ok(hasher.digest128()),
            n => hasher.update(&buffer[..n]),
        }
    }
}
