//! The files of a step in the explorer: those that it leaves out, or those that stay.

use std::collections::{HashMap, HashSet};

use layerscope::LayerIndex;
use layerscope::advice::ladder::{Holds, PossibleSize};
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::tree::{Kind, NodeId, Tree, VersionId};

use super::{Ladder, Marked};
use crate::tui::explorer::{Asked, Explorer, Figure};
use crate::view::View;

impl Ladder {
    /// Shows the files of the selected step in the explorer, and nothing else.
    pub(super) fn explore(&self, explorer: &mut Explorer) -> bool {
        if let Some(mark) = self.mark() {
            return show_mark(explorer, mark);
        }
        let sizes = self.possible_sizes();
        let Some(&step) = sizes.get(self.cursor) else { return false };
        let before = self.cursor.checked_sub(1).map(|place| sizes[place]);
        explorer.select_layer(LayerIndex::FINAL);
        let (nodes, figure) = match (&step.holds, before) {
            // Nothing is changed yet.
            (_, None) => return true,
            (Holds::Changed(changes), Some(before)) => {
                let nodes = left_out(explorer, changes_of(before), changes);
                (nodes, Figure::Saves(before.size.saturating_sub(step.size)))
            }
            (Holds::Copied { .. } | Holds::Others, Some(_)) => {
                // Of a step with files from elsewhere, those of the image are the same.
                let copied = sizes.iter().copied().find_map(copied);
                (self.stays(explorer, copied), Figure::Stays(step.size))
            }
        };
        if nodes.is_empty() {
            return false;
        }
        let nodes = with_whole_directories(&explorer.inspection.tree, nodes);
        explorer.keep_only(&nodes, &step.step.title(), Asked { from: View::Sizes, figure });
        if let Some(program) = self.program().filter(|program| nodes.contains(program)) {
            explorer.reveal_up_to(program);
        }
        true
    }

    fn program(&self) -> Option<NodeId> {
        Some(self.study.as_ref()?.ladder_inputs.program.as_ref()?.path)
    }

    /// Returns the paths of the image that stay.
    fn stays(&self, explorer: &Explorer, copied: Option<&[VersionId]>) -> HashSet<NodeId> {
        let tree = &explorer.inspection.tree;
        match copied {
            Some(inodes) => paths(tree, inodes.iter().copied()),
            None => self.program().into_iter().collect(),
        }
    }
}

/// Shows a marked path, the files that a tried change leaves out, or the last layer of those that
/// become one.
fn show_mark(explorer: &mut Explorer, mark: &Marked) -> bool {
    match (&mark.paths[..], mark.layer) {
        (&[path], None) => explorer.reveal_up_to(path),
        ([], Some(layer)) => explorer.select_layer(layer),
        ([], None) => return false,
        (paths, _) => {
            let asked = Asked { from: View::Sizes, figure: Figure::Saves(mark.saved) };
            explorer.select_layer(LayerIndex::FINAL);
            explorer.keep_only(&paths.iter().copied().collect(), &mark.title, asked);
        }
    }
    true
}

fn changes_of(possible_size: &PossibleSize) -> &[Change] {
    match &possible_size.holds {
        Holds::Changed(changes) => changes,
        Holds::Copied { .. } | Holds::Others => &[],
    }
}

fn copied(possible_size: &PossibleSize) -> Option<&[VersionId]> {
    match &possible_size.holds {
        Holds::Copied { inodes, .. } => Some(inodes),
        Holds::Changed(_) | Holds::Others => None,
    }
}

/// Returns the paths that some changes leave out, and others do not.
fn left_out(explorer: &Explorer, before: &[Change], after: &[Change]) -> HashSet<NodeId> {
    let inspection = &explorer.inspection;
    let (before, after) = (what_if(inspection, before), what_if(inspection, after));
    let tree = &inspection.tree;
    paths(tree, tree.inodes().filter(|&inode| before.keeps(inode) && !after.keeps(inode)))
}

/// Returns the paths of inodes without directories, whose contents are not all among them.
fn paths(tree: &Tree, inodes: impl Iterator<Item = VersionId>) -> HashSet<NodeId> {
    let files = inodes.filter(|&inode| tree.kind(inode) != Kind::Directory);
    files.map(|inode| tree.node_of(inode)).collect()
}

/// Adds the directories that have nothing else in them, so that each is one row.
fn with_whole_directories(tree: &Tree, mut nodes: HashSet<NodeId>) -> HashSet<NodeId> {
    let mut others: HashMap<NodeId, bool> = HashMap::new();
    let all: Vec<_> = tree.nodes().collect();
    // A directory comes before its contents.
    for node in all.into_iter().rev() {
        let is_empty = tree.children(node).next().is_none();
        let has_others = others.get(&node).copied().unwrap_or(is_empty);
        let is_one = nodes.contains(&node) || !has_others;
        if is_one && !is_empty {
            nodes.insert(node);
        }
        *others.entry(tree.parent(node)).or_default() |= !is_one;
    }
    nodes
}
