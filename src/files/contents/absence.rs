//! Reasons for which a path leads nowhere as of a layer.

use crate::tree::{NodeId, Tree};

/// Why nothing is at a path as of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// A layer took it away.
    Gone {
        /// The last layer as of which it was there.
        last: usize,
    },
    /// A later layer brings it.
    NotYet {
        /// That layer.
        first: usize,
    },
    /// It is there as of no layer: the layer that brings it takes it away again.
    Never,
}

/// Why nothing is at `node` as of `layer`; `None` if something is.
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
