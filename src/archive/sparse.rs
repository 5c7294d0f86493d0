//! Finds the holes of a sparse file in the old GNU format and the three PAX formats
//! (`GNU.sparse.*`, tar manual, "Storing Sparse Files").
//!
//! A walk over a tar only needs the logical size. To read the contents of such a file, its headers
//! are read again for the map.

use std::io;

use super::number::{decimal, field};
use super::pax::records;
use super::{Extent, ReadAt, Walker, Window, read_extent};
use crate::archive::Limits;

/// The most bytes of headers before one file that are searched.
const HEADERS: u64 = 64 << 20;
/// The most pieces of one file.
const PIECES: usize = 1 << 20;
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

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("its map of holes cannot be understood: {what}"))
}

impl SparseMap {
    /// Reads the map of the file whose contents start at `data` in `tar`.
    pub fn find(tar: &dyn ReadAt, data: u64) -> io::Result<Self> {
        let mut walker = Walker::new(Window::new(tar, Extent::whole(tar), WINDOW), Limits::default());
        // Where the headers of the entry begin: behind the entry before it.
        let mut headers = 0;
        loop {
            match walker.advance() {
                Ok(true) if walker.entry().data < data => {}
                Ok(true) if walker.entry().data == data => break,
                Err(super::Fault::Io(error)) => return Err(error),
                _ => return Err(bad("the file is not where it was")),
            }
            let entry = walker.entry();
            headers = entry.data.saturating_add(entry.stored).next_multiple_of(512);
        }
        let len = data - headers;
        if len > HEADERS {
            return Err(bad("it is too large"));
        }
        let blocks = read_extent(tar, Extent { offset: headers, len })?;
        let entry = walker.entry();
        let (mut pairs, data) = match pairs(&blocks)? {
            Pairs::Here(pairs) => (pairs, data),
            Pairs::BeforeContents => contents_map(tar, data, entry.stored)?,
        };
        let behind = entry.data.saturating_add(entry.stored);
        let mut at = data;
        let mut end = 0;
        // An empty piece marks the end of the file.
        pairs.retain(|&(_, len)| len > 0);
        let pieces = pairs.into_iter().map(|(offset, len)| {
            let piece = Stored { offset, len, at };
            at = at.checked_add(len)?;
            let in_order = offset >= end;
            end = offset.checked_add(len)?;
            (in_order && end <= entry.size && at <= behind).then_some(piece)
        });
        let pieces = pieces.collect::<Option<_>>().ok_or_else(|| bad("its pieces do not fit"))?;
        Ok(Self { pieces })
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

/// Offsets and lengths, or the place where they are stored.
enum Pairs {
    Here(Vec<(u64, u64)>),
    BeforeContents,
}

/// Reads the headers of one entry.
fn pairs(mut blocks: &[u8]) -> io::Result<Pairs> {
    let cut = || bad("its headers are cut short");
    let mut pax: &[u8] = &[];
    loop {
        let (block, rest) = blocks.split_first_chunk::<512>().ok_or_else(cut)?;
        blocks = rest;
        if !matches!(block[156], b'x' | b'g' | b'L' | b'K') {
            return if block[156] == b'S' { old_gnu(block, blocks) } else { of_pax(pax) };
        }
        let size = field(&block[124..136]).and_then(|size| usize::try_from(size).ok()).ok_or_else(cut)?;
        let body = blocks.get(..size).ok_or_else(cut)?;
        if block[156] == b'x' {
            pax = body;
        }
        blocks = blocks.get(size.next_multiple_of(512)..).ok_or_else(cut)?;
    }
}

/// Reads the old GNU format: four pairs in the header, and 21 in each of the blocks that follow.
fn old_gnu(header: &[u8; 512], mut blocks: &[u8]) -> io::Result<Pairs> {
    let mut pairs = Vec::new();
    let mut take = |list: &[u8]| {
        for pair in list.chunks_exact(24) {
            let number = |bytes| field(bytes).and_then(|number| u64::try_from(number).ok());
            if pair[0] == 0 && pair[12] == 0 {
                break;
            }
            let (offset, len) = number(&pair[..12]).zip(number(&pair[12..])).ok_or_else(|| bad("it has no numbers"))?;
            pairs.push((offset, len));
        }
        if pairs.len() > PIECES { Err(bad("it is too large")) } else { Ok(()) }
    };
    take(&header[386..482])?;
    let mut more = header[482] != 0;
    while more {
        let (block, rest) = blocks.split_first_chunk::<512>().ok_or_else(|| bad("its headers are cut short"))?;
        take(&block[..504])?;
        more = block[504] != 0;
        blocks = rest;
    }
    Ok(Pairs::Here(pairs))
}

/// Reads the PAX formats: 1.0 has the map before the contents, 0.1 in one record, 0.0 in one record
/// per number.
fn of_pax(body: &[u8]) -> io::Result<Pairs> {
    let mut numbers: Vec<u64> = Vec::new();
    let number = |text: &[u8]| {
        decimal(text).and_then(|number| u64::try_from(number).ok()).ok_or_else(|| bad("it has no numbers"))
    };
    let mut version = [false; 2];
    for record in records(body) {
        let record = record.ok_or_else(|| bad("a PAX record is malformed"))?;
        match record.key {
            b"GNU.sparse.major" => version[0] = record.value == b"1",
            b"GNU.sparse.minor" => version[1] = record.value == b"0",
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => numbers.push(number(record.value)?),
            b"GNU.sparse.map" => {
                let list = record.value.split(|&b| b == b',').filter(|text| !text.is_empty());
                numbers = list.map(number).collect::<Result<_, _>>()?;
            }
            _ => {}
        }
    }
    if version == [true; 2] {
        return Ok(Pairs::BeforeContents);
    }
    Ok(Pairs::Here(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()))
}

/// Reads the map that precedes the contents; returns it with the offset of the contents.
fn contents_map(tar: &dyn ReadAt, data: u64, stored: u64) -> io::Result<(Vec<(u64, u64)>, u64)> {
    use std::io::{BufRead, Read};
    let mut window = Window::new(tar, Extent { offset: data, len: stored }, WINDOW);
    let mut next = || {
        let mut line = Vec::new();
        (&mut window).take(24).read_until(b'\n', &mut line)?;
        let text = line.strip_suffix(b"\n").ok_or_else(|| bad("it is cut short"))?;
        let number = decimal(text).and_then(|number| u64::try_from(number).ok());
        number.ok_or_else(|| bad("it has no numbers"))
    };
    let count = next()?;
    if count > PIECES as u64 {
        return Err(bad("it is too large"));
    }
    let pairs = (0..count).map(|_| Ok((next()?, next()?))).collect::<io::Result<Vec<_>>>()?;
    Ok((pairs, data + window.position().next_multiple_of(512)))
}
