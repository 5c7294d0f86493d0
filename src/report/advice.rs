//! A group of wasted bytes in two sentences: the reason, and the change that avoids them.

use crate::advice::SuggestedChange;
use crate::analysis::{Inspection, WastedGroup};
use crate::tree::Reason;

/// Explains why the bytes of a group still ship, and how to avoid them.
pub fn advice(inspection: &Inspection, group: &WastedGroup) -> (String, String) {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let why = match group.reason {
        _ if added_in == removed_in => {
            format!("Layer {added_in} contains the same path more than once; only the last one is used")
        }
        Reason::Deleted | Reason::Opaque | Reason::Replaced => {
            format!("Layer {removed_in} deletes these files, but layer {added_in} still contains them")
        }
        Reason::RewrittenUnchanged => {
            format!("Layer {removed_in} stores the same contents again, with another mode, owner or time")
        }
        Reason::Overwritten => format!(
            "Layer {removed_in} writes files again that layer {added_in} already \
            contains"
        ),
    };
    (why, SuggestedChange::for_wasted(inspection, added_in, removed_in, group.reason).what)
}
