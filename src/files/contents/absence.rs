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
            .map(|version| (tree.born(version), tree.died(version).unwrap_or(usize::MAX)))
            .filter(|(born, died)| born < died)
    };
    let gone = spans().filter(|&(born, _)| born <= layer).map(|(_, died)| Absence::Gone { last: died - 1 }).next();
    let later = spans().filter(|&(born, _)| born > layer).map(|(first, _)| Absence::NotYet { first }).last();
    Some(gone.or(later).unwrap_or(Absence::Never))
}
