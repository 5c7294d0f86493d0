//! The demo image, for users without an image at hand.
//!
//! It has an Alpine base, an `apk add` of Go, Git and Mercurial, a build, and a separate `RUN` that
//! deletes the toolchain and saves nothing. It is one of the embedded images.

use std::io;

use crate::error::Error;
use crate::image::{Archive, Opened};

/// The name of the demo where an archive would be named.
pub const NAME: &str = "the built-in demo";
/// The name of the demo among the embedded images.
pub(crate) const EMBEDDED: &str = "demo";

/// Opens the archive of the demo image.
///
/// # Errors
///
/// An error of the archive, which the tests rule out.
pub fn archive() -> Result<Archive, Error> {
    super::archive(EMBEDDED).expect("the demo is embedded")
}

/// Opens the demo image.
///
/// # Errors
///
/// An error of the archive, which the tests rule out.
pub fn open() -> Result<Opened, Error> {
    super::open(EMBEDDED).expect("the demo is embedded")
}

/// Writes the demo image as an archive for `docker load`.
///
/// # Errors
///
/// An error of `out`.
pub fn write(out: impl io::Write) -> io::Result<()> {
    super::write(EMBEDDED, out)
}
