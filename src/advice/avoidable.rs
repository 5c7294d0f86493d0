//! Avoidable bytes: what the changes in the user's own layers would save, wasted or not.

use crate::advice::assessment::Study;
use crate::advice::findings::{Fate, Level, Whose};
use crate::analysis::{Inspection, WastedGroup, wasted_groups};
use crate::layer_index::LayerIndex;
use crate::tree::Reason;

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

/// The reason for avoidable bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause<'a> {
    /// One layer removes files of another one.
    Removed {
        /// The layer that contains them.
        added_in: LayerIndex,
        /// The layer that removes them.
        removed_in: LayerIndex,
        /// The verb: deletes, replaces, rewrites.
        verb: &'static str,
        /// Their bytes.
        bytes: u64,
    },
    /// A layer contains files that nothing needs.
    Left {
        /// Their title.
        title: &'a str,
        /// The layer.
        layer: LayerIndex,
        /// Their bytes.
        bytes: u64,
    },
}

impl Cause<'_> {
    fn bytes(&self) -> u64 {
        match self {
            Self::Removed { bytes, .. } | Self::Left { bytes, .. } => *bytes,
        }
    }
}

impl Avoidable {
    /// Adds up what an assessment found: pairs of layers count whole, everything else by its
    /// finding.
    pub fn measure(inspection: &Inspection, study: &Study) -> Self {
        Self::of_groups(&wasted_groups(inspection), study)
    }

    /// Does the same where the pairs of layers are known.
    pub fn of_groups(groups: &[WastedGroup], study: &Study) -> Self {
        let mut sums = Self::default();
        for &WastedGroup { added_in, bytes, .. } in groups {
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

    /// Returns the largest group of bytes that changes in the user's own layers would save.
    pub fn biggest_cause<'a>(inspection: &Inspection, study: &'a Study) -> Option<Cause<'a>> {
        let groups = wasted_groups(inspection)
            .into_iter()
            .filter(|group| group.added_in >= study.base.layers);
        let removed = groups.filter(|group| group.bytes > 0).map(|group| Cause::Removed {
            added_in: group.added_in,
            removed_in: group.removed_in,
            verb: match group.reason {
                Reason::Overwritten => "replaces",
                Reason::RewrittenUnchanged => "rewrites",
                Reason::Deleted | Reason::Opaque | Reason::Replaced => "deletes",
            },
            bytes: group.bytes,
        });
        let left = study.findings.iter().filter(|finding| {
            let matters = matches!(finding.level, Level::Leftovers | Level::Toolchain);
            finding.fate == Fate::Left && finding.whose == Whose::Own && matters
        });
        let left = left.map(|finding| Cause::Left {
            title: &finding.title,
            layer: finding.added_in,
            bytes: finding.bytes,
        });
        removed.chain(left).max_by_key(Cause::bytes)
    }

    /// Adds up the bytes of each layer that changes in the user's own layers would save; together
    /// they are [`Avoidable::own`].
    pub fn of_layers(groups: &[WastedGroup], study: &Study, layers: usize) -> Vec<u64> {
        let mut layers = vec![0; layers];
        let is_own = |layer: &LayerIndex| *layer >= study.base.layers;
        let wasted = groups.iter().map(|group| (group.added_in, group.bytes));
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
