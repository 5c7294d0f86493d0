//! Images side by side: what they cost, what came, went and grew between two, and which layers they share.

mod paths;
mod sharing;

use crate::analysis::Inspection;

pub use paths::{Difference, PathChange, changed_paths};
pub use sharing::{Sharing, sharing};

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
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let ratio = (totals.shipped > 0).then(|| first as f64 / totals.shipped as f64);
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
