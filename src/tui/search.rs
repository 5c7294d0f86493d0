//! Finding paths by name, in all layers, deleted ones included.

use layerscope::tree::{NodeId, Tree};

use super::prompt::Prompt;
use super::rows::Slice;

/// What is looked for, and where it was found.
#[derive(Debug, Default)]
pub struct Search {
    pub query: Prompt,
    /// Whether keys go into the query.
    pub editing: bool,
    /// The paths that match, the biggest first.
    pub hits: Vec<NodeId>,
    /// Which of them is selected.
    pub at: usize,
}

impl Search {
    /// Looks for the query anew.
    pub fn run(&mut self, tree: &Tree, slice: &Slice) {
        self.hits = if self.query.text().is_empty() { Vec::new() } else { find(tree, self.query.text()) };
        self.hits.sort_by_key(|&node| (std::cmp::Reverse(slice.totals(node).shipped()), node));
        self.at = 0;
    }

    /// Goes to another hit, round at the ends.
    pub fn step(&mut self, forward: bool) {
        if let Some(last) = self.hits.len().checked_sub(1) {
            self.at = match (self.at, forward) {
                (at, true) => {
                    if at == last {
                        0
                    } else {
                        at + 1
                    }
                }
                (0, false) => last,
                (at, false) => at - 1,
            };
        }
    }

    /// The hit that is selected.
    pub fn hit(&self) -> Option<NodeId> {
        self.hits.get(self.at).copied()
    }
}

/// The paths whose name holds the query, or whose path does if the query has a slash.
///
/// Lower case finds both cases; a capital letter finds only itself.
fn find(tree: &Tree, query: &str) -> Vec<NodeId> {
    let fold = !query.chars().any(char::is_uppercase);
    let query = query.as_bytes();
    let matches = |text: &[u8]| contains(text, query, fold);
    tree.nodes()
        .filter(|&node| {
            if query.contains(&b'/') {
                // Most paths are told apart by their last component, which is cheap to look at.
                let last = query.rsplit(|&b| b == b'/').next().unwrap_or_default();
                contains(tree.name(node), last, fold) && matches(&tree.path(node))
            } else {
                matches(tree.name(node))
            }
        })
        .collect()
}

fn contains(text: &[u8], query: &[u8], fold: bool) -> bool {
    let same = |window: &[u8]| if fold { window.eq_ignore_ascii_case(query) } else { window == query };
    query.is_empty() || text.windows(query.len()).any(same)
}
