//! A walk over the entries of a tar, plain or coming out of a decoder.
//!
//! The `tar` crate's own iterator is not used: it takes the size of a
//! directory or link for contents, reads a truncated archive to a clean end
//! when seeking, applies what Go ignores and ignores what Go applies. What
//! counts as an entry here is what counts for the engines.

use std::io::{self, BufRead, Read};

use super::header::{Entry, Extensions, body_size, checksum_matches, decode};
use super::window::{Forward, read_buffered};

/// What is wrong with a tar, at [`Walker::position`].
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
        /// How many bytes are not there.
        missing: u64,
    },
    /// The bytes end inside an extension header.
    #[error("the tar ends inside an extended header")]
    TruncatedExtension,
    /// The checksum of a header is wrong, so this is not a tar header.
    #[error("the header checksum is wrong")]
    Checksum,
    /// A numeric field holds something else.
    #[error("the header's {0} is not a number")]
    Number(&'static str),
    /// One zero block where an archive ends with two.
    #[error("a zero block is followed by data")]
    LoneZeroBlock,
    /// An extended header cannot be read.
    #[error("a PAX record is malformed")]
    Pax,
    /// A GNU sparse entry in a header of another format.
    #[error("a GNU sparse entry has no GNU header")]
    SparseFormat,
    /// Something is larger than what is held in memory.
    #[error("{what} of {found} bytes is over the limit of {limit}")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// Its size in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes could not be read or decoded.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// What a walk holds in memory at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The body of an extended header in bytes; Go's limit is the same.
    pub extension: u64,
    /// The length of a path in bytes.
    pub path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { extension: 1 << 20, path: u16::MAX as usize }
    }
}

/// Goes through a tar entry by entry.
pub struct Walker<R> {
    reader: R,
    limits: Limits,
    position: u64,
    /// Bytes of the current entry's contents that have not been read.
    left: u64,
    padding: u64,
    entry: Entry,
    ended: bool,
    marked: bool,
}

/// Whether bytes begin like a tar: with a header whose checksum is right, or with the end of an empty archive.
pub fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    *block == [0; 512] || checksum_matches(block).unwrap_or(false)
}

impl<R: Forward> Walker<R> {
    /// A walk over what `reader` has.
    pub fn new(reader: R, limits: Limits) -> Self {
        Self { reader, limits, position: 0, left: 0, padding: 0, entry: Entry::default(), ended: false, marked: false }
    }

    /// The entry that [`Walker::advance`] came to.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// How far the walk has come, counted from the start of the tar.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Whether the walk came to the marker that ends an archive, and not just to the end of the bytes.
    pub fn saw_end_marker(&self) -> bool {
        self.marked
    }

    /// Gives back what the tar was read from.
    pub fn into_reader(self) -> R {
        self.reader
    }

    /// Goes to the next entry; `false` at the end of the archive.
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
                b'g' => drop(self.extension(&block)?),
                b'L' => extensions.long_name = Some(self.extension(&block)?),
                b'K' => extensions.long_link = Some(self.extension(&block)?),
                _ => {
                    if decode(&block, &mut extensions, &mut self.entry)? {
                        self.skip_sparse_maps()?;
                    }
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

    /// The contents of the current entry, to be read once; they end with an error where the tar is cut short.
    pub fn contents_reader(&mut self) -> Contents<'_, R> {
        Contents(self)
    }

    /// Reads what is left behind the end of the archive, and says how long the whole is.
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

    /// Old GNU sparse files have their maps in blocks behind the header; only their number matters here.
    fn skip_sparse_maps(&mut self) -> Result<(), Fault> {
        loop {
            let mut block = [0; 512];
            if self.fill(&mut block)? < 512 {
                return Err(Fault::TruncatedExtension);
            }
            if block[504] == 0 {
                return Ok(());
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
            return Err(io::ErrorKind::UnexpectedEof.into());
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
