//! An image compared with the first one, and its lists.

use std::sync::Arc;

use layerscope::Inspection;
use layerscope::compare::Pair;
use ratatui::layout::{Position, Rect};

use super::against::Against;
use super::layers::Layers;
use super::packages::Packages;
use super::paths::Paths;
use super::view::View;

/// An image compared with the first one, and the state of the lists that show it.
pub struct Sheet {
    pub against: Against,
    pub layers: Layers,
    pub paths: Paths,
    pub packages: Packages,
}

impl Sheet {
    pub fn new(first: Arc<Inspection>, second: Arc<Inspection>, pair: Arc<Pair>) -> Self {
        let paths = Paths::new(&pair);
        Self {
            against: Against::new(first, second, pair),
            layers: Layers::default(),
            paths,
            packages: Packages::default(),
        }
    }

    /// Selects the item of a view at a cell; returns whether there is one.
    pub fn select(&mut self, view: View, at: Position, area: Rect) -> bool {
        match view {
            View::Images => false,
            View::Layers => self.layers.select(self.against.pair.layers.len(), at, area),
            View::Paths => self.paths.select(at, area),
            View::Packages => self.packages.select(self.against.package_count(), at, area),
        }
    }

    /// Searches the paths for what was typed since the last frame.
    pub fn search_now(&mut self, area: Rect) {
        let Against { first, second, pair, .. } = &self.against;
        self.paths.search_now(&pair.paths, (&first.tree, &second.tree), area);
    }
}
