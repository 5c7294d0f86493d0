//! The rows of the tree: open directories keep their sorted children and the number of rows below.
//!
//! A row is found by descending from the root and skipping by these numbers. Opening, folding and
//! moving therefore cost as much as one directory, however many rows there are, and each directory
//! is sorted once.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use layerscope::tree::{NodeId, Tree};

use super::lens::Lens;
use super::rows::Row;

/// An open directory whose parents are all open.
#[derive(Default)]
struct Folder {
    /// The visible children, in order.
    children: Vec<NodeId>,
    /// The indices of open children, in order.
    open: Vec<usize>,
    /// The number of rows below.
    rows: usize,
}

/// All rows, without a list of them.
#[derive(Default)]
pub struct Outline {
    folders: HashMap<NodeId, Folder, RandomState>,
    /// The sorted children of directories that are not open.
    sorted: HashMap<NodeId, Vec<NodeId>, RandomState>,
}

/// The index of a child in its folder.
#[derive(Clone, Copy)]
struct ChildIndex {
    folder: NodeId,
    child: usize,
    /// The number of open children before it.
    passed: usize,
}

impl Outline {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.folders.get(&NodeId::ROOT).map_or(0, |root| root.rows)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rebuilds the rows, after the selection or the order has changed.
    pub fn rebuild(&mut self, lens: &Lens<'_>, open: &HashSet<NodeId>) {
        self.folders.clear();
        self.sorted.clear();
        self.build(NodeId::ROOT, lens, open);
    }

    /// Adds the rows of a directory that was opened.
    pub fn open(&mut self, node: NodeId, lens: &Lens<'_>, open: &HashSet<NodeId>) {
        let parent = lens.inspection.tree.parent(node);
        let Some(folder) = self.folders.get(&parent).filter(|_| !self.folders.contains_key(&node))
        else {
            return;
        };
        let Some(place) = folder.children.iter().position(|&child| child == node) else { return };
        let added = self.build(node, lens, open);
        if added == 0 {
            return;
        }
        if let Some(folder) = self.folders.get_mut(&parent) {
            let at = folder.open.partition_point(|&other| other < place);
            folder.open.insert(at, place);
        }
        self.grow(&lens.inspection.tree, parent, |rows| rows + added);
    }

    /// Removes the rows of a directory that was folded.
    pub fn fold(&mut self, node: NodeId, tree: &Tree) {
        let mut work = vec![node];
        let mut gone = 0;
        while let Some(node) = work.pop() {
            let Some(folder) = self.folders.remove(&node) else { continue };
            gone += folder.children.len();
            work.extend(folder.open.iter().map(|&place| folder.children[place]));
            self.sorted.insert(node, folder.children);
        }
        let parent = tree.parent(node);
        if let Some(folder) = self.folders.get_mut(&parent) {
            let children = &folder.children;
            folder.open.retain(|&place| children[place] != node);
        }
        self.grow(tree, parent, |rows| rows - gone);
    }

    fn grow(&mut self, tree: &Tree, from: NodeId, rows: impl Fn(usize) -> usize) {
        let mut here = from;
        while let Some(folder) = self.folders.get_mut(&here) {
            folder.rows = rows(folder.rows);
            if here == NodeId::ROOT {
                return;
            }
            here = tree.parent(here);
        }
    }

