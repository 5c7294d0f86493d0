//! Opens an archive: a file, a directory or a pipe, plain or compressed as a whole.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::archive::{
    Fault, FileSource, Member, Members, MemorySource, Source, index_directory, is_tar,
};
use crate::display::{Escaped, escaped};
use crate::error::Error;
use crate::image::passed::{Passed, PassedLayers};
use crate::image::passing::{open_compressed, open_stream};
use crate::image::remembered::remember;
use crate::image::root::{nested, refuse_other_than_root};
use crate::image::stream::Place;
use crate::image::{
    Compression, FaultCause, Image, Layer, ReadLayer, Selection, describe, discover, head,
    read_root_directory, select,
};
use crate::layer_index::LayerIndex;
use crate::origin::Cache;
use crate::progress::Progress;
use crate::warning::{Warning, WarningKind};

/// The name of standard input.
const PIPE: &str = "standard input";

/// An archive whose images are known.
pub struct Archive {
    /// The name of the archive, escaped for display.
    pub path: Escaped,
    /// The images, in order.
    pub images: Vec<Image>,
    pub(super) read: HashMap<usize, Arc<ReadLayer>>,
    pub(super) storage: Storage,
    /// The cache for layers that are read, if they come from a registry.
    pub(super) cache: Option<Cache>,
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
    /// Its checkpoints, and contents that are always wanted.
    pub passed: Arc<Passed>,
}

/// An image whose manifest has been read.
#[derive(Clone)]
#[non_exhaustive]
pub struct Opened {
    /// The name of the archive, escaped for display.
    pub path: Escaped,
    /// The image.
    pub image: Image,
    /// Layers that were read from a stream before the manifest was known, by member number.
    pub(crate) read: HashMap<usize, Arc<ReadLayer>>,
    /// The place where the contents of files can be read.
    pub(crate) storage: Storage,
    /// The checkpoints and contents that are kept of layers while they are read.
    pub(crate) passed: PassedLayers,
    /// The cache for layers that are read, if they come from a registry.
    cache: Option<Cache>,
}

