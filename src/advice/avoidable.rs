//! Avoidable bytes: what the changes in the user's own layers would save, wasted or not.

use crate::advice::assessment::Study;
use crate::advice::findings::{Fate, Level, Whose};
use crate::analysis::{Inspection, WastedGroup, wasted_groups};

/// Bytes that need not be in the image, by who can leave them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Avoidable {
    /// Saved by changes in the user's own layers.
    pub own: u64,
    /// The part that is optional: documentation, interactive tools.
    pub optional: u64,
    /// Saved only with another base image, or by a multi-stage build.
    pub base: u64,
}

impl Avoidable {
    /// Adds up what an assessment found: pairs of layers count whole, everything else by its finding.
    pub fn measure(inspection: &Inspection, study: &Study) -> Self {
        let mut sums = Self::default();
        for WastedGroup { added_in, bytes, .. } in wasted_groups(inspection) {
            // Whoever deletes later cannot take back what the base image brought.
            let sum = if added_in < study.base.layers { &mut sums.base } else { &mut sums.own };
            *sum += bytes;
        }
        // What is gone belongs to a pair of layers already.
        for finding in study.findings.iter().filter(|finding| finding.fate == Fate::Left) {
            let sum = match (finding.whose, finding.level) {
                (Whose::Base, _) => &mut sums.base,
                (Whose::Own, Level::Leftovers | Level::Toolchain) => &mut sums.own,
                (Whose::Own, _) => &mut sums.optional,
            };
            *sum += finding.bytes;
        }
        sums
    }

    /// Adds up the bytes of each layer that changes in the user's own layers would save; together they are
    /// [`Avoidable::own`].
    pub fn of_layers(inspection: &Inspection, study: &Study) -> Vec<u64> {
        let mut layers = vec![0; inspection.layers.len()];
        let is_own = |layer: &usize| *layer >= study.base.layers;
        let wasted = wasted_groups(inspection).into_iter().map(|group| (group.added_in, group.bytes));
        let found = study.findings.iter().filter(|finding| {
            let matters = matches!(finding.level, Level::Leftovers | Level::Toolchain);
            finding.fate == Fate::Left && finding.whose == Whose::Own && matters
        });
        let found = found.map(|finding| (finding.added_in, finding.bytes));
        for (layer, bytes) in wasted.filter(|(layer, _)| is_own(layer)).chain(found) {
            layers[layer] += bytes;
        }
        layers
    }
}
