//! The grades of possible sizes, which follow from those of the changes.

use super::why::named;
use super::{Change, Extent, Part};
use crate::advice::findings::Finding;
use crate::advice::ladder::{Certainty, Holds, PossibleSize};
use crate::analysis::Inspection;
use crate::analysis::what_if;
use crate::display::{Sentence, escaped_str, listed};

/// The most changes that a remark names.
const NAMED: usize = 3;

/// Gives each possible size the weakest certainty of the changes that it contains and of the sizes
/// before it, and marks those of which a person has to decide a part. A size contains a change if it
/// leaves out all that the change does. Where only the files of a program are copied, nothing else
/// counts; what a script starts builds on the steps before it.
pub(in crate::advice) fn grade_sizes(
    inspection: &Inspection,
    (changes, findings): (&[Change], &[Finding]),
    ladder: &mut [PossibleSize],
    is_script: bool,
) {
    let own: Vec<_> = changes.iter().filter(|change| change.part == Part::Own).collect();
    let (mut open, mut weakest) = (Vec::new(), Certainty::Exact);
    for size in ladder {
        match &size.holds {
            Holds::Changed(steps) => {
                let contained = contained(inspection, steps, &own);
                open = contained.iter().copied().filter(|change| change.needs_a_look).collect();
                for certainty in contained.iter().map(|it| &it.certainty).chain([&size.certainty]) {
                    weakest = weakest.weaker(certainty).clone();
                }
                size.certainty = weakest.clone();
                mark(size, &open, findings);
            }
            Holds::Others if is_script => mark(size, &open, findings),
            Holds::Others | Holds::Copied { .. } => {}
        }
    }
}

/// Returns the changes that some steps contain; the image as it is built contains none.
fn contained<'a>(
    inspection: &Inspection,
    steps: &[what_if::Change],
    own: &[&'a Change],
) -> Vec<&'a Change> {
    if steps.is_empty() || own.is_empty() {
        return Vec::new();
    }
    let outcome = what_if::what_if(inspection, steps);
    let is_in = |change: &&Change| change.left_out.iter().all(|&inode| !outcome.keeps(inode));
    own.iter().copied().filter(is_in).collect()
}

/// Marks a size that contains changes which a person has to decide about, and says so in its first
/// remark.
fn mark(size: &mut PossibleSize, open: &[&Change], findings: &[Finding]) {
    if open.is_empty() {
        return;
    }
    size.needs_a_look = true;
    let mut left: Vec<_> = open.iter().map(|change| left_out_by(change, findings)).collect();
    if let more @ 1.. = left.len().saturating_sub(NAMED) {
        left.truncate(NAMED);
        left.push(format!("{more} more"));
    }
    let note = format!("needs a look: you have to decide about {}", listed(&left));
    size.notes.insert(0, Sentence::from(escaped_str(&note)));
}

/// Names what a change leaves out in a few words.
fn left_out_by(change: &Change, findings: &[Finding]) -> String {
    match (change.extent, change.findings.first(), change.groups.first()) {
        (Extent::Packages(kind), ..) => kind.title().into(),
        (Extent::Stage, ..) => "all that the program does not need".into(),
        (_, Some(&first), _) => named(&findings[first].title),
        (_, None, Some(group)) => {
            format!("files that layer {} {}", group.removed_in, group.reason.verb())
        }
        (_, None, None) => change.short_title(),
    }
}
