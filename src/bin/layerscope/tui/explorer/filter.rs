//! A filter: only paths that match, what is in them, and what leads to them.

use layerscope::tree::{NodeId, Tree};

use crate::tui::widgets::prompt::Prompt;
use crate::tui::work::passes::Ticket;

/// What is filtered by, and what it leaves.
#[derive(Debug, Default)]
pub struct Filter {
    pub query: Prompt,
    /// Whether keys go into the query.
    pub editing: bool,
    /// What is wrong with the query; what the last good one left stays.
    pub fault: Option<String>,
    pub running: Option<Ticket>,
    pub kept: Option<Kept>,
}

/// The paths that a filter leaves.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Paths that match, or that a directory above does.
    held: Bits,
    /// Paths that match, or that something below does.
    leading: Bits,
    /// The matching paths that lie in no other.
    pub topmost: Vec<NodeId>,
    /// How many paths match.
    pub count: usize,
    /// Whether all paths have been looked at.
    pub complete: bool,
}

impl Kept {
    pub fn new(tree: &Tree) -> Self {
        let bits = Bits::new(tree.node_count());
        Self { held: bits.clone(), leading: bits, topmost: Vec::new(), count: 0, complete: false }
    }

    /// Takes in a path; all above it have been before.
    pub fn take(&mut self, tree: &Tree, node: NodeId, matches: bool) {
        let inside = self.held.get(tree.parent(node));
        if matches || inside {
            self.held.set(node);
        }
        if !matches {
            return;
        }
        self.count += 1;
        if !inside {
            self.topmost.push(node);
        }
        let mut here = node;
        while !self.leading.get(here) {
            self.leading.set(here);
            here = tree.parent(here);
        }
    }

    /// Whether a path is left for itself.
    pub fn holds(&self, node: NodeId) -> bool {
        self.held.get(node)
    }

    /// Whether a path is left because something below it matches, or it itself does.
    pub fn leads_to(&self, node: NodeId) -> bool {
        self.leading.get(node)
    }
}

/// A yes or no for each path.
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
