//! Finds the holes of a sparse file in the old GNU format and the three PAX formats
//! (`GNU.sparse.*`, tar manual, "Storing Sparse Files").
//!
//! A walk over the entries of a layer only needs the logical size. To read the contents of such a
//! file, its headers are read again for the map.

use std::io::{self, BufRead, Read};

use super::number::{decimal, field};
use super::pax::{Pax, SparseVersion};
use super::{Entry, Fault};

/// The most pieces of one file.
pub(super) const PIECES: usize = 1 << 20;
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

pub(super) fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Fault::SparseMap(what))
}
