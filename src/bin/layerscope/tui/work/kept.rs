//! The paths that a filter keeps, while a pass goes through all of them.

use layerscope::tree::{NodeId, Tree};

/// The paths that a filter keeps.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Paths that match, or are below one that does.
    held: Bits,
    /// Paths that match, or have something below that does.
    leading: Bits,
    /// Paths that match themselves.
    matching: Bits,
    /// The matching paths that are not below another one.
    pub topmost: Vec<NodeId>,
    /// The number of paths that match.
    pub count: usize,
    /// True if all paths have been examined.
    pub complete: bool,
}

impl Kept {
    /// Keeps nothing yet.
    pub fn new(tree: &Tree) -> Self {
        let bits = Bits::new(tree.node_count());
        let (held, leading, matching) = (bits.clone(), bits.clone(), bits);
        Self { held, leading, matching, topmost: Vec::new(), count: 0, complete: false }
    }

    /// Adds a path. All directories above it have been added before.
    pub fn take(&mut self, tree: &Tree, node: NodeId, matches: bool) {
        let inside = self.held.get(tree.parent(node));
        if matches || inside {
            self.held.set(node);
        }
        if !matches {
            return;
        }
        self.count += 1;
        self.matching.set(node);
        if !inside {
            self.topmost.push(node);
        }
        let mut here = node;
        while !self.leading.get(here) {
            self.leading.set(here);
            here = tree.parent(here);
        }
    }

    /// Returns whether a path itself is kept.
    pub fn holds(&self, node: NodeId) -> bool {
        self.held.get(node)
    }

    /// Returns whether a path matches itself.
    pub fn matches(&self, node: NodeId) -> bool {
        self.matching.get(node)
    }

    /// Returns whether a path is kept because it or something below it matches.
    pub fn leads_to(&self, node: NodeId) -> bool {
        self.leading.get(node)
    }
}

/// A bit for each path.
#[derive(Debug, Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn get(&self, node: NodeId) -> bool {
        self.0[node.index() / 64] >> (node.index() % 64) & 1 == 1
    }

    fn set(&mut self, node: NodeId) {
        self.0[node.index() / 64] |= 1 << (node.index() % 64);
    }
}
