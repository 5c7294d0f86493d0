//! A group of wasted bytes in two sentences: the reason, and the change that avoids them.

use crate::advice::SuggestedChange;
use crate::analysis::{Inspection, WastedGroup};
use crate::display::{Escaped, escaped_str, shown};
use crate::tree::Reason;

/// Explains why the bytes of a group still ship, and how to avoid them.
pub fn advice(inspection: &Inspection, group: &WastedGroup) -> (Escaped, Escaped) {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let why = match group.reason {
        _ if added_in == removed_in => {
            shown!(
                "Layer {} contains the same path more than once; only the last one is used",
                added_in
            )
        }
        Reason::Deleted | Reason::Opaque | Reason::Replaced => {
            shown!(
                "Layer {} deletes these files, but layer {} still contains them",
                removed_in,
                added_in
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
                "Layer {} writes files again that layer {} already contains",
                removed_in,
                added_in
            )
        }
    };
    let change = SuggestedChange::for_wasted(inspection, added_in, removed_in, group.reason);
    (why, escaped_str(&change.what))
}
