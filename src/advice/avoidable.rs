//! Avoidable bytes: what the changes in the user's own layers would save, wasted or not.

use std::collections::{BTreeSet, HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::advice::assessment::Study;
use crate::advice::changes::{Change, Extent, Part};
use crate::advice::findings::{Fate, Finding, Level, Whose};
use crate::advice::ladder::{Holds, multi_stage};
use crate::advice::unneeded::Surplus;
use crate::analysis::{Inspection, WastedGroup, wasted_groups};
use crate::layer_index::LayerIndex;
use crate::tree::{Reason, Tree, VersionId};

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
    /// Adds up what all changes together would save, each byte once: wasted bytes, findings among
    /// the visible ones, and what a multi-stage build leaves out.
    pub fn measure(inspection: &Inspection, study: &Study) -> Self {
        Self::of_groups(&wasted_groups(inspection), inspection, study)
    }

    /// Does the same where the pairs of layers are known.
    pub fn of_groups(groups: &[WastedGroup], inspection: &Inspection, study: &Study) -> Self {
        let left = study.findings.iter().filter(|finding| finding.fate == Fate::Left);
        let of = |is_meant: fn(&Finding) -> bool| -> u64 {
            left.clone().filter(|finding| is_meant(finding)).map(|finding| finding.bytes).sum()
        };
        // Whoever deletes later cannot take back what the base image brought.
        let of_base = groups.iter().filter(|group| group.added_in < study.base.layers);
        Self {
            own: Self::of_layers(groups, inspection, study).iter().sum(),
            optional: optional(inspection, study),
            base: of_base.map(|group| group.bytes).sum::<u64>()
                + of(|finding| finding.whose == Whose::Base),
        }
    }

    /// Returns the largest part of the change in the user's own layers that saves the most.
    pub fn biggest_cause<'a>(inspection: &Inspection, study: &'a Study) -> Option<Cause<'a>> {
        let change = study.changes.first().filter(|change| change.part == Part::Own)?;
        let removal = |added_in, removed_in, reason, bytes| Cause::Removed {
            added_in,
            removed_in,
            verb: match reason {
                Reason::Overwritten => "replaces",
                Reason::RewrittenUnchanged => "rewrites",
                Reason::Deleted | Reason::Opaque | Reason::Replaced => "deletes",
            },
            bytes,
        };
        let pairs: HashSet<_> =
            change.groups.iter().map(|group| (group.added_in, group.removed_in)).collect();
        // The groups of a change may lack what findings are about.
        let groups = wasted_groups(inspection).into_iter();
        let groups = groups.filter(|it| pairs.contains(&(it.added_in, it.removed_in)));
        let removed = groups.map(|it| removal(it.added_in, it.removed_in, it.reason, it.bytes));
        let found = change.findings.iter().map(|&i| &study.findings[i]);
        let found = found.map(|finding| match (finding.fate, finding.reason) {
            (Fate::Gone { removed_in }, Some(reason)) => {
                removal(finding.added_in, removed_in, reason, finding.bytes)
            }
            _ => {
                Cause::Left { title: &finding.title, layer: finding.added_in, bytes: finding.bytes }
            }
        });
        let surplus = change.surplus.iter().map(|surplus| Cause::Left {
            title: "packages that are only recommended",
            layer: surplus.layer(),
            bytes: surplus.bytes,
        });
        removed.chain(found).chain(surplus).max_by_key(Cause::bytes)
    }

    /// Adds up the bytes of each layer that changes in the user's own layers would save; together
    /// they are [`Avoidable::own`].
    pub fn of_layers(groups: &[WastedGroup], inspection: &Inspection, study: &Study) -> Vec<u64> {
        let mut layers = vec![0; inspection.layers.len()];
        if let Some(kept) = kept_by_a_stage(study) {
            let tree = &inspection.tree;
            for (i, layer) in inspection.layers.iter().enumerate().skip(study.base.layers) {
                layers[i] = layer.size;
            }
            let unwanted = unwanted(study);
            for &inode in kept.iter().filter(|inode| !unwanted.contains(inode)) {
                let layer = tree.added_in(inode);
                layers[layer] = layers[layer].saturating_sub(tree.size(inode));
            }
            return layers;
        }
        let is_own = |layer: &LayerIndex| *layer >= study.base.layers;
        let wasted = groups.iter().map(|group| (group.added_in, group.bytes));
        let tree = &inspection.tree;
        let unwanted = unwanted(study);
        let found = unwanted.iter().map(|&inode| (tree.added_in(inode), tree.size(inode)));
        for (layer, bytes) in wasted.filter(|(layer, _)| is_own(layer)).chain(found) {
            layers[layer] += bytes;
        }
        layers
    }

    /// Returns the inodes whose bytes are [`Avoidable::own`].
    pub fn own_inodes(inspection: &Inspection, study: &Study) -> Vec<VersionId> {
        let tree = &inspection.tree;
        let own = tree
            .inodes_with_removals()
            .filter(|(inode, _)| tree.added_in(*inode) >= study.base.layers);
        let unwanted = unwanted(study);
        let kept: Option<HashSet<_>> =
            kept_by_a_stage(study).map(|kept| kept.iter().copied().collect());
        let is_avoidable = |inode: &VersionId| match &kept {
            Some(kept) => !kept.contains(inode) || unwanted.contains(inode),
            None => unwanted.contains(inode),
        };
        own.filter(|(inode, removal)| removal.is_some() || is_avoidable(inode))
            .map(|(inode, _)| inode)
            .collect()
    }
}