    /// Makes folders of a directory and the open ones below it; returns their number of rows.
    fn build(&mut self, node: NodeId, lens: &Lens<'_>, open: &HashSet<NodeId>) -> usize {
        let mut order = Vec::new();
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            let children = self.sorted.remove(&node).unwrap_or_else(|| lens.children(node));
            if children.is_empty() && node != NodeId::ROOT {
                continue;
            }
            let is_open = |child: &NodeId| open.contains(child) && lens.is_folder(*child);
            let places: Vec<_> = (0..children.len())
                .filter(|&place| !open.is_empty() && is_open(&children[place]))
                .collect();
            work.extend(places.iter().map(|&place| children[place]));
            self.folders.insert(node, Folder { children, open: places, rows: 0 });
            order.push(node);
        }
        // A folder comes after its parent.
        for &node in order.iter().rev() {
            let below: usize = self.open_children(node).map(|child| self.rows_below(child)).sum();
            if let Some(folder) = self.folders.get_mut(&node) {
                folder.rows = folder.children.len() + below;
            }
        }
        self.rows_below(node)
    }

    fn open_children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        self.folders
            .get(&node)
            .into_iter()
            .flat_map(|folder| folder.open.iter().map(|&place| folder.children[place]))
    }

    fn rows_below(&self, node: NodeId) -> usize {
        self.folders.get(&node).map_or(0, |folder| folder.rows)
    }

    /// Returns the sorted children of a directory, open or not.
    pub fn children(&mut self, node: NodeId, lens: &Lens<'_>) -> &[NodeId] {
        match self.folders.get(&node) {
            Some(folder) => &folder.children,
            None => self.sorted.entry(node).or_insert_with(|| lens.children(node)),
        }
    }

    /// Returns the row of a path, if it is visible.
    pub fn position(&self, node: NodeId, tree: &Tree) -> Option<usize> {
        let mut here = node;
        let mut row = 0;
        while here != NodeId::ROOT {
            let parent = tree.parent(here);
            let folder = self.folders.get(&parent)?;
            let place = folder.children.iter().position(|&child| child == here)?;
            let open_before = folder.open.iter().take_while(|&&other| other < place);
            let below: usize =
                open_before.map(|&other| self.rows_below(folder.children[other])).sum();
            row += place + below + usize::from(parent != NodeId::ROOT);
            here = parent;
        }
        (node != NodeId::ROOT).then_some(row)
    }

    /// Returns the path of a row.
    pub fn node(&self, row: usize) -> Option<NodeId> {
        self.places(row).last().map(|place| self.folders[&place.folder].children[place.child])
    }

    /// Returns some rows, from an index on.
    pub fn rows(&self, first: usize, count: usize) -> Vec<Row> {
        let mut places = self.places(first);
        let mut rows = Vec::new();
        while rows.len() < count {
            let Some(&ChildIndex { folder: parent, child, passed }) = places.last() else { break };
            let folder = &self.folders[&parent];
            let Some(&node) = folder.children.get(child) else {
                places.pop();
                continue;
            };
            rows.push(Row { node, depth: places.len() - 1 });
            let is_open = folder.open.get(passed) == Some(&child);
            if let Some(here) = places.last_mut() {
                *here = ChildIndex {
                    folder: parent,
                    child: child + 1,
                    passed: passed + usize::from(is_open),
                };
            }
            if is_open {
                places.push(ChildIndex { folder: node, child: 0, passed: 0 });
            }
        }
        rows
    }

    /// Returns the way down to a row; in the folders on the way, the index after the child that is
    /// entered.
    fn places(&self, row: usize) -> Vec<ChildIndex> {
        let mut places = Vec::new();
        let mut here = NodeId::ROOT;
        let mut left = row;
        'folder: while let Some(folder) =
            self.folders.get(&here).filter(|folder| left < folder.rows)
        {
            let mut below = 0;
            for (passed, &open) in folder.open.iter().enumerate() {
                let row = open + below;
                let node = folder.children[open];
                if left <= row {
                    places.push(ChildIndex { folder: here, child: left - below, passed });
                    return places;
                }
                let inside = self.rows_below(node);
                if left <= row + inside {
                    places.push(ChildIndex { folder: here, child: open + 1, passed: passed + 1 });
                    left -= row + 1;
                    here = node;
                    continue 'folder;
                }
                below += inside;
            }
            places.push(ChildIndex {
                folder: here,
                child: left - below,
                passed: folder.open.len(),
            });
            break;
        }
        places
    }
}
