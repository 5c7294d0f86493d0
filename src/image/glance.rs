//! Searches the files of a plain layer for secrets while its headers are read, as far as their bytes
//! have been read with the headers: small files, and the beginnings of others.
//!
//! A file that it leaves out is read later, which costs much more if it is small: looking it up, opening it,
//! and asking the system for its bytes.

use super::searched::{Note, SearchNotes, Searcher};
use crate::archive::{Forward, Walker};
use crate::secret::{Encoding, is_container};

/// The search of a layer.
#[derive(Default)]
pub struct Glance(Searcher);

impl Glance {
    /// Searches the current entry, if what has been read of it is enough.
    pub fn take<R: Forward>(&mut self, walker: &Walker<R>) {
        let (entry, start) = (walker.entry(), walker.at_hand());
        if start.is_empty() {
            return;
        }
        let Some(search) = self.0.search_of(entry) else { return };
        if start.len() as u64 == entry.stored {
            if self.0.takes(entry.stored) {
                self.0.search(search, entry.data, start);
            }
        } else if search.is_for_texts() && Encoding::is_binary(start) {
            let is_container = is_container(start);
            self.0.note(entry.data, Note { search, is_text: false, is_hit: false, is_container });
        }
    }

    /// Returns what was noted; `None` if that is nothing.
    pub fn finish(self) -> Option<SearchNotes> {
        Some(self.0.into_notes()).filter(|notes| !notes.is_empty())
    }
}
