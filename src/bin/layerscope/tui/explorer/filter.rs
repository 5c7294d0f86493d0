//! A filter: paths that match, their contents, and the directories above them.

use std::collections::{HashMap, HashSet, VecDeque};

use layerscope::tree::{NodeId, Tree};

use super::Explorer;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::work::kept::Kept;
use crate::tui::work::pass::Pending;
use crate::view::View;

/// The number of rows up to which a filter opens directories.
const FILTERED_ROWS: usize = 1000;

/// The query of the filter, and the paths that match.
#[derive(Debug, Default)]
pub struct Filter {
    pub query: Prompt,
    /// True if the query has changed since the last pass.
    pub is_new: bool,
    /// The error in the query; the matches of the last valid one stay.
    pub fault: Option<String>,
    pub running: Option<Pending>,
    /// The view that asked for it, and why.
    pub asked: Option<Asked>,
    pub kept: Option<Kept>,
    /// The number of kept files that are not empty, if a view asked for them.
    pub files: usize,
}

/// The reason why a view shows only some paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The view to go back to.
    pub from: View,
    pub figure: Figure,
}

/// The figure that stands in the row of the view that asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The bytes that a change saves among the paths that are shown. Other versions of the same
    /// paths stay.
    Saves(u64),
    /// The paths stay after a change; the size of the image then.
    Stays(u64),
}

/// The rows as they were before a filter opened directories and hid others.
pub struct BeforeFilter {
    pub open: HashSet<NodeId>,
    pub selected: Option<NodeId>,
}

impl Explorer {
    /// Shows only the paths that a filter keeps, or everything again.
    pub fn set_kept(&mut self, kept: Option<Kept>) {
        let complete = kept.as_ref().map(|kept| kept.complete);
        self.filter.kept = kept;
        if let Some(complete) = complete {
            let selected = self.selected();
            let open = self.opened_by_the_filter();
            let open = std::mem::replace(&mut self.open, open);
            self.before_filter.get_or_insert(BeforeFilter { open, selected });
            self.rebuild();
            // Which matches are known earlier depends on the machine, so the cursor waits for all
            // of them.
            if complete {
                self.go_to_a_match();
            }
        } else if let Some(before) = self.before_filter.take() {
            self.open = before.open;
            self.wanted = self.selected().or(self.wanted);
            self.rebuild();
        }
    }

    /// Shows some paths and what leads to them, and nothing else, as a filter with a name that a
    /// view asks for.
    pub fn keep_only(&mut self, nodes: &HashSet<NodeId>, name: &str, asked: Asked) {
        let tree = &self.inspection.tree;
        let mut kept = Kept::new(tree);
        for node in tree.nodes() {
            kept.take(tree, node, nodes.contains(&node));
        }
        kept.complete = true;
        let query = Prompt::with(name.to_owned());
        let is_file = |&node: &NodeId| {
            let has_bytes = self.weights[node.index()] > 0;
            kept.holds(node) && has_bytes && tree.children(node).next().is_none()
        };
        let files = tree.nodes().filter(is_file).count();
        self.filter = Filter { query, asked: Some(asked), files, ..Filter::default() };
        self.set_kept(Some(kept));
    }

    /// Moves the cursor to the row that was selected before the filter if that matches, else to
    /// the first match.
    fn go_to_a_match(&mut self) {
        let Some(kept) = &self.filter.kept else { return };
        let before = self.before_filter.as_ref().and_then(|before| before.selected);
        if let Some(node) = before.filter(|&node| kept.holds(node)) {
            self.go_to(node);
            return;
        }
        let mut rows = self.rows.rows(0, FILTERED_ROWS).into_iter();
        if let Some(row) = rows.find(|row| kept.holds(row.node)) {
            self.go_to(row.node);
        }
    }

    /// Returns the directories above the matches, from the root down, up to a readable number of
    /// rows.
    fn opened_by_the_filter(&self) -> HashSet<NodeId> {
        let mut open = HashSet::new();
        let Some(kept) = &self.filter.kept else { return open };
        let lens = self.lens();
        let mut rows = 0;
        let mut queue = VecDeque::from([NodeId::ROOT]);
        while let Some(directory) = queue.pop_front() {
            let children = lens.children(directory);
            rows += children.len();
            if directory != NodeId::ROOT {
                if rows > FILTERED_ROWS {
                    break;
                }
                open.insert(directory);
            }
            queue.extend(
                children.into_iter().filter(|&child| kept.leads_to(child) && !kept.holds(child)),
            );
        }
        open
    }

    /// Counts the paths that match a filter in every directory above them.
    pub(super) fn counts_of_matches(&self) -> HashMap<NodeId, u32> {
        let mut counts: HashMap<NodeId, u32> = HashMap::new();
        let Some(kept) = &self.filter.kept else { return counts };
        let tree = &self.inspection.tree;
        let nodes: Vec<_> = tree.nodes().filter(|&node| kept.leads_to(node)).collect();
        // A directory comes before its contents.
        for &node in nodes.iter().rev().filter(|&&node| node != NodeId::ROOT) {
            let below = counts.get(&node).copied().unwrap_or_default();
            let itself = u32::from(kept.matches(node));
            *counts.entry(tree.parent(node)).or_default() += below + itself;
        }
        counts
    }

    /// Adds up what a filter leaves in the directories above.
    pub(super) fn sums_of_matches(&self) -> HashMap<NodeId, (u64, u64)> {
        let mut sums: HashMap<NodeId, (u64, u64)> = HashMap::new();
        let tree = &self.inspection.tree;
        let topmost = || self.filter.kept.iter().flat_map(|kept| kept.topmost.iter().copied());
        for node in topmost() {
            add(
                &mut sums,
                tree.parent(node),
                self.slice.sizes(&self.inspection, node, self.measure),
            );
        }
        // A directory comes before its contents.
        for directory in
            above(tree, topmost()).into_iter().rev().filter(|&directory| directory != NodeId::ROOT)
        {
            let below = sums.get(&directory).copied().unwrap_or_default();
            add(&mut sums, tree.parent(directory), below);
        }
        sums
    }
}

fn add(sums: &mut HashMap<NodeId, (u64, u64)>, directory: NodeId, (visible, wasted): (u64, u64)) {
    let sum = sums.entry(directory).or_default();
    *sum = (sum.0 + visible, sum.1 + wasted);
}

/// Returns all directories above some paths, once each, in the order of their indices.
fn above(tree: &Tree, nodes: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    let mut directories = HashSet::new();
    for node in nodes {
        let mut here = node;
        while here != NodeId::ROOT && directories.insert(tree.parent(here)) {
            here = tree.parent(here);
        }
    }
    let mut directories: Vec<_> = directories.into_iter().collect();
    directories.sort_unstable();
    directories
}
