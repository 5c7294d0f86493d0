//! Builds image archives for tests, so that a test can say in a few lines what an archive holds.
//!
//! Three steps, each usable by itself: entries make a tar, a tar makes a layer,
//! layers make an image that is written as a docker archive or an OCI layout.
//! An archive stays a list of entries until the end, so that a test can
//! reorder, rename and drop its members.
#![allow(unused_imports, reason = "each test uses a part")]

mod entry;
mod image;
mod layer;

use std::io;
use std::sync::Arc;

use layerscope::archive::ReadAt;
use layerscope::{Error, Inspection, Opened, Progress};

pub use entry::{
    Entry, block, char, dir, fifo, file, gone, hardlink, opaque, other, record, symlink,
};
pub use image::{Image, Layout, digest, member};
pub use layer::{Layer, entries, gzip, layer, tar, zeros};

/// What tests call the archives that they build; errors name it.
pub const NAME: &str = "built.tar";

/// An archive in memory.
pub struct Bytes(pub Vec<u8>);

impl ReadAt for Bytes {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest =
            self.0.get(usize::try_from(offset).map_err(io::Error::other)?..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }

    fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

/// Opens an archive that is in memory.
pub fn open(archive: Vec<u8>) -> Result<Opened, Error> {
    layerscope::image::open_source(NAME.into(), Arc::new(Bytes(archive)), None)
}

/// Opens and inspects an archive that is in memory.
pub fn inspect(archive: Vec<u8>) -> Result<Inspection, Error> {
    layerscope::inspect(&open(archive)?, &Progress::default())
}
