//! Walks over the entries of a tar, which may come from a decoder.
//!
//! The `tar` crate's own iterator is not used: it takes the size of a directory or link for
//! contents, ignores that an archive is truncated when seeking, applies fields that Go ignores and
//! ignores fields that Go applies. An entry here is an entry for the container runtimes.

use std::io::{self, BufRead, Read};

use super::header::{Entry, Extensions, body_size, checksum_matches, decode};
use super::sparse::{PIECES, Pieces};
use super::window::{Forward, read_buffered};

/// A fault in a tar, at [`Walker::position`].
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The bytes end inside a header.
    #[error("the tar ends inside a header, after {0} of 512 bytes")]
    TruncatedHeader(usize),
    /// The bytes end inside the contents of an entry.
    #[error("the tar ends {missing} bytes before the end of {name}")]
    TruncatedData {
        /// The entry, escaped for display.
        name: String,
        /// The number of missing bytes.
        missing: u64,
    },
    /// The bytes end inside an extension header.
    #[error("the tar ends inside an extended header")]
    TruncatedExtension,
    /// The checksum of a header is wrong, so it is not a tar header.
    #[error("the header checksum is wrong")]
    Checksum,
    /// A numeric field does not contain a number.
    #[error("the header's {0} is not a number")]
    Number(&'static str),
    /// The archive ends with one zero block instead of two.
    #[error("a zero block is followed by data")]
    LoneZeroBlock,
    /// An extended header cannot be read.
    #[error("a PAX record is malformed")]
    Pax,
    /// A sparse entry that is no file, or in a header of another format.
    #[error("a sparse entry is no regular file, or has no GNU header")]
    SparseFormat,
    /// The map of holes of a sparse entry cannot be understood.
    #[error("the map of holes of a sparse entry cannot be understood: {0}")]
    SparseMap(&'static str),
    /// A part exceeds the limit for data in memory.
    #[error("{what} of {found} bytes is over the limit of {limit}")]
    Limit {
        /// The name of the part that is too large.
        what: &'static str,
        /// Its size in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes cannot be read or decoded.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The limits of what a walk keeps in memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The length of an extended header in bytes; Go has the same limit.
    pub extension: u64,
    /// The length of a path in bytes.
    pub path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { extension: 1 << 20, path: u16::MAX as usize }
    }
}

/// A walk through a tar, entry by entry.
pub struct Walker<R> {
    reader: R,
    limits: Limits,
    position: u64,
    /// The number of bytes of the current entry's contents that have not been read.
    left: u64,
    padding: u64,
    entry: Entry,
    /// The holes of the current entry, if they are needed.
    pieces: Option<Pieces>,
    keeps_pieces: bool,
    ended: bool,
    marked: bool,
    /// True after a global header.
    global: bool,
}

/// Returns whether bytes begin like a tar: with a header whose checksum is right, or with the end
/// marker of an empty archive.
pub fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    *block == [0; 512] || checksum_matches(block).unwrap_or(false)
}

impl<R: Forward> Walker<R> {
    /// Starts a walk over the bytes of `reader`.
    pub fn new(reader: R, limits: Limits) -> Self {
        Self {
            reader,
            limits,
            position: 0,
            left: 0,
            padding: 0,
            entry: Entry::default(),
            pieces: None,
            keeps_pieces: false,
            ended: false,
            marked: false,
            global: false,
        }
    }

    /// Keeps where sparse entries have holes, for [`Walker::take_pieces`].
    #[must_use]
    pub fn keeping_pieces(self) -> Self {
        Self { keeps_pieces: true, ..self }
    }

    /// Takes the pieces that the current entry is stored in; `None` if it is not sparse.
    pub fn take_pieces(&mut self) -> Option<Pieces> {
        self.pieces.take()
    }

    /// Returns the current entry, set by [`Walker::advance`].
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Returns the number of bytes from the start of the tar to the current position.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Returns whether the walk has reached the end marker, and not only the end of the bytes.
    pub fn saw_end_marker(&self) -> bool {
        self.marked
    }

    /// Returns whether the walk has passed a global header, whose records do not count.
    pub fn saw_global_header(&self) -> bool {
        self.global
    }

    /// Returns the reader.
    pub fn into_reader(self) -> R {
        self.reader
    }

