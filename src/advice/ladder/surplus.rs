//! The size without packages that apt only installs because others recommend them.

use super::Certainty;
use crate::advice::unneeded::Surplus;
use crate::analysis::Inspection;

/// Returns the reliability of a size without some packages.
pub fn certainty_without(inspection: &Inspection, surplus: &[Surplus]) -> Certainty {
    match surplus.iter().any(|surplus| surplus.used.is_some()) {
        _ if !inspection.completeness.sizes_are_exact() => Certainty::AtLeast,
        true => Certainty::Estimate("the packages that have to be named stay".into()),
        // What only these packages need goes with them.
        false => Certainty::AtMost,
    }
}
