//! Compares images: their sizes, the paths that differ between two, and the layers they share.

mod packages;
mod paths;
mod secrets;
mod sharing;
mod tree;
mod walk;

use std::collections::HashSet;

use crate::analysis::{Amount, Inspection};
use crate::display::shown;
use crate::display::{Escaped, ratio};
use crate::tree::NodeId;

pub use packages::{PackageChange, PackageChanges, PackageDifference, changed_packages};
pub use paths::{Difference, PathChange, changed_paths};
pub use secrets::{ComparedSecret, ComparedSecrets, SecretChanges, differing_files};
pub use sharing::{LayerPlace, Sharing, layer_places, sharing};
pub use tree::{DifferenceTree, PathDifference};

/// The sizes of one image in a comparison, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The display name of the image.
    pub name: Escaped,
    /// The number of its layers.
    pub layers: usize,
    /// The size of the image.
    pub size: u64,
    /// The visible part of the size.
    pub visible: u64,
    /// The wasted part of the size.
    pub wasted: u64,
    /// The size of the layers as the archive stores them.
    pub stored: u64,
    /// The number of names of regular files in the final filesystem.
    pub files: u64,
    /// The size of the first image divided by the size of this one; `None` if this image is empty,
    /// or if not all of both was read.
    pub ratio: Option<f64>,
    /// True if the image was read completely; otherwise the sizes are lower bounds.
    pub exact: bool,
    /// The missing part, as a clause.
    pub unknown: Option<Escaped>,
}

impl Column {
    /// Returns the size of the image: exact, or a lower bound.
    pub fn amount(&self) -> Amount {
        if self.exact { Amount::Exactly(self.size) } else { Amount::AtLeast(self.size) }
    }
}

/// Returns the sizes of images, each with its ratio to the first.
pub fn columns(images: &[&Inspection]) -> Vec<Column> {
    let first = images.first().map_or(0, |image| image.totals.size);
    let first_is_exact = images.first().is_some_and(|image| image.completeness.sizes_are_exact());
    let column = |image: &&Inspection| {
        let totals = &image.totals;
        let exact = image.completeness.sizes_are_exact();
        let comparable = exact && first_is_exact && totals.size > 0;
        let ratio = comparable.then(|| ratio(first, totals.size));
        Column {
            name: image.name.clone(),
            layers: image.layers.len(),
            size: totals.size,
            visible: totals.visible,
            wasted: totals.wasted(),
            stored: totals.stored_bytes,
            files: totals.files,
            ratio,
            exact,
            unknown: image.completeness.summary().filter(|_| !exact),
        }
    };
    images.iter().map(column).collect()
}

/// Appends the archive's name to image names that are not unique.
pub fn tell_apart(columns: &mut [Column], archives: &[Escaped]) {
    let names: Vec<Escaped> = columns.iter().map(|column| column.name.clone()).collect();
    for (column, archive) in columns.iter_mut().zip(archives) {
        let is_the_only_one = names.iter().filter(|name| **name == column.name).count() == 1;
        if !is_the_only_one && column.name != *archive {
            column.name = shown!("{} ({})", column.name, archive);
        }
    }
}

/// The comparison of two images: the layers they share, and the paths that differ.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The layers that both have.
    pub sharing: Sharing,
    /// The layers of both images in one list.
    pub layers: Vec<LayerPlace>,
    /// The paths that differ in the final filesystems.
    pub paths: DifferenceTree,
}

/// Files of two images that are known to differ, each with its path in both.
pub type DifferingFiles = HashSet<(NodeId, NodeId)>;

impl Pair {
    /// Compares an image with another one.
    pub fn between(first: &Inspection, second: &Inspection) -> Self {
        Self::knowing(first, second, &DifferingFiles::new())
    }

    /// Compares an image with another one, with files that are known to differ though size and time
    /// are the same.
    pub fn knowing(first: &Inspection, second: &Inspection, differing: &DifferingFiles) -> Self {
        let sharing = sharing(first, second);
        Self {
            layers: layer_places(first, second, &sharing),
            paths: DifferenceTree::compare(first, second, &sharing, differing),
            sharing,
        }
    }
}
