//! Shows the paths that differ: as a tree with sums, or as a list.

mod draw;
mod rows;

use layerscope::compare::{Difference, DifferenceTree, Pair};
use layerscope::tree::Tree;
use ratatui::layout::{Position, Rect};

use super::Spot;
use super::against::Against;
use super::cursor::Cursor;
use super::find::Find;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::pattern::Pattern;

pub use draw::draw;
use rows::{Form, Order, Row, Rows};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Right, Action::Left], "open, fold"),
    (&[Action::Search], "find"),
    (&[Action::PathList], "tree or list"),
    (&[Action::Enter], "explore"),
    (&[Action::NextPane], "packages"),
    (&[Action::Explain], "explain"),
    (&[Action::Quit], "quit"),
];

/// The state of the view.
pub struct Paths {
    rows: Rows,
    cursor: Cursor,
    pub find: Find,
}

impl Paths {
    /// Makes the state with the directories of the largest differences open.
    pub fn new(pair: &Pair) -> Self {
        Self { rows: Rows::new(&pair.paths), cursor: Cursor::default(), find: Find::default() }
    }

    /// Performs an action; returns the place to explore, if requested: whether it is in the second
    /// image, and the place.
    pub fn act(
        &mut self,
        paths: &DifferenceTree,
        action: Action,
        area: Rect,
    ) -> Option<(bool, Spot)> {
        match action {
            Action::Enter => {
                let row = *self.row()?;
                if !self.rows.is_folder(paths, row) {
                    let entry = paths.get(row.place);
                    let second = entry.difference != Difference::Removed;
                    let node = if second { entry.second() } else { entry.first() };
                    return node.map(|node| (second, Spot::Path(node)));
                }
                self.rows.toggle(row.place);
            }
            Action::Right => {
                let row = *self.row()?;
                if self.rows.is_folder(paths, row)
                    && !self.rows.open(row.place)
                    && self.cursor.at + 1 < self.rows.len()
                {
                    self.cursor.at += 1;
                }
            }
            Action::Left => {
                let row = *self.row()?;
                if !self.rows.fold(row.place) {
                    self.cursor.at = self.rows.above(self.cursor.at);
                }
            }
            Action::Fold => {
                let row = *self.row()?;
                self.rows.toggle(row.place);
            }
            Action::FoldAll => self.rows.fold_all(),
            Action::PathList => return self.changed(paths, area, Rows::next_form),
            Action::SortSize => return self.changed(paths, area, |rows| rows.order(Order::Size)),
            Action::SortName => return self.changed(paths, area, |rows| rows.order(Order::Name)),
            Action::NextHit | Action::PreviousHit => {
                self.find.step(action == Action::NextHit);
                self.show_hit(paths, area);
            }
            _ => {
                self.cursor.act(action, self.rows.len(), draw::rows(area));
            }
        }
        self.rows.make(paths);
        self.cursor.settle(self.rows.len(), draw::rows(area));
        None
    }

    /// Changes the rows, and keeps the cursor on its path.
    fn changed(
        &mut self,
        paths: &DifferenceTree,
        area: Rect,
        change: impl FnOnce(&mut Rows),
    ) -> Option<(bool, Spot)> {
        let place = self.row().map(|row| row.place);
        change(&mut self.rows);
        if let Some(place) = place {
            self.go_to(paths, place);
        }
        self.cursor.settle(self.rows.len(), draw::rows(area));
        None
    }

    /// Moves the cursor to an entry, opening the directories above it.
    fn go_to(&mut self, paths: &DifferenceTree, place: usize) {
        self.rows.reveal(paths, place);
        self.rows.make(paths);
        self.cursor.at = self.rows.position(paths, place).unwrap_or(self.cursor.at);
    }

    /// Returns the path under the cursor, and the bytes that the row shows: fewer and more.
    pub fn selected(&self, against: &Against) -> Option<(Vec<u8>, u64, u64)> {
        let (paths, place) = (&against.pair.paths, self.row()?.place);
        let own = paths.change(place, &against.first.tree, &against.second.tree);
        let all = paths.get(place);
        Some(match self.rows.form == Form::List {
            true => (own.path, own.less, own.more),
            false => (own.path, all.less, all.more),
        })
    }

    fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor.at)
    }

    /// Selects the row at a cell; returns whether there is one.
    pub fn select(&mut self, at: Position, area: Rect) -> bool {
        self.cursor.select(at, self.rows.len(), draw::rows(area))
    }

    /// Searches for the query if it has changed, and shows the largest match.
    pub fn search_now(&mut self, paths: &DifferenceTree, trees: (&Tree, &Tree), area: Rect) {
        if self.find.takes_change() {
            self.search(paths, trees, area);
        }
    }

    fn search(&mut self, paths: &DifferenceTree, trees: (&Tree, &Tree), area: Rect) {
        let mut hits = Vec::new();
        if let Some(pattern) = Pattern::text(self.find.query.text()) {
            let (mut first, mut second) = (pattern.finder(trees.0), pattern.finder(trees.1));
            hits = (1..paths.len())
                .filter(|&place| {
                    let entry = paths.get(place);
                    match (entry.second(), entry.first()) {
                        (Some(node), _) => second.matches(node),
                        (None, Some(node)) => first.matches(node),
                        (None, None) => false,
                    }
                })
                .collect();
            hits.sort_by_key(|&place| std::cmp::Reverse(paths.get(place).weight()));
        }
        self.find.found(hits);
        self.show_hit(paths, area);
    }

    /// Moves the cursor to the selected match.
    pub fn show_hit(&mut self, paths: &DifferenceTree, area: Rect) {
        if let Some(hit) = self.find.hit() {
            self.go_to(paths, hit);
        }
        self.cursor.settle(self.rows.len(), draw::rows(area));
    }

    /// Returns the full path of the selected row, from the image that has it.
    pub fn selected_path(&self, against: &Against) -> Option<Vec<u8>> {
        let place = self.row()?.place;
        Some(against.pair.paths.change(place, &against.first.tree, &against.second.tree).path)
    }
}
