//! The state of the explorer: selection, visible rows and open directories, without a terminal.

mod assessment;
mod base;
mod changes;
mod changes_below;
pub mod details;
pub mod draw;
pub mod exploration;
pub mod file_history;
pub mod filter;
mod lens;
mod marks;
mod opening;
mod outline;
mod reveal;
pub mod rows;
pub mod search;
pub mod sentences;
mod slice;
mod waste_stops;
mod wasted;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::assessment::Study;
use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::merges::Merges;
use layerscope::analysis::{WastedGroup, wasted_groups};
use layerscope::tree::NodeId;

use changes_below::ChangesBelow;
use filter::{BeforeFilter, Filter};
use rows::{Attributes, Measure, Row, Scope, Shown, Sort};
use waste_stops::WasteStop;

pub use assessment::Assessment;
pub use base::{BaseLayers, LayerRow};
pub use filter::{Asked, Figure};
pub use lens::Lens;
pub use marks::{Marks, Trial};
pub use outline::Outline;
pub use slice::Slice;
pub use wasted::WastedBelow;

/// The state of the explorer: layer, row, settings and open directories.
pub struct Explorer {
    pub inspection: Arc<Inspection>,
    pub groups: Vec<WastedGroup>,
    pub wasted_below: Arc<WastedBelow>,
    /// The size of each path over all layers.
    pub weights: Arc<[u64]>,
    pub layer: LayerIndex,
    pub shown: Shown,
    pub sort: Sort,
    pub measure: Measure,
    pub attributes: Attributes,
    /// True if the number of items is shown.
    pub counted: bool,
    pub filter: Filter,
    /// The size of the paths that the filter keeps, in the current measure.
    pub filtered_bytes: u64,
    pub marks: Marks,
    /// The layers that are marked for merging.
    pub marked_layers: BTreeSet<LayerIndex>,
    /// The change that the marks stand for, until one of them changes.
    pub trial: Option<Trial>,
    pub slice: Slice,
    pub rows: Outline,
    pub cursor: usize,
    /// The path that was selected last; the cursor returns to it when it is visible again.
    wanted: Option<NodeId>,
    open: HashSet<NodeId>,
    /// The rows as they were before the filter.
    before_filter: Option<BeforeFilter>,
    /// The directories whose links without a size are shown one by one.
    open_links: HashSet<NodeId>,
    /// The places with wasted bytes, once they have been asked for, and the next of them.
    waste_stops: Option<Vec<WasteStop>>,
    next_stop: usize,
    /// The path of the place where the next waste was last asked for.
    at_waste: Option<NodeId>,
    study: Option<Arc<Study>>,
    changes_below: ChangesBelow,
    /// The directory with most of the packages that the first change does not install.
    packages_place: NodeId,
    /// The RUN instructions that are worth combining.
    merges: Merges,
    avoidable: Option<Avoidable>,
    /// The avoidable bytes of each layer, once the assessment is complete.
    pub avoidable_of_layers: Vec<u64>,
    pub base: BaseLayers,
    /// The files with secrets, and the directories above them.
    secret_paths: HashSet<NodeId>,
    /// Sums of what matches a filter in every directory above: visible and wasted bytes.
    matching: HashMap<NodeId, (u64, u64)>,
    /// The number of paths that match a filter, in every directory above.
    matches: HashMap<NodeId, u32>,
}

impl Explorer {
    /// Makes the state with the cursor on the largest wasted path, and everything up to the last
    /// layer.
    pub fn new(inspection: Arc<Inspection>) -> Self {
        let layer = inspection.last_layer();
        let slice = Slice::new(&inspection.tree, layer);
        let mut explorer = Self {
            groups: wasted_groups(&inspection),
            wasted_below: Arc::new(WastedBelow::new(&inspection)),
            weights: slice.up_to().iter().map(|totals| totals.size()).collect(),
            layer,
            shown: Shown::ALL,
            sort: Sort::default(),
            measure: Measure::default(),
            attributes: Attributes::default(),
            counted: false,
            filter: Filter::default(),
            filtered_bytes: 0,
            marks: Marks::default(),
            marked_layers: BTreeSet::new(),
            trial: None,
            slice,
            rows: Outline::default(),
            cursor: 0,
            wanted: None,
            open: HashSet::new(),
            before_filter: None,
            open_links: HashSet::new(),
            waste_stops: None,
            next_stop: 0,
            at_waste: None,
            study: None,
            changes_below: ChangesBelow::default(),
            packages_place: NodeId::ROOT,
            merges: Merges::default(),
            avoidable: None,
            avoidable_of_layers: Vec::new(),
            base: BaseLayers::default(),
            secret_paths: HashSet::new(),
            matching: HashMap::new(),
            matches: HashMap::new(),
            inspection,
        };
        explorer.rebuild();
        explorer.open_at_what_matters();
        explorer
    }

