//! Explains the bytes that one layer adds and another removes.

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::analysis::DeadGroup;
use layerscope::display::escaped;
use layerscope::display::files;

use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

pub fn explain(inspection: &Inspection, group: &DeadGroup) -> (String, Vec<Part>) {
    let (born, died) = (group.born_in, group.died_in);
    let tree = &inspection.tree;
    let dead = || inspection.dead.iter().filter(|dead| (dead.born_in, dead.died_in) == (born, died));
    let mut causes: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for dead in dead() {
        let sum = causes.entry(dead.cause.name()).or_default();
        sum.0 += dead.bytes;
        sum.1 += 1;
    }
    let causes = causes.iter().map(|(cause, &(bytes, number))| (bytes, format!("{} {cause}", files(number)))).collect();
    let largest = dead().map(|dead| (dead.bytes, escaped(&tree.path(tree.node_of(dead.version))))).collect();
    let parts = vec![
        Part::Sentence(format!(
            "What {} ships although {} hides it, by how it went:",
            layer_named(inspection, born),
            layer_named(inspection, died)
        )),
        Part::Sum(Sum::new(causes, group.bytes, "dead")),
        Part::Sentence("The same, file by file:".into()),
        Part::Sum(Sum::new(largest, group.bytes, "dead")),
    ];
    (format!("Layer {born} → layer {died}"), parts)
}
