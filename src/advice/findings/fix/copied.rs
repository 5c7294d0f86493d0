//! Remedies for files of a `COPY` or `ADD`, for which the advice of a rule may not fit.

use super::is_left_to_a_person;
use crate::advice::change::{Kind, Removed, SuggestedChange, is_from_context, is_removal};
use crate::advice::findings::assign::Group;
use crate::advice::findings::{Fate, Rule};
use crate::analysis::Inspection;

/// Beginnings of a rule's advice that a `COPY` cannot follow.
const FOR_A_RUN: [&str; 3] = ["remove them in the RUN", "in the same RUN: ", "RUN "];

/// Makes the remedy for files of a `COPY` or `ADD`, where that of the rule is for a `RUN`.
pub(super) fn for_rule(
    inspection: &Inspection,
    rule: &Rule,
    group: &Group,
) -> Option<SuggestedChange> {
    let added_in = group.added_in;
    let text = inspection.layers[added_in].instruction.text.raw();
    if !is_from_context(text) || fills_root(text) {
        return None;
    }
    match group.fate {
        Fate::Gone { removed_in } => {
            let is_gone = group.reason(inspection).is_some_and(is_removal);
            let removed = || Removed::find(inspection, added_in, removed_in).change();
            (is_gone && removed_in != added_in).then(removed)
        }
        Fate::Left => {
            let is_for_run = FOR_A_RUN.iter().any(|beginning| rule.fix.starts_with(beginning));
            let what = "copy only what the image needs: keep the rest out of the build context with .dockerignore";
            let is_certain = !is_left_to_a_person(rule);
            let change = SuggestedChange::new(Kind::Ignore, what);
            is_for_run.then_some(SuggestedChange { is_certain, ..change })
        }
    }
}

/// Returns whether an instruction fills `/`, as a base image does.
fn fills_root(text: &str) -> bool {
    text.trim_end().ends_with(" /")
}
