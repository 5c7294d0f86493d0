//! Explains a possible size: the size before it, less what the step leaves out; and the size without
//! what is marked.

use std::collections::HashSet;

use layerscope::Inspection;
use layerscope::advice::assessment::Study;
use layerscope::advice::ladder::{Holds, PossibleSize, Step};
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::display::Units;
use layerscope::tree::VersionId;

use super::change::NEEDS_A_LOOK;
use super::{Part, Sum, by_layers};

pub fn explain(
    inspection: &Inspection,
    study: &Study,
    before: usize,
    place: usize,
    units: Units,
) -> (String, Vec<Part>) {
    let sizes = &study.ladder;
    let (Some(first), Some(from), Some(to)) = (sizes.first(), sizes.get(before), sizes.get(place))
    else {
        return Default::default();
    };
    let mut parts = vec![Part::Sum(derived(inspection, from, to))];
    if let Step::SmallBase(base) | Step::Distroless(base) = to.step {
        let files = (to.size.saturating_sub(base.bytes), "files that the program needs".into());
        let base = (base.bytes, format!("base image {}", base.name));
        parts.push(Part::Sentence("The new image consists of:".into()));
        parts.push(Part::Sum(Sum::new(vec![base, files], to.size, "this size")));
    }
    if before > 0 {
        let saved = (first.size.saturating_sub(to.size), "saved by all steps so far".into());
        let both = vec![(to.size, "this size".into()), saved];
        parts.push(Part::Sum(Sum::new(both, first.size, "size as built")));
    }
    let look = to.needs_a_look.then(|| NEEDS_A_LOOK.to_owned());
    parts.extend(look.into_iter().chain([to.certainty.sentence(units)]).map(Part::Sentence));
    (to.step.title(), parts)
}

/// Derives a size from the one before it, by the files that it leaves out; where it has other files,
/// by the difference alone.
fn derived(inspection: &Inspection, from: &PossibleSize, to: &PossibleSize) -> Sum {
    let before = (from.size, format!("size before it ({})", from.step.title()));
    if let (Some(old), Some(new)) = (kept(inspection, from), kept(inspection, to)) {
        let size = |inodes: &HashSet<_>| -> u64 {
            inodes.iter().map(|&inode| inspection.tree.size(inode)).sum()
        };
        let come = new.difference(&old).map(|&inode| inspection.tree.size(inode)).sum();
        let mut all = vec![before.clone()];
        if come > 0 {
            all.push((come, "files that it takes in again, because the program needs them".into()));
        }
        let left = by_layers(inspection, old.difference(&new).copied());
        if (size(&old), size(&new)) == (from.size, to.size) {
            return Sum::less(all, left, to.size, "this size");
        }
    }
    let saved = (from.size.saturating_sub(to.size), "saved by this step".to_owned());
    Sum::less(vec![before], vec![saved], to.size, "this size")
}

/// Returns the inodes of the image that a possible size has; `None` if it has other files.
fn kept(inspection: &Inspection, size: &PossibleSize) -> Option<HashSet<VersionId>> {
    let tree = &inspection.tree;
    match &size.holds {
        Holds::Changed(changes) => {
            let outcome = what_if(inspection, changes);
            Some(tree.inodes().filter(|&inode| outcome.keeps(inode)).collect())
        }
        Holds::Copied { below, inodes } => {
            let copied: HashSet<_> = inodes.iter().copied().collect();
            let is_kept =
                |inode: &VersionId| copied.contains(inode) || tree.added_in(*inode) < *below;
            Some(tree.inodes().filter(is_kept).collect())
        }
        Holds::Others => None,
    }
}

/// Explains the size without what is marked.
pub fn without_marks(
    inspection: &Inspection,
    title: &str,
    changes: &[Change],
) -> (String, Vec<Part>) {
    let outcome = what_if(inspection, changes);
    let tree = &inspection.tree;
    let left = by_layers(inspection, tree.inodes().filter(|&inode| !outcome.keeps(inode)));
    let from = vec![(inspection.totals.size, "size of the image".into())];
    let parts = vec![
        Part::Sum(Sum::less(from, left, outcome.size, "this size")),
        Part::Sentence("Exact: the same files, without those left out.".into()),
    ];
    (title.into(), parts)
}
