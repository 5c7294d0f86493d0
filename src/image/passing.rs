//! Opens an archive that can be read only once from its start: from a pipe, or compressed as a
//! whole.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::compression::{Note, SPACING, identify};
use super::damage::{remark_all, remark_damage};
use super::opened::{Archive, CompressedArchive, Storage};
use super::root::find_images;
use super::{Compression, FaultCause, Image, Streamed, decode, read_stream};
use crate::archive::{Extent, Member, Source, SpentSource, Window, read_buffered, uninterrupted};
use crate::display::Escaped;
use crate::error::Error;
use crate::progress::Progress;
use crate::warning::{Warning, WarningKind};

/// Number of bytes that are read at a time.
const WINDOW: usize = 128 << 10;
/// The most bytes that are read after the end of a compressed stream.
const END_LIMIT: u64 = 1 << 30;

/// Opens the archive that is read from `pipe`, named `path`. One that ends early is shown as far as
/// it came, if there is something to show.
pub(super) fn open_stream(
    path: Escaped,
    pipe: impl Read,
    progress: &Progress,
) -> Result<Archive, Error> {
    let mut reader = Cancellable {
        inner: BufReader::with_capacity(WINDOW, Counted { inner: pipe, progress }),
        progress,
    };
    let failed = |source| match progress.cancel.load(Ordering::Relaxed) {
        true => Error::Cancelled,
        false => Error::Io { path: path.clone(), operation: "read", source },
    };
    let head = reader.fill_buf().map_err(failed)?;
    if head.is_empty() {
        return Err(Error::Empty { path });
    }
    let compression = Compression::sniff(head);
    let is_known = compression != Compression::None || identify(head).is_some();
    let read = read_compressed(&path, &mut reader, compression, progress);
    // What follows the compressed stream counts as stored, too.
    let _ = io::copy(&mut reader.take(END_LIMIT), &mut io::sink());
    let offset = progress.done.load(Ordering::Relaxed);
    let streamed = read.map_err(|error| cut_short(error, &path, offset))?;
    let problem = match streamed.members.fault() {
        Some((_, fault)) => Some(fault.to_string()),
        None if !streamed.complete => Some("the tar has no end and no manifest".into()),
        None => None,
    };
    from_stream(path.clone(), streamed, compression, Origin::Pipe(offset)).map_err(|error| {
        match (error, problem) {
            (
                Error::Damaged { .. } | Error::NoImage { .. } | Error::Dropped { .. },
                Some(problem),
            ) => Error::CutShort { path, offset, problem },
            (Error::NotAnArchive { .. }, _) if !is_known && offset < 512 => Error::CutShort {
                path,
                offset,
                problem: "that is less than the first header of a tar".into(),
            },
            (error, _) => error,
        }
    })
}

/// Opens the archive in `source`, which is compressed as a whole.
pub(super) fn open_compressed(
    path: Escaped,
    source: Source,
    compression: Compression,
    progress: &Progress,
) -> Result<Archive, Error> {
    let window = Window::new(&*source, Extent::whole(&*source), WINDOW).counting(&progress.done);
    let read =
        read_compressed(&path, Cancellable { inner: window, progress }, compression, progress);
    let streamed = read.map_err(|error| match error {
        Error::Io { source: error, .. } if FaultCause::from_error(&error) == FaultCause::Cut => {
            Error::Damaged { path: path.clone(), offset: source.len(), problem: error.to_string() }
        }
        error => error,
    })?;
    from_stream(path, streamed, compression, Origin::File(source))
}

/// Names an error of a stream that ended early as what it is.
fn cut_short(error: Error, path: &Escaped, offset: u64) -> Error {
    match error {
        Error::Io { source, .. } if FaultCause::from_error(&source) == FaultCause::Cut => {
            Error::CutShort { path: path.clone(), offset, problem: source.to_string() }
        }
        error => error,
    }
}

fn read_compressed(
    path: &Escaped,
    reader: impl BufRead,
    compression: Compression,
    progress: &Progress,
) -> Result<Streamed, Error> {
    let mut decoded = decode(compression, reader).map_err(|source| Error::Io {
        path: path.clone(),
        operation: "decode",
        source,
    })?;
    if !progress.account_only {
        decoded.get_mut().mark(SPACING);
    }
    let mut streamed = read_stream(path, &mut decoded, progress)?;
    let checkpoints = decoded.get_mut().take_checkpoints();
    let passed = Arc::into_inner(std::mem::take(&mut streamed.whole.passed));
    let mut passed = passed.unwrap_or_default();
    passed.checkpoints = checkpoints;
    streamed.whole.passed = Arc::new(passed);
    if let Some(note) = decoded.get_ref().note() {
        streamed.trailer = Some(match note {
            Note::Checksum => WarningKind::ArchiveChecksum,
            Note::Leftovers => WarningKind::JunkAfterArchive,
        });
    }
    Ok(streamed)
}

/// The origin of a stream.
enum Origin {
    /// The file that was decoded.
    File(Source),
    /// A pipe that gave this number of bytes.
    Pipe(u64),
}

/// Finds the images of a stream.
fn from_stream(
    path: Escaped,
    mut streamed: Streamed,
    compression: Compression,
    origin: Origin,
) -> Result<Archive, Error> {
    if let Some(found) = streamed.not_a_tar {
        let found = match compression {
            Compression::None => found.into(),
            compression => format!("{} that holds {found}", compression.file()),
        };
        return Err(Error::NotAnArchive { path, found });
    }
    let end = streamed.whole.tar_bytes;
    let Some(mut images) = find_images(&path, &streamed.members, end)? else {
        streamed.whole.compression = compression;
        return Ok(bare(path, streamed, origin));
    };
    remark_damage(&streamed.members, end, &mut images);
    if let Some(trailer) = &streamed.trailer {
        remark_all(&mut images, trailer);
    }
    let places = streamed.places;
    let storage = match origin {
        Origin::Pipe(_) => Storage::Pipe,
        Origin::File(source) => {
            let passed = streamed.whole.passed;
            Storage::Compressed(Arc::new(CompressedArchive { source, compression, places, passed }))
        }
    };
    Ok(Archive { read: streamed.layers, storage, ..Archive::of_images(path, images) })
}

/// Makes the archive of a stream that is itself a layer.
fn bare(path: Escaped, mut streamed: Streamed, origin: Origin) -> Archive {
    let (source, storage): (Source, _) = match origin {
        Origin::File(source) => (source, Storage::Members),
        Origin::Pipe(came) => (Arc::new(SpentSource(came)), Storage::Pipe),
    };
    streamed.whole.stored_bytes = source.len();
    let member = Member::whole(source);
    let id = member.id;
    let mut image = Image::bare(&path, member);
    image.warnings.extend(streamed.trailer.map(Warning::image));
    let mut images = vec![image];
    remark_damage(&streamed.members, streamed.whole.tar_bytes, &mut images);
    let read = HashMap::from([(id, Arc::new(streamed.whole))]);
    Archive { read, storage, ..Archive::of_images(path, images) }
}

/// A reader of a pipe that counts its bytes.
struct Counted<'a, R> {
    inner: R,
    progress: &'a Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = uninterrupted(|| self.inner.read(buf))?;
        self.progress.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// A reader that fails after a cancellation.
struct Cancellable<'a, R> {
    inner: R,
    progress: &'a Progress,
}

impl<R: BufRead> BufRead for Cancellable<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.progress.cancel.load(Ordering::Relaxed) {
            return Err(io::Error::other("cancelled"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.inner.consume(n);
    }
}

impl<R: BufRead> Read for Cancellable<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}
