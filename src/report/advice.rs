//! A group of wasted bytes in two sentences: the reason, and the change that avoids them.

use crate::advice::assessment::{Study, for_group};
use crate::analysis::{Inspection, WastedGroup};
use crate::display::{Escaped, escaped_str, shown};
use crate::tree::Reason;

/// Explains why the bytes of a group are still in the image, and how to avoid them.
pub(super) fn advice(
    inspection: &Inspection,
    study: &Study,
    group: &WastedGroup,
) -> (Escaped, Escaped) {
    let merges = &study.ladder_inputs.merges;
    let change = for_group(inspection, merges, Some(study), group);
    (why_wasted(group), escaped_str(&change.what))
}

/// Explains why the bytes of a group are still in the image.
pub fn why_wasted(group: &WastedGroup) -> Escaped {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let (these_files, them, files) = match group.count {
        1 => ("this file", "it", "a file"),
        _ => ("these files", "them", "files"),
    };
    match group.reason {
        _ if added_in == removed_in => {
            shown!(
                "Layer {} contains the same path more than once; only the last one is used",
                added_in
            )
        }
        Reason::Deleted | Reason::Opaque | Reason::Replaced => {
            shown!(
                "Layer {} deletes {}, but layer {} still contains {}",
                removed_in,
                these_files,
                added_in,
                them
            )
        }
        Reason::RewrittenUnchanged => {
            shown!(
                "Layer {} stores the same contents again, with another mode, owner or time",
                removed_in
            )
        }
        Reason::Overwritten => {
            shown!(
                "Layer {} writes {} again that layer {} already contains",
                removed_in,
                files,
                added_in
            )
        }
    }
}
