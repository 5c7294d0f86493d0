//! The grades of possible sizes, which follow from those of the changes.

use super::{Change, Part};
use crate::advice::ladder::{Holds, PossibleSize};
use crate::analysis::Inspection;
use crate::analysis::what_if::what_if;

/// Marks the possible sizes of which a person has to decide a part: those that leave out all that a
/// change leaves out which needs a look, and those that build on them. Where only the files of a
/// program are copied, nothing else has to be decided; what a script starts builds on the steps
/// before it.
pub(in crate::advice) fn grade_sizes(
    inspection: &Inspection,
    changes: &[Change],
    ladder: &mut [PossibleSize],
    is_script: bool,
) {
    let is_open = |change: &&Change| change.part == Part::Own && change.needs_a_look;
    let open: Vec<_> = changes.iter().filter(is_open).collect();
    if open.is_empty() {
        return;
    }
    let mut needs_a_look = false;
    for size in ladder {
        match &size.holds {
            Holds::Changed(steps) => {
                let outcome = what_if(inspection, steps);
                let is_in =
                    |change: &&Change| change.left_out.iter().all(|&inode| !outcome.keeps(inode));
                needs_a_look |= open.iter().any(is_in);
                size.needs_a_look = needs_a_look;
            }
            Holds::Others => size.needs_a_look = is_script && needs_a_look,
            Holds::Copied { .. } => {}
        }
    }
}