impl Opened {
    /// Returns where the bytes of the image come from, each source once.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let layers = self
            .image
            .layers
            .iter()
            .filter_map(|layer| Some(layer.member.as_ref()?.source.clone()));
        let whole = match &self.storage {
            Storage::Compressed(archive) => Some(archive.source.clone()),
            _ => None,
        };
        let mut sources: Vec<Source> = layers.chain(whole).collect();
        sources.dedup_by(|one, other| Arc::ptr_eq(one, other));
        sources
    }

    /// Keeps what later readers want of a layer, and for the next time what its bytes say, if they
    /// have their digest.
    pub(crate) fn remember(&self, layer: &Layer, read: &ReadLayer) {
        if let Some(member) = layer.member.as_ref().filter(|_| !read.passed.is_empty()) {
            self.passed.insert(member.id, &read.passed);
        }
        if let Some(cache) = self.cache.as_ref().filter(|_| !self.is_known(layer)) {
            remember(layer, read, cache);
        }
    }

    /// Returns whether a layer had been read before the image was opened.
    fn is_known(&self, layer: &Layer) -> bool {
        layer.member.as_ref().is_some_and(|member| self.read.contains_key(&member.id))
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
pub(crate) fn check_unchanged(path: &Escaped, sources: &[Source]) -> Result<(), Error> {
    match sources.iter().any(|source| source.has_changed()) {
        true => Err(Error::Changed { path: path.clone() }),
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
        let image = self.images.swap_remove(index);
        let Self { path, read, storage, cache, .. } = self;
        let passed = PassedLayers::default();
        read.iter().for_each(|(&member, read)| passed.insert(member, &read.passed));
        Opened { path, image, read, storage, passed, cache }
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
pub fn open_source(path: Escaped, source: Source, wanted: Option<&str>) -> Result<Opened, Error> {
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
pub(crate) fn archive_of_source(
    path: Escaped,
    source: Source,
    progress: &Progress,
) -> Result<Archive, Error> {
    let archive = read_source(path.clone(), source.clone(), progress);
    // If the file changed, the bytes that were read do not belong together.
    check_unchanged(&path, &[source])?;
    archive
}

/// Opens an archive whose members are known.
pub(super) fn archive_of_members(path: Escaped, members: &Members) -> Result<Archive, Error> {
    let images = discover(&path, members)?.ok_or_else(|| Error::NoImage {
        path: path.clone(),
        found: "it has no table of contents".into(),
    })?;
    Ok(Archive { path, images, read: HashMap::new(), storage: Storage::Members, cache: None })
}

/// Returns whether two archives have the same layers as the same members.
pub(super) fn stored_like(one: &Archive, other: &Archive) -> bool {
    let layers = |archive: &Archive| -> Vec<_> {
        let all = archive.images.iter().flat_map(|image| &image.layers);
        all.map(|layer| layer.member.as_ref().map(|member| (member.id, member.extent.len)))
            .collect()
    };
    layers(one) == layers(other)
}

fn read_source(path: Escaped, source: Source, progress: &Progress) -> Result<Archive, Error> {
    if source.is_empty() {
        return Err(Error::Empty { path });
    }
    let head = head(&*source, 0).map_err(|source| Error::Io {
        path: path.clone(),
        operation: "read",
        source,
    })?;
    let compression = Compression::sniff(&head);
    if compression != Compression::None {
        progress.total.store(source.len(), Ordering::Relaxed);
        return open_compressed(path, source, compression, progress);
    }
    let members = Members::read(&source);
    if !is_tar(&head) && members.is_empty() {
        return Err(Error::NotAnArchive { path, found: describe(&head).into() });
    }
    let end = source.len();
    let found = find_images(&path, &members, end)?;
    let mut images = found.unwrap_or_else(|| vec![Image::bare(&path, Member::whole(source))]);
    remark_damage(&members, end, &mut images);
    Ok(Archive { path, images, read: HashMap::new(), storage: Storage::Members, cache: None })
}

/// Finds the images of an archive of `end` bytes; `None` if it is a root filesystem or a layer.
pub(super) fn find_images(
    path: &Escaped,
    members: &Members,
    end: u64,
) -> Result<Option<Vec<Image>>, Error> {
    if let Some(images) = discover(path, members)? {
        return Ok(Some(images));
    }
    if let Some(images) = nested(path, members)? {
        return Ok(Some(images));
    }
    refuse_other_than_root(path, members, end)?;
    Ok(None)
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

enum DirectoryError {
    Io(io::Error),
    Image(Error),
}

fn from_directory(path: Escaped, root: &Path) -> Result<Archive, DirectoryError> {
    let looks_like = |names: &[&str]| {
        names.iter().filter(|name| root.join(name).symlink_metadata().is_ok()).count()
    };
    if looks_like(&["manifest.json", "index.json", "repositories"]) == 0 {
        let names_a_system = looks_like(&["etc/os-release", "usr/lib/os-release"]) > 0;
        if !names_a_system && looks_like(&["bin", "etc", "lib", "usr", "var"]) < 2 {
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
        return Ok(Archive {
            images: vec![Image::bare(&path, member)],
            path,
            read,
            storage,
            cache: None,
        });
    }
    let members = index_directory(root).map_err(DirectoryError::Io)?;
    match discover(&path, &members).map_err(DirectoryError::Image)? {
        Some(mut images) => {
            for part in members.unreadable() {
                remark_all(&mut images, &part.warning());
            }
            Ok(Archive {
                path,
                images,
                read: HashMap::new(),
                storage: Storage::Members,
                cache: None,
            })
        }
        None => Err(DirectoryError::Image(Error::Directory { path })),
    }
}

/// Returns the only directory in `root` that has the table of contents of an image.
fn only_image_below(root: &Path) -> Option<PathBuf> {
    let has_table = |directory: &Path| {
        let is_there = |name: &str| directory.join(name).symlink_metadata().is_ok();
        is_there("index.json") && is_there("oci-layout")
            || is_there("manifest.json")
            || is_there("repositories")
    };
    let children = std::fs::read_dir(root).ok()?.filter_map(|child| Some(child.ok()?.path()));
    let mut images = children
        .filter(|child| child.symlink_metadata().is_ok_and(|m| m.is_dir()) && has_table(child));
    images.next().filter(|_| images.next().is_none())
}

/// Adds a remark to all images of an archive.
pub(super) fn remark_all(images: &mut [Image], kind: &WarningKind) {
    for image in images {
        image.warnings.push(Warning::image(kind.clone()));
    }
}

/// Remarks that an archive of `end` bytes could not be read to its end, or seems not to have come
/// to it.
pub(super) fn remark_damage(members: &Members, end: u64, images: &mut [Image]) {
    if members.is_followed() {
        remark_all(images, &WarningKind::JunkAfterEnd);
    }
    if let Some((offset, fault)) = members.fault() {
        remark_all(images, &damage(*offset, fault));
    } else if !members.has_end_marker() {
        for image in images.iter_mut().filter(|image| !image.has_all_members()) {
            // Without a manifest, what may be missing are entries of the only layer.
            image.warnings.push(match image.is_bare() {
                true => Warning::layer(LayerIndex::FIRST, without_end(end, &image.layers)),
                false => Warning::image(WarningKind::NoEndMarker),
            });
        }
    }
}

fn without_end(at: u64, layers: &[Layer]) -> WarningKind {
    let name = layers.first().map_or_else(Escaped::default, |layer| layer.name.clone());
    let problem = "the tar has no end marker, so it may have been cut short".into();
    WarningKind::LayerCut { at, problem, name }
}

/// Makes the warning about an archive that could not be read to its end.
fn damage(offset: u64, fault: &Fault) -> WarningKind {
    let problem = fault.to_string();
    match FaultCause::from_fault(fault) {
        FaultCause::Cut => WarningKind::ArchiveCut { offset, problem },
        FaultCause::OverLimit => WarningKind::ArchiveOverLimit { offset, problem },
        FaultCause::Damaged | FaultCause::NotATar => {
            WarningKind::ArchiveDamaged { offset, problem }
        }
    }
}
