//! Opens an archive: a file, a directory or a pipe, plain or compressed as a whole.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::archive::{
    Extent, FileSource, Member, Members, MemorySource, Source, SpentSource, Window, index_directory, is_tar,
    read_buffered, uninterrupted,
};
use crate::display::escaped;
use crate::error::Error;
use crate::image::compression::Note;
use crate::image::root::{nested, refuse_other_than_root};
use crate::image::stream::Place;
use crate::image::{
    Compression, Image, ReadLayer, Selection, Streamed, decode, describe, discover, head, read_root_directory,
    read_stream, select,
};
use crate::progress::Progress;
use crate::warning::{Warning, WarningKind};

/// Number of bytes that are read at a time from a stream.
const WINDOW: usize = 128 << 10;
/// The name of standard input.
const PIPE: &str = "standard input";

/// An archive whose images are known.
pub struct Archive {
    /// The name of the archive, escaped for display.
    pub path: String,
    /// The images, in order.
    pub images: Vec<Image>,
    read: HashMap<usize, Arc<ReadLayer>>,
    storage: Storage,
}

/// The place where contents can be read after the layers have been read.
#[derive(Clone)]
pub(crate) enum Storage {
    /// The members of the archive.
    Members,
    /// A file that is compressed as a whole.
    Compressed(Arc<CompressedArchive>),
    /// Nowhere: the archive was read from a pipe.
    Pipe,
    /// The files below this directory of the host, which is the root of the only layer.
    Root(Arc<Path>),
}

/// A file that is compressed as a whole and has been decoded once.
pub(crate) struct CompressedArchive {
    /// The file.
    pub source: Source,
    /// Its compression.
    pub compression: Compression,
    /// The places in the uncompressed archive of members that were not kept, by member number.
    pub places: HashMap<usize, Place>,
}

/// An image whose manifest has been read.
#[derive(Clone)]
pub struct Opened {
    /// The name of the archive, escaped for display.
    pub path: String,
    /// The image.
    pub image: Image,
    /// Layers that were read from a stream before the manifest was known, by member number.
    pub(crate) read: HashMap<usize, Arc<ReadLayer>>,
    /// The place where the contents of files can be read.
    pub(crate) storage: Storage,
}

impl Opened {
    /// Returns where the bytes of the image come from, each source once.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let layers = self.image.layers.iter().filter_map(|layer| Some(layer.member.as_ref()?.source.clone()));
        let whole = match &self.storage {
            Storage::Compressed(archive) => Some(archive.source.clone()),
            _ => None,
        };
        let mut sources: Vec<Source> = layers.chain(whole).collect();
        sources.dedup_by(|one, other| Arc::ptr_eq(one, other));
        sources
    }

    /// Fails if the archive has been changed since it was opened, so that the bytes that were read
    /// do not belong together.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] names the archive.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        check_unchanged(&self.path, &self.sources())
    }
}

/// Fails if one of the sources of an archive has been changed since it was opened.
pub(crate) fn check_unchanged(path: &str, sources: &[Source]) -> Result<(), Error> {
    match sources.iter().any(|source| source.has_changed()) {
        true => Err(Error::Changed { path: path.into() }),
        false => Ok(()),
    }
}

impl Archive {
    /// Returns the index of the selected image.
    ///
    /// # Errors
    ///
    /// An error if no image matches, or if several do.
    pub fn select(&self, selection: &Selection) -> Result<usize, Error> {
        select(&self.path, &self.images, selection)
    }

    /// Takes the image with an index.
    pub fn pick(mut self, index: usize) -> Opened {
        Opened { path: self.path, image: self.images.swap_remove(index), read: self.read, storage: self.storage }
    }

    /// Takes the selected image.
    ///
    /// # Errors
    ///
    /// An error if no image matches, or if several do.
    pub fn choose(self, selection: &Selection) -> Result<Opened, Error> {
        let index = self.select(selection)?;
        Ok(self.pick(index))
    }
}

/// Opens the archive at `path` and selects the image `wanted`, or the only one.
///
/// # Errors
///
/// An error if the archive cannot be read, has no image, or the image cannot be selected.
pub fn open(path: &Path, wanted: Option<&str>) -> Result<Opened, Error> {
    let selection = Selection { image: wanted.map(Into::into), platform: None };
    open_archive(path, &Progress::default())?.choose(&selection)
}

/// Opens the archive in `source`, named `path`.
///
/// # Errors
///
/// An error if the archive cannot be read, has no image, or the image cannot be selected.
pub fn open_source(path: String, source: Source, wanted: Option<&str>) -> Result<Opened, Error> {
    let selection = Selection { image: wanted.map(Into::into), platform: None };
    archive_of_source(path, source, &Progress::default())?.choose(&selection)
}

/// Returns whether the images of the archive at `path` are known as soon as it is opened, before
/// any layer is read.
pub fn opens_at_once(path: &Path) -> bool {
    // Bytes that are read from a pipe are consumed.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return path.is_dir();
    }
    let mut head = [0; 6];
    let compressed = File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok();
    !compressed || Compression::sniff(&head) == Compression::None
}

