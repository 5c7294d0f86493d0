//! Two images against each other on the screen: what the views of them need, and their states.

use std::collections::BTreeMap;
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::compare::{Difference, PackageChanges, Pair, changed_packages};
use layerscope::files::packages::Installed;

use super::layers::Layers;
use super::packages::Packages;
use super::paths::Paths;

/// The most paths that a screen has room for beside the table of images.
const BIGGEST: usize = 100;

/// An image against the first.
pub struct Against {
    pub first: Arc<Inspection>,
    pub second: Arc<Inspection>,
    pub pair: Arc<Pair>,
    /// How many paths differ in each way, and by how many bytes.
    pub sums: BTreeMap<Difference, (usize, u64)>,
    /// The paths with the biggest differences.
    pub biggest: Vec<usize>,
    /// `None` until files have been looked into.
    pub changes: Option<PackageChanges>,
    pub layers: Layers,
    pub paths: Paths,
    pub packages: Packages,
}

impl Against {
    pub fn new(first: Arc<Inspection>, second: Arc<Inspection>, pair: Arc<Pair>) -> Self {
        let paths = Paths::new(&pair);
        let mut biggest = pair.paths.biggest();
        biggest.truncate(BIGGEST);
        Self {
            sums: pair.paths.sums(),
            biggest,
            first,
            second,
            pair,
            changes: None,
            layers: Layers::default(),
            paths,
            packages: Packages::default(),
        }
    }

    /// Compares the packages, once it is known what is installed.
    pub fn installed(&mut self, first: &Installed, second: &Installed) {
        self.changes = Some(changed_packages(first, second));
    }
}
