//! The built-in image: what a person sees who has none at hand.
//!
//! Situation: an Alpine base, `apk add` of Go, Git and Mercurial, a build,
//! and a separate `RUN` that deletes the toolchain and saves nothing. Names
//! and sizes are real, contents are zeros; the archive is one that an engine
//! loads. `tests/demo.rs` makes it and compares.

use std::io;
use std::sync::Arc;

use crate::archive::HoledSource;
use crate::open::archive_of_source;
use crate::{Archive, Error, Opened, Progress, Selection};

const PACKED: &[u8] = include_bytes!("../assets/demo.tar.holes.zst");
/// What to call the demo where an archive would be named.
pub const NAME: &str = "the built-in demo";

fn source() -> io::Result<HoledSource> {
    HoledSource::unpack(PACKED)
}

/// Opens the archive of the demo image.
pub fn archive() -> Result<Archive, Error> {
    let io = |source| Error::Io { path: NAME.into(), operation: "unpack", source };
    archive_of_source(NAME.into(), Arc::new(source().map_err(io)?), &Progress::default())
}

/// Opens the demo image.
pub fn open() -> Result<Opened, Error> {
    archive()?.choose(&Selection::default())
}

/// Writes the demo image as the archive that `docker load` takes.
pub fn write(out: impl io::Write) -> io::Result<()> {
    source()?.write_to(out)
}