/// Opens the archive at `path`: a tar, a tar compressed as a whole, or a directory.
///
/// The layers of a compressed archive are read during the first pass.
///
/// # Errors
///
/// An error if the archive cannot be read or has no image, or [`Error::Cancelled`].
pub fn open_archive(path: &Path, progress: &Progress) -> Result<Archive, Error> {
    let shown = escaped(path.as_os_str().as_encoded_bytes());
    let failed = |source| Error::Io { path: shown.clone(), operation: "open", source };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return from_directory(shown.clone(), path).map_err(|error| match error {
            DirectoryError::Io(source) => Error::Io { path: shown, operation: "read", source },
            DirectoryError::Image(error) => error,
        });
    }
    if !metadata.is_file() {
        // A named pipe, `<(docker save …)` or /dev/stdin has no length, and can be read only once.
        let pipe = File::open(path).map_err(failed)?;
        return open_stream(shown.clone(), pipe, progress);
    }
    let source = FileSource::open(path).map_err(failed)?;
    archive_of_source(shown, Arc::new(source), progress)
}

/// Opens the archive in `source`.
pub(crate) fn archive_of_source(path: String, source: Source, progress: &Progress) -> Result<Archive, Error> {
    let archive = read_source(path.clone(), source.clone(), progress);
    // If the file changed, the bytes that were read do not belong together.
    check_unchanged(&path, &[source])?;
    archive
}

fn read_source(path: String, source: Source, progress: &Progress) -> Result<Archive, Error> {
    if source.is_empty() {
        return Err(Error::Empty { path });
    }
    let head = head(&*source, 0).map_err(|source| Error::Io { path: path.clone(), operation: "read", source })?;
    let compression = Compression::sniff(&head);
    if compression != Compression::None {
        progress.total.store(source.len(), Ordering::Relaxed);
        let window = Window::new(&*source, Extent::whole(&*source), WINDOW).counting(&progress.done);
        let streamed = read_compressed(&path, Cancellable { inner: window, progress }, compression, progress)?;
        return from_stream(path, streamed, compression, Some(source));
    }
    let members = Members::read(&source);
    if !is_tar(&head) && members.is_empty() {
        return Err(Error::NotAnArchive { path, found: describe(&head).into() });
    }
    match discover(&path, &members)? {
        Some(mut images) => {
            remark_damage(&members, &mut images);
            Ok(Archive { path, images, read: HashMap::new(), storage: Storage::Members })
        }
        None => {
            if let Some(images) = nested(&path, &members)? {
                return Ok(Archive { path, images, read: HashMap::new(), storage: Storage::Members });
            }
            refuse_other_than_root(&path, &members, source.len())?;
            let image = Image::bare(&path, Member::whole(source));
            Ok(Archive { path, images: vec![image], read: HashMap::new(), storage: Storage::Members })
        }
    }
}

/// Opens the archive that is read from `pipe`.
///
/// The contents of its files cannot be read afterwards.
///
/// # Errors
///
/// An error if the pipe cannot be read or has no image, or [`Error::Cancelled`].
pub fn open_pipe(pipe: impl Read, progress: &Progress) -> Result<Archive, Error> {
    open_stream(PIPE.into(), pipe, progress)
}

/// Opens the archive that is read from `pipe`, named `path`.
fn open_stream(path: String, pipe: impl Read, progress: &Progress) -> Result<Archive, Error> {
    let mut reader =
        Cancellable { inner: BufReader::with_capacity(WINDOW, Counted { inner: pipe, progress }), progress };
    let failed = |source| match progress.cancel.load(Ordering::Relaxed) {
        true => Error::Cancelled,
        false => Error::Io { path: path.clone(), operation: "read", source },
    };
    let head = reader.fill_buf().map_err(failed)?;
    if head.is_empty() {
        return Err(Error::Empty { path });
    }
    let compression = Compression::sniff(head);
    let streamed = read_compressed(&path, reader, compression, progress)?;
    let offset = progress.done.load(Ordering::Relaxed);
    if let Some((_, fault)) = streamed.members.fault() {
        return Err(Error::CutShort { path, offset, problem: fault.to_string() });
    }
    if !streamed.complete && streamed.not_a_tar.is_none() && discover(&path, &streamed.members)?.is_none() {
        return Err(Error::CutShort { path, offset, problem: "the tar has no end and no manifest".into() });
    }
    from_stream(path, streamed, compression, None)
}

fn read_compressed(
    path: &str,
    reader: impl BufRead,
    compression: Compression,
    progress: &Progress,
) -> Result<Streamed, Error> {
    let mut decoded =
        decode(compression, reader).map_err(|source| Error::Io { path: path.into(), operation: "decode", source })?;
    let mut streamed = read_stream(path, &mut decoded, progress)?;
    if let Some(note) = decoded.get_ref().note() {
        streamed.trailer = Some(match note {
            Note::Checksum => WarningKind::ArchiveChecksum,
            Note::Junk => "junk follows the compressed archive; ignored".into(),
        });
        streamed.whole.notes.extend(streamed.trailer.clone());
    }
    Ok(streamed)
}

