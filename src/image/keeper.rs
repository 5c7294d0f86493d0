//! Hashes, keeps and searches the contents of files while a layer passes.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::passed::{Pass, Passed};
use super::searched::{Note, Searcher};
use crate::archive::{Entry, Fault, Forward, Walker};
use crate::secret::{BlockSearch, Encoding, FileSearch, HEAD, is_container};

/// The work on the contents of a layer's files.
pub struct Keeper<'a> {
    pass: Pass<'a>,
    searcher: Option<Searcher>,
    passed: Passed,
    passing: Passing,
    /// The contents of the file that passes, if they are kept or searched.
    contents: Vec<u8>,
}

impl<'a> Keeper<'a> {
    /// Prepares a pass.
    pub fn new(pass: Pass<'a>) -> Self {
        let searcher = pass.searches.then(Searcher::default);
        let (passed, passing) = (Passed::default(), Passing::default());
        Self { pass, searcher, passed, passing, contents: Vec::new() }
    }

    /// Hashes the contents of the current entry, searches them if its path asks for it, and keeps
    /// them if later readers want them.
    ///
    /// # Errors
    ///
    /// A fault of the tar.
    pub fn take<R: Forward>(&mut self, walker: &mut Walker<R>) -> Result<u128, Fault> {
        let size = walker.entry().stored;
        self.begin(walker.entry());
        let hash = content_hash(walker, size, |piece| self.push(piece));
        self.end(hash.is_ok());
        hash
    }

    /// Begins with the contents of an entry.
    pub fn begin(&mut self, entry: &Entry) {
        let is_wanted = self.pass.takes(entry);
        let search = self.searcher.as_mut().and_then(|searcher| searcher.search_of(entry));
        let is_small = match (&mut self.searcher, search) {
            (Some(searcher), Some(search)) => searcher.is_small(search, entry.stored),
            _ => false,
        };
        let stage = match is_wanted || search.is_some() {
            true => Stage::Beginning,
            false => Stage::Skipped,
        };
        let (size, data) = (entry.stored, entry.data);
        self.contents.clear();
        self.passing = Passing { size, data, is_wanted, is_small, search, stage };
    }

    /// Takes the next bytes of the contents.
    pub fn push(&mut self, piece: &[u8]) {
        let mut piece = piece;
        if matches!(self.passing.stage, Stage::Beginning) {
            let head = usize::try_from(self.passing.size).map_or(HEAD, |size| size.min(HEAD));
            let room = head.saturating_sub(self.contents.len());
            let (first, rest) = piece.split_at(piece.len().min(room));
            self.contents.extend_from_slice(first);
            if self.contents.len() == head {
                self.decide();
            }
            piece = rest;
        }
        match &mut self.passing.stage {
            Stage::Whole => self.contents.extend_from_slice(piece),
            Stage::Blocks(blocks) => blocks.push(piece),
            Stage::Beginning | Stage::Binary(_) | Stage::Skipped => {}
        }
    }

    /// Ends with the contents; `is_whole` is false if not all of them came.
    pub fn end(&mut self, is_whole: bool) {
        let Passing { size, data, is_wanted, is_small, .. } = self.passing;
        let is_collected = self.contents.len() as u64 == size;
        let is_whole = is_whole && (is_collected || !matches!(self.passing.stage, Stage::Whole));
        let is_hit = is_whole && self.search();
        let is_kept = is_wanted
            || is_hit && self.pass.takes_hit(size)
            || is_small && is_whole && !is_hit && self.pass.takes_text(size);
        if is_kept && is_collected && size > 0 {
            self.passed.push(data, self.contents.clone());
        }
    }

    /// Decides by the first bytes what is done with the file.
    fn decide(&mut self) {
        let encoding = Encoding::detect(&self.contents);
        let (size, search) = (self.passing.size, self.passing.search);
        let mut takes = || self.searcher.as_mut().is_some_and(|searcher| searcher.takes(size));
        self.passing.stage = match search {
            _ if self.passing.is_wanted => Stage::Whole,
            Some(search) if search.is_for_texts() && !encoding.is_text() => {
                Stage::Binary(is_container(&self.contents))
            }
            Some(search) if search.takes_whole(size) && takes() => Stage::Whole,
            Some(search)
                if search.is_for_texts()
                    && encoding == Encoding::Narrow
                    && !search.takes_whole(size)
                    && takes() =>
            {
                let mut blocks = BlockSearch::new(search);
                blocks.push(&self.contents);
                Stage::Blocks(blocks)
            }
            _ => Stage::Skipped,
        };
        match self.passing.stage {
            Stage::Whole => self.contents.reserve(usize::try_from(size).unwrap_or(0)),
            _ => self.contents.clear(),
        }
    }

    /// Searches what was collected, and notes it; returns whether something was found.
    fn search(&mut self) -> bool {
        let data = self.passing.data;
        let (Some(searcher), Some(search)) = (&mut self.searcher, self.passing.search) else {
            return false;
        };
        let is_hit = match std::mem::take(&mut self.passing.stage) {
            Stage::Whole => return searcher.search(search, data, &self.contents),
            Stage::Blocks(blocks) => !blocks.finish().0.is_empty(),
            Stage::Binary(is_container) => {
                let note = Note { search, is_text: false, is_hit: false, is_container };
                searcher.note(data, note);
                return false;
            }
            Stage::Beginning | Stage::Skipped => return false,
        };
        searcher.note(data, Note { search, is_text: true, is_hit, is_container: false });
        is_hit
    }

    /// Returns what was kept and noted.
    pub fn finish(self) -> Passed {
        let mut passed = self.passed;
        passed.notes = self.searcher.map(Searcher::into_notes);
        passed
    }
}

/// The use of the bytes of a file.
#[derive(Default)]
enum Stage {
    /// The first bytes are collected; they decide.
    Beginning,
    /// All bytes are collected.
    Whole,
    /// A long text is searched in blocks.
    Blocks(BlockSearch),
    /// A file that is no text has no tokens; true for an archive or a database.
    Binary(bool),
    /// Nothing is done with them.
    #[default]
    Skipped,
}

/// The file that passes.
#[derive(Default)]
struct Passing {
    /// The number of its bytes.
    size: u64,
    /// The place of the first one in the tar.
    data: u64,
    /// True if later readers want the contents.
    is_wanted: bool,
    /// True if it is kept to look for copies of a secret in it.
    is_small: bool,
    search: Option<FileSearch>,
    stage: Stage,
}

/// Hashes the contents of the current entry while `push` takes them.
fn content_hash<R: Forward>(
    walker: &mut Walker<R>,
    size: u64,
    mut push: impl FnMut(&[u8]),
) -> Result<u128, Fault> {
    let mut stream: Option<Box<Xxh3>> = None;
    let mut whole = xxh3_128(b"");
    walker.contents(|piece| {
        push(piece);
        if piece.len() as u64 == size {
            whole = xxh3_128(piece);
        } else {
            stream.get_or_insert_default().update(piece);
        }
    })?;
    Ok(stream.map_or(whole, |stream| stream.digest128()))
}
