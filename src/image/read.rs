//! Reads a layer in one pass: its entries, and the digests for verification.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::chunked::ChunkedLayer;
use super::compression::{Compression, Note, Stream, decode, head, identify};
use super::fault::{FaultCause, LayerFault};
use super::glance::Glance;
use super::keeper::Keeper;
use super::layer::{FULL, LayerEntries};
use super::passed::{Pass, Passed};
use super::watch::Watched;
use crate::archive::{
    Entry, Extent, Fault, Forward, Limits, Member, ReadAt, Rest, Walker, Window, is_tar,
};
use crate::display::{Escaped, escaped_display, shown};
use crate::error::Error;
use crate::progress::Progress;
use crate::warning::{RuntimeDifference, WarningKind};

/// Number of bytes that are read at a time from plain layers, whose headers are far apart.
const PLAIN_WINDOW: usize = 64 << 10;
/// The most remarks on the entries of a layer that are made while it is read.
const REMARKS: usize = 20;
/// Number of bytes that are read at a time from compressed layers.
const COMPRESSED_WINDOW: usize = 128 << 10;
/// The stored bytes from which on cores without work help to decode a layer.
const LARGE: u64 = 8 << 20;

/// The way in which the tar of a layer ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TarEnd {
    /// With the end marker.
    #[default]
    Marked,
    /// Without an end marker.
    Unmarked,
    /// With the end marker, and without any entry.
    Empty,
    /// With the end marker, before the end of the bytes.
    Followed,
    /// With the end marker, after an extended header that belongs to no entry.
    Loose,
}

/// A layer that has been read, completely or up to a fault.
pub struct ReadLayer {
    /// The entries before the end or the fault.
    pub entries: LayerEntries,
    /// The compression.
    pub compression: Compression,
    /// The length of the uncompressed tar in bytes, as far as it was read.
    pub tar_bytes: u64,
    /// The stored size in bytes.
    pub stored_bytes: u64,
    /// The fault, if the layer could not be read to its end.
    pub fault: Option<LayerFault>,
    /// The way in which its tar ended, if there is no fault.
    pub end: TarEnd,
    /// Peculiarities and missing parts, besides a fault.
    pub notes: Vec<WarningKind>,
    /// The digests, if requested.
    pub digests: Option<Digests>,
    /// The reader of its files by its table of contents, if the layer was not read itself.
    pub table: Option<Arc<ChunkedLayer>>,
    /// Its checkpoints, and contents that are always wanted.
    pub(crate) passed: Arc<Passed>,
}

/// The SHA-256 of a layer as stored, and of its uncompressed tar.
pub struct Digests {
    /// The digest of the bytes as stored.
    pub stored: [u8; 32],
    /// Of the uncompressed tar; `None` if it could not be decoded to its end.
    pub tar: Option<[u8; 32]>,
}

impl ReadLayer {
    /// Makes a layer of which nothing has been read.
    pub fn new(compression: Compression, stored_bytes: u64) -> Self {
        Self {
            entries: LayerEntries::default(),
            compression,
            tar_bytes: 0,
            stored_bytes,
            fault: None,
            end: TarEnd::Marked,
            notes: Vec::new(),
            digests: None,
            table: None,
            passed: Arc::default(),
        }
    }
}

/// A reader that fails after a cancellation.
///
/// The error is not `ErrorKind::Interrupted`, which the standard library retries endlessly.
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

    fn has_changed(&self) -> bool {
        self.source.has_changed()
    }
}

