//! Avoidable bytes: what the changes in the user's own layers would save, wasted or not.

use std::collections::{BTreeSet, HashSet};

use crate::advice::assessment::Study;
use crate::advice::changes::{Extent, Part};
use crate::advice::findings::Fate;
use crate::analysis::{Inspection, wasted_groups};
use crate::layer_index::LayerIndex;
use crate::tree::{Reason, VersionId};

/// Bytes that need not be in the image, by who can leave them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Avoidable {
    /// Saved by changes in the user's own layers.
    pub own: u64,
    /// Saved in addition by what is optional: documentation, interactive tools.
    pub optional: u64,
    /// Saved only with another base image, or by a multi-stage build.
    pub base: u64,
}

/// The reason for avoidable bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Some layers contain files that nothing needs.
    Left {
        /// Their title.
        title: &'a str,
        /// The layers.
        layers: Vec<LayerIndex>,
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
    /// Adds up what all changes together would save, each byte once.
    pub fn measure(study: &Study) -> Self {
        let of = |part: Part| -> u64 {
            let changes = study.changes.iter().filter(|change| change.part == part);
            changes.map(|change| change.adds).sum()
        };
        Self { own: of(Part::Own), optional: of(Part::Optional), base: of(Part::Base) }
    }

    /// Adds up what the changes in the user's own layers would save that need no look, each byte
    /// once.
    pub fn without_a_look(inspection: &Inspection, study: &Study) -> u64 {
        let own = study.changes.iter().filter(|change| change.part == Part::Own);
        let sure = own.filter(|change| !change.needs_a_look);
        let inodes: HashSet<_> = sure.flat_map(|change| &change.left_out).copied().collect();
        inodes.into_iter().map(|inode| inspection.tree.size(inode)).sum()
    }

    /// Returns the largest part of the change in the user's own layers that saves the most, over all
    /// layers that have it.
    pub fn biggest_cause<'a>(inspection: &Inspection, study: &'a Study) -> Option<Cause<'a>> {
        let change = study.changes.first().filter(|change| change.part == Part::Own)?;
        let removal = |added_in, removed_in, reason: Reason, bytes| Cause::Removed {
            added_in,
            removed_in,
            verb: reason.verb(),
            bytes,
        };
        let pairs: HashSet<_> =
            change.groups.iter().map(|group| (group.added_in, group.removed_in)).collect();
        // The groups of a change may lack what findings are about.
        let groups = wasted_groups(inspection).into_iter();
        let groups = groups.filter(|it| pairs.contains(&(it.added_in, it.removed_in)));
        let removed = groups.map(|it| removal(it.added_in, it.removed_in, it.reason, it.bytes));
        let found = change.parts().map(|i| &study.findings[i]);
        let found = found.map(|finding| match (finding.fate, finding.reason) {
            (Fate::Gone { removed_in }, Some(reason)) => {
                removal(finding.added_in, removed_in, reason, finding.bytes)
            }
            _ => {
                let layers = vec![finding.added_in];
                Cause::Left { title: &finding.title, layers, bytes: finding.bytes }
            }
        });
        // A stage also leaves out packages that other changes are about.
        let surplus = match change.extent {
            Extent::Stage => &study.ladder_inputs.surplus,
            _ => &change.surplus,
        };
        let surplus = surplus.iter().map(|surplus| Cause::Left {
            title: surplus.kind.title(),
            layers: vec![surplus.layer()],
            bytes: surplus.bytes,
        });
        let biggest = removed.chain(found).chain(surplus).max_by_key(Cause::bytes)?;
        let Cause::Left { title, .. } = biggest else { return Some(biggest) };
        let all = change.findings.iter().chain(&change.shared).map(|&i| &study.findings[i]);
        let same: Vec<_> = all.filter(|finding| finding.title == title).collect();
        let bytes = same.iter().map(|finding| finding.bytes).sum();
        // A small part does not stand for all that a stage leaves out.
        if change.extent == Extent::Stage && biggest.bytes().max(bytes) < change.saves / 10 {
            let left_out = change.left_out.iter().map(|&inode| inspection.tree.added_in(inode));
            let layers = left_out.collect::<BTreeSet<_>>().into_iter().collect();
            let title = "files that the program does not need";
            return Some(Cause::Left { title, layers, bytes: change.saves });
        }
        if same.len() < 2 {
            return Some(biggest);
        }
        let layers: BTreeSet<_> = same.iter().map(|finding| finding.added_in).collect();
        Some(Cause::Left { title, layers: layers.into_iter().collect(), bytes })
    }

    /// Adds up the bytes of each layer that changes in the user's own layers would save; together
    /// they are [`Avoidable::own`].
    pub fn of_layers(inspection: &Inspection, study: &Study) -> Vec<u64> {
        let (tree, mut layers) = (&inspection.tree, vec![0; inspection.layers.len()]);
        for inode in Self::own_inodes(study) {
            layers[tree.added_in(inode)] += tree.size(inode);
        }
        layers
    }

    /// Returns the inodes whose bytes are [`Avoidable::own`].
    pub fn own_inodes(study: &Study) -> Vec<VersionId> {
        let own = study.changes.iter().filter(|change| change.part == Part::Own);
        let mut inodes: Vec<_> = own.flat_map(|change| &change.left_out).copied().collect();
        inodes.sort_unstable();
        inodes.dedup();
        inodes
    }
}
