//! Searches a file with all that it says: a script also has secrets in the documents that it writes into other
//! files, each of which is looked for as the name of that file asks for.

use std::collections::HashSet;

use super::documents::find_in_documents;
use super::rules::Looks;
use super::search::{FileSearch, FoundInFile};
use super::{MOST, apart};

/// Parts of words, one of which each script has that writes a document with a secret.
const MARKS: [&str; 8] = ["auth", "AUTH", "assw", "ASSW", "ecret", "SECRET", "oken", "://"];

impl FileSearch {
    /// Finds the secrets in the contents of a file, each value once.
    pub fn find(self, bytes: &[u8]) -> FoundInFile<'_> {
        let mut found = self.find_alone(bytes);
        let rule = self.rule_of_text(&found.text).filter(|_| found.is_text);
        let text = match std::str::from_utf8(&found.text) {
            Ok(text) if rule.is_some_and(|rule| matches!(rule.looks, Looks::Scripts(false))) => {
                text
            }
            _ => return found,
        };
        if !text.contains("<<") || !MARKS.iter().any(|mark| text.contains(mark)) {
            return found;
        }
        let documents = find_in_documents(text);
        if documents.is_empty() {
            return found;
        }
        found.hits.extend(documents);
        let (mut hits, mut known) = (apart(std::mem::take(&mut found.hits)), HashSet::new());
        hits.retain(|hit| known.insert(found.text[hit.range.clone()].to_vec()));
        found.is_whole &= hits.len() <= MOST;
        hits.truncate(MOST);
        FoundInFile { hits, ..found }
    }
}
