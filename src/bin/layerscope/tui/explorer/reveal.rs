//! Goes to any path; a revealed path is always a visible row.

use layerscope::LayerIndex;
use layerscope::tree::NodeId;

use super::Explorer;
use super::changes::Changed;
use super::filter::Filter;
use super::rows::{Measure, Scope, Shown, Sort};
use super::waste_stops::{WasteStop, waste_stops};
use crate::lesson::Scene;

impl Explorer {
    /// Goes to the place with the next largest waste, and after the last one to the first; returns
    /// its number and the number of places, if there is one.
    pub fn next_waste(&mut self) -> Option<(usize, usize)> {
        let here = self.selected();
        let (inspection, below) = (&self.inspection, &self.wasted_below);
        let stops = self.waste_stops.get_or_insert_with(|| {
            match self.slice.layer == inspection.last_layer() {
                true => waste_stops(inspection, self.slice.up_to()),
                false => waste_stops(inspection, &inspection.tree.totals(LayerIndex::FINAL)),
            }
        });
        let all = stops.len();
        // After the last one comes the first again; where the cursor stands already is no next one.
        let is_at = |stop: &WasteStop| {
            let (first, end) = below.span(stop.node);
            here.is_some_and(|here| (first..end).contains(&below.span(here).0))
        };
        let is_here = stops.get(self.next_stop).is_some_and(is_at);
        let place = (self.next_stop + usize::from(is_here)).checked_rem(all)?;
        let stop = stops[place];
        self.next_stop = place + 1;
        self.at_waste = Some(stop.node);
        self.select_layer(self.layer.max(stop.layer));
        self.reveal_up_to(stop.node);
        Some((place + 1, all))
    }

    /// Returns whether a path is the one where the next waste was last asked for.
    pub(super) fn is_at_waste(&self, node: NodeId) -> bool {
        self.at_waste == Some(node)
    }

    /// Goes to where most of the wasted bytes of a pair of layers are.
    pub(super) fn go_to_waste(&mut self, group: usize) {
        let Some(group) = self.groups.get(group) else { return };
        let (node, removed_in) = (group.place, group.removed_in);
        self.select_layer(self.layer.max(removed_in));
        self.reveal_up_to(self.biggest_wasted(node));
    }

    /// Walks down to where most of the wasted bytes are, and stops at a path that was removed as a
    /// whole.
    fn biggest_wasted(&self, from: NodeId) -> NodeId {
        let tree = &self.inspection.tree;
        let wasted = |node: NodeId| self.slice.up_to()[node.index()].wasted;
        let mut here = from;
        while tree.at(here, self.layer).is_some() {
            let Some(next) =
                tree.children(here).max_by_key(|&child| (wasted(child), std::cmp::Reverse(child)))
            else {
                break;
            };
            if wasted(next) < wasted(here) / 4 {
                break;
            }
            here = next;
        }
        here
    }

    /// Opens the directories above a path, and moves the cursor to it or as near as the rows allow.
    pub fn reveal(&mut self, node: NodeId) {
        // The rows below the topmost one are added with it.
        let closed = self.closed_above(node);
        self.open.extend(&closed);
        if let Some(&topmost) = closed.first() {
            self.unfold(topmost);
        }
        if self.lens().hides_link(node) {
            self.open_links.insert(self.inspection.tree.parent(node));
            self.rebuild();
        }
        self.wanted = Some(node);
        self.place_cursor();
    }

    /// Returns the closed directories above a path, from the top down.
    pub(super) fn closed_above(&self, node: NodeId) -> Vec<NodeId> {
        let mut closed = Vec::new();
        let mut here = self.inspection.tree.parent(node);
        while here != NodeId::ROOT {
            if !self.is_open(here) {
                closed.push(here);
            }
            here = self.inspection.tree.parent(here);
        }
        closed.reverse();
        closed
    }

    /// Shows a path among everything up to the selected layer, even if it was hidden or filtered
    /// out.
    pub fn reveal_up_to(&mut self, node: NodeId) {
        self.set_scope(Scope::UpTo);
        self.reveal(node);
        if self.selected() != Some(node) {
            self.show_everything();
            self.reveal(node);
        }
    }

    /// Shows a path: at this layer if it exists there, otherwise with everything up to the last
    /// layer, or at the layer that added it.
    pub fn show(&mut self, node: NodeId) {
        self.reveal(node);
        if self.selected() == Some(node) {
            return;
        }
        self.show_everything();
        self.reveal(node);
        if self.selected() == Some(node) {
            return;
        }
        self.set_scope(Scope::UpTo);
        self.select_layer(LayerIndex::FINAL);
        self.reveal(node);
        let added_in = self
            .inspection
            .tree
            .versions(node)
            .next()
            .map(|version| self.inspection.tree.added_in(version));
        if let Some(added_in) = added_in.filter(|_| self.selected() != Some(node)) {
            self.select_layer(added_in);
            self.reveal(node);
        }
    }

    /// Shows the scene of a lesson, with nothing else open.
    pub fn set_the_scene(&mut self, scene: Scene) {
        self.unmark_all();
        self.show_everything();
        self.sort = Sort::default();
        self.measure = Measure::default();
        self.fold_all();
        self.set_scope(if scene.changes { Scope::Changes } else { Scope::UpTo });
        self.select_layer(scene.layer);
        match scene.path {
            Some(path) => self.reveal(path),
            None => self.move_to(0),
        }
    }

    /// Removes the filter, and shows all kinds of changes.
    fn show_everything(&mut self) {
        if self.filter.kept.is_some() {
            self.filter = Filter::default();
            self.set_kept(None);
        }
        self.set_shown(Shown::ALL);
    }

    /// Goes to the next or the previous change of the layer; returns whether there is one.
    pub fn go_to_change(&mut self, forward: bool) -> bool {
        let from = self.selected().unwrap_or(NodeId::ROOT);
        let mut rows = std::mem::take(&mut self.rows);
        let mut changed = Changed::new(self.lens(), &mut rows);
        let found = if forward { changed.next(from) } else { changed.previous(from) };
        self.rows = rows;
        if let Some(node) = found {
            self.reveal(node);
        }
        found.is_some()
    }
}
