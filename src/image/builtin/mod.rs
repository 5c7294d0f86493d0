//! The built-in images: the demo, and those of the lessons.
//!
//! Names and sizes are real. Contents are zeros, except where something reads them: headers of
//! programs, databases, sources. Each image is an archive that container runtimes load.
//! `tests/embedded.rs` builds them and compares.

pub mod demo;

use std::fs::File;
use std::io;
use std::sync::Arc;

use crate::archive::HoledSource;
use crate::display::escaped_str;
use crate::display::shown;
use crate::error::Error;
use crate::image::archive_of_source;
use crate::image::{Archive, Opened, Selection};
use crate::progress::Progress;

/// Names the image of each file in `assets/lessons`, after the demo.
macro_rules! images {
    ($($name:literal),* $(,)?) => {
        &[
            (demo::EMBEDDED, include_bytes!("../../../assets/demo.tar.holes.zst")),
            $(($name, include_bytes!(concat!("../../../assets/lessons/", $name, ".tar.holes.zst")))),*
        ]
    };
}

/// Every image, by its name.
const IMAGES: &[(&str, &[u8])] = images![
    "toolchain-left",
    "one-run",
    "add-dot",
    "chmod",
    "chmod-copied",
    "golang",
    "golang-alpine",
    "two-stages",
    "scratch",
    "dynamic",
    "hello-scratch",
    "binary",
    "binary-small",
    "binary-packed",
    "cache-order",
    "cache-order-kept",
    "secret-deleted",
    "secret-mounted",
];

/// Returns the names of the images, the demo first.
pub fn names() -> impl Iterator<Item = &'static str> {
    IMAGES.iter().map(|(name, _)| *name)
}

/// Opens the archive of an image; `None` if no image is called `name`.
///
/// # Errors
///
/// An error of the archive, which the tests rule out.
pub fn archive(name: &str) -> Option<Result<Archive, Error>> {
    let source = source(name)?;
    let path = if name == demo::EMBEDDED {
        demo::NAME.into()
    } else {
        shown!("the built-in image {}", escaped_str(name))
    };
    Some(match source {
        Ok(source) => archive_of_source(path, Arc::new(source), &Progress::default()),
        Err(source) => Err(Error::Io { path, operation: "unpack", source }),
    })
}

/// Opens an image; `None` if no image is called `name`.
///
/// # Errors
///
/// An error of the archive, which the tests rule out.
pub fn open(name: &str) -> Option<Result<Opened, Error>> {
    Some(archive(name)?.and_then(|archive| archive.choose(&Selection::default())))
}

/// Writes an image as an archive for `docker load`.
///
/// # Errors
///
/// [`io::ErrorKind::NotFound`] if no image is called `name`, or an error of `out`.
pub fn write(name: &str, out: impl io::Write) -> io::Result<()> {
    known(name)?.write_to(out)
}

/// Writes an image to a new file, with holes for zeros so that it needs little space; otherwise
/// like [`write()`].
///
/// # Errors
///
/// [`io::ErrorKind::NotFound`] if no image is called `name`, or an error of `file`.
pub fn write_file(name: &str, file: &mut File) -> io::Result<()> {
    known(name)?.write_to_file(file)
}

fn known(name: &str) -> io::Result<HoledSource> {
    let unknown =
        || io::Error::new(io::ErrorKind::NotFound, format!("there is no built-in image {name}"));
    source(name).ok_or_else(unknown)?
}

fn source(name: &str) -> Option<io::Result<HoledSource>> {
    let (_, packed) = IMAGES.iter().find(|(known, _)| *known == name)?;
    Some(HoledSource::unpack(packed))
}
