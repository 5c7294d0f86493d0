//! Computes the image's sizes as of every layer, in one pass over the versions.

use layerscope::Inspection;
use layerscope::analysis::LayerAccount;
use layerscope::tree::{Kind, NodeId, Tree};

use super::chart::Column;

/// The sizes of the image as of a layer, and the layer's changes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Point {
    pub shipped: u64,
    pub visible: u64,
    pub added: u64,
    pub changed: u64,
    pub hidden: u64,
}

impl Point {
    pub fn column(&self) -> Column {
        Column { shipped: self.shipped, visible: self.visible }
    }
}

/// Computes a point for each layer.
pub fn points(inspection: &Inspection) -> Vec<Point> {
    let mut died = vec![0; inspection.layers.len()];
    for dead in &inspection.dead {
        died[dead.died_in] += dead.bytes;
    }
    let changed = changed(&inspection.tree, inspection.layers.len());
    let (mut shipped, mut visible) = (0, 0);
    let layers = inspection.layers.iter().zip(died).zip(changed);
    let point = |((layer, died), changed): ((&LayerAccount, u64), u64)| {
        shipped += layer.shipped;
        visible = visible + layer.shipped - died;
        Point { shipped, visible, added: layer.shipped - changed, changed, hidden: layer.killed }
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
            let (born, died) = (tree.born(version), tree.died(version));
            let there = before
                .is_some_and(|(first, end): (usize, Option<usize>)| first < born && end.is_none_or(|end| end >= born));
            if there && tree.kind(version) == Kind::File && tree.inode(version) == version {
                changed[born] += tree.size(version);
            }
            if died != Some(born) {
                before = Some((born, died));
            }
        }
    }
    changed
}
