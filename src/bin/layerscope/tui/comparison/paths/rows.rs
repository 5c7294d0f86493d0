//! The rows of the paths that differ: open directories and order, as a tree or as a list.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use layerscope::compare::DifferenceTree;

/// The number of rows that are open at first: those of the largest differences, as many as fit on a
/// small screen.
const FIRST_ROWS: usize = 14;

/// A row of the tree or the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The index of the entry in the tree.
    pub place: usize,
    pub depth: usize,
    /// The size of the largest sibling's difference, in bytes.
    pub biggest: u64,
}

/// The form in which the paths are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Tree,
    /// A list of all paths that differ themselves, in full.
    List,
}

/// The order of siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Size,
    Name,
}

/// The rows, and the state from which they are made.
pub struct Rows {
    rows: Vec<Row>,
    open: HashSet<usize>,
    pub form: Form,
    order: Order,
    /// True if the rows are up to date.
    made: bool,
}

impl Rows {
    /// Makes the rows with the directories of the largest differences open.
    pub fn new(paths: &DifferenceTree) -> Self {
        let mut rows = Self {
            rows: Vec::new(),
            open: HashSet::new(),
            form: Form::Tree,
            order: Order::Size,
            made: false,
        };
        let weighed = |place: usize| (paths.get(place).weight(), Reverse(place));
        let mut closed: BinaryHeap<_> = paths.children(DifferenceTree::ROOT).map(weighed).collect();
        let mut shown = 0;
        while let Some((_, Reverse(place))) = closed.pop().filter(|_| shown < FIRST_ROWS) {
            let below: Vec<_> = paths.children(place).map(weighed).take(FIRST_ROWS).collect();
            if !below.is_empty() && shown + below.len() <= FIRST_ROWS {
                shown += below.len();
                closed.extend(below);
                rows.open.insert(place);
            }
        }
        rows.make(paths);
        rows
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn get(&self, row: usize) -> Option<&Row> {
        self.rows.get(row)
    }

    /// Returns some rows, from an index on.
    pub fn from(&self, first: usize, count: usize) -> &[Row] {
        let first = first.min(self.rows.len());
        &self.rows[first..(first + count).min(self.rows.len())]
    }

    pub fn is_open(&self, place: usize) -> bool {
        self.form == Form::Tree && self.open.contains(&place)
    }

    /// Returns whether a row can be opened.
    pub fn is_folder(&self, paths: &DifferenceTree, row: Row) -> bool {
        self.form == Form::Tree && paths.children(row.place).next().is_some()
    }

    /// Opens a directory; returns whether it was closed.
    pub fn open(&mut self, place: usize) -> bool {
        self.made = false;
        self.open.insert(place)
    }

    /// Folds a directory; returns whether it was open.
    pub fn fold(&mut self, place: usize) -> bool {
        self.made = false;
        self.form == Form::Tree && self.open.remove(&place)
    }

    pub fn toggle(&mut self, place: usize) {
        if !self.fold(place) {
            self.open(place);
        }
    }

    pub fn fold_all(&mut self) {
        self.made = false;
        self.open.clear();
    }

    pub fn next_form(&mut self) {
        self.made = false;
        self.form = if self.form == Form::Tree { Form::List } else { Form::Tree };
    }

    pub fn order(&mut self, order: Order) {
        self.made = false;
        self.order = order;
    }

    /// Opens all directories above an entry.
    pub fn reveal(&mut self, paths: &DifferenceTree, place: usize) {
        let mut here = paths.get(place).above();
        while here != DifferenceTree::ROOT {
            self.made &= !self.open.insert(here);
            here = paths.get(here).above();
        }
    }

    /// Returns the row of the parent directory; for the root, its own.
    pub fn above(&self, row: usize) -> usize {
        let Some(depth) = self.get(row).map(|row| row.depth) else { return row };
        self.rows[..row].iter().rposition(|above| above.depth < depth).unwrap_or(row)
    }

    /// Returns the row of an entry, or of the closed directory that hides it.
    pub fn position(&self, paths: &DifferenceTree, place: usize) -> Option<usize> {
        let mut here = place;
        loop {
            if let Some(row) = self.rows.iter().position(|row| row.place == here) {
                return Some(row);
            }
            if here == DifferenceTree::ROOT {
                return None;
            }
            here = paths.get(here).above();
        }
    }

    /// Updates the rows, if something has changed.
    pub fn make(&mut self, paths: &DifferenceTree) {
        if std::mem::replace(&mut self.made, true) {
            return;
        }
        self.rows.clear();
        if self.form == Form::List {
            let mut all: Vec<usize> = paths.changes().collect();
            if self.order == Order::Size {
                all.sort_by_key(|&place| Reverse(paths.get(place).own_weight()));
            }
            let biggest = all.iter().map(|&place| paths.get(place).own_weight()).max().unwrap_or(0);
            self.rows.extend(all.into_iter().map(|place| Row { place, depth: 0, biggest }));
            return;
        }
        // All bars have one scale, so that what is below a directory is no longer than it.
        let biggest = paths.children(DifferenceTree::ROOT).map(|place| paths.get(place).weight());
        let biggest = biggest.max().unwrap_or(0);
        let mut work = self.below(paths, DifferenceTree::ROOT, (0, biggest));
        while let Some(row) = work.pop() {
            self.rows.push(row);
            if self.open.contains(&row.place) {
                work.extend(self.below(paths, row.place, (row.depth + 1, biggest)));
            }
        }
    }

    /// Returns the rows directly below a directory, in reverse order.
    fn below(
        &self,
        paths: &DifferenceTree,
        place: usize,
        (depth, biggest): (usize, u64),
    ) -> Vec<Row> {
        let mut children: Vec<usize> = paths.children(place).collect();
        match self.order {
            Order::Size => {
                children.sort_by_key(|&place| (Reverse(paths.get(place).weight()), place));
            }
            // They come in the order of their names.
            Order::Name => {}
        }
        children.into_iter().rev().map(|place| Row { place, depth, biggest }).collect()
    }
}
