//! Copies of secrets in other files: a value that was found once is looked for in the texts of every
//! layer.
//!
//! Small texts of compressed layers were kept while they passed, and those of others are read again at
//! no cost. Larger ones are read again, in the order of the layers, so that little is decoded
//! twice; an image without secrets has nothing to look for.

use std::collections::{HashMap, HashSet};

use super::Secret;
use super::files::{Candidate, FoundValue, SECRETS, Search};
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::filesystem::readable;
use crate::files::packages::Packages;
use crate::layer_index::LayerIndex;
use crate::secret::{Copies, Encoding, FoundValues, ValueHash, count_lines};
use crate::tree::Tree;

/// The most bytes that are read or decoded again.
const AGAIN: u64 = 256 << 20;

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
        let mut texts = std::mem::take(&mut self.texts);
        texts.sort_by_key(|candidate| candidate.place(self.tree));
        let mut again = Again { contents, left: AGAIN, behind: None };
        for candidate in texts {
            let bytes = match self.kept.remove(&candidate.inode) {
                Some(bytes) => bytes,
                None if again.takes(self.tree, self.packages, &candidate) => {
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

/// The texts that are read again.
struct Again<'a> {
    contents: &'a dyn Contents,
    /// The number of bytes that may still be read or decoded.
    left: u64,
    /// The layer and the place behind the last one.
    behind: Option<(LayerIndex, u64)>,
}

impl Again<'_> {
    /// Returns whether a text is read, and counts what that costs: nothing, if it was kept.
    fn takes(&mut self, tree: &Tree, packages: &Packages, candidate: &Candidate) -> bool {
        let (size, (layer, start)) = (tree.size(candidate.inode), candidate.place(tree));
        if self.contents.keeps(tree, candidate.inode) {
            return true;
        }
        let is_of_a_package = candidate.is_of_a_package(tree, packages);
        let lead = self.contents.decoded_before(tree, candidate.inode);
        let Some(lead) = lead.filter(|_| candidate.search.takes_whole(size) && !is_of_a_package)
        else {
            return false;
        };
        if candidate.is_small && lead == 0 {
            return true;
        }
        let gap = match self.behind {
            Some((before, behind)) if before == layer => start.saturating_sub(behind),
            _ => u64::MAX,
        };
        let left = self.left.checked_sub(size + gap.min(lead));
        if left.is_some() {
            self.behind = Some((layer, start + size));
        }
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}