/// Finds the images of a stream. `source` is the file that was decoded; `None` for a pipe.
fn from_stream(
    path: String,
    mut streamed: Streamed,
    compression: Compression,
    source: Option<Source>,
) -> Result<Archive, Error> {
    if let Some(found) = streamed.not_a_tar {
        let found = match compression {
            Compression::None => found.into(),
            compression => format!("{} that holds {found}", compression.file()),
        };
        return Err(Error::NotAnArchive { path, found });
    }
    let images = match discover(&path, &streamed.members)? {
        Some(mut images) => {
            remark_damage(&streamed.members, &mut images);
            if let Some(trailer) = &streamed.trailer {
                remark_all(&mut images, trailer);
            }
            images
        }
        None => {
            if let Some(mut images) = nested(&path, &streamed.members)? {
                if let Some(trailer) = &streamed.trailer {
                    remark_all(&mut images, trailer);
                }
                let storage = match source {
                    None => Storage::Pipe,
                    Some(source) => {
                        let places = streamed.places;
                        Storage::Compressed(Arc::new(CompressedArchive { source, compression, places }))
                    }
                };
                return Ok(Archive { path, images, read: streamed.layers, storage });
            }
            let end = streamed.whole.tar_bytes;
            refuse_other_than_root(&path, &streamed.members, end)?;
            streamed.whole.compression = compression;
            let stored = source.as_ref().map_or(streamed.whole.tar_bytes, |source| source.len());
            streamed.whole.stored_bytes = stored;
            let storage = if source.is_some() { Storage::Members } else { Storage::Pipe };
            let member = Member::whole(source.unwrap_or_else(|| Arc::new(SpentSource(stored))));
            let read = HashMap::from([(member.id, Arc::new(streamed.whole))]);
            return Ok(Archive { images: vec![Image::bare(&path, member)], path, read, storage });
        }
    };
    let places = streamed.places;
    let storage = source.map_or(Storage::Pipe, |source| {
        Storage::Compressed(Arc::new(CompressedArchive { source, compression, places }))
    });
    Ok(Archive { path, images, read: streamed.layers, storage })
}

enum DirectoryError {
    Io(io::Error),
    Image(Error),
}

fn from_directory(path: String, root: &Path) -> Result<Archive, DirectoryError> {
    let looks_like = |names: &[&str]| names.iter().filter(|name| root.join(name).symlink_metadata().is_ok()).count();
    if looks_like(&["manifest.json", "index.json", "repositories"]) == 0 {
        if looks_like(&["bin", "etc", "lib", "usr", "var"]) < 2 {
            let Some(inside) = only_image_below(root) else {
                return Err(DirectoryError::Image(Error::Directory { path }));
            };
            let mut archive = from_directory(path, &inside)?;
            let directory = inside.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
            remark_all(&mut archive.images, &WarningKind::Nested { directory });
            return Ok(archive);
        }
        let whole = read_root_directory(root).map_err(DirectoryError::Io)?;
        let member = Member::whole(Arc::new(MemorySource(Vec::new())));
        let read = HashMap::from([(member.id, Arc::new(whole))]);
        let storage = Storage::Root(root.into());
        return Ok(Archive { images: vec![Image::bare(&path, member)], path, read, storage });
    }
    let members = index_directory(root).map_err(DirectoryError::Io)?;
    match discover(&path, &members).map_err(DirectoryError::Image)? {
        Some(mut images) => {
            for part in members.unreadable() {
                remark_all(&mut images, &part.warning());
            }
            Ok(Archive { path, images, read: HashMap::new(), storage: Storage::Members })
        }
        None => Err(DirectoryError::Image(Error::Directory { path })),
    }
}

/// Returns the only directory in `root` that has the table of contents of an image.
fn only_image_below(root: &Path) -> Option<PathBuf> {
    let has_table = |directory: &Path| {
        let is_there = |name: &str| directory.join(name).symlink_metadata().is_ok();
        is_there("index.json") && is_there("oci-layout") || is_there("manifest.json") || is_there("repositories")
    };
    let children = std::fs::read_dir(root).ok()?.filter_map(|child| Some(child.ok()?.path()));
    let mut images = children.filter(|child| child.symlink_metadata().is_ok_and(|m| m.is_dir()) && has_table(child));
    images.next().filter(|_| images.next().is_none())
}

fn remark_all(images: &mut [Image], kind: &WarningKind) {
    for image in images {
        image.warnings.push(Warning::image(kind.clone()));
    }
}

fn remark_damage(members: &Members, images: &mut [Image]) {
    if let Some((offset, fault)) = members.fault() {
        remark_all(images, &WarningKind::ArchiveDamaged { offset: *offset, problem: fault.to_string() });
    }
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
