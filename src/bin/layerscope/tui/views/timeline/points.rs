//! Computes the image's sizes as of every layer, in one pass over the versions.

use layerscope::LayerIndex;
use layerscope::analysis::LayerAccount;
use layerscope::tree::{Kind, NodeId, Tree};
use layerscope::{Inspection, Known};

use super::chart::Column;

/// The sizes of the image as of a layer, and the layer's changes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Point {
    pub size: u64,
    pub visible: u64,
    pub added: u64,
    pub changed: u64,
    pub hidden: u64,
    /// True if the layer was read as a whole.
    pub whole: bool,
}

impl Point {
    pub fn column(&self) -> Column {
        Column {
            size: self.size,
            visible: self.visible,
            added: self.added + self.changed,
            whole: self.whole,
        }
    }
}

/// Computes a point for each layer.
pub fn points(inspection: &Inspection) -> Vec<Point> {
    let mut removed = vec![0; inspection.layers.len()];
    for wasted in &inspection.wasted {
        removed[wasted.removed_in] += wasted.bytes;
    }
    let changed = changed(&inspection.tree, inspection.layers.len());
    let (mut size, mut visible) = (0, 0);
    let layers = inspection.layers.iter().zip(removed).zip(changed);
    let layers = layers.zip(inspection.completeness.layers());
    let point = |(((layer, removed), changed), &known): (((&LayerAccount, u64), u64), &Known)| {
        size += layer.size;
        visible = visible + layer.size - removed;
        Point {
            size,
            visible,
            added: layer.size - changed,
            changed,
            hidden: layer.hidden,
            whole: known == Known::Whole,
        }
    };
    layers.map(point).collect()
}

/// Returns, for each layer, the size of its files at paths that existed before. It needs one pass
/// over the versions.
fn changed(tree: &Tree, layers: usize) -> Vec<u64> {
    let mut changed = vec![0; layers];
    let mut work = vec![NodeId::ROOT];
    let mut versions = Vec::new();
    while let Some(node) = work.pop() {
        work.extend(tree.children(node));
        versions.extend(tree.versions(node));
        let mut before = None;
        // The oldest version first. A version that does not outlive its layer cannot be changed by
        // another one.
        for version in versions.drain(..).rev() {
            let (added_in, removed_in) = (tree.added_in(version), tree.removed_in(version));
            let there = before.is_some_and(|(first, end): (LayerIndex, Option<LayerIndex>)| {
                first < added_in && end.is_none_or(|end| end >= added_in)
            });
            if there && tree.kind(version) == Kind::File && tree.inode(version) == version {
                changed[added_in] += tree.size(version);
            }
            if removed_in != Some(added_in) {
                before = Some((added_in, removed_in));
            }
        }
    }
    changed
}
