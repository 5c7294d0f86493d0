//! Counts wasted bytes and efficiency as dive does, to say where its numbers differ.
//!
//! dive adds up, for every path that is a leaf of a layer's own tree, the sizes that its tar
//! headers give it in all layers; a path with two or more is wasted as a whole, its last version
//! included. The path of a deleted directory is a leaf of the deleting layer only, so its contents
//! are never counted (dive/filetree/efficiency.go).

use std::collections::HashMap;

use crate::analysis::Inspection;
use crate::display::ratio;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, Reason, Tree, VersionId};

/// The numbers of dive for an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiveCount {
    /// The wasted bytes.
    pub wasted: u64,
    /// The efficiency, from 0 to 1.
    pub efficiency: f64,
}

/// The sizes of a path in the layers that have it as a leaf.
#[derive(Default)]
struct Sizes {
    count: usize,
    sum: u64,
    least: Option<u64>,
}

impl Sizes {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.sum += bytes;
        self.least = Some(self.least.map_or(bytes, |least| least.min(bytes)));
    }
}

impl DiveCount {
    /// Counts an image as dive does.
    pub fn of_image(inspection: &Inspection) -> Self {
        let tree = &inspection.tree;
        let mut paths: HashMap<NodeId, Sizes> = HashMap::new();
        for node in tree.nodes() {
            let mut versions: Vec<VersionId> = tree.versions(node).collect();
            versions.reverse();
            for (i, &version) in versions.iter().enumerate() {
                if tree.kind(version) != Kind::Directory {
                    paths.entry(node).or_default().add(header_size(tree, version));
                }
                if let Some(layer) = deleted_in(tree, node, version, versions.get(i + 1).copied()) {
                    let bytes = if tree.kind(version) == Kind::Directory {
                        below(tree, node, layer)
                    } else {
                        0
                    };
                    paths.entry(node).or_default().add(bytes);
                }
            }
        }
        let repeated = paths.values().filter(|sizes| sizes.count > 1);
        let wasted = repeated.map(|sizes| sizes.sum).sum();
        let all: u64 = paths.values().map(|sizes| sizes.sum).sum();
        let least: u64 = paths.values().filter_map(|sizes| sizes.least).sum();
        Self { wasted, efficiency: if all == 0 { 1.0 } else { ratio(least, all) } }
    }
}

/// Returns the size in the header of an entry; that of a hard link is 0.
fn header_size(tree: &Tree, version: VersionId) -> u64 {
    if tree.kind(version) == Kind::File && tree.inode(version) == version {
        tree.size(version)
    } else {
        0
    }
}

/// Returns the layer with a whiteout of exactly this path, if a version ended that way.
fn deleted_in(
    tree: &Tree,
    node: NodeId,
    version: VersionId,
    next: Option<VersionId>,
) -> Option<LayerIndex> {
    let layer = tree.removed_in(version)?;
    if next.is_some_and(|next| tree.added_in(next) == layer) || layer == tree.added_in(version) {
        return None;
    }
    // Of what went with its directory, only the directory has a whiteout. A layer may list the
    // directory again.
    let parent = tree.parent(node);
    let stays = parent == NodeId::ROOT
        || tree.at(parent, layer).is_some_and(|directory| tree.kind(directory) == Kind::Directory);
    let reason = reason(tree, node, version, layer);
    (stays && !matches!(reason, Some(Reason::Opaque | Reason::Replaced))).then_some(layer)
}

/// Returns the reason why a layer removed a version; for a directory, that of the first file below
/// it.
fn reason(tree: &Tree, node: NodeId, version: VersionId, layer: LayerIndex) -> Option<Reason> {
    if tree.kind(version) != Kind::Directory {
        return tree.removal(tree.inode(version)).map(|removal| removal.reason);
    }
    let mut waiting: Vec<NodeId> = tree.children(node).collect();
    while let Some(node) = waiting.pop() {
        let mut removals = tree.versions(node).filter_map(|version| tree.removal(version));
        if let Some(removal) = removals.find(|removal| removal.layer == layer) {
            return Some(removal.reason);
        }
        waiting.extend(tree.children(node));
    }
    None
}

/// Adds up the sizes of the entries that a directory had before a layer.
fn below(tree: &Tree, directory: NodeId, layer: LayerIndex) -> u64 {
    let mut sum = 0;
    let mut waiting = vec![directory];
    while let Some(node) = waiting.pop() {
        if let Some(version) = layer.previous().and_then(|before| tree.at(node, before)) {
            sum += header_size(tree, version);
            waiting.extend(tree.children(node));
        }
    }
    sum
}
