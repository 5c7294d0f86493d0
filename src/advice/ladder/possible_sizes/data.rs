//! Finds other files that `COPY` added to your layers. A program may read them, although nothing in
//! the program shows it.

use std::collections::HashSet;

use super::Ladder;
use crate::display::{Sentence, escaped, escaped_str, listed, plural, shown};
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, VersionId};

/// Paths that are named; of more, only how many.
const NAMED: usize = 6;
/// Files of which every root filesystem has at least one: a layer that adds one is not data.
const ROOT_FILES: [&[u8]; 5] =
    [b"bin/sh", b"usr/bin/sh", b"etc/os-release", b"usr/lib/os-release", b"etc/passwd"];

/// Data that the user copied into layers of the image.
#[derive(Default)]
pub(super) struct Data {
    /// Files that no later RUN can have used, so that they are for the program.
    pub kept: Vec<NodeId>,
    /// A description of files that a later RUN may have built the program from; `None` if there are
    /// none.
    pub left: Option<Sentence>,
}

impl Ladder<'_> {
    /// Finds the files that COPY and ADD added, except those in `taken` and those in findings.
    pub(super) fn data(&self, taken: &HashSet<VersionId>) -> Data {
        let tree = &self.inspection.tree;
        let layers = &self.inspection.layers;
        let starts = |layer: LayerIndex, words: &[&str]| {
            let line = layers[layer].instruction.one_line();
            words.iter().any(|word| line.starts_with(word))
        };
        let base = self.inputs.base_layers;
        let last_run = LayerIndex::range(base..layers.len())
            .rev()
            .find(|&layer| starts(layer, &["RUN"]) && layers[layer].size > 0);
        let is_root = |layer: LayerIndex| {
            let mut files = ROOT_FILES.iter().filter_map(|path| tree.find(path));
            files.any(|node| {
                tree.at(node, layer).is_some_and(|version| tree.added_in(version) == layer)
            })
        };
        let copied: Vec<bool> = LayerIndex::all(layers.len())
            .map(|layer| layer >= base && starts(layer, &["COPY", "ADD"]) && !is_root(layer))
            .collect();
        let useless: HashSet<_> =
            self.inputs.leftovers.iter().chain(&self.inputs.build_only).copied().collect();
        let (mut kept, mut left) = (taken.clone(), HashSet::new());
        for (inode, removal) in tree.inodes_with_removals() {
            let added_in = tree.added_in(inode);
            if removal.is_some()
                || !copied[added_in]
                || tree.size(inode) == 0
                || useless.contains(&inode)
            {
                continue;
            }
            if last_run.is_none_or(|run| added_in > run) {
                kept.insert(inode);
            } else if !taken.contains(&inode) {
                left.insert(inode);
            }
        }
        let kept = if kept.len() > taken.len() { self.tops(&kept) } else { Vec::new() };
        Data { kept: kept.into_iter().map(|(node, _)| node).collect(), left: self.in_words(&left) }
    }

    fn in_words(&self, left: &HashSet<VersionId>) -> Option<Sentence> {
        if left.is_empty() {
            return None;
        }
        let mut tops = self.tops(left);
        tops.sort_by_key(|&(node, bytes)| (std::cmp::Reverse(bytes), node));
        let named =
            tops.iter().take(NAMED).map(|&(node, _)| escaped(&self.inspection.tree.path(node)));
        let mut named: Vec<_> = named.collect();
        if tops.len() > NAMED {
            named.push(escaped_str(&plural(tops.len() - NAMED, "more path")));
        }
        let (them, read) = match tops.len() {
            1 => ("it", "what the program reads of it"),
            _ => ("them", "those that the program reads"),
        };
        let words = Sentence::from(shown!(
            "left out, although COPY brought {}: {} (",
            them,
            escaped_str(&listed(&named))
        ));
        Some(words.size(self.size(left)).words(shown!("); copy {}", read)))
    }

    /// Returns the highest paths that contain these inodes and no other file, with sizes in bytes;
    /// for a directory with one file, that file.
    fn tops(&self, inodes: &HashSet<VersionId>) -> Vec<(NodeId, u64)> {
        let tree = &self.inspection.tree;
        // For each node: the files at or below it, the wanted ones among them, and their bytes.
        let mut sums = vec![(0_u64, 0_u64, 0_u64); tree.node_count()];
        let file = |node| {
            tree.last(node)
                .filter(|&version| tree.kind(version) == Kind::File)
                .map(|v| tree.inode(v))
        };
        let nodes: Vec<_> = tree.nodes().collect();
        // A directory precedes its contents.
        for &node in nodes.iter().rev() {
            if let Some(inode) = file(node) {
                let is_meant = inodes.contains(&inode);
                sums[node.index()] =
                    (1, u64::from(is_meant), if is_meant { tree.size(inode) } else { 0 });
            }
            let (files, meant, bytes) = sums[node.index()];
            let above = &mut sums[tree.parent(node).index()];
            *above = (above.0 + files, above.1 + meant, above.2 + bytes);
        }
        let is_own = |node: NodeId| {
            let first = tree.versions(node).last();
            first.is_some_and(|first| tree.added_in(first) >= self.inputs.base_layers)
        };
        let is_whole = |node: NodeId| {
            let (files, meant, _) = sums[node.index()];
            node != NodeId::ROOT
                && meant > 0
                && files == meant
                && (file(node).is_some() || files > 1 && is_own(node))
        };
        let mut covered = vec![false; tree.node_count()];
        let mut tops = Vec::new();
        for &node in &nodes {
            let is_below = covered[tree.parent(node).index()];
            covered[node.index()] = is_below || is_whole(node);
            if covered[node.index()] && !is_below {
                tops.push((node, sums[node.index()].2));
            }
        }
        tops
    }
}
