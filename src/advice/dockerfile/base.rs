//! Names the base image for a Dockerfile, and finds its entries in the history.

use super::step::{Step, is_name};
use crate::advice::base::{Base, Evidence, named};
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;

/// Returns a reference for `FROM`: a name recorded by a builder, an annotation or a label, not a
/// descriptive one.
pub fn reference(inspection: &Inspection, base: &Base) -> Option<String> {
    let name = base.name.as_ref().filter(|name| is_name(name.raw()))?;
    let says = || named(inspection).is_some_and(|built_on| built_on.name == *name);
    (base.how == Evidence::Builder || says()).then(|| name.raw().to_owned())
}

/// Returns the number of history entries that made the first `layers` layers, including the command
/// with which base images usually end.
pub fn steps_of(steps: &[Step], layers: usize) -> usize {
    let Some(last) = LayerIndex::highest(layers) else { return 0 };
    let last = steps.iter().position(|step| step.layer == Some(last));
    let end = last.map_or(steps.len(), |last| last + 1);
    let is_command = |step: &Step| step.text.starts_with("CMD ");
    let command = steps.get(end).is_some_and(is_command) && end + 1 < steps.len();
    end + usize::from(command)
}
