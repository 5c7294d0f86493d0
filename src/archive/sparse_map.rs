//! The places of a sparse file's pieces in its tar.

use std::io;

use super::sparse::{Pieces, bad, check, map_before_contents};
use super::{Entry, Extent, Fault, Limits, ReadAt, Walker, Window};

/// Number of bytes that are read at a time while the file is searched.
const WINDOW: usize = 32 << 10;

/// The stored pieces of a file; everything between them is zeros.
pub struct SparseMap {
    /// The pieces, ordered by their offset in the file: offset in the file, length, and offset in
    /// the tar.
    pieces: Vec<Stored>,
}

struct Stored {
    offset: u64,
    len: u64,
    at: u64,
}

/// A part of a file that is stored in one piece, or a hole.
pub struct Stretch {
    /// Its length in bytes.
    pub len: usize,
    /// Offset in the tar; `None` for a hole.
    pub stored: Option<u64>,
}

impl SparseMap {
    /// Reads the map of the file whose contents start at `data` in `tar`.
    ///
    /// # Errors
    ///
    /// An error of `tar`, or if the map is not valid.
    pub fn find(tar: &dyn ReadAt, data: u64) -> io::Result<Self> {
        let window = Window::new(tar, Extent::whole(tar), WINDOW);
        let mut walker = Walker::new(window, Limits::default()).keeping_pieces();
        loop {
            match walker.advance() {
                Ok(true) if walker.entry().data < data => {}
                Ok(true) if walker.entry().data == data => break,
                Err(Fault::Io(error)) => return Err(error),
                Err(fault @ Fault::SparseMap(_)) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
                }
                _ => return Err(bad("the file is not where it was")),
            }
        }
        let pieces = walker.take_pieces().ok_or_else(|| bad("the file has none"))?;
        Self::read(tar, walker.entry(), pieces)
    }

    /// Makes the map of an entry of `tar` that is stored in `pieces`.
    ///
    /// # Errors
    ///
    /// An error of `tar`, or if the pieces are not valid.
    pub fn read(tar: &dyn ReadAt, entry: &Entry, pieces: Pieces) -> io::Result<Self> {
        let (pairs, before) = match pieces {
            Pieces::Listed(pairs) => (pairs, 0),
            Pieces::BeforeContents => {
                let contents = Extent { offset: entry.data, len: entry.stored };
                map_before_contents(&mut Window::new(tar, contents, WINDOW))?
            }
        };
        Self::lay_out(pairs, before, entry)
    }

    /// Lays out pieces one after another, after a map of `before` bytes. They must fit both the
    /// file and its stored bytes.
    pub(super) fn lay_out(
        mut pairs: Vec<(u64, u64)>,
        before: u64,
        entry: &Entry,
    ) -> io::Result<Self> {
        check(&pairs, before, entry)
            .map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))?;
        // An empty piece only marks the end of the file.
        pairs.retain(|&(_, len)| len > 0);
        let mut at = entry.data.saturating_add(before.next_multiple_of(512));
        let pieces = pairs.into_iter().map(|(offset, len)| {
            let piece = Stored { offset, len, at };
            at = at.saturating_add(len);
            piece
        });
        Ok(Self { pieces: pieces.collect() })
    }

    /// Returns the stretch that begins at `offset`, of at most `most` bytes.
    pub fn piece(&self, offset: u64, most: usize) -> Stretch {
        let cut = |len: u64| usize::try_from(len).unwrap_or(usize::MAX).min(most);
        let next = self.pieces.partition_point(|piece| piece.offset + piece.len <= offset);
        match self.pieces.get(next) {
            Some(piece) if piece.offset <= offset => {
                let within = offset - piece.offset;
                Stretch { len: cut(piece.len - within), stored: Some(piece.at + within) }
            }
            Some(piece) => Stretch { len: cut(piece.offset - offset), stored: None },
            None => Stretch { len: most, stored: None },
        }
    }
}
