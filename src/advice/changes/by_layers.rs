//! Tells which change is about the bytes that one layer adds and another removes.

use std::collections::{HashMap, HashSet};

use super::{Change, Extent};
use crate::advice::findings::Finding;
use crate::analysis::WastedGroup;
use crate::layer_index::LayerIndex;

/// Returns the place of the change for each pair of layers of which one adds bytes and the other removes
/// them.
pub fn by_layers(
    changes: &[Change],
    findings: &[Finding],
) -> HashMap<(LayerIndex, LayerIndex), usize> {
    let mut places = HashMap::new();
    let pair = |group: &WastedGroup| (group.added_in, group.removed_in);
    let is_merge = |change: &Change| change.extent == Extent::Merge;
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| is_merge(change)) {
        for group in &change.groups {
            places.entry(pair(group)).or_insert(at);
        }
    }
    let mut of_findings = vec![None; findings.len()];
    for (at, change) in changes.iter().enumerate() {
        for &finding in &change.findings {
            of_findings[finding].get_or_insert(at);
        }
    }
    let mut seen = HashSet::new();
    for (finding, change) in findings.iter().zip(of_findings) {
        let Some(removed_in) = finding.removed_in() else { continue };
        let pair = (finding.added_in, removed_in);
        if let (true, Some(at)) = (seen.insert(pair), change) {
            places.entry(pair).or_insert(at);
        }
    }
    for (at, change) in changes.iter().enumerate() {
        for group in &change.groups {
            places.entry(pair(group)).or_insert(at);
        }
    }
    places
}
