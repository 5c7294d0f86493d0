//! Walks over the entries of a tar, which may come from a decoder.
//!
//! The `tar` crate's own iterator is not used: it takes the size of a directory or link for
//! contents, ignores that an archive is truncated when seeking, applies fields that Go ignores and
//! ignores fields that Go applies. An entry here is an entry for the container runtimes.

mod end;

use std::io::{self, BufRead, Read};

use super::ahead::{Ahead, Keeping, available};
use super::fault::{Fault, Limits};
use super::header::{Entry, Extensions, body_size, checksum_matches, decode};
use super::sparse::{PIECES, Pieces, check, map_before_contents};
use super::window::{Forward, read_buffered};

/// A walk through a tar, entry by entry.
pub struct Walker<R> {
    reader: R,
    limits: Limits,
    position: u64,
    /// The number of bytes of the current entry's contents that have not been read.
    left: u64,
    padding: u64,
    /// The bytes of the current entry's contents that have been read ahead.
    ahead: Ahead,
    entry: Entry,
    /// The holes of the current entry, if they are needed.
    pieces: Option<Pieces>,
    keeps_pieces: bool,
    ended: bool,
    marked: bool,
    /// True after the first entry.
    any: bool,
    /// True after a global header.
    global: bool,
    /// True if the tar ends after an extended header without its entry.
    loose: bool,
}

