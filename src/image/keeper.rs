//! Hashes, keeps and searches the contents of files while a layer passes.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::passed::{Pass, Passed};
use super::searched::Searcher;
use crate::archive::{Fault, Forward, Walker};

/// The work on the contents of a layer's files.
pub struct Keeper<'a> {
    pass: Pass<'a>,
    searcher: Option<Searcher>,
    passed: Passed,
    /// The contents of the file that passes, if they are kept or searched.
    contents: Vec<u8>,
}

impl<'a> Keeper<'a> {
    /// Prepares a pass.
    pub fn new(pass: Pass<'a>) -> Self {
        let searcher = pass.searches.then(Searcher::default);
        Self { pass, searcher, passed: Passed::default(), contents: Vec::new() }
    }

    /// Hashes the contents of the current entry, searches them if its path asks for it, and keeps
    /// them if later readers want them.
    ///
    /// # Errors
    ///
    /// A fault of the tar.
    pub fn take<R: Forward>(&mut self, walker: &mut Walker<R>) -> Result<u128, Fault> {
        let entry = walker.entry();
        let (size, data) = (entry.stored, entry.data);
        let is_wanted = self.pass.takes(entry);
        let search = self.searcher.as_mut().and_then(|searcher| searcher.search_of(entry));
        self.contents.clear();
        let is_needed = is_wanted || search.is_some();
        let room = if is_needed { usize::try_from(size).unwrap_or(0) } else { 0 };
        let hash = content_hash(walker, size, room, &mut self.contents);
        let is_hit = match (&mut self.searcher, search) {
            (Some(searcher), Some(search)) if hash.is_ok() => {
                searcher.search(search, data, &self.contents)
            }
            _ => false,
        };
        let is_kept = is_wanted || is_hit && self.pass.takes_hit(size);
        if is_kept && !self.contents.is_empty() {
            self.passed.push(data, self.contents.clone());
        }
        hash
    }

    /// Returns what was kept and noted.
    pub fn finish(self) -> Passed {
        let mut passed = self.passed;
        passed.notes = self.searcher.map(Searcher::into_notes);
        passed
    }
}

/// Hashes the contents of the current entry, and copies up to `room` bytes of them.
fn content_hash<R: Forward>(
    walker: &mut Walker<R>,
    size: u64,
    room: usize,
    copied: &mut Vec<u8>,
) -> Result<u128, Fault> {
    let mut stream: Option<Box<Xxh3>> = None;
    let mut whole = xxh3_128(b"");
    walker.contents(|piece| {
        copied.extend_from_slice(&piece[..piece.len().min(room - copied.len())]);
        if piece.len() as u64 == size {
            whole = xxh3_128(piece);
        } else {
            stream.get_or_insert_default().update(piece);
        }
    })?;
    Ok(stream.map_or(whole, |stream| stream.digest128()))
}
