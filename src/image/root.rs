//! A tar without a manifest: a root filesystem or a layer if it looks like one, an image in a
//! directory of the archive, a part of an image that was cut, or something else.

use std::collections::BTreeMap;

use super::{Image, discover};
use crate::archive::Members;
use crate::display::{Escaped, bytes};
use crate::error::Error;
use crate::path::components;
use crate::warning::{Warning, WarningKind};

/// Directories at the top of root filesystems, and of layers that builders write.
const AT_THE_TOP: [&[u8]; 27] = [
    b"app",
    b"bin",
    b"boot",
    b"data",
    b"dev",
    b"etc",
    b"home",
    b"lib",
    b"lib32",
    b"lib64",
    b"libx32",
    b"media",
    b"mnt",
    b"nix",
    b"opt",
    b"proc",
    b"root",
    b"run",
    b"sbin",
    b"srv",
    b"sys",
    b"tmp",
    b"usr",
    b"var",
    b"work",
    b"workspace",
    b"Files",
];
/// Lengths of a tar without entries: its two zero blocks, or a whole record of them.
const EMPTY_TARS: [u64; 2] = [1024, 10240];
/// Tables of contents of images.
const TABLES: [&[u8]; 4] = [b"manifest.json", b"index.json", b"repositories", b"oci-layout"];

/// Finds images that lie in a directory of the archive; `None` if there are none.
pub(super) fn nested(path: &Escaped, members: &Members) -> Result<Option<Vec<Image>>, Error> {
    let Some(directory) = table_directory(members) else { return Ok(None) };
    let inside = members.below(&directory);
    let mut images = match discover(path, &inside) {
        Ok(Some(images)) => images,
        // What only happens to be called so is a file of a filesystem.
        Ok(None) | Err(_) if looks_like_root(members) => return Ok(None),
        Ok(None) => return Ok(None),
        Err(error) => return Err(error),
    };
    for image in &mut images {
        image.warnings.push(Warning::image(WarningKind::Nested { directory: directory.clone() }));
    }
    Ok(Some(images))
}

/// Returns the directory nearest to the top that has the table of contents of an image.
fn table_directory(members: &Members) -> Option<Vec<u8>> {
    let tables = members.names().filter_map(|name| {
        let at = name.iter().rposition(|&b| b == b'/')?;
        TABLES.contains(&&name[at + 1..]).then(|| name[..at].to_vec())
    });
    tables.min_by_key(|directory| {
        (directory.iter().filter(|&&b| b == b'/').count(), directory.clone())
    })
}

/// Returns true if a directory at the top is one of a root filesystem, or something is deleted as
/// only layers do.
fn looks_like_root(members: &Members) -> bool {
    members.top_directories().any(|name| AT_THE_TOP.contains(&name))
        || members
            .names()
            .any(|name| components(name).last().is_some_and(|last| last.starts_with(b".wh.")))
        || members.names().any(|name| name == b".dockerenv")
}

/// Returns true if the archive has neither files nor directories.
fn has_no_entries(members: &Members) -> bool {
    members.is_empty() && members.top_directories().next().is_none()
}

/// Refuses what is neither a root filesystem nor a layer. `end` is the number of bytes that were
/// read.
pub(super) fn refuse_other_than_root(
    path: &Escaped,
    members: &Members,
    end: u64,
) -> Result<(), Error> {
    let of_image = parts_of_images(members);
    let is_layer = match members.fault() {
        None if members.has_end_marker() => !has_no_entries(members) || EMPTY_TARS.contains(&end),
        // A layer may hold anything, but what was cut, or may be, has to show that it is one.
        _ => looks_like_root(members),
    };
    if of_image.is_empty() && is_layer {
        return Ok(());
    }
    let fault = match members.fault() {
        Some((offset, fault)) => Some((*offset, fault.to_string())),
        None if members.has_end_marker() || end <= 512 => None,
        None => Some((end, "the tar has no end marker".into())),
    };
    if let Some((offset, fault)) = fault {
        let what = match of_image.first() {
            Some(part) => format!("it has {part} of an image, and no manifest up to there"),
            None => "it has neither a manifest nor a root filesystem up to there".into(),
        };
        let problem = format!("{fault}; the archive ends early, after {}: {what}", bytes(end));
        return Err(Error::Damaged { path: path.clone(), offset, problem });
    }
    let found = match of_image.first() {
        Some(_) => {
            "it has layers, but neither manifest.json, index.json nor repositories, which would name them".into()
        }
        None => "it is nothing but zeros".into(),
    };
    Err(Error::NoImage { path: path.clone(), found })
}

/// Names what is in archives of images and in no filesystem.
fn parts_of_images(members: &Members) -> Vec<&'static str> {
    let digits = |name: &[u8]| name.len() == 64 && name.iter().all(u8::is_ascii_hexdigit);
    let part = |name: &[u8]| {
        let parts = components(name);
        let stem = |suffix: &[u8]| {
            parts.last().and_then(|last| last.strip_suffix(suffix)).is_some_and(digits)
        };
        match parts[..] {
            [first, ..] if first == b"blobs" => Some("blobs"),
            [only] if only == b"oci-layout" => Some("a layout"),
            [.., last] if last == b"layer.tar" => Some("layers"),
            [_] if stem(b".tar") || stem(b".tar.gz") => Some("layers"),
            [_] if stem(b".json") => Some("a configuration"),
            _ => None,
        }
    };
    let counted: BTreeMap<_, _> = members.names().filter_map(part).map(|part| (part, ())).collect();
    counted.into_keys().collect()
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
