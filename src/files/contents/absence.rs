//! Reasons for which a path leads nowhere as of a layer.

use crate::tree::{NodeId, Tree};

/// The reason why a path does not exist as of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// An earlier layer deleted it.
    Gone {
        /// The last layer as of which it existed.
        last: usize,
    },
    /// A later layer adds it.
    NotYet {
        /// The first layer as of which it exists.
        first: usize,
    },
    /// Absent as of every layer: the layer that adds it also deletes it.
    Never,
}

/// Returns why `node` does not exist as of `layer`; `None` if it does.
pub fn absence(tree: &Tree, node: NodeId, layer: usize) -> Option<Absence> {
    if tree.at(node, layer).is_some() {
        return None;
    }
    let spans = || {
        tree.versions(node)
            .map(|version| (tree.added_in(version), tree.removed_in(version).unwrap_or(usize::MAX)))
            .filter(|(added_in, removed_in)| added_in < removed_in)
    };
    let gone = spans()
        .filter(|&(added_in, _)| added_in <= layer)
        .map(|(_, removed_in)| Absence::Gone { last: removed_in - 1 })
        .next();
    let later = spans()
        .filter(|&(added_in, _)| added_in > layer)
        .map(|(first, _)| Absence::NotYet { first })
        .last();
    Some(gone.or(later).unwrap_or(Absence::Never))
}
