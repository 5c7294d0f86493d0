//! Reads one file of a layer.

use std::io;
use std::sync::{Arc, OnceLock};

use crate::archive::{ReadAt, SparseMap};
use crate::display::bytes;
use crate::image::region::{Region, Watched};
use crate::progress::{Progress, check_cancelled};
use crate::tree::{Tree, VersionId};

/// The contents of a file in the tar of its layer. A read after the end of the tar is an error.
pub struct LayerFile {
    tar: Watched,
    /// Offset of the contents in the tar.
    data: u64,
    len: u64,
    layout: Layout,
    /// The name of the layer in errors.
    layer: String,
}

/// The storage of the contents.
enum Layout {
    Whole,
    /// With holes. The map is read from the tar when it is first needed.
    Sparse(OnceLock<SparseMap>),
}

impl LayerFile {
    /// Returns the contents of `inode`, which is in the layer with the given tar.
    pub fn new(
        tar: Region,
        tree: &Tree,
        inode: VersionId,
        layer: String,
        progress: Arc<Progress>,
    ) -> Self {
        let layout =
            if tree.is_sparse(inode) { Layout::Sparse(OnceLock::new()) } else { Layout::Whole };
        let tar = Watched { region: tar, progress };
        Self { tar, data: tree.data_offset(inode), len: tree.size(inode), layout, layer }
    }

    fn map<'a>(&self, known: &'a OnceLock<SparseMap>) -> io::Result<&'a SparseMap> {
        if let Some(map) = known.get() {
            return Ok(map);
        }
        let map = SparseMap::find(&self.tar, self.data).map_err(|error| self.named(error))?;
        Ok(known.get_or_init(|| map))
    }

    /// Reads stored bytes, which must exist.
    fn stored(&self, buf: &mut [u8], at: u64, behind: u64) -> io::Result<usize> {
        match self.tar.read_at(buf, at) {
            Ok(0) if !buf.is_empty() => {
                let text =
                    format!("{} ends {} before the end of the file", self.layer, bytes(behind));
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, text))
            }
            result => result.map_err(|error| self.named(error)),
        }
    }

    fn named(&self, error: io::Error) -> io::Error {
        if crate::progress::is_cancelled(&error) {
            return error;
        }
        io::Error::new(error.kind(), format!("{}: {error}", self.layer))
    }
}

impl ReadAt for LayerFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let n = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let buf = &mut buf[..n];
        let Layout::Sparse(map) = &self.layout else {
            return self.stored(buf, self.data.saturating_add(offset), left);
        };
        check_cancelled(&self.tar.progress)?;
        let piece = self.map(map)?.piece(offset, n);
        let buf = &mut buf[..piece.len];
        match piece.stored {
            Some(at) => self.stored(buf, at, left),
            None => {
                buf.fill(0);
                Ok(buf.len())
            }
        }
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn has_changed(&self) -> bool {
        self.tar.has_changed()
    }
}