/// Returns the inodes that a change leaves out: their bytes are what it saves.
pub fn left_out(inspection: &Inspection, study: &Study, change: &Change) -> Vec<VersionId> {
    LeftOut::new(inspection, study).by(change)
}

/// Returns the inodes that each change leaves out.
pub fn left_out_by_each(inspection: &Inspection, study: &Study) -> Vec<Vec<VersionId>> {
    let left_out = LeftOut::new(inspection, study);
    study.changes.iter().map(|change| left_out.by(change)).collect()
}

/// Some of the inodes of a tree, of which there may be very many.
struct Inodes(Vec<bool>);

impl Inodes {
    /// Makes an empty set.
    fn none_of(tree: &Tree) -> Self {
        Self(vec![false; tree.version_count()])
    }

    /// Adds an inode; returns whether it is new.
    fn insert(&mut self, inode: VersionId) -> bool {
        self.0.get_mut(inode.index()).is_some_and(|is_in| !std::mem::replace(is_in, true))
    }

    /// Returns whether an inode is one of them.
    fn has(&self, inode: VersionId) -> bool {
        self.0.get(inode.index()).is_some_and(|&is_in| is_in)
    }
}

/// The parts of an assessment that tell which inodes a change leaves out.
struct LeftOut<'a> {
    inspection: &'a Inspection,
    study: &'a Study,
    /// The inodes of all findings.
    found: Inodes,
    /// The wasted inodes by the layers that add and remove them.
    wasted: HashMap<(LayerIndex, LayerIndex), Vec<VersionId>, RandomState>,
}

impl<'a> LeftOut<'a> {
    fn new(inspection: &'a Inspection, study: &'a Study) -> Self {
        let mut found = Inodes::none_of(&inspection.tree);
        for &inode in study.findings.iter().flat_map(|finding| &finding.inodes) {
            found.insert(inode);
        }
        let mut wasted: HashMap<_, Vec<_>, _> = HashMap::default();
        for it in &inspection.wasted {
            wasted.entry((it.added_in, it.removed_in)).or_default().push(it.version);
        }
        Self { inspection, study, found, wasted }
    }

    fn by(&self, change: &Change) -> Vec<VersionId> {
        let (tree, study) = (&self.inspection.tree, self.study);
        if change.extent == Extent::Stage {
            let kept: HashSet<_> = kept_by_a_stage(study).into_iter().flatten().copied().collect();
            let is_own = |inode: &VersionId| tree.added_in(*inode) >= study.base.layers;
            return tree.inodes().filter(|it| is_own(it) && !kept.contains(it)).collect();
        }
        // All bytes of the pairs of a merge are saved, whatever is found about them.
        let is_merge = change.extent == Extent::Merge;
        let found = change.findings.iter().flat_map(|&i| &study.findings[i].inodes);
        let found = found.copied().chain(Surplus::inodes(&change.surplus));
        let mut inodes: Vec<_> = found.filter(|_| !is_merge).collect();
        let pairs: BTreeSet<_> =
            change.groups.iter().map(|group| (group.added_in, group.removed_in)).collect();
        let wasted = pairs.iter().filter_map(|pair| self.wasted.get(pair)).flatten();
        inodes.extend(wasted.filter(|&&inode| is_merge || !self.found.has(inode)));
        inodes.extend(&change.also);
        inodes
    }
}

/// Returns for each change the bytes that it saves in addition to those before it in the list. Added
/// up, each byte counts once.
pub fn in_addition(inspection: &Inspection, study: &Study) -> Vec<u64> {
    let (tree, mut seen) = (&inspection.tree, Inodes::none_of(&inspection.tree));
    let adds = |inodes: Vec<VersionId>| -> u64 {
        let new = inodes.into_iter().filter(|&inode| seen.insert(inode));
        new.map(|inode| tree.size(inode)).sum()
    };
    left_out_by_each(inspection, study).into_iter().map(adds).collect()
}

/// Returns the visible inodes of the findings and of the packages that nothing needs.
fn unwanted(study: &Study) -> HashSet<VersionId> {
    let found = study.findings.iter().filter(|finding| is_own_and_left(finding));
    let found = found.flat_map(|finding| finding.inodes.iter().copied());
    found.chain(Surplus::inodes(&study.ladder_inputs.surplus)).collect()
}

/// Adds up the visible bytes of what is optional and not avoidable anyway, each byte once.
fn optional(inspection: &Inspection, study: &Study) -> u64 {
    let is_meant = |finding: &&Finding| {
        finding.fate == Fate::Left && finding.whose == Whose::Own && !is_unwanted(finding)
    };
    let found = study.findings.iter().filter(is_meant);
    let mut found: HashSet<_> = found.flat_map(|finding| &finding.inodes).copied().collect();
    if !found.is_empty() {
        Avoidable::own_inodes(inspection, study).iter().for_each(|inode| {
            found.remove(inode);
        });
    }
    found.iter().map(|&inode| inspection.tree.size(inode)).sum()
}

fn is_unwanted(finding: &Finding) -> bool {
    matches!(finding.level, Level::Leftovers | Level::Toolchain)
}

fn is_own_and_left(finding: &Finding) -> bool {
    finding.fate == Fate::Left && finding.whose == Whose::Own && is_unwanted(finding)
}

/// Returns the inodes of the user's layers that stay in a multi-stage build, if that is one of the
/// changes.
fn kept_by_a_stage(study: &Study) -> Option<&[VersionId]> {
    study.changes.iter().find(|change| change.extent == Extent::Stage)?;
    match &multi_stage(&study.ladder)?.1.holds {
        Holds::Copied { inodes, .. } => Some(inodes),
        _ => None,
    }
}