/// Reads the layer in `member`. A fault in the layer is part of the result.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn read_layer(member: &Member, progress: &Progress) -> Result<ReadLayer, Error> {
    let source = Cancellable { source: &*member.source, cancel: &progress.cancel };
    let head = head(&source, member.extent.offset);
    let compression = head.as_ref().map_or(Compression::None, |head| {
        let len = usize::try_from(member.extent.len).unwrap_or(usize::MAX).min(head.len());
        Compression::sniff(&head[..len])
    });
    let mut layer = ReadLayer::new(compression, member.extent.len);
    if let Err(error) = &head
        && !progress.cancel.load(Ordering::Relaxed)
    {
        layer.fault = Some(LayerFault {
            reason: FaultCause::from_error(error),
            at: 0,
            problem: escaped_display(&error),
        });
        return Ok(layer);
    }
    let window = |capacity| Window::new(&source, member.extent, capacity).counting(&progress.done);
    if compression == Compression::None && !progress.verify {
        // The contents of a plain layer are skipped, because they can be read at any time.
        let glance = progress.wants_secrets().then(Glance::default);
        let (.., passed) = walk(window(PLAIN_WINDOW), &mut layer, None, glance);
        layer.passed = Arc::new(passed);
    } else {
        let pass = Pass::new(progress).caching(member.source.costs_a_download());
        read_passing(window(COMPRESSED_WINDOW), &mut layer, pass);
    }
    if progress.cancel.load(Ordering::Relaxed) {
        return Err(Error::Cancelled);
    }
    Ok(layer)
}

/// Computes the digests of the layer in `member`; `None` if its bytes cannot be read again.
pub(super) fn digests(
    member: &Member,
    compression: Compression,
    cancel: &AtomicBool,
) -> Option<Digests> {
    let source = Cancellable { source: &*member.source, cancel };
    let mut layer = ReadLayer::new(compression, member.extent.len);
    let window = Window::new(&source, member.extent, COMPRESSED_WINDOW);
    read_passing(window, &mut layer, Pass::digests());
    layer.digests
}

/// Reads a layer from a stream, hashes the contents of its files, and keeps what later readers want.
pub(super) fn read_passing(reader: impl BufRead, layer: &mut ReadLayer, pass: Pass<'_>) {
    let hasher = || pass.verify.then(Sha256::new);
    let mut stored = Watched::new(reader, hasher());
    let is_skipped =
        stored.fill_buf().is_ok_and(|head| matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]));
    layer
        .notes
        .extend(compression_difference(layer.compression, is_skipped).map(WarningKind::from));
    let mut decoded = match decode(layer.compression, &mut stored) {
        Ok(decoded) => decoded,
        Err(error) => {
            layer.fault = Some(LayerFault {
                reason: FaultCause::from_error(&error),
                at: 0,
                problem: escaped_display(&error),
            });
            return;
        }
    };
    if let Some(spacing) = pass.marks {
        decoded.get_mut().mark(spacing);
    }
    if let Some(idle) = pass.idle.filter(|_| layer.stored_bytes >= LARGE) {
        decoded.get_mut().help_with(idle);
    }
    let (Stream(mut tar), whole, mut passed) =
        walk(Stream(Watched::new(decoded, hasher())), layer, Some(pass), None);
    passed.checkpoints = tar.inner.get_mut().take_checkpoints();
    layer.passed = Arc::new(passed);
    layer.notes.extend(tar.inner.get_ref().note().map(|note| match note {
        Note::Checksum => WarningKind::LayerChecksum,
        Note::Leftovers => WarningKind::JunkAfterLayer,
    }));
    let tar = tar.watcher.map(|hasher| whole.then(|| hasher.finalize().into()));
    // Decoders do not read the bytes after the last frame.
    let rest = Stream(&mut stored).skip(u64::MAX);
    let stored = stored.watcher.map(|hasher| hasher.finalize().into());
    if let (Some(tar), Some(stored), Ok(_)) = (tar, stored, rest) {
        layer.digests = Some(Digests { stored, tar });
    }
}

/// Tells which container runtimes refuse a compression. `is_skipped` tells that a frame to be
/// skipped comes first.
fn compression_difference(compression: Compression, is_skipped: bool) -> Option<RuntimeDifference> {
    let (format, refused_by) = match compression {
        Compression::Xz => ("xz", "runtimes on containerd"),
        Compression::Bzip2 => ("bzip2", "runtimes on containerd"),
        Compression::Zstd if is_skipped => {
            ("zstd and begins with a frame to be skipped", "podman and umoci")
        }
        Compression::None | Compression::Gzip | Compression::Zstd => return None,
    };
    Some(RuntimeDifference::Compression { format, refused_by })
}

/// Describes the next bytes, if they are not a tar but of a known format.
fn foreign_format(reader: &mut impl BufRead, compression: Compression) -> Option<Escaped> {
    let head = reader.fill_buf().ok()?;
    let head = &head[..head.len().min(512)];
    let found = identify(head).filter(|_| !is_tar(head))?;
    Some(match compression {
        Compression::None => found.into(),
        compression => shown!("{} that holds {}", compression.file(), found),
    })
}

