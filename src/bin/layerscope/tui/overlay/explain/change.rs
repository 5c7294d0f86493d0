//! Explains a change: what it saves alone and in addition, and the size after it; and its parts.

use std::cmp::Reverse;
use std::collections::HashSet;

use layerscope::Inspection;
use layerscope::advice::assessment::Study;
use layerscope::advice::changes::{Change, Extent};
use layerscope::advice::findings::Finding;
use layerscope::advice::unneeded::{Surplus, SurplusKind};
use layerscope::display::{Units, escaped, escaped_str, files};
use layerscope::report::others;
use layerscope::tree::{Reason, VersionId};

use super::{Part, Sum, by_layers};
use crate::tui::explorer::sentences::layer_named;

/// The reason of the grade of a change that somebody has to look at.
pub(super) const NEEDS_A_LOOK: &str =
    "Needs a look: a person has to decide whether these files are wanted.";

pub fn explain(
    inspection: &Inspection,
    study: &Study,
    place: usize,
    units: Units,
) -> (String, Vec<Part>) {
    let Some(change) = study.changes.get(place) else { return Default::default() };
    let layers = by_layers(inspection, change.left_out.iter().copied());
    let mut parts = vec![
        Part::Sentence("Made alone, it leaves out:".into()),
        Part::Sum(Sum::new(contents(inspection, study, change), change.saves, "saved alone")),
    ];
    if layers.len() > 1 {
        parts.push(Part::Sentence("The same by layer (added in → removed in):".into()));
        parts.push(Part::Sum(Sum::new(layers, change.saves, "saved alone")));
    }
    let is_shared = |part| !change.findings.contains(&part);
    if change.extent == Extent::Stage || change.parts().any(is_shared) {
        let shared = "* Another change leaves these files out, too.";
        parts.insert(2, Part::Sentence(shared.into()));
    }
    parts.extend(in_addition(inspection, study, place));
    let after = Sum::less(
        vec![(inspection.totals.size, "size of the image".into())],
        vec![(change.saves, "saved alone".into())],
        change.size,
        "size after it",
    );
    parts.push(Part::Sum(after));
    parts.extend(grade(change, units).into_iter().map(Part::Sentence));
    (escaped_str(&change.short_title()).into(), parts)
}

/// Returns the findings of a change and its other files, with their bytes.
fn contents(inspection: &Inspection, study: &Study, change: &Change) -> Vec<(u64, String)> {
    let part = |i: usize| {
        let finding = &study.findings[i];
        let is_own = change.findings.contains(&i);
        let shared = if is_own { "" } else { " *" };
        (finding.bytes, format!("{}{shared}", titled(inspection, finding)))
    };
    let mut contents: Vec<_> = change.parts().map(part).collect();
    let is_file = |inode: &&VersionId| inspection.tree.size(**inode) > 0;
    let rest = match contents.is_empty() {
        true => files(change.left_out.iter().filter(is_file).count()),
        false => others(change.extent).trim_start_matches("of ").into(),
    };
    contents.extend(packages(inspection, study, change));
    contents.sort_by_key(|&(bytes, _)| Reverse(bytes));
    let known: u64 = contents.iter().map(|(bytes, _)| bytes).sum();
    let others = change.saves.saturating_sub(known);
    if others > 0 || contents.is_empty() {
        contents.push((others, rest));
    }
    contents
}

/// Returns the packages that a stage leaves out beside its findings, by the reason why they were
/// installed, with their bytes that are not of a finding or of another kind.
fn packages(inspection: &Inspection, study: &Study, change: &Change) -> Vec<(u64, String)> {
    if change.extent != Extent::Stage {
        return Vec::new();
    }
    let mut left: HashSet<_> = change.left_out.iter().copied().collect();
    for inode in change.parts().flat_map(|part| &study.findings[part].inodes) {
        left.remove(inode);
    }
    let surplus = &study.ladder_inputs.surplus;
    let of_kind = SurplusKind::ALL.into_iter().map(|kind| {
        let all = Surplus::of_kind(surplus, kind);
        let count = all.iter().map(|it| it.unneeded.packages.len()).sum();
        let inodes = Surplus::inodes(&all).filter(|inode| left.remove(inode));
        let bytes = inodes.map(|inode| inspection.tree.size(inode)).sum();
        (bytes, format!("{} *, without files that stand here already", kind.counted(count)))
    });
    of_kind.filter(|&(bytes, _)| bytes > 0).collect()
}

fn titled(inspection: &Inspection, finding: &Finding) -> String {
    let title = escaped_str(&finding.title);
    let layer = layer_named(inspection, finding.added_in);
    let removed = match finding.removed_in() {
        Some(removed_in) if removed_in != finding.added_in => {
            format!(", {} in {removed_in}", Reason::past_of(finding.reason))
        }
        _ => String::new(),
    };
    format!("{title}, {} of {layer}{removed}", files(finding.files))
}

/// Says how much of the saving is left if the changes before it in the list are made as well.
fn in_addition(inspection: &Inspection, study: &Study, place: usize) -> Vec<Part> {
    let (before, change) = (&study.changes[..place], &study.changes[place]);
    if change.adds == change.saves {
        let sentence = match place {
            0 => "It stands first in the list, so it saves as much in addition.",
            _ => {
                "No change before it leaves out any of these files, so it saves as much in addition."
            }
        };
        return vec![Part::Sentence(sentence.into())];
    }
    // Each file counts at the first change that leaves it out.
    let mut left: HashSet<_> = change.left_out.iter().copied().collect();
    let shared = before.iter().map(|other| {
        let both = other.left_out.iter().filter(|inode| left.remove(inode));
        let bytes = both.map(|&inode| inspection.tree.size(inode)).sum();
        (bytes, format!("left out by \"{}\" already", escaped_str(&other.short_title())))
    });
    let from = vec![(change.saves, "saved alone".to_owned())];
    vec![
        Part::Sentence("In addition to the changes before it in the list:".into()),
        Part::Sum(Sum::less(from, shared.collect(), change.adds, "saved in addition")),
    ]
}

/// Explains how far the size after a change can be relied on.
fn grade(change: &Change, units: Units) -> Vec<String> {
    let look = change.needs_a_look.then(|| NEEDS_A_LOOK.to_owned());
    look.into_iter().chain([change.certainty.sentence(units)]).collect()
}

/// Explains the bytes of a finding.
pub fn finding(inspection: &Inspection, study: &Study, place: usize) -> (String, Vec<Part>) {
    let Some(finding) = study.findings.get(place) else { return Default::default() };
    let tree = &inspection.tree;
    let path = |inode| escaped(&tree.path(tree.node_of(inode))).into();
    let largest = finding.inodes.iter().map(|&inode| (tree.size(inode), inode)).collect();
    let parts = vec![
        Part::Sentence(format!("{}, by file:", titled(inspection, finding))),
        Part::Sum(Sum::naming(largest, path, finding.bytes, "in all")),
    ];
    (escaped_str(&finding.title).into(), parts)
}
