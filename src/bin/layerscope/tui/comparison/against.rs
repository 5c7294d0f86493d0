//! An image compared with the first one.

use std::collections::BTreeMap;
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::compare::{Difference, PackageChanges, Pair, SecretChanges, changed_packages};
use layerscope::files::packages::Installed;

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
}

impl Against {
    pub fn new(first: Arc<Inspection>, second: Arc<Inspection>, pair: Arc<Pair>) -> Self {
        let mut biggest = pair.paths.biggest();
        biggest.truncate(BIGGEST);
        Self { sums: pair.paths.sums(), biggest, first, second, pair, changes: None, secrets: None }
    }

    /// Returns the number of packages that differ, as far as is known.
    pub fn package_count(&self) -> usize {
        self.changes.as_ref().map_or(0, |changes| changes.changes.len())
    }

    /// Compares the packages, after the databases of both images have been read.
    pub fn installed(&mut self, first: &Installed, second: &Installed) {
        self.changes = Some(changed_packages(first, second));
    }
}
