//! Where the base image ends in a history, and what it is called, as far as the history tells.

use super::step::Step;
use crate::analysis::Inspection;
use crate::tree::Kind;

/// The label in which an image names its base (OCI image specification, annotations.md).
const BASE_NAME: &str = "org.opencontainers.image.base.name=";

/// The part of the image that others made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its name, where something tells it.
    pub name: Option<String>,
    /// How many layers are its own.
    pub layers: usize,
    /// How many steps of the history are its own.
    pub steps: usize,
    /// Whether somebody said so, rather than that it was inferred.
    pub certain: bool,
}

impl Base {
    /// Finds the base of an image; `layers` settles how many layers it has.
    pub(super) fn of(inspection: &Inspection, steps: &[Step], layers: Option<usize>) -> Self {
        let named = steps.iter().rposition(|step| step.from.is_some());
        // buildah notes the base at the first step of its own, or at the last one if it made one layer of them all.
        let first_own = named.filter(|&i| i > 0 && (i + 1 < steps.len() || steps[i].layer.is_some()));
        let label = || inspection.run.labels.iter().find_map(|label| label.strip_prefix(BASE_NAME));
        let name = named.and_then(|i| steps[i].from.clone()).or_else(|| {
            label()
                .filter(|name| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control()))
                .map(Into::into)
        });
        if let Some(layers) = layers {
            let layers = layers.min(inspection.layers.len());
            return Self { name, layers, steps: steps_of(steps, layers), certain: true };
        }
        if let Some(first_own) = first_own {
            let layers = steps[..first_own].iter().filter(|step| step.layer.is_some()).count();
            return Self { name, layers, steps: first_own, certain: true };
        }
        let layers = usize::from(begins_with_a_root_filesystem(inspection));
        Self { name, layers, steps: steps_of(steps, layers), certain: false }
    }
}

/// How many steps made the first `layers` layers, with the command that a base image usually ends with.
fn steps_of(steps: &[Step], layers: usize) -> usize {
    if layers == 0 {
        return 0;
    }
    let last = steps.iter().position(|step| step.layer == Some(layers - 1));
    let end = last.map_or(steps.len(), |last| last + 1);
    let is_command = |step: &Step| step.text.starts_with("CMD ");
    let command = steps.get(end).is_some_and(is_command) && end + 1 < steps.len();
    end + usize::from(command)
}

/// Whether the lowest layer holds an operating system's directories.
fn begins_with_a_root_filesystem(inspection: &Inspection) -> bool {
    let tree = &inspection.tree;
    let holds = |path: &&str| {
        let version = tree.find(path.as_bytes()).and_then(|node| tree.at(node, 0));
        version.is_some_and(|version| matches!(tree.kind(version), Kind::Directory | Kind::Symlink))
    };
    !inspection.layers.is_empty() && ["etc", "bin", "usr", "lib"].into_iter().filter(holds).count() >= 2
}
