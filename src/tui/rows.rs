//! The rows of the tree pane: which paths are shown, in which order.
//!
//! Only directories that are open are looked into, so that an image of a
//! million paths costs what is on the screen.

use std::collections::HashSet;

use layerscope::tree::{Change, Changes, NodeId, Totals, Tree};

/// Which part of the image's history the tree shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Everything up to the selected layer, with what is dead by then.
    #[default]
    UpTo,
    /// What the selected layer itself did.
    Changes,
}

/// The order of siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The biggest first.
    #[default]
    Size,
    /// By the bytes of their names.
    Name,
}

/// Which kinds of paths are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub added: bool,
    pub modified: bool,
    pub removed: bool,
    pub unchanged: bool,
    pub dead: bool,
}

impl Shown {
    pub const ALL: Self = Self { added: true, modified: true, removed: true, unchanged: true, dead: true };
}

/// One line of the tree pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub node: NodeId,
    pub depth: u16,
    /// Whether it has something below it that is shown.
    pub folder: bool,
    /// The bytes of its biggest sibling, which its bar is measured against.
    pub biggest: u64,
}

/// The tree as of one layer: sums and changes at every path.
pub struct Slice {
    pub layer: usize,
    pub scope: Scope,
    pub totals: Vec<Totals>,
    pub changes: Vec<Changes>,
}

impl Slice {
    pub fn new(tree: &Tree, layer: usize, scope: Scope) -> Self {
        let totals = match scope {
            Scope::UpTo => tree.totals(layer),
            Scope::Changes => tree.layer_totals(layer),
        };
        Self { layer, scope, totals, changes: tree.changes(layer) }
    }

    pub fn totals(&self, node: NodeId) -> Totals {
        self.totals[node.index()]
    }

    /// What the layer did to a path; a directory in which something changed counts as modified.
    pub fn change(&self, tree: &Tree, node: NodeId) -> Change {
        match tree.change(node, self.layer) {
            Change::Unchanged if self.changes[node.index()].any() => Change::Modified,
            change => change,
        }
    }

    fn shows(&self, tree: &Tree, node: NodeId, shown: Shown) -> bool {
        let changes = self.changes[node.index()];
        let of_layer = (changes.added && shown.added)
            || (changes.modified && shown.modified)
            || (changes.removed && shown.removed);
        match self.scope {
            Scope::Changes => of_layer,
            Scope::UpTo => {
                of_layer
                    || (shown.dead && self.totals(node).dead > 0)
                    || (shown.unchanged && tree.at(node, self.layer).is_some() && self.is_unchanged(tree, node))
            }
        }
    }

    /// A directory always has something unchanged to lead to; a leaf must be so itself.
    fn is_unchanged(&self, tree: &Tree, node: NodeId) -> bool {
        tree.children(node).next().is_some() || tree.change(node, self.layer) == Change::Unchanged
    }

    /// The children of a path that are shown, in order.
    fn children(&self, tree: &Tree, node: NodeId, shown: Shown, order: Order) -> Vec<NodeId> {
        let mut children: Vec<_> = tree.children(node).filter(|&child| self.shows(tree, child, shown)).collect();
        match order {
            Order::Size => children.sort_by(|&a, &b| {
                let size = |node| self.totals(node).shipped();
                size(b).cmp(&size(a)).then_with(|| tree.name(a).cmp(tree.name(b)))
            }),
            Order::Name => children.sort_by(|&a, &b| tree.name(a).cmp(tree.name(b))),
        }
        children
    }

    /// All rows, given which directories are open.
    pub fn rows(&self, tree: &Tree, open: &HashSet<NodeId>, shown: Shown, order: Order) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut work = Vec::new();
        self.push_children(tree, NodeId::ROOT, 0, shown, order, &mut work);
        while let Some(row) = work.pop() {
            rows.push(row);
            if row.folder && open.contains(&row.node) {
                self.push_children(tree, row.node, row.depth.saturating_add(1), shown, order, &mut work);
            }
        }
        rows
    }

    fn push_children(&self, tree: &Tree, node: NodeId, depth: u16, shown: Shown, order: Order, work: &mut Vec<Row>) {
        let children = self.children(tree, node, shown, order);
        let biggest = children.iter().map(|&child| self.totals(child).shipped()).max().unwrap_or(0);
        work.extend(children.into_iter().rev().map(|node| Row {
            node,
            depth,
            folder: tree.children(node).any(|child| self.shows(tree, child, shown)),
            biggest,
        }));
    }
}
