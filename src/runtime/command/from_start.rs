//! Looks up paths as a container does that starts in the directory of its configuration.

use crate::image::Run;
use crate::layer_index::LayerIndex;
use crate::tree::{Found, Kind, Last, NodeId, Paths, Tree};

/// A look-up of paths from the directory in which a container starts.
pub(super) struct FromStart<'a> {
    paths: Paths<'a>,
    directory: NodeId,
}

impl<'a> FromStart<'a> {
    pub fn new(tree: &'a Tree, run: &Run) -> Self {
        let mut here = Self { paths: Paths::new(tree), directory: NodeId::ROOT };
        here.directory = here.look_up(run.directory.raw()).map_or(NodeId::ROOT, |found| found.node);
        here
    }

    fn look_up(&self, path: &str) -> Option<Found> {
        self.paths.lookup(LayerIndex::FINAL, self.directory, path.as_bytes(), Last::Followed)
    }

    /// Returns what a path names, unless it is the root or the directory itself.
    pub fn find(&self, path: &str) -> Option<Found> {
        let found = self.look_up(path)?;
        let is_place =
            found.kind == Kind::Directory && [NodeId::ROOT, self.directory].contains(&found.node);
        (!is_place).then_some(found)
    }

    /// Returns the same with the symbolic links that lead to it.
    pub fn nodes(&self, path: &str) -> Option<Vec<NodeId>> {
        self.find(path).map(|found| nodes(found).collect())
    }
}

/// Returns the node that was found, with the symbolic links that lead to it.
pub(super) fn nodes(found: Found) -> impl Iterator<Item = NodeId> {
    found.links.into_iter().chain([found.node])
}
