//! The image that growth is measured from: another image, or its JSON report.

use crate::analysis::{Inspection, Listing};
use crate::display::Escaped;
use crate::escape::Untrusted;

/// The facts about an earlier image.
#[derive(Debug, Clone)]
pub struct Baseline<'a> {
    /// The name, escaped for display.
    pub name: Escaped,
    /// The size in bytes.
    pub size: u64,
    /// True if all of it was read.
    pub exact: bool,
    /// The digests of its uncompressed layers.
    pub diff_ids: Vec<Untrusted>,
    /// The image with its files; `None` if only a report without them is there.
    pub image: Option<&'a Inspection>,
}

impl<'a> Baseline<'a> {
    /// Returns the difference of an image's size to the baseline in bytes; `None` if not all of
    /// both was read.
    pub fn growth_to(&self, image: &Inspection) -> Option<i64> {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        let is_known = self.exact && image.completeness.sizes_are_exact();
        is_known.then(|| signed(image.totals.size).saturating_sub(signed(self.size)))
    }

    /// Makes a baseline of an image, or of what its report records.
    pub fn of_image(image: &'a Inspection) -> Self {
        Self {
            name: image.name.clone(),
            size: image.totals.size,
            exact: image.completeness.sizes_are_exact(),
            diff_ids: image.layers.iter().filter_map(|layer| layer.diff_id.clone()).collect(),
            image: (image.listing != Listing::Absent).then_some(image),
        }
    }
}
