//! Opens an archive: a file, a directory or a pipe, plain or compressed as a whole.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::archive::{FileSource, Member, Members, MemorySource, Source, index_directory, is_tar};
use crate::display::{Escaped, escaped};
use crate::error::Error;
use crate::image::damage::{remark_all, remark_damage};
use crate::image::opened::{Archive, Opened, Storage, check_unchanged};
use crate::image::passing::{open_compressed, open_stream};
use crate::image::root::find_images;
use crate::image::{Compression, Image, Selection, describe, discover, head, read_root_directory};
use crate::progress::Progress;
use crate::warning::WarningKind;

/// The name of standard input.
pub(crate) const PIPE: &str = "standard input";

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
    Ok(Archive::of_images(path, images))
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
    Ok(Archive::of_images(path, images))
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
            offered: Vec::new(),
        });
    }
    let members = index_directory(root).map_err(DirectoryError::Io)?;
    match discover(&path, &members).map_err(DirectoryError::Image)? {
        Some(mut images) => {
            for part in members.unreadable() {
                remark_all(&mut images, &part.warning());
            }
            Ok(Archive::of_images(path, images))
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