/// Returns whether bytes begin like a tar: with a header whose checksum is right, or with an end
/// marker.
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
            ahead: Ahead::default(),
            entry: Entry::default(),
            pieces: None,
            keeps_pieces: false,
            ended: false,
            marked: false,
            any: false,
            global: false,
            loose: false,
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

    /// Returns whether the tar ends after an extended header that belongs to no entry.
    pub fn saw_loose_header(&self) -> bool {
        self.loose
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
            if let Some(block) = self.reader.fill_buf()?.first_chunk::<512>()
                && is_of_entry(block)
            {
                // Most headers are of this kind: they are not copied first.
                let decoded = decode_checked(block, &extensions, &mut self.entry);
                let kept = self.entry.sparse.then_some(*block);
                self.reader.consume(512);
                self.position += 512;
                self.begin_entry(decoded?, kept.as_ref(), &extensions)?;
                return Ok(true);
            }
            let mut block = [0; 512];
            match self.fill(&mut block)? {
                0 => {
                    (self.ended, self.loose) = (true, extensions.are_there());
                    return if self.loose { Err(Fault::MissingEntry) } else { Ok(false) };
                }
                512 => {}
                n => return Err(Fault::TruncatedHeader(n)),
            }
            if block == [0; 512] {
                self.loose = extensions.are_there();
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
                    self.begin_entry(more, Some(&block), &extensions)?;
                    return Ok(true);
                }
            }
        }
    }

    /// Begins the entry whose header has been decoded. `more` tells that sparse maps follow; a sparse
    /// entry comes with its header.
    fn begin_entry(
        &mut self,
        more: bool,
        header: Option<&[u8; 512]>,
        extensions: &Extensions,
    ) -> Result<(), Fault> {
        let more = if more { self.sparse_maps()? } else { Vec::new() };
        self.check_path()?;
        self.any = true;
        self.entry.data = self.position;
        self.left = self.entry.stored;
        self.padding = self.left.wrapping_neg() % 512;
        self.pieces = None;
        if let Some(header) = header.filter(|_| self.entry.sparse) {
            let pieces = Pieces::read(header, &more, &extensions.pax()?)?;
            self.check_pieces(&pieces)?;
            self.pieces = self.keeps_pieces.then_some(pieces);
        }
        Ok(())
    }

    /// Returns the beginning of the current entry's contents, as far as it has been read already.
    pub fn at_hand(&self) -> &[u8] {
        let bytes = if self.ahead.is_over() { self.reader.at_hand() } else { self.ahead.left() };
        &bytes[..bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX))]
    }

    /// Passes the contents of the current entry to `take`, piece by piece.
    ///
    /// # Errors
    ///
    /// The [`Fault`] that ends the walk.
    pub fn contents(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), Fault> {
        while self.left > 0 {
            let available = available(&self.ahead, &mut self.reader)?;
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

    /// Reads the map of holes before the contents ahead, if it is there, and checks that the pieces
    /// can be those of the entry.
    fn check_pieces(&mut self, pieces: &Pieces) -> Result<(), Fault> {
        let before = match pieces {
            Pieces::Listed(pairs) => {
                self.entry.map_end = check(pairs, 0, &self.entry)?;
                return Ok(());
            }
            Pieces::BeforeContents => {
                let mut contents =
                    Keeping { inner: (&mut self.reader).take(self.left), kept: Vec::new() };
                let read = map_before_contents(&mut contents);
                self.ahead = Ahead { bytes: contents.kept, at: 0 };
                read
            }
        };
        match before {
            Ok((pairs, before)) => self.entry.map_end = check(&pairs, before, &self.entry)?,
            Err(error) => {
                let missing = self.left - self.ahead.bytes.len() as u64;
                if missing > 0 && self.reader.fill_buf()?.is_empty() {
                    let name = crate::display::escaped(&self.entry.name);
                    return Err(Fault::TruncatedData { name, missing });
                }
                return Err(error.downcast::<Fault>().unwrap_or_else(Fault::Io));
            }
        }
        Ok(())
    }

    fn pass(&mut self, n: usize) {
        if self.ahead.is_over() {
            self.reader.consume(n);
        } else {
            self.ahead.at += n;
        }
        self.position += n as u64;
        self.left -= n as u64;
    }

    fn truncated(&self) -> Fault {
        Fault::TruncatedData { name: crate::display::escaped(&self.entry.name), missing: self.left }
    }

    fn finish_entry(&mut self) -> Result<(), Fault> {
        let ahead = self.left.min(self.ahead.left().len() as u64);
        self.ahead = Ahead::default();
        let skipped = ahead + self.reader.skip(self.left - ahead)?;
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

    fn extension(&mut self, block: &[u8; 512]) -> Result<Vec<u8>, Fault> {
        let size = body_size(block)?;
        if size > self.limits.extension {
            return Err(Fault::Limit {
                what: "an extended header",
                found: size,
                limit: self.limits.extension,
            });
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
            if blocks.len() > PIECES / 21 {
                return Err(Fault::SparseMap("it is too large"));
            }
            blocks.push(block);
            if block[504] == 0 {
                return Ok(blocks);
            }
        }
    }

    fn check_path(&self) -> Result<(), Fault> {
        let longest = self.entry.name.len().max(self.entry.link.len());
        if longest > self.limits.path {
            return Err(Fault::Limit {
                what: "a path",
                found: longest as u64,
                limit: self.limits.path as u64,
            });
        }
        Ok(())
    }
}

/// Returns whether a block that is not empty is the header of an entry, and not of an extension.
fn is_of_entry(block: &[u8; 512]) -> bool {
    block[0] != 0 && !matches!(block[156], b'x' | b'g' | b'L' | b'K')
}

/// Decodes the header of an entry, if its checksum is right; returns whether old GNU sparse maps
/// follow.
fn decode_checked(
    block: &[u8; 512],
    extensions: &Extensions,
    entry: &mut Entry,
) -> Result<bool, Fault> {
    if !checksum_matches(block)? {
        return Err(Fault::Checksum);
    }
    decode(block, extensions, entry)
}

/// The contents of one entry of a tar that is being walked.
pub struct Contents<'a, R>(&'a mut Walker<R>);

impl<R: Forward> BufRead for Contents<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.0.left == 0 {
            return Ok(&[]);
        }
        let left = usize::try_from(self.0.left).unwrap_or(usize::MAX);
        let Walker { reader, ahead, .. } = &mut *self.0;
        let available = available(ahead, reader)?;
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
