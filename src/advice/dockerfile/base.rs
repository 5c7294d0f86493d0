//! Names the base image for a Dockerfile, and finds its entries in the history.

use super::step::{Step, is_name};
use crate::advice::base::{Base, Evidence, named};
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Tree};

/// Returns a reference for `FROM`: a name recorded by a builder, an annotation or a label, not a
/// descriptive one.
pub fn reference(inspection: &Inspection, base: &Base) -> Option<String> {
    let name = base.name.as_ref().filter(|name| is_name(name.raw()))?;
    let says = || named(inspection).is_some_and(|built_on| built_on.name == *name);
    (base.how == Evidence::Builder || says()).then(|| name.raw().to_owned())
}

/// Systems whose images have the version of their `os-release` as their tag.
const TAGGED: [&str; 3] = ["Alpine", "Debian", "Ubuntu"];
/// The directory of manuals, which the slim variants of a system's image leave out.
const MANUALS: &[u8] = b"usr/share/man";

/// Returns the reference that the base image most likely has, where nothing records it: the version
/// that its system gives itself.
pub fn likely_reference(inspection: &Inspection, base: &Base) -> Option<String> {
    let name = base.name.as_ref()?.raw();
    let reference = base.references.first()?.raw();
    // More layers than that of the system may be anybody's image.
    let is_plain = base.layers == 1 && !base.certain && TAGGED.contains(&name);
    let is_slim = name == "Debian" && !has_files(&inspection.tree, MANUALS);
    let slim = if is_slim { "-slim" } else { "" };
    (is_plain && is_name(reference)).then(|| format!("{reference}{slim}"))
}

/// Returns whether the first layer has files in the directories of a directory.
fn has_files(tree: &Tree, path: &[u8]) -> bool {
    let is_there = |node: &NodeId| tree.at(*node, LayerIndex::FIRST).is_some();
    let mut below = tree
        .find(path)
        .into_iter()
        .flat_map(|it| tree.children(it))
        .flat_map(|it| tree.children(it));
    below.any(|node| is_there(&node))
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
