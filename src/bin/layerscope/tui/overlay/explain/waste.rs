//! Explains the bytes that one layer adds and another removes.

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::{Wasted, WastedGroup};
use layerscope::display::{escaped, files};
use layerscope::tree::{NodeId, Reason};

use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

/// Explains all bytes that one layer added and another removed.
pub fn explain(inspection: &Inspection, group: &WastedGroup) -> (String, Vec<Part>) {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let is_of = |wasted: &&Wasted| (wasted.added_in, wasted.removed_in) == (added_in, removed_in);
    let wasted: Vec<_> = inspection.wasted.iter().filter(is_of).collect();
    let title = format!("Layer {added_in} → layer {removed_in}");
    (title, by_reason_and_file(inspection, group, &wasted, group.bytes))
}

/// Explains those of these bytes that lie at a path.
pub fn explain_at(
    inspection: &Inspection,
    group: &WastedGroup,
    node: NodeId,
    members: &[usize],
) -> (String, Vec<Part>) {
    let wasted: Vec<_> = members.iter().filter_map(|&at| inspection.wasted.get(at)).collect();
    let bytes = wasted.iter().map(|wasted| wasted.bytes).sum();
    let path = escaped(&inspection.tree.path(node));
    let title = format!("{path}, layer {} → layer {}", group.added_in, group.removed_in);
    (title, by_reason_and_file(inspection, group, &wasted, bytes))
}

fn by_reason_and_file(
    inspection: &Inspection,
    group: &WastedGroup,
    wasted: &[&Wasted],
    bytes: u64,
) -> Vec<Part> {
    let tree = &inspection.tree;
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    let mut reasons: BTreeMap<String, (u64, usize)> = BTreeMap::new();
    for wasted in wasted.iter().filter(|wasted| wasted.bytes > 0) {
        let sum = reasons.entry(cause(wasted.reason, removed_in)).or_default();
        sum.0 += wasted.bytes;
        sum.1 += 1;
    }
    let reasons = reasons
        .iter()
        .map(|(reason, &(bytes, number))| (bytes, format!("{}{reason}", files(number))))
        .collect();
    let path = |version| escaped(&tree.path(tree.node_of(version))).into();
    let largest = wasted.iter().map(|wasted| (wasted.bytes, wasted.version)).collect();
    let [added, removed] = [added_in, removed_in].map(|layer| layer_named(inspection, layer));
    let verb = group.reason.verb();
    vec![
        Part::Sentence(format!("Bytes that {added} adds and {removed} {verb}, by reason:")),
        Part::Sum(Sum::new(reasons, bytes, "wasted")),
        Part::Sentence("The same, file by file:".into()),
        Part::Sum(Sum::naming(largest, path, bytes, "wasted")),
    ]
}

/// Returns the reason as it stands behind a number of files.
fn cause(reason: Reason, removed_in: LayerIndex) -> String {
    match reason {
        Reason::Opaque => format!(", hidden by layer {removed_in}"),
        reason => format!(" {}", reason.words()),
    }
}
