//! Searches paths by name in all layers, including deleted ones.

use layerscope::LayerIndex;
use layerscope::tree::{NodeId, Tree};

use crate::tui::keys::Action;
use crate::tui::widgets::moved;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::work::pass::Pending;

/// The query of the search, and its matches.
#[derive(Debug, Default)]
pub struct Search {
    pub query: Prompt,
    /// True if the query has changed since the last pass.
    pub is_new: bool,
    /// True while the matches are listed in place of the tree.
    pub listed: bool,
    /// The running pass.
    pub running: Option<Pending>,
    /// The matching paths, the largest first; while the job is running, the largest so far.
    pub hits: Vec<NodeId>,
    /// The number of matches.
    pub count: usize,
    /// The index of the selected match.
    pub at: usize,
}

impl Search {
    /// Handles results; returns whether another path is to be shown.
    pub fn found(
        &mut self,
        count: usize,
        biggest: Option<NodeId>,
        all: Option<Vec<NodeId>>,
    ) -> bool {
        let before = self.hit();
        self.count = count;
        if all.is_some() {
            self.running = None;
        }
        self.hits = all.unwrap_or_else(|| Vec::from_iter(biggest));
        self.at = 0;
        self.hit() != before
    }

    /// Moves in the list of matches; returns whether the action does that.
    pub fn walk(&mut self, action: Action, page: usize) -> bool {
        let last = self.hits.len().saturating_sub(1);
        let at = moved(action, self.at, last, page);
        self.at = at.unwrap_or(self.at);
        at.is_some()
    }

    /// Moves to another match, wrapping around at the ends.
    pub fn step(&mut self, forward: bool) {
        if let Some(last) = self.hits.len().checked_sub(1) {
            self.at = match (self.at, forward) {
                (at, true) if at == last => 0,
                (at, true) => at + 1,
                (0, false) => last,
                (at, false) => at - 1,
            };
        }
    }

    /// Returns the selected match.
    pub fn hit(&self) -> Option<NodeId> {
        self.hits.get(self.at).copied()
    }
}

/// The most files in the list of the biggest ones.
const BIGGEST: usize = 1000;

/// Returns the biggest files of all layers, deleted ones included, and the number of all files.
pub fn biggest_files(tree: &Tree, weights: &[u64]) -> (Vec<NodeId>, usize) {
    let weight = |node: &NodeId| std::cmp::Reverse(weights[node.index()]);
    let is_file =
        |node: &NodeId| tree.children(*node).next().is_none() && weights[node.index()] > 0;
    let mut files: Vec<_> = tree.nodes().filter(is_file).collect();
    let all = files.len();
    if all > BIGGEST {
        files.select_nth_unstable_by_key(BIGGEST, |node| (weight(node), *node));
        files.truncate(BIGGEST);
    }
    files.sort_unstable_by_key(|node| (weight(node), *node));
    (files, all)
}

/// Describes the layers in which a path exists: `in layers 1–2, gone since 3`.
pub fn where_it_lives(tree: &Tree, node: NodeId) -> String {
    let mut spans: Vec<(LayerIndex, Option<LayerIndex>)> = Vec::new();
    let mut versions: Vec<_> = tree.versions(node).collect();
    versions.reverse();
    for version in versions {
        let (added_in, removed_in) = (tree.added_in(version), tree.removed_in(version));
        match spans.last_mut() {
            _ if removed_in == Some(added_in) => {}
            Some(last) if last.1 == Some(added_in) => last.1 = removed_in,
            _ => spans.push((added_in, removed_in)),
        }
    }
    let Some(&(_, end)) = spans.last() else { return "only within one layer".into() };
    let named = spans.iter().map(|&(added_in, removed_in)| {
        match removed_in.and_then(LayerIndex::previous) {
            None => format!("since layer {added_in}"),
            Some(last) if last == added_in => format!("in layer {added_in}"),
            Some(last) => format!("in layers {added_in}–{last}"),
        }
    });
    let there = named.collect::<Vec<_>>().join(", ");
    match end {
        None => there,
        Some(removed_in) => format!("{there}, removed in {removed_in}"),
    }
}
