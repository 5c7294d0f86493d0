//! Counts the changed files themselves, where a `COPY` brings the build context with them.

use super::ignore::is_whole_context;
use super::{Change, Work};
use crate::advice::dockerfile::births::Claims;
use crate::advice::dockerfile::draft::Fate;
use crate::layer_index::LayerIndex;
use crate::shell::base_name;
use crate::tree::{NodeId, Reason};

impl Work<'_> {
    /// Returns the bytes by which the image grows because it has copies of the changed files: one
    /// for each copy of the whole context, and for each `RUN` that stores it again.
    pub(super) fn growth(&self, changes: &[Change], saved: &Claims) -> i64 {
        if self.target.is_rebuilt {
            return 0;
        }
        let copies = |&&i: &&usize| {
            is_whole_context(&self.file.instructions[i]) && self.draft.fates[i] != Fate::Goes
        };
        let copies: Vec<_> = self.stage.iter().filter(copies).copied().collect();
        let grown = |change: &Change| {
            let new = i64::try_from(change.new.len()).unwrap_or(i64::MAX);
            let old = change.old.as_ref().map(|old| i64::try_from(old.len()).unwrap_or(i64::MAX));
            let times: usize = copies.iter().map(|&copy| self.copies_of(copy, change, saved)).sum();
            i64::try_from(times).unwrap_or(i64::MAX).saturating_mul(new - old.unwrap_or_default())
        };
        changes.iter().map(grown).sum()
    }

    /// Returns how many times the image has a file that a copy of the context brings.
    fn copies_of(&self, copy: usize, change: &Change, saved: &Claims) -> usize {
        let (tree, Some(layer)) = (&self.inspection.tree, self.layer(copy)) else { return 0 };
        let to = self.file.instructions[copy].copied().and_then(|(_, to)| self.absolute(copy, &to));
        let Some(old) = &change.old else {
            let directory = to.and_then(|to| tree.find(to.as_bytes()));
            return directory.map_or(1, |it| self.stored_by(it, layer, saved));
        };
        let path = to.map(|to| format!("{}/{}", to.trim_end_matches('/'), base_name(&change.name)));
        let Some(node) = path.and_then(|path| tree.find(path.as_bytes())) else { return 0 };
        let size = u64::try_from(if self.target.raw {
            super::raw::restored(old).len()
        } else {
            old.len()
        });
        let is_it = |inode: crate::tree::VersionId| {
            tree.added_in(inode) >= layer && Ok(tree.size(inode)) == size && !saved.has(inode)
        };
        tree.versions(node).map(|version| tree.inode(version)).filter(|&inode| is_it(inode)).count()
    }

    /// Returns how many times the image has a file that a layer adds to a directory, once the
    /// suggestions are made: as often as the file of that layer there that later ones store again
    /// most often.
    fn stored_by(&self, directory: NodeId, layer: LayerIndex, saved: &Claims) -> usize {
        let tree = &self.inspection.tree;
        let times = |node: NodeId| {
            // The newest comes first.
            let versions: Vec<_> = tree.versions(node).map(|version| tree.inode(version)).collect();
            let mut versions =
                versions.into_iter().rev().skip_while(|&inode| tree.added_in(inode) < layer);
            let Some(first) = versions.next().filter(|&it| tree.added_in(it) == layer) else {
                return 0;
            };
            let (mut count, mut last) = (usize::from(!saved.has(first)), first);
            for inode in versions {
                let is_again =
                    tree.removal(last).is_some_and(|it| it.reason == Reason::RewrittenUnchanged);
                if !is_again {
                    break;
                }
                count += usize::from(!saved.has(inode));
                last = inode;
            }
            count
        };
        tree.children(directory).map(times).max().unwrap_or(0).max(1)
    }
}
