//! The selection and the order of the rows as of a layer.

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

use layerscope::Inspection;
use layerscope::tree::{Change, Kind, NodeId, Tree};

use super::rows::{Measure, Order, Scope, Shown, Sort};
use super::slice::Slice;
use crate::tui::work::kept::Kept;

/// The number of links without a size from which on they stand together.
const MANY: usize = 3;

/// The settings that determine the visible children of a directory and their order.
#[derive(Clone, Copy)]
pub struct Lens<'a> {
    pub inspection: &'a Inspection,
    pub slice: &'a Slice,
    pub shown: Shown,
    pub sort: Sort,
    pub measure: Measure,
    /// The paths that a filter keeps, if there is one.
    pub kept: Option<&'a Kept>,
    /// Sums of what matches the filter, in the directories above.
    pub matching: &'a HashMap<NodeId, (u64, u64)>,
    /// The number of paths that match the filter, in the directories above.
    pub matches: &'a HashMap<NodeId, u32>,
    /// The directories whose links without a size are shown one by one.
    pub open_links: &'a HashSet<NodeId>,
}

impl Lens<'_> {
    fn tree(&self) -> &Tree {
        &self.inspection.tree
    }

    /// Returns the size of a path in the current measure.
    pub fn size(&self, node: NodeId) -> u64 {
        let (visible, wasted) = self.sizes(node);
        visible + wasted
    }

    /// Returns the visible and the wasted size of a path; of the matches only, if it only leads to
    /// some.
    pub fn sizes(&self, node: NodeId) -> (u64, u64) {
        match self.kept {
            Some(kept) if !kept.holds(node) => {
                self.matching.get(&node).copied().unwrap_or_default()
            }
            _ => self.slice.sizes(self.inspection, node, self.measure),
        }
    }

    /// Returns whether a path is of a kind that is shown, regardless of the filter.
    fn shows(&self, node: NodeId) -> bool {
        let shown = self.shown;
        if shown.at_least > 0 && self.size(node) < shown.at_least {
            return false;
        }
        let changes = self.slice.changes(node);
        let of_layer = (changes.added && shown.added)
            || (changes.modified && shown.modified)
            || (changes.metadata && shown.metadata)
            || (changes.removed && shown.removed);
        match self.slice.scope {
            Scope::Changes => of_layer,
            Scope::UpTo => {
                let there = || self.tree().at(node, self.slice.layer).is_some();
                of_layer
                    || (shown.wasted && self.slice.totals(node).wasted > 0)
                    || (shown.unchanged && there() && self.is_unchanged(node))
            }
        }
    }

    /// Returns whether a path counts as unchanged. A directory always may contain something
    /// unchanged; a leaf has to be unchanged itself.
    fn is_unchanged(&self, node: NodeId) -> bool {
        self.tree().children(node).next().is_some()
            || self.tree().change(node, self.slice.layer) == Change::Unchanged
    }

    /// Returns the visible children of a directory, in no particular order.
    fn shown_children(&self, directory: NodeId) -> impl Iterator<Item = NodeId> {
        let kept = self.kept.filter(|kept| !kept.holds(directory));
        self.tree()
            .children(directory)
            .filter(move |&child| kept.is_none_or(|kept| kept.holds(child) || kept.leads_to(child)))
            .filter(|&child| self.shows(child))
    }

    /// Returns whether something below a path is visible.
    pub fn is_folder(&self, node: NodeId) -> bool {
        self.shown_children(node).next().is_some()
    }

    /// Returns the visible children of a directory, in order; one link without a size stands for
    /// all.
    pub fn children(&self, directory: NodeId) -> Vec<NodeId> {
        let mut children = self.sorted_children(directory);
        if self.folds_links(directory)
            && children.iter().filter(|&&child| self.is_empty_link(child)).count() >= MANY
        {
            let mut is_first = true;
            children.retain(|&child| !self.is_empty_link(child) || std::mem::take(&mut is_first));
        }
        children
    }

    /// Returns whether links without a size stand together in a directory.
    fn folds_links(&self, directory: NodeId) -> bool {
        let plain = self.kept.is_none()
            && self.sort.order == Order::Size
            && self.slice.scope == Scope::UpTo;
        plain && !self.open_links.contains(&directory)
    }

    fn is_empty_link(&self, node: NodeId) -> bool {
        let version = self.slice.version(self.tree(), node);
        version.is_some_and(|version| self.tree().kind(version) == Kind::Symlink)
            && self.size(node) == 0
    }

    /// Returns the number of links that a row stands for, if it is more than one.
    pub fn folded_links(&self, node: NodeId) -> Option<usize> {
        let directory = self.tree().parent(node);
        if !self.is_empty_link(node) || !self.folds_links(directory) {
            return None;
        }
        let links =
            self.shown_children(directory).filter(|&child| self.is_empty_link(child)).count();
        (links >= MANY).then_some(links)
    }

    /// Returns whether a path is a link that has no row of its own.
    pub fn hides_link(&self, node: NodeId) -> bool {
        self.folded_links(node).is_some()
            && !self.children(self.tree().parent(node)).contains(&node)
    }

    fn sorted_children(&self, directory: NodeId) -> Vec<NodeId> {
        let children = self.shown_children(directory);
        match self.sort.order {
            Order::Size => self.sorted(children, |node| Reverse(self.size(node))),
            Order::Name => self.sorted(children, |_| ()),
            Order::Count => self.sorted(children, |node| Reverse(self.items(node))),
            Order::Time => self.sorted(children, |node| Reverse(self.time(node))),
        }
    }

    fn sorted<K: Ord>(
        &self,
        children: impl Iterator<Item = NodeId>,
        key: impl Fn(NodeId) -> K,
    ) -> Vec<NodeId> {
        let mut keyed: Vec<_> = children.map(|child| (key(child), child)).collect();
        let names = |a: NodeId, b: NodeId| self.tree().name(a).cmp(self.tree().name(b));
        let turned = |order: Ordering| if self.sort.reversed { order.reverse() } else { order };
        keyed.sort_unstable_by(|(key_a, a), (key_b, b)| match self.sort.order {
            Order::Name => turned(names(*a, *b)),
            Order::Size | Order::Count | Order::Time => {
                turned(key_a.cmp(key_b)).then_with(|| names(*a, *b))
            }
        });
        keyed.into_iter().map(|(_, child)| child).collect()
    }

    /// Returns the number of items below a path, including dead files if the measure includes them.
    pub fn items(&self, node: NodeId) -> u32 {
        // Above the matches of a filter, only those are counted.
        if self.kept.is_some_and(|kept| !kept.holds(node)) {
            return self.matches.get(&node).copied().unwrap_or_default();
        }
        let totals = self.slice.totals(node);
        let itself = u32::from(node != NodeId::ROOT && self.counts(node));
        let there = totals.items.saturating_sub(itself);
        match self.measure {
            Measure::Visible => there,
            Measure::Size | Measure::Download => there + totals.wasted_items,
            Measure::Wasted => totals.wasted_items,
        }
    }

    /// Returns whether a path is one of the items in its own sum.
    fn counts(&self, node: NodeId) -> bool {
        let there = self.tree().at(node, self.slice.layer);
        match self.slice.scope {
            Scope::UpTo => there.is_some(),
            Scope::Changes => {
                there.is_some_and(|version| self.tree().added_in(version) == self.slice.layer)
            }
        }
    }

    /// Returns the time of a path, or of its last version before it was removed.
    pub fn time(&self, node: NodeId) -> Option<i64> {
        self.slice.version(self.tree(), node).map(|version| self.tree().mtime(version))
    }
}
