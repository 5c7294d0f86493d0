//! Explains the bytes that one layer adds and another removes.

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::WastedGroup;
use layerscope::display::escaped;
use layerscope::display::files;
use layerscope::tree::Reason;

use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

pub fn explain(inspection: &Inspection, group: &WastedGroup) -> (String, Vec<Part>) {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let tree = &inspection.tree;
    let wasted = || {
        inspection
            .wasted
            .iter()
            .filter(|wasted| (wasted.added_in, wasted.removed_in) == (added_in, removed_in))
    };
    let mut reasons: BTreeMap<String, (u64, usize)> = BTreeMap::new();
    for wasted in wasted() {
        let sum = reasons.entry(cause(wasted.reason, removed_in)).or_default();
        sum.0 += wasted.bytes;
        sum.1 += 1;
    }
    let reasons = reasons
        .iter()
        .map(|(reason, &(bytes, number))| (bytes, format!("{}{reason}", files(number))))
        .collect();
    let path = |version| escaped(&tree.path(tree.node_of(version))).into();
    let largest = wasted().map(|wasted| (wasted.bytes, wasted.version)).collect();
    let parts = vec![
        Part::Sentence(format!(
            "Bytes that {} added and {} removed, by reason:",
            layer_named(inspection, added_in),
            layer_named(inspection, removed_in)
        )),
        Part::Sum(Sum::new(reasons, group.bytes, "wasted")),
        Part::Sentence("The same, file by file:".into()),
        Part::Sum(Sum::naming(largest, path, group.bytes, "wasted")),
    ];
    (format!("Layer {added_in} → layer {removed_in}"), parts)
}

/// Returns the reason as it stands behind a number of files.
fn cause(reason: Reason, removed_in: LayerIndex) -> String {
    match reason {
        Reason::Opaque => format!(", hidden by layer {removed_in}"),
        reason => format!(" {}", reason.words()),
    }
}
