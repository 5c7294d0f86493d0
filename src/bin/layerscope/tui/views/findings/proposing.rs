//! The uses of a change: to show it as a difference, and to try it among the possible sizes.

use layerscope::LayerIndex;
use layerscope::advice::SuggestedChange;
use layerscope::advice::changes::Change;
use layerscope::display::escaped_str;

use super::{Findings, secrets};
use crate::tui::explorer::Explorer;
use crate::tui::overlay::proposal::{Edit, Proposal};

impl Findings {
    /// Returns the selected change as a difference: the instructions as they are, and as they
    /// become.
    pub fn proposal(&self, explorer: &Explorer) -> Option<Proposal> {
        if let Some(secret) = self.secret() {
            return Some(secrets::proposal(&explorer.inspection, secret));
        }
        let (fix, finding) = (self.fix()?, self.selected());
        let layers = &explorer.inspection.layers;
        let mut lines = Vec::new();
        if let (Some(finding), true) = (finding, fix.dockerfile.is_some()) {
            // Several instructions become one if the one that removes the files is a RUN, too.
            let is_run = |layer: &LayerIndex| layers[*layer].instruction.is_run();
            let last = finding
                .removed_in()
                .filter(is_run)
                .filter(|_| is_run(&finding.added_in))
                .unwrap_or(finding.added_in);
            let (first, last) = fix.merges.unwrap_or((finding.added_in, last));
            let old = first.up_to(last).filter_map(|layer| layer.of(layers));
            lines.extend(old.flat_map(|layer| layer.instruction.lines()).map(Edit::Removed));
        }
        let new = fix.dockerfile.iter().flat_map(|text| text.lines());
        lines.extend(new.map(|line| Edit::Added(escaped_str(line.trim_end()))));
        if !fix.dockerignore.is_empty() {
            lines.push(Edit::Same(".dockerignore:".into()));
            lines.extend(fix.dockerignore.iter().map(|line| Edit::Added(escaped_str(line))));
        }
        if lines.is_empty() {
            lines.push(Edit::Same(escaped_str(&fix.what)));
        }
        Some(Proposal::new(escaped_str(fix.clause()), lines))
    }

    /// Explains why the selected row cannot be marked.
    pub fn unmarkable(&self) -> &'static str {
        match self.secret() {
            Some(_) => "a secret saves no bytes: D shows how to build without it",
            None => "select a change first",
        }
    }

    /// Marks the selected change in the explorer, for the size without it; returns whether there is
    /// one.
    pub fn mark(&self, explorer: &mut Explorer) -> bool {
        let findings = self.all_selected();
        let change = self.selected_change();
        if findings.is_empty() && change.is_none() {
            return false;
        }
        explorer.unmark_all();
        // The layers become one, so that deleted files never reach the image.
        let ends = match change {
            Some(Change { fix: SuggestedChange { merges: Some(ends), .. }, .. }) => vec![*ends],
            Some(change) if findings.is_empty() => {
                change.groups.iter().map(|group| (group.added_in, group.removed_in)).collect()
            }
            _ => Vec::new(),
        };
        explorer.marked_layers.extend(ends.iter().flat_map(|&(first, last)| [first, last]));
        if !ends.is_empty() {
            return true;
        }
        for finding in &findings {
            match finding.removed_in().filter(|&removed_in| removed_in > finding.added_in) {
                Some(removed_in) => explorer.marked_layers.extend([finding.added_in, removed_in]),
                None => {
                    let inspection = explorer.inspection.clone();
                    let nodes = finding.inodes.iter().map(|&inode| inspection.tree.node_of(inode));
                    nodes.for_each(|node| explorer.marks.insert(node));
                }
            }
        }
        true
    }
}
