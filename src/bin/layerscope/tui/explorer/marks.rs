//! The marked paths.

use std::collections::{BTreeSet, HashMap};

use layerscope::tree::{NodeId, Tree};

/// A change that is tried among the possible sizes; its figures are those of the change alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The position of the change.
    pub change: usize,
    /// The title of its row.
    pub title: String,
    /// The change in words.
    pub what: String,
    pub size: u64,
    pub saves: u64,
    /// The mark before the size.
    pub sign: &'static str,
    pub grade: &'static str,
    /// The paths of the files that it leaves out.
    pub paths: Vec<NodeId>,
}

/// A set of marked paths.
#[derive(Debug, Default)]
pub struct Marks(BTreeSet<NodeId>);

impl Marks {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn contains(&self, node: NodeId) -> bool {
        self.0.contains(&node)
    }

    /// Marks or unmarks a path.
    pub fn toggle(&mut self, node: NodeId) {
        if !self.0.remove(&node) {
            self.0.insert(node);
        }
    }

    pub fn insert(&mut self, node: NodeId) {
        self.0.insert(node);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the marked paths that are not below another marked one, so that each byte counts
    /// once.
    pub fn topmost<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = NodeId> + 'a {
        let mut known = HashMap::new();
        self.0.iter().copied().filter(move |&node| {
            node == NodeId::ROOT || !self.has(tree, tree.parent(node), &mut known)
        })
    }

    /// Returns whether a directory is marked or below a marked one; `known` has the answers for
    /// others.
    fn has(&self, tree: &Tree, directory: NodeId, known: &mut HashMap<NodeId, bool>) -> bool {
        let (mut here, mut way) = (directory, Vec::new());
        let has = loop {
            if let Some(&has) = known.get(&here) {
                break has;
            }
            way.push(here);
            if here == NodeId::ROOT || self.0.contains(&here) {
                break self.0.contains(&here);
            }
            here = tree.parent(here);
        };
        known.extend(way.into_iter().map(|directory| (directory, has)));
        has
    }
}
