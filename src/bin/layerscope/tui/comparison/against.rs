//! The state of comparing an image with the first one.

use std::collections::BTreeMap;
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::compare::{Difference, PackageChanges, Pair, SecretChanges, changed_packages};
use layerscope::files::packages::Installed;

use super::layers::Layers;
use super::packages::Packages;
use super::paths::Paths;

/// The most paths listed beside the table of images.
const BIGGEST: usize = 100;

/// An image compared with the first one.
pub struct Against {
    pub first: Arc<Inspection>,
    pub second: Arc<Inspection>,
    pub pair: Arc<Pair>,
    /// The number of paths and bytes for each kind of difference.
    pub sums: BTreeMap<Difference, (usize, u64)>,
    /// The paths with the largest differences.
    pub biggest: Vec<usize>,
    /// The package changes; `None` until the databases have been read.
    pub changes: Option<PackageChanges>,
    /// The secrets that differ; `None` if they were not searched for.
    pub secrets: Option<SecretChanges>,
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
            secrets: None,
            layers: Layers::default(),
            paths,
            packages: Packages::default(),
        }
    }

    /// Compares the packages, after the databases of both images have been read.
    pub fn installed(&mut self, first: &Installed, second: &Installed) {
        self.changes = Some(changed_packages(first, second));
    }
}
