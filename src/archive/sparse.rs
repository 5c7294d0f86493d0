//! Finds the holes of a sparse file in the old GNU format and the three PAX formats
//! (`GNU.sparse.*`, tar manual, "Storing Sparse Files").
//!
//! A walk over the entries of a layer only needs the logical size. To read the contents of such a
//! file, its headers are read again for the map.

use std::io::{self, BufRead, Read};

use super::number::{decimal, field};
use super::pax::{Pax, SparseVersion};
use super::{Entry, Extent, Fault, Limits, ReadAt, Walker, Window};

/// The most pieces of one file.
pub(super) const PIECES: usize = 1 << 20;
/// Number of bytes that are read at a time while the file is searched.
const WINDOW: usize = 32 << 10;

/// The pieces of a sparse file, as its headers describe them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pieces {
    /// Offsets and lengths.
    Listed(Vec<(u64, u64)>),
    /// A list before the contents.
    BeforeContents,
}

impl Pieces {
    /// Reads the pieces from the header of a sparse file, the blocks after it, and the records
    /// before it.
    pub(super) fn read(
        header: &[u8; 512],
        blocks: &[[u8; 512]],
        pax: &Pax<'_>,
    ) -> Result<Self, Fault> {
        if header[156] == b'S' { old_gnu(header, blocks) } else { from_records(pax) }
    }
}

const NO_NUMBERS: &str = "what should be a number is none, or is too big";

/// Reads the old GNU format: four pairs in the header, and 21 in each of the blocks that follow.
fn old_gnu(header: &[u8; 512], blocks: &[[u8; 512]]) -> Result<Pieces, Fault> {
    let mut pairs = Vec::new();
    for list in [&header[386..482]].into_iter().chain(blocks.iter().map(|block| &block[..504])) {
        for pair in list.chunks_exact(24) {
            let number = |bytes| field(bytes).and_then(|number| u64::try_from(number).ok());
            if pair[0] == 0 {
                break;
            }
            let pair = number(&pair[..12]).zip(number(&pair[12..]));
            pairs.push(pair.ok_or(Fault::SparseMap(NO_NUMBERS))?);
        }
    }
    Ok(Pieces::Listed(pairs))
}

/// Reads the PAX formats: 1.0 has the map before the contents, 0.1 in one record, 0.0 in one record
/// per number.
fn from_records(pax: &Pax<'_>) -> Result<Pieces, Fault> {
    let sparse = &pax.sparse;
    if sparse.version() == Some(SparseVersion::Contents) {
        return Ok(Pieces::BeforeContents);
    }
    let number = |text: &[u8]| {
        decimal(text)
            .and_then(|number| u64::try_from(number).ok())
            .ok_or(Fault::SparseMap(NO_NUMBERS))
    };
    let numbers = if sparse.numbers.is_empty() {
        let list =
            sparse.map.unwrap_or_default().split(|&b| b == b',').filter(|text| !text.is_empty());
        list.map(number).collect::<Result<Vec<_>, _>>()?
    } else {
        sparse.numbers.iter().map(|text| number(text)).collect::<Result<_, _>>()?
    };
    let (pairs, rest) = numbers.as_chunks::<2>();
    // Go relies on the count, too.
    let count = number(sparse.blocks.unwrap_or_default())?;
    if count != pairs.len() as u64 {
        return Err(Fault::SparseMap("it does not have as many pieces as are stated"));
    }
    if !rest.is_empty() {
        return Err(Fault::SparseMap("an offset has no length"));
    }
    Ok(Pieces::Listed(pairs.iter().map(|&[offset, len]| (offset, len)).collect()))
}

/// Reads the map that precedes the contents, in lines; returns it with its length in bytes, without
/// padding.
pub(super) fn map_before_contents(
    contents: &mut impl BufRead,
) -> io::Result<(Vec<(u64, u64)>, u64)> {
    let mut read = 0;
    let mut next = || {
        let mut line = Vec::new();
        contents.by_ref().take(24).read_until(b'\n', &mut line)?;
        read += line.len() as u64;
        let text = line.strip_suffix(b"\n").ok_or_else(|| bad("it is cut short"))?;
        let number = decimal(text).and_then(|number| u64::try_from(number).ok());
        number.ok_or_else(|| bad(NO_NUMBERS))
    };
    let count = next()?;
    if count > PIECES as u64 {
        return Err(bad("it is too large"));
    }
    let pairs = (0..count).map(|_| Ok((next()?, next()?))).collect::<io::Result<Vec<_>>>()?;
    Ok((pairs, read))
}

/// Checks pieces that follow a map of `before` bytes as Go does: they are in order, do not overlap,
/// lie inside the file, and are all that is stored. Returns the end of the last one.
pub(super) fn check(pairs: &[(u64, u64)], before: u64, entry: &Entry) -> Result<u64, Fault> {
    let mut stored = before.next_multiple_of(512);
    let mut end = 0;
    for &(offset, len) in pairs {
        let next = offset.checked_add(len).filter(|&next| offset >= end && next <= entry.size);
        end = next.ok_or(Fault::SparseMap("its pieces overlap, or lie outside the file"))?;
        stored = stored.saturating_add(len);
    }
    if stored == entry.stored {
        Ok(end)
    } else {
        Err(Fault::SparseMap("its pieces are not what is stored"))
    }
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Fault::SparseMap(what))
}

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
