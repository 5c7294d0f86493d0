//! Copies that bring files which the image has already, with the same mode and owner.

use std::collections::HashSet;

use super::{Kind, SuggestedChange, copies};
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind as Entry, NodeId, Reason, VersionId};

/// Returns the change for files that a copy brings again; `None` if it is no copy, or gives them
/// another mode or owner.
pub(super) fn change(
    inspection: &Inspection,
    added_in: LayerIndex,
    removed_in: LayerIndex,
    reason: Reason,
) -> Option<SuggestedChange> {
    let text = inspection.layers[removed_in].instruction.text.raw();
    if reason != Reason::RewrittenUnchanged || !copies(text) || added_in == removed_in {
        return None;
    }
    let keyword = text.split(' ').next().unwrap_or_default();
    if only_copied_again(inspection, removed_in).is_some() {
        let what =
            format!("remove the {keyword} of layer {removed_in}: the image has its files already");
        let drops = Some(removed_in);
        return Some(SuggestedChange { drops, ..SuggestedChange::new(Kind::Drop, what) });
    }
    let again = copied_again(inspection, removed_in);
    let tree = &inspection.tree;
    let all = again.iter().any(|&(_, version)| tree.added_in(version) == added_in);
    let what = format!(
        "let the {keyword} of layer {removed_in} copy only what layer {added_in} does not have"
    );
    let is_certain = false;
    all.then(|| SuggestedChange { is_certain, ..SuggestedChange::new(Kind::Other, what) })
}

/// Returns the wasted files that a layer's copy brings again, if it brings no other ones.
pub(in crate::advice) fn only_copied_again(
    inspection: &Inspection,
    layer: LayerIndex,
) -> Option<Vec<VersionId>> {
    let tree = &inspection.tree;
    let again = copied_again(inspection, layer);
    let nodes: HashSet<NodeId> = again.iter().map(|&(node, _)| node).collect();
    let brought = || tree.versions_of(layer..=layer);
    let is_known = |version: VersionId| {
        tree.kind(version) == Entry::Directory || nodes.contains(&tree.node_of(version))
    };
    // What it hides would be there without it.
    let hides = inspection
        .wasted
        .iter()
        .any(|wasted| wasted.removed_in == layer && !nodes.contains(&tree.node_of(wasted.version)));
    let is_whole = !again.is_empty() && !hides && brought().all(is_known);
    is_whole.then(|| again.into_iter().map(|(_, version)| version).collect())
}

/// Returns the files that a layer brings again with the same mode and owner, each with its earlier
/// version.
fn copied_again(inspection: &Inspection, layer: LayerIndex) -> Vec<(NodeId, VersionId)> {
    let tree = &inspection.tree;
    let by_it = inspection.wasted.iter().filter(|wasted| {
        wasted.removed_in == layer
            && wasted.added_in < layer
            && wasted.reason == Reason::RewrittenUnchanged
    });
    let same = by_it.filter_map(|wasted| {
        let node = tree.node_of(wasted.version);
        let new = tree.at(node, layer)?;
        let given = |version| (tree.mode(version), tree.owner(version));
        (given(new) == given(wasted.version)).then_some((node, wasted.version))
    });
    same.collect()
}
