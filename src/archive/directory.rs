//! Reads a directory of the host as an archive: an OCI layout, a `dir:` copy, an unpacked archive,
//! or a root filesystem.
//!
//! Only files inside of the directory are read: links are resolved by name in
//! the index, never by the host. Links that lead out are followed for blobs
//! alone, and only if the bytes have the digest that the blob is named by (see
//! [`outside`](super::outside)).

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::absence::Unreadable;
use super::members::{Members, MembersBuilder};
use super::{Entry, EntryKind};
use crate::warning::WarningKind;

/// The most files that are indexed.
const FILE_LIMIT: usize = 1_000_000;

/// Indexes the files below `root` by their relative names.
///
/// # Errors
///
/// An error if `root` cannot be read.
pub fn index_directory(root: &Path) -> io::Result<Members> {
    let mut builder = MembersBuilder::default();
    let unreadable = visit(root, |name, path, metadata| {
        let kind = metadata.file_type();
        if kind.is_file() {
            builder.file(name, path.to_owned());
        } else if kind.is_symlink() {
            builder.symlink(name, bytes(&fs::read_link(path)?));
        }
        Ok(())
    })?;
    Ok(builder.finish_directory(root, unreadable))
}

/// Lists everything below `root` as the entries that its tar would have; returns warnings about the
/// paths that could not be read.
///
/// # Errors
///
/// An error of `take`, or if `root` cannot be read.
pub fn read_root_filesystem(
    root: &Path,
    mut take: impl FnMut(&Entry) -> io::Result<()>,
) -> io::Result<Vec<WarningKind>> {
    let mut names: HashMap<(u64, u64), Vec<u8>> = HashMap::new();
    let mut closed: Option<(Vec<u8>, usize)> = None;
    let unreadable = visit(root, |name, path, metadata| {
        if metadata.is_file() && !may_read(path) {
            closed = Some(
                closed.take().map_or_else(|| (bytes(path), 0), |(first, more)| (first, more + 1)),
            );
        }
        let mut entry = entry(name, metadata);
        if metadata.file_type().is_symlink() {
            entry.link = bytes(&fs::read_link(path)?);
        }
        if let Some(inode) = linked_inode(metadata) {
            match names.get(&inode) {
                Some(first) => {
                    entry.kind = EntryKind::HardLink;
                    entry.link.clone_from(first);
                }
                None => drop(names.insert(inode, name.to_vec())),
            }
        }
        take(&entry)
    })?;
    let mut warnings: Vec<_> = unreadable.iter().map(Unreadable::warning).collect();
    warnings.extend(closed.map(|(path, more)| WarningKind::HostContents { path, more }));
    Ok(warnings)
}

/// Returns whether the system lets this program read a file.
#[cfg(unix)]
fn may_read(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::READ_OK) != Err(rustix::io::Errno::ACCESS)
}

#[cfg(not(unix))]
fn may_read(_: &Path) -> bool {
    true
}

/// Visits everything below the directory, parents before children, ordered by name; returns the
/// paths that could not be read.
fn visit(
    root: &Path,
    mut take: impl FnMut(&[u8], &Path, &Metadata) -> io::Result<()>,
) -> io::Result<Vec<Unreadable>> {
    let mut unreadable = Vec::new();
    let mut seen = 0;
    let mut work = vec![root.to_owned()];
    while let Some(path) = work.pop() {
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if path != root => {
                unreadable.push(Unreadable { path, error });
                continue;
            }
            Err(error) => return Err(error),
        };
        if path != root {
            seen += 1;
            if seen > FILE_LIMIT {
                return Err(io::Error::other(format!(
                    "the directory has more than {FILE_LIMIT} files"
                )));
            }
            let name = path.strip_prefix(root).map_err(io::Error::other)?;
            take(&bytes(name), &path, &metadata)?;
        }
        if metadata.is_dir() {
            match children(&path) {
                Ok(children) => work.extend(children.into_iter().rev()),
                Err(error) if path != root => unreadable.push(Unreadable { path, error }),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(unreadable)
}

fn children(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut children =
        fs::read_dir(directory)?.map(|child| Ok(child?.path())).collect::<io::Result<Vec<_>>>()?;
    children.sort();
    Ok(children)
}

fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

#[cfg(unix)]
fn entry(name: &[u8], metadata: &Metadata) -> Entry {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let kind = metadata.file_type();
    let number = |device: u64| {
        (u32::try_from(device >> 8 & 0xfff).unwrap_or(0), u32::try_from(device & 0xff).unwrap_or(0))
    };
    Entry {
        name: name.to_vec(),
        kind: match () {
            () if kind.is_dir() => EntryKind::Directory,
            () if kind.is_symlink() => EntryKind::Symlink,
            () if kind.is_fifo() => EntryKind::Fifo,
            () if kind.is_char_device() => EntryKind::Char,
            () if kind.is_block_device() => EntryKind::Block,
            () if kind.is_socket() => EntryKind::Other(b's'),
            () => EntryKind::File,
        },
        size: if kind.is_file() { metadata.len() } else { 0 },
        stored: if kind.is_file() { metadata.len() } else { 0 },
        mode: u16::try_from(metadata.mode() & 0o7777).unwrap_or(0),
        uid: metadata.uid(),
        gid: metadata.gid(),
        mtime: metadata.mtime(),
        device: number(metadata.rdev()),
        ..Entry::default()
    }
}

#[cfg(not(unix))]
fn entry(name: &[u8], metadata: &Metadata) -> Entry {
    Entry {
        name: name.iter().map(|&b| if b == b'\\' { b'/' } else { b }).collect(),
        kind: if metadata.is_dir() { EntryKind::Directory } else { EntryKind::File },
        size: if metadata.is_file() { metadata.len() } else { 0 },
        stored: if metadata.is_file() { metadata.len() } else { 0 },
        mode: if metadata.is_dir() { 0o755 } else { 0o644 },
        ..Entry::default()
    }
}

#[cfg(unix)]
fn linked_inode(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (metadata.is_file() && metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn linked_inode(_: &Metadata) -> Option<(u64, u64)> {
    None
}