    /// Advances to the next entry; `false` at the end of the archive.
    ///
    /// # Errors
    ///
    /// The [`Fault`] that ends the walk.
    pub fn advance(&mut self) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        self.finish_entry()?;
        let mut extensions = Extensions::default();
        loop {
            let block = match self.reader.fill_buf()?.first_chunk::<512>() {
                Some(block) => {
                    let block = *block;
                    self.reader.consume(512);
                    self.position += 512;
                    block
                }
                None => {
                    let mut block = [0; 512];
                    match self.fill(&mut block)? {
                        0 => {
                            self.ended = true;
                            return Ok(false);
                        }
                        512 => block,
                        n => return Err(Fault::TruncatedHeader(n)),
                    }
                }
            };
            if block == [0; 512] {
                return self.end_marker();
            }
            if !checksum_matches(&block)? {
                return Err(Fault::Checksum);
            }
            match block[156] {
                b'x' => extensions.pax = Some(self.extension(&block)?),
                // Go returns a global header as an entry, so extensions before it do not apply to
                // the next one.
                b'g' => {
                    self.extension(&block)?;
                    self.global = true;
                    extensions = Extensions::default();
                }
                b'L' => extensions.long_name = Some(self.extension(&block)?),
                b'K' => extensions.long_link = Some(self.extension(&block)?),
                _ => {
                    let more = decode(&block, &extensions, &mut self.entry)?;
                    let more = if more { self.sparse_maps()? } else { Vec::new() };
                    self.pieces = if self.keeps_pieces && self.entry.sparse {
                        Some(Pieces::read(&block, &more, &extensions.pax()?)?)
                    } else {
                        None
                    };
                    self.check_path()?;
                    self.entry.data = self.position;
                    self.left = self.entry.stored;
                    self.padding = self.left.wrapping_neg() % 512;
                    return Ok(true);
                }
            }
        }
    }

    /// Passes the contents of the current entry to `take`, piece by piece.
    ///
    /// # Errors
    ///
    /// The [`Fault`] that ends the walk.
    pub fn contents(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), Fault> {
        while self.left > 0 {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Err(self.truncated());
            }
            let n = usize::try_from(self.left).unwrap_or(usize::MAX).min(available.len());
            take(&available[..n]);
            self.pass(n);
        }
        Ok(())
    }

    /// Returns a reader of the current entry's contents, which can be read once. It fails where the
    /// tar is truncated.
    pub fn contents_reader(&mut self) -> Contents<'_, R> {
        Contents(self)
    }

    /// Reads everything after the end of the archive; returns the total length.
    ///
    /// # Errors
    ///
    /// An error of the reader.
    pub fn drain(&mut self) -> io::Result<u64> {
        self.position += self.reader.skip(u64::MAX)?;
        Ok(self.position)
    }

    fn pass(&mut self, n: usize) {
        self.reader.consume(n);
        self.position += n as u64;
        self.left -= n as u64;
    }

    fn truncated(&self) -> Fault {
        Fault::TruncatedData { name: crate::display::escaped(&self.entry.name), missing: self.left }
    }

    fn finish_entry(&mut self) -> Result<(), Fault> {
        let skipped = self.reader.skip(self.left)?;
        self.position += skipped;
        self.left -= skipped;
        if self.left > 0 {
            return Err(self.truncated());
        }
        self.position += self.reader.skip(self.padding)?;
        self.padding = 0;
        Ok(())
    }

    fn fill(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.reader.read(&mut buf[done..])? {
                0 => break,
                n => done += n,
            }
        }
        self.position += done as u64;
        Ok(done)
    }

    fn end_marker(&mut self) -> Result<bool, Fault> {
        let mut block = [0; 512];
        match self.fill(&mut block)? {
            0 => {}
            _ if block == [0; 512] => {}
            _ => return Err(Fault::LoneZeroBlock),
        }
        self.ended = true;
        self.marked = true;
        Ok(false)
    }

    fn extension(&mut self, block: &[u8; 512]) -> Result<Vec<u8>, Fault> {
        let size = body_size(block)?;
        if size > self.limits.extension {
            return Err(Fault::Limit { what: "an extended header", found: size, limit: self.limits.extension });
        }
        let mut body = Vec::new();
        let read = (&mut self.reader).take(size).read_to_end(&mut body)? as u64;
        self.position += read;
        if read < size {
            return Err(Fault::TruncatedExtension);
        }
        self.position += self.reader.skip(size.wrapping_neg() % 512)?;
        Ok(body)
    }

    /// Reads the rest of an old GNU sparse map, which is in the blocks after the header.
    fn sparse_maps(&mut self) -> Result<Vec<[u8; 512]>, Fault> {
        let mut blocks = Vec::new();
        loop {
            let mut block = [0; 512];
            if self.fill(&mut block)? < 512 {
                return Err(Fault::TruncatedExtension);
            }
            if self.keeps_pieces {
                if blocks.len() > PIECES / 21 {
                    return Err(Fault::SparseMap("it is too large"));
                }
                blocks.push(block);
            }
            if block[504] == 0 {
                return Ok(blocks);
            }
        }
    }

    fn check_path(&self) -> Result<(), Fault> {
        let longest = self.entry.name.len().max(self.entry.link.len());
        if longest > self.limits.path {
            return Err(Fault::Limit { what: "a path", found: longest as u64, limit: self.limits.path as u64 });
        }
        Ok(())
    }
}

/// The contents of one entry of a tar that is being walked.
pub struct Contents<'a, R>(&'a mut Walker<R>);

impl<R: Forward> BufRead for Contents<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.0.left == 0 {
            return Ok(&[]);
        }
        let left = usize::try_from(self.0.left).unwrap_or(usize::MAX);
        let available = self.0.reader.fill_buf()?;
        if available.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends here"));
        }
        Ok(&available[..available.len().min(left)])
    }

    fn consume(&mut self, n: usize) {
        self.0.pass(n);
    }
}

impl<R: Forward> Read for Contents<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buf)
    }
}
