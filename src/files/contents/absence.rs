//! Reasons for which a path leads nowhere as of a layer.

use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Tree};

/// The reason why a path does not exist as of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// An earlier layer deleted it.
    Gone {
        /// The last layer as of which it existed.
        last: LayerIndex,
    },
    /// A later layer adds it.
    NotYet {
        /// The first layer as of which it exists.
        first: LayerIndex,
    },
    /// Absent as of every layer: the layer that adds it also deletes it.
    Never,
}

/// Returns why `node` does not exist as of `layer`; `None` if it does.
pub fn absence(tree: &Tree, node: NodeId, layer: LayerIndex) -> Option<Absence> {
    if tree.at(node, layer).is_some() {
        return None;
    }
    let spans = || {
        tree.versions(node)
            .map(|version| {
                (tree.added_in(version), tree.removed_in(version).unwrap_or(LayerIndex::NEVER))
            })
            .filter(|(added_in, removed_in)| added_in < removed_in)
    };
    let gone = spans()
        .filter(|&(added_in, _)| added_in <= layer)
        .find_map(|(_, removed_in)| Some(Absence::Gone { last: removed_in.previous()? }));
    let later = spans()
        .filter(|&(added_in, _)| added_in > layer)
        .map(|(first, _)| Absence::NotYet { first })
        .last();
    Some(gone.or(later).unwrap_or(Absence::Never))
}
