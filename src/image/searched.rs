//! Searches the files of a layer for secrets while it passes, and notes what was searched.
//!
//! A note is the place of a file in the tar, the way in which it was searched, whether it is a text,
//! and whether something was found: never a value. So notes may be kept in the cache.

use serde::{Deserialize, Serialize};

use crate::archive::{Entry, EntryKind};
use crate::secret::{FileSearch, SearchByPath, SmallTexts, fingerprint, is_container};

/// The most bytes of files that are searched in one layer.
const MOST: u64 = 512 << 20;
/// The size of a block of a tar; contents begin with one.
const BLOCK: u64 = 512;
/// The bits of a note below the place: 16 for the number of the search, one for an archive, one for a text,
/// one for a hit.
const LOW: u32 = 19;

/// The result of a search in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// The way in which the file was searched.
    pub search: FileSearch,
    /// True if the file is a text.
    pub is_text: bool,
    /// True if something was found.
    pub is_hit: bool,
    /// True if the file is an archive or a database, in which nothing was searched.
    pub is_container: bool,
}

/// The notes of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchNotes {
    /// The fingerprint of the search.
    fingerprint: u64,
    /// The files in the order of the tar, each in one number: the block of its first byte, the
    /// number of the search, 4 for an archive, 2 for a text and 1 for a hit.
    files: Vec<u64>,
}

impl Default for SearchNotes {
    fn default() -> Self {
        Self { fingerprint: fingerprint(), files: Vec::new() }
    }
}

impl SearchNotes {
    /// Notes the result for a file whose contents begin at `data` in the tar.
    fn push(&mut self, data: u64, note: Note) {
        let block = data / BLOCK;
        let is_behind = self.files.last().is_none_or(|last| last >> LOW < block);
        if data.is_multiple_of(BLOCK) && block >> (64 - LOW) == 0 && is_behind {
            let bits = u64::from(note.is_container) << 2
                | u64::from(note.is_text) << 1
                | u64::from(note.is_hit);
            let low = u64::from(note.search.number()) << 3 | bits;
            self.files.push(block << LOW | low);
        }
    }

    /// Returns the note for the file whose contents begin at `data`; `None` if it was not searched.
    pub fn note_at(&self, data: u64) -> Option<Note> {
        let block = data / BLOCK;
        let at = self.files.partition_point(|file| file >> LOW < block);
        let file = *self.files.get(at).filter(|&file| file >> LOW == block)?;
        let number = u16::try_from(file >> 3 & u64::from(u16::MAX)).ok()?;
        let (is_text, is_hit, is_container) = (file & 2 == 2, file & 1 == 1, file & 4 == 4);
        let search = FileSearch::numbered(number);
        let note = Note { search, is_text, is_hit, is_container };
        data.is_multiple_of(BLOCK).then_some(note)
    }

    /// Returns whether no file was searched.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Makes them notes of another search.
    #[cfg(test)]
    pub fn become_old(&mut self) {
        self.fingerprint ^= 1;
    }

    /// Returns whether the notes are of the search as it is today. Notes that were not made by
    /// this program may be anything.
    pub fn are_current(&self) -> bool {
        let in_order = self.files.windows(2).all(|pair| pair[0] >> LOW < pair[1] >> LOW);
        self.fingerprint == fingerprint() && in_order
    }
}

/// A search of the files of one layer while it passes.
pub struct Searcher {
    paths: SearchByPath,
    notes: SearchNotes,
    /// The small texts that are kept to look for copies of a secret in them.
    small: SmallTexts,
    /// The number of bytes that may still be searched.
    left: u64,
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            paths: SearchByPath::default(),
            notes: SearchNotes::default(),
            small: SmallTexts::default(),
            left: MOST,
        }
    }
}

impl Searcher {
    /// Returns the search that an entry asks for, if its contents are stored as they are.
    pub fn search_of(&mut self, entry: &Entry) -> Option<FileSearch> {
        let is_file = entry.kind == EntryKind::File && !entry.sparse && entry.size == entry.stored;
        (is_file && entry.size > 0).then(|| self.paths.search_for(&entry.name)).flatten()
    }

    /// Returns whether a file of `bytes` bytes that has a search is kept to look for copies of a secret
    /// in it, and counts it.
    pub fn is_small(&mut self, search: FileSearch, bytes: u64) -> bool {
        self.small.takes(search, bytes)
    }

    /// Returns whether `bytes` more may be searched, and counts them.
    pub fn takes(&mut self, bytes: u64) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// Searches the contents that begin at `data`, and returns whether something was found.
    pub fn search(&mut self, search: FileSearch, data: u64, contents: &[u8]) -> bool {
        let found = search.find(contents);
        let is_hit = !found.hits.is_empty();
        let is_text = found.is_text;
        let is_container = !is_text && is_container(contents);
        self.note(data, Note { search, is_text, is_hit, is_container });
        is_hit
    }

    /// Notes what a search found in the contents that begin at `data`.
    pub fn note(&mut self, data: u64, note: Note) {
        self.notes.push(data, note);
    }

    /// Returns what was noted.
    pub fn into_notes(mut self) -> SearchNotes {
        self.notes.files.shrink_to_fit();
        self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, size: u64) -> Entry {
        let (name, kind) = (name.into(), EntryKind::File);
        Entry { name, kind, size, stored: size, ..Entry::default() }
    }

    #[test]
    fn what_was_searched_is_noted_with_its_place_and_without_its_value() {
        let mut searcher = Searcher::default();
        let npmrc = format!("//a.dev/:_authToken={}", "0123-4567-89ab");
        for (name, data, contents) in
            [("app/a.conf", 512, "port = 1"), ("root/.npmrc", 2048, &npmrc), ("app/b", 3072, "b")]
        {
            let search = searcher.search_of(&entry(name, contents.len() as u64)).unwrap();
            searcher.search(search, data, contents.as_bytes());
        }
        assert_eq!(searcher.search_of(&entry("usr/lib/python3/a.py", 10)), None);
        assert_eq!(searcher.search_of(&Entry { sparse: true, ..entry("app/c", 10) }), None);
        let notes = searcher.into_notes();
        let hits = |data| notes.note_at(data).map(|note| note.is_hit);
        assert_eq!([hits(512), hits(2048), hits(3072)], [Some(false), Some(true), Some(false)]);
        assert_eq!([hits(0), hits(513), hits(1024), hits(4096)], [None; 4]);
        assert!(notes.note_at(2048).unwrap().search.rule().is_some());
        let bytes = postcard::to_stdvec(&notes).unwrap();
        assert!(bytes.len() < 40 && !bytes.windows(4).any(|window| window == b"0123"));
        let back: SearchNotes = postcard::from_bytes(&bytes).unwrap();
        assert!(back == notes && back.are_current());
    }

    #[test]
    fn notes_of_other_rules_and_of_no_order_are_not_current() {
        let mut notes = SearchNotes { files: vec![1 << LOW, 2 << LOW], ..SearchNotes::default() };
        assert!(notes.are_current());
        notes.become_old();
        assert!(!notes.are_current());
        let files = vec![2 << LOW, 1 << LOW];
        assert!(!SearchNotes { files, ..SearchNotes::default() }.are_current());
    }
}