    /// Returns the settings that determine the rows.
    pub fn lens(&self) -> Lens<'_> {
        Lens {
            inspection: &self.inspection,
            slice: &self.slice,
            shown: self.shown,
            sort: self.sort,
            measure: self.measure,
            kept: self.filter.kept.as_ref(),
            matching: &self.matching,
            matches: &self.matches,
            open_links: &self.open_links,
        }
    }

    /// Returns the path under the cursor; `None` if there are no rows.
    pub fn selected(&self) -> Option<NodeId> {
        self.rows.node(self.cursor)
    }

    /// Returns the rows from an index on.
    pub fn rows_from(&self, first: usize, count: usize) -> Vec<Row> {
        self.rows.rows(first, count)
    }

    pub fn is_open(&self, node: NodeId) -> bool {
        self.open.contains(&node)
    }

    /// Selects a layer, and keeps the cursor on its path if that is still visible.
    pub fn select_layer(&mut self, layer: LayerIndex) {
        let layer = layer.min(self.inspection.last_layer());
        if layer != self.layer {
            self.layer = layer;
            self.keep_layer_in_sight();
            self.slice.move_to(&self.inspection.tree, layer);
            self.rebuild();
        }
    }

    pub fn set_scope(&mut self, scope: Scope) {
        if scope != self.slice.scope {
            self.slice.scope = scope;
            self.rebuild();
        }
    }

    pub fn set_shown(&mut self, shown: Shown) {
        if shown != self.shown {
            self.shown = shown;
            self.rebuild();
        }
    }

    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.rebuild();
    }

    /// Switches to the next measure. The download size is skipped if no layer is stored compressed,
    /// because it would equal the size.
    pub fn next_measure(&mut self) {
        self.measure = self.measure.next();
        if self.measure == Measure::Download
            && !self.inspection.download_is_estimated(LayerIndex::FINAL)
        {
            self.measure = self.measure.next();
        }
        self.rebuild();
    }

    /// Returns the size of the marked paths, in the current measure.
    pub fn marked_bytes(&self) -> u64 {
        if let (Some(trial), Measure::Size) = (&self.trial, self.measure) {
            return trial.saves;
        }
        let lens = self.lens();
        self.marks
            .topmost(&self.inspection.tree)
            .map(|node| lens.size(node))
            .fold(0, u64::saturating_add)
    }

    /// Marks or unmarks the row, and moves to the next one.
    pub fn mark(&mut self) {
        if let Some(node) = self.selected() {
            self.trial = None;
            self.marks.toggle(node);
            self.move_to(self.cursor + 1);
        }
    }

    /// Marks or unmarks the layer, and moves to the next one.
    pub fn mark_layer(&mut self) {
        self.trial = None;
        if !self.marked_layers.remove(&self.layer) {
            self.marked_layers.insert(self.layer);
        }
        self.select_layer(self.layer.next());
    }

    /// Removes all marks from paths and layers.
    pub fn unmark_all(&mut self) {
        self.trial = None;
        self.marks.clear();
        self.marked_layers.clear();
    }

    /// Returns the first and the last of the marked layers, if there are at least two.
    pub fn marked_run(&self) -> Option<(LayerIndex, LayerIndex)> {
        let (first, last) = (*self.marked_layers.first()?, *self.marked_layers.last()?);
        (first < last).then_some((first, last))
    }

    pub fn move_to(&mut self, row: usize) {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
        self.wanted = self.selected();
    }

    /// Opens the directory under the cursor; if it is open, moves into it.
    pub fn expand(&mut self) {
        if self.open_links_at_cursor() {
            return;
        }
        let Some(node) = self.selected().filter(|&node| self.lens().is_folder(node)) else {
            return;
        };
        if self.is_open(node) {
            self.move_to(self.cursor + 1);
        } else {
            self.unfold(node);
        }
    }

    /// Shows links without a size one by one, if the cursor is on the row that stands for them.
    fn open_links_at_cursor(&mut self) -> bool {
        let Some(node) = self.selected().filter(|&node| self.lens().folded_links(node).is_some())
        else {
            return false;
        };
        self.open_links.insert(self.inspection.tree.parent(node));
        self.rebuild();
        true
    }

    /// Folds the directory under the cursor; from anything else, moves to its directory.
    pub fn collapse(&mut self) {
        let Some(node) = self.selected() else { return };
        if self.lens().is_folder(node) && self.open.remove(&node) {
            self.rows.fold(node, &self.inspection.tree);
        } else {
            self.go_to(self.inspection.tree.parent(node));
        }
    }

    pub fn toggle(&mut self) {
        if self.open_links_at_cursor() {
            return;
        }
        match self.selected().filter(|&node| self.lens().is_folder(node)) {
            Some(node) if self.is_open(node) => self.collapse(),
            Some(node) => self.unfold(node),
            None => {}
        }
    }

    /// Folds everything; the cursor moves to its top-level directory.
    pub fn fold_all(&mut self) {
        self.open.clear();
        self.open_links.clear();
        self.rebuild();
        self.wanted = self.selected();
    }

    fn unfold(&mut self, node: NodeId) {
        self.open.insert(node);
        let mut rows = std::mem::take(&mut self.rows);
        rows.open(node, &self.lens(), &self.open);
        self.rows = rows;
    }

    /// Moves the cursor to a path, if it is visible.
    fn go_to(&mut self, node: NodeId) {
        if let Some(row) = self.rows.position(node, &self.inspection.tree) {
            self.cursor = row;
            self.wanted = Some(node);
        }
    }

    /// Updates the rows. The cursor moves to the wanted path, or to the nearest visible one above
    /// it.
    fn rebuild(&mut self) {
        self.slice.prepare(self.measure, &self.inspection);
        self.matching = self.sums_of_matches();
        self.matches = self.counts_of_matches();
        let mut rows = std::mem::take(&mut self.rows);
        rows.rebuild(&self.lens(), &self.open);
        self.rows = rows;
        let topmost = self.filter.kept.iter().flat_map(|kept| &kept.topmost);
        self.filtered_bytes =
            topmost.map(|&node| self.lens().size(node)).fold(0, u64::saturating_add);
        self.place_cursor();
    }

    fn place_cursor(&mut self) {
        let tree = &self.inspection.tree;
        let mut here = self.wanted;
        while let Some(node) = here {
            if let Some(row) = self.rows.position(node, tree) {
                self.cursor = row;
                return;
            }
            here = (node != NodeId::ROOT).then(|| tree.parent(node));
        }
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }
}
