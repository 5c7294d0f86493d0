//! Copies of secrets in other files: a value that was found once is looked for in the small texts of
//! every layer.
//!
//! Nothing is read again for it: texts that were searched are still in memory, and small ones of
//! compressed layers were kept while they passed.

use std::collections::{HashMap, HashSet};

use super::Secret;
use super::files::{FoundValue, SECRETS, Search};
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::filesystem::readable;
use crate::secret::{Copies, Encoding, FoundValues, ValueHash, count_lines};

impl Search<'_> {
    /// Finds copies of the secrets in `list`, and counts the files whose copies are too many.
    ///
    /// # Errors
    ///
    /// Only a cancellation.
    pub(super) fn copies(
        &mut self,
        list: &[Secret],
        values: &FoundValues,
        contents: &dyn Contents,
    ) -> Result<(Vec<Secret>, usize), Error> {
        let numbers: HashMap<_, _> =
            list.iter().enumerate().rev().map(|(number, secret)| (secret.hash, number)).collect();
        let mut copies = Copies::default();
        for value in values.iter() {
            if let Some(&number) = numbers.get(&ValueHash::new(value.as_bytes())) {
                copies.add(value.as_bytes(), number);
            }
        }
        let Some(finder) = copies.finder() else { return Ok((Vec::new(), 0)) };
        let known: HashSet<_> = list.iter().map(|secret| (secret.inode, secret.hash)).collect();
        let (mut found, mut surplus) = (Vec::new(), 0);
        for (candidate, bytes) in std::mem::take(&mut self.small) {
            let bytes = match bytes {
                Some(bytes) => bytes,
                None if contents.keeps(self.tree, candidate.inode) => {
                    let size = self.tree.size(candidate.inode);
                    let read = readable(self.filesystem.read_start(candidate.inode, size))?;
                    read.unwrap_or_default()
                }
                None => continue,
            };
            let encoding = Encoding::detect(&bytes);
            let text = encoding.decode(&bytes);
            let hits = if encoding.is_text() { finder.find(&text) } else { Vec::new() };
            let hits = hits.into_iter().filter(|&(number, _)| {
                !known.contains(&(Some(candidate.inode), list[number].hash))
            });
            let hits: Vec<_> = hits.collect();
            if hits.is_empty() || candidate.is_of_a_package(self.tree, self.packages) {
                continue;
            }
            if list.len() + found.len() >= SECRETS {
                surplus += 1;
                continue;
            }
            for (number, value) in hits {
                let (secret, start) = (&list[number], value.start);
                let line = 1 + count_lines(&text[..start]);
                let copy = FoundValue {
                    kind: secret.kind,
                    name: secret.name.clone(),
                    value: &text[value],
                    is_text: true,
                    line: Some(line),
                };
                found.push(candidate.secret(self.tree, copy));
            }
        }
        Ok((found, surplus))
    }
}
