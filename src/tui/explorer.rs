//! What is selected and open while an image is explored. No terminal in here.

use std::collections::HashSet;
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::analysis::{DeadGroup, dead_groups};
use layerscope::tree::NodeId;

use super::rows::{Order, Row, Scope, Shown, Slice};

/// The state of the explorer: which layer, which row, what is open.
pub struct Explorer {
    pub inspection: Arc<Inspection>,
    pub groups: Vec<DeadGroup>,
    pub layer: usize,
    pub shown: Shown,
    pub order: Order,
    pub slice: Slice,
    pub rows: Vec<Row>,
    pub cursor: usize,
    open: HashSet<NodeId>,
    next_group: usize,
}

impl Explorer {
    /// Opens on the biggest dead thing, with everything up to the last layer.
    pub fn new(inspection: Arc<Inspection>) -> Self {
        let layer = inspection.layers.len().saturating_sub(1);
        let slice = Slice::new(&inspection.tree, layer, Scope::default());
        let groups = dead_groups(&inspection);
        let mut explorer = Self {
            groups,
            layer,
            shown: Shown::ALL,
            order: Order::default(),
            slice,
            rows: Vec::new(),
            cursor: 0,
            open: HashSet::new(),
            next_group: 0,
            inspection,
        };
        explorer.rebuild(None);
        explorer.next_waste();
        explorer
    }

    /// The path that the cursor stands on; `None` where there are no rows.
    pub fn selected(&self) -> Option<NodeId> {
        self.rows.get(self.cursor).map(|row| row.node)
    }

    pub fn is_open(&self, node: NodeId) -> bool {
        self.open.contains(&node)
    }

    /// Goes to the place where the next pair of layers wastes the most; after the last, to the first again.
    pub fn next_waste(&mut self) {
        let Some(group) = self.groups.get(self.next_group).filter(|group| group.bytes > 0) else {
            if self.next_group > 0 {
                self.next_group = 0;
                self.next_waste();
            }
            return;
        };
        let place = group.place;
        let died_in = group.died_in;
        self.next_group = (self.next_group + 1) % self.groups.len().max(1);
        self.shown.dead = true;
        let scope_changed = self.slice.scope != Scope::UpTo;
        if scope_changed || self.layer < died_in {
            self.layer = self.layer.max(died_in);
            self.slice = Slice::new(&self.inspection.tree, self.layer, Scope::UpTo);
        }
        self.reveal(self.biggest_dead(place));
    }

    /// Walks down where most of the dead bytes are, to what is gone as a whole.
    fn biggest_dead(&self, from: NodeId) -> NodeId {
        let tree = &self.inspection.tree;
        let dead = |node: NodeId| self.slice.totals(node).dead;
        let mut here = from;
        while tree.at(here, self.layer).is_some() {
            let Some(next) = tree.children(here).max_by_key(|&child| (dead(child), std::cmp::Reverse(child))) else {
                break;
            };
            if dead(next) < dead(here) / 4 {
                break;
            }
            here = next;
        }
        here
    }

    /// Opens the directories above a path and puts the cursor on it.
    pub fn reveal(&mut self, node: NodeId) {
        let mut here = node;
        while here != NodeId::ROOT {
            here = self.inspection.tree.parent(here);
            self.open.insert(here);
        }
        self.rebuild(Some(node));
    }

    /// Shows a path among everything up to the selected layer, even if its kind was hidden.
    pub fn reveal_up_to(&mut self, node: NodeId) {
        self.set_scope(Scope::UpTo);
        self.reveal(node);
        if self.selected() != Some(node) {
            self.set_shown(Shown::ALL);
            self.reveal(node);
        }
    }

    /// Shows a path wherever it is: at this layer if it is there, else with everything up to the last layer, else at
    /// the layer that brought it.
    pub fn show(&mut self, node: NodeId) {
        self.reveal(node);
        if self.selected() == Some(node) {
            return;
        }
        self.shown = Shown::ALL;
        self.layer = self.inspection.layers.len().saturating_sub(1);
        self.reslice(Scope::UpTo);
        self.reveal(node);
        let born = self.inspection.tree.versions(node).next().map(|version| self.inspection.tree.born(version));
        if let Some(born) = born.filter(|_| self.selected() != Some(node)) {
            self.select_layer(born);
            self.reveal(node);
        }
    }

    /// Selects a layer, and keeps the cursor on its path if that is still shown.
    pub fn select_layer(&mut self, layer: usize) {
        let layer = layer.min(self.inspection.layers.len().saturating_sub(1));
        if layer != self.layer {
            self.layer = layer;
            self.reslice(self.slice.scope);
        }
    }

    pub fn set_scope(&mut self, scope: Scope) {
        if scope != self.slice.scope {
            self.reslice(scope);
        }
    }

    fn reslice(&mut self, scope: Scope) {
        self.slice = Slice::new(&self.inspection.tree, self.layer, scope);
        self.rebuild(self.selected());
    }

    pub fn set_shown(&mut self, shown: Shown) {
        self.shown = shown;
        self.rebuild(self.selected());
    }

    pub fn set_order(&mut self, order: Order) {
        self.order = order;
        self.rebuild(self.selected());
    }

    pub fn move_to(&mut self, row: usize) {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
    }

    /// Opens the directory under the cursor; one that is open already is entered.
    pub fn expand(&mut self) {
        let Some(row) = self.rows.get(self.cursor).copied().filter(|row| row.folder) else { return };
        if self.open.insert(row.node) {
            self.rebuild(Some(row.node));
        } else {
            self.move_to(self.cursor + 1);
        }
    }

    /// Folds the directory under the cursor; from anything else, goes to the directory that it is in.
    pub fn collapse(&mut self) {
        let Some(node) = self.selected() else { return };
        if self.open.remove(&node) {
            self.rebuild(Some(node));
            return;
        }
        let parent = self.inspection.tree.parent(node);
        if let Some(row) = self.rows.iter().position(|row| row.node == parent) {
            self.cursor = row;
        }
    }

    pub fn toggle(&mut self) {
        match self.rows.get(self.cursor) {
            Some(row) if row.folder && !self.is_open(row.node) => self.expand(),
            Some(row) if row.folder => self.collapse(),
            _ => {}
        }
    }

    /// Makes the rows anew, with the cursor on `wanted` or on what is left above it.
    fn rebuild(&mut self, wanted: Option<NodeId>) {
        let tree = &self.inspection.tree;
        self.rows = self.slice.rows(tree, &self.open, self.shown, self.order);
        let mut here = wanted;
        while let Some(node) = here {
            if let Some(row) = self.rows.iter().position(|row| row.node == node) {
                self.cursor = row;
                return;
            }
            here = (node != NodeId::ROOT).then(|| tree.parent(node));
        }
        self.move_to(self.cursor);
    }
}
