//! Images side by side: what they cost, what came, went and grew between two, and which layers they share.

mod packages;
mod paths;
mod sharing;
mod tree;
mod walk;

use crate::analysis::Inspection;
use crate::display::ratio;

pub use packages::{PackageChange, PackageChanges, PackageDifference, changed_packages};
pub use paths::{Difference, PathChange, changed_paths};
pub use sharing::{LayerPlace, Sharing, layer_places, sharing};
pub use tree::{DifferenceTree, PathDifference};

/// What one image costs, beside others. All sizes are bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What to call the image.
    pub name: String,
    /// The number of its layers.
    pub layers: usize,
    /// What it ships.
    pub shipped: u64,
    /// What of that the final filesystem reaches.
    pub live: u64,
    /// What of that nothing reaches.
    pub dead: u64,
    /// The layers as the archive stores them.
    pub stored: u64,
    /// The names of regular files at last.
    pub files: u64,
    /// How many times smaller than the first image it is; below 1 if it is bigger, `None` if it ships nothing.
    pub ratio: Option<f64>,
}

/// The costs of images, beside those of the first.
pub fn columns(images: &[&Inspection]) -> Vec<Column> {
    let first = images.first().map_or(0, |image| image.totals.shipped);
    let column = |image: &&Inspection| {
        let totals = &image.totals;
        let ratio = (totals.shipped > 0).then(|| ratio(first, totals.shipped));
        Column {
            name: image.name.clone(),
            layers: image.layers.len(),
            shipped: totals.shipped,
            live: totals.live,
            dead: totals.dead(),
            stored: totals.stored_bytes,
            files: totals.files,
            ratio,
        }
    };
    images.iter().map(column).collect()
}

/// Adds the archives to names that several images have.
pub fn tell_apart(columns: &mut [Column], archives: &[String]) {
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    for (column, archive) in columns.iter_mut().zip(archives) {
        let is_the_only_one = names.iter().filter(|name| **name == column.name).count() == 1;
        if !is_the_only_one && column.name != *archive {
            column.name = format!("{} ({archive})", column.name);
        }
    }
}

/// Two images against each other: which layers they share, and what differs.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The layers that they share.
    pub sharing: Sharing,
    /// The layers of both.
    pub layers: Vec<LayerPlace>,
    /// What differs in the final filesystems.
    pub paths: DifferenceTree,
}

impl Pair {
    /// Compares an image with another one.
    pub fn of(first: &Inspection, second: &Inspection) -> Self {
        let sharing = sharing(first, second);
        Self { layers: layer_places(first, second, &sharing), paths: DifferenceTree::of(first, second), sharing }
    }
}