/// Reads entries into `layer`; returns the reader, whether all its bytes came, and what was kept.
/// Contents are skipped without a `pass`; a glance takes what has been read of them.
fn walk<R: Forward>(
    mut reader: R,
    layer: &mut ReadLayer,
    pass: Option<Pass<'_>>,
    mut glance: Option<Glance>,
) -> (R, bool, Passed) {
    let foreign = foreign_format(&mut reader, layer.compression);
    layer.entries.reserve(layer.stored_bytes);
    let mut walker = Walker::new(reader, Limits::default());
    let (mut whole, mut keeper) = (true, pass.map(Keeper::new));
    let fault = loop {
        match walker.advance() {
            Ok(true) => {}
            // Go takes it for a clean end. The digests tell whether it is one.
            Ok(false) | Err(Fault::MissingEntry) => break None,
            Err(fault) => {
                whole = !matches!(fault, Fault::Io(_));
                break Some(LayerFault::new(&fault, walker.position()));
            }
        }
        if !layer.entries.push(walker.entry()) {
            break Some(LayerFault {
                reason: FaultCause::OverLimit,
                at: walker.position(),
                problem: FULL.into(),
            });
        }
        remark_sparse(walker.entry(), &mut layer.notes);
        if let Some(glance) = &mut glance {
            glance.take(&walker);
        }
        if let Some(keeper) = &mut keeper {
            let hash = keeper.take(&mut walker);
            layer.entries.push_hash(*hash.as_ref().unwrap_or(&0));
            if let Err(fault) = hash {
                whole = !matches!(fault, Fault::Io(_));
                break Some(LayerFault::new(&fault, walker.position()));
            }
        }
    };
    layer.fault = fault.map(|fault| match foreign {
        Some(problem) if layer.entries.is_empty() => {
            LayerFault { reason: FaultCause::NotATar, at: 0, problem }
        }
        _ if layer.entries.is_empty() => LayerFault { at: 0, ..fault },
        _ => fault,
    });
    let is_loose = walker.saw_loose_header();
    let rest = walker.saw_end_marker().then(|| walker.rest());
    layer.end = match &rest {
        None => TarEnd::Unmarked,
        // Zeros without an entry are no more than that, however many they are.
        Some(Ok(Rest::Nothing | Rest::Zeros)) if layer.entries.is_empty() => TarEnd::Empty,
        Some(Ok(Rest::Nothing)) if is_loose => TarEnd::Loose,
        Some(Ok(Rest::Nothing)) => TarEnd::Marked,
        Some(_) => TarEnd::Followed,
    };
    let rest = rest.unwrap_or(Ok(Rest::Nothing));
    if let Err(error) = rest.and_then(|_| walker.drain()) {
        whole = false;
        let problem = shown!("after the end of the tar: {}", escaped_display(&error));
        let reason = FaultCause::from_error(&error);
        layer.fault.get_or_insert(LayerFault { reason, at: walker.position(), problem });
    }
    layer.notes.extend(walker.saw_global_header().then(|| RuntimeDifference::GlobalHeader.into()));
    layer.notes.extend((is_loose && layer.fault.is_none()).then_some(WarningKind::LooseHeader));
    layer.tar_bytes = walker.position();
    let mut passed = keeper.map(Keeper::finish).unwrap_or_default();
    passed.notes = passed.notes.or(glance.and_then(Glance::finish));
    (walker.into_reader(), whole, passed)
}

/// Remarks that the map of a sparse file does not reach its end. GNU tar and bsdtar write maps that
/// do.
fn remark_sparse(entry: &Entry, notes: &mut Vec<WarningKind>) {
    if entry.sparse && entry.map_end < entry.size && notes.len() < REMARKS {
        let Entry { name: path, size, map_end: end, .. } = entry.clone();
        notes.push(WarningKind::SparseEnd { path, size, end });
    }
}

/// Hashes a run of bytes as the contents of compressed layers are hashed.
///
/// # Errors
///
/// An error of `source`.
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
