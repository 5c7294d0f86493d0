//! The size without packages that nothing asks for.

use super::Certainty;
use crate::advice::unneeded::{Surplus, SurplusKind};
use crate::analysis::Inspection;

/// Returns the reliability of a size without some packages of one kind.
pub fn certainty_without(
    inspection: &Inspection,
    kind: SurplusKind,
    surplus: &[Surplus],
) -> Certainty {
    let is_used = surplus.iter().any(|surplus| surplus.used.is_some());
    match (kind, is_used) {
        _ if !inspection.completeness.sizes_are_exact() => Certainty::AtLeast,
        (SurplusKind::Development, _) => Certainty::Exact,
        (SurplusKind::Recommended, true) => {
            Certainty::Estimate("the packages that have to be named stay".into())
        }
        // What only these packages need goes with them.
        (SurplusKind::Recommended, false) | (SurplusKind::Npm, _) => Certainty::AtMost,
    }
}
