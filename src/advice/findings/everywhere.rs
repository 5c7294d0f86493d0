//! The change of a rule in all of the user's instructions that it concerns. Made alone, it leaves
//! out whatever they leave there, also what a later layer deletes or replaces.

use std::collections::BTreeMap;

use super::assign::Matches;
use super::fix::line_at;
use super::rules::{Rule, Rules};
use crate::advice::tool::Tool;
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::shell;
use crate::tree::VersionId;

/// A changed instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The first and the last layer of the instructions that it stands for.
    pub layers: (LayerIndex, LayerIndex),
    /// The instruction; not escaped.
    pub line: String,
}

impl Edit {
    fn has(&self, layer: LayerIndex) -> bool {
        (self.layers.0..=self.layers.1).contains(&layer)
    }
}

/// The extent of a rule's change.
#[derive(Debug, Default)]
pub(in crate::advice) struct Everywhere {
    /// The instructions, the lowest layer first.
    pub edits: Vec<Edit>,
    /// The files that they no longer leave, whatever happens to them later.
    pub inodes: Vec<VersionId>,
    /// True if a later instruction makes such files anew, and no line is known that avoids it.
    pub is_made_again: bool,
    /// True if later instructions may make less where they find none of the files.
    pub is_read_later: bool,
}

/// Finds where a rule's change is to be made in the layers from `base` on, and what it leaves out.
pub(in crate::advice) fn everywhere(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
    id: &str,
    base: usize,
) -> Everywhere {
    let mut all = Everywhere::default();
    let Some((number, rule)) = (0_u16..).zip(&rules.list).find(|(_, rule)| rule.id == id) else {
        return all;
    };
    let made = made_by_layer(inspection, matches, number, base);
    let Some((&first, _)) = made.first_key_value() else { return all };
    let text = |layer: LayerIndex| inspection.layers[layer].instruction.text.raw();
    for layer in first.up_to(inspection.last_layer()) {
        let has_files = made.contains_key(&layer);
        let is_later = !all.edits.is_empty() && !rule.tools.is_empty();
        let is_done = all.edits.iter().any(|edit| edit.has(layer));
        if is_done || !inspection.layers[layer].instruction.is_run() || !(has_files || is_later) {
            continue;
        }
        match line_at(inspection, rule, layer) {
            Some((last, line)) => all.edits.push(Edit { layers: (layer, last), line }),
            None => all.is_made_again |= is_later && makes_anew(rule, text(layer)),
        }
    }
    let is_edited = |layer: LayerIndex| all.edits.iter().any(|edit| edit.has(layer));
    let inodes = made.into_iter().filter(|(layer, _)| is_edited(*layer));
    all.inodes = inodes.flat_map(|(_, inodes)| inodes).collect();
    all.inodes.extend(between(inspection, &all.edits));
    let reads = |layer: &LayerIndex| !is_edited(*layer) && runs_any(rule, text(*layer));
    all.is_read_later = first.next().up_to(inspection.last_layer()).any(|layer| reads(&layer));
    all
}

/// Returns the files that a rule is about, by the layer that added them.
fn made_by_layer(
    inspection: &Inspection,
    matches: &Matches,
    number: u16,
    base: usize,
) -> BTreeMap<LayerIndex, Vec<VersionId>> {
    let tree = &inspection.tree;
    let mut made: BTreeMap<LayerIndex, Vec<VersionId>> = BTreeMap::new();
    for inode in tree.inodes() {
        let (layer, node) = (tree.added_in(inode), matches.name_of(tree, inode));
        let is_of_it = matches.rule[node.index()] == Some(number);
        if layer >= base && is_of_it && tree.size(inode) > 0 {
            made.entry(layer).or_default().push(inode);
        }
    }
    made
}

/// Returns what instructions that become one add and remove.
fn between(inspection: &Inspection, edits: &[Edit]) -> Vec<VersionId> {
    let is_run = |layer: LayerIndex| inspection.layers[layer].instruction.is_run();
    let is_inside = |added_in: LayerIndex, removed_in: LayerIndex| {
        let both = |edit: &Edit| edit.has(added_in) && edit.has(removed_in);
        added_in < removed_in && is_run(added_in) && is_run(removed_in) && edits.iter().any(both)
    };
    let wasted = inspection.wasted.iter();
    let wasted = wasted.filter(|wasted| is_inside(wasted.added_in, wasted.removed_in));
    wasted.map(|wasted| wasted.version).collect()
}

/// Returns whether an instruction leaves a tool's files, and neither flag nor command avoids it.
fn makes_anew(rule: &Rule, text: &str) -> bool {
    let Some(script) = text.strip_prefix("RUN ").and_then(shell::read) else { return false };
    rule.tools.iter().any(|tool| {
        let uses = script.every().iter().any(|command| tool.is_used_by(command));
        let has_flag = tool.flag.is_some() && tool.flag_edits(&script).is_empty();
        uses && !has_flag && !tool.is_cleaned_in(text)
    })
}

/// Returns whether an instruction runs a tool that reads what was left, whatever for.
fn runs_any(rule: &Rule, text: &str) -> bool {
    let reads = |tool: &&Tool| !tool.needed_by.is_empty();
    let Some(script) = text.strip_prefix("RUN ").and_then(shell::read) else { return false };
    let mut tools = rule.tools.iter().filter(reads);
    tools.any(|tool| script.every().iter().any(|command| tool.runs(command)))
}
