//! Suggests what to do about wasted bytes, by cause.

use crate::analysis::{DeadGroup, Inspection};
use crate::tree::Cause;

/// Returns a sentence on why the bytes of a group are still in the image, and one on what to do.
pub fn advice(inspection: &Inspection, group: &DeadGroup) -> (String, String) {
    let (born, died) = (group.born_in, group.died_in);
    if born == died {
        let why = format!("layer {born} holds the same path more than once; only the last one is used");
        return (why, "have the tool that writes this layer write each path once".into());
    }
    let starts = |layer: usize, word: &str| inspection.layers[layer].instruction.text.starts_with(word);
    let run = |layer: usize| starts(layer, "RUN ");
    let copied = |layer: usize| layer > 0 && (starts(layer, "COPY ") || starts(layer, "ADD "));
    match group.cause {
        Cause::Deleted | Cause::Opaque | Cause::Replaced => {
            let why = format!("layer {died} hides the bytes of layer {born}, but layer {born} still ships them");
            let what = if run(born) && run(died) {
                format!(
                    "delete them in the RUN that adds them: merge {born} and {died} into one, or build in another stage"
                )
            } else if copied(born) {
                "keep them out of the build context with .dockerignore, or copy only what is needed from another stage"
                    .into()
            } else {
                "start from a base image without them, or copy only what is needed into another stage".into()
            };
            (why, what)
        }
        Cause::Recopied => (
            format!("layer {died} ships the same contents again, with another mode, owner or time"),
            if run(born) {
                format!("set mode and owner in the RUN of layer {born} itself")
            } else {
                "set mode and owner while copying: COPY --chmod=… --chown=…".into()
            },
        ),
        Cause::Overwritten => (
            format!("layer {died} writes files again that layer {born} ships already"),
            if run(born) && run(died) {
                format!("write them once: merge {born} and {died} into one RUN")
            } else {
                "write them once, in the instruction that knows their final contents".into()
            },
        ),
    }
}
