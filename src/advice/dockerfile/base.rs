//! The base image as a Dockerfile names it, and which steps of the history are its own.

use super::step::{Step, is_name};
use crate::advice::base::{Base, Evidence, named};
use crate::analysis::Inspection;

/// What can stand behind `FROM`: a name that a builder, an annotation or a label has, not what somebody would call the image.
pub fn reference(inspection: &Inspection, base: &Base) -> Option<String> {
    let name = base.name.as_ref().filter(|name| is_name(name))?;
    let says = || named(inspection).is_some_and(|built_on| built_on.name == *name);
    (base.how == Evidence::Builder || says()).then(|| name.clone())
}

/// How many steps made the first `layers` layers, with the command that a base image usually ends with.
pub fn steps_of(steps: &[Step], layers: usize) -> usize {
    let Some(last) = layers.checked_sub(1) else { return 0 };
    let last = steps.iter().position(|step| step.layer == Some(last));
    let end = last.map_or(steps.len(), |last| last + 1);
    let is_command = |step: &Step| step.text.starts_with("CMD ");
    let command = steps.get(end).is_some_and(is_command) && end + 1 < steps.len();
    end + usize::from(command)
}
