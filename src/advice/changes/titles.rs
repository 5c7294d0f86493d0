//! Titles that tell changes apart: what has the words of another change of its part names its layers
//! or its largest place.

use super::Change;
use crate::advice::findings::{Finding, layers_named};
use crate::analysis::Inspection;
use crate::display::escaped;
use crate::layer_index::LayerIndex;
use crate::tree::NodeId;

/// Gives changes of one part with the same title what tells them apart, if anything does.
pub(super) fn tell_apart(inspection: &Inspection, findings: &[Finding], changes: &mut [Change]) {
    let titles: Vec<_> = changes.iter().map(|change| (change.part, change.fix.title())).collect();
    for (title, place) in titles.iter().zip(0_usize..) {
        let same = |other: &usize| titles[*other] == *title;
        let alike: Vec<_> = (0..titles.len()).filter(same).collect();
        // The first of them stands for all.
        if alike.len() < 2 || alike[0] != place {
            continue;
        }
        let by_layers = alike.iter().map(|&it| layers(inspection, &changes[it]));
        let by_place = alike.iter().map(|&it| largest_place(inspection, findings, &changes[it]));
        let words = [by_layers.collect::<Vec<_>>(), by_place.collect()];
        let Some(words) = words.into_iter().find(|words| differ(words)) else { continue };
        for (place, word) in alike.into_iter().zip(words) {
            changes[place].apart = word;
        }
    }
}

/// Returns whether some words are all there, and all different.
fn differ(words: &[String]) -> bool {
    let mut sorted: Vec<_> = words.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len() == words.len() && words.iter().all(|word| !word.is_empty())
}

/// Returns the layers that added what a change leaves out, such as `layers 1 and 3`.
fn layers(inspection: &Inspection, change: &Change) -> String {
    let layers = change.left_out.iter().map(|&inode| inspection.tree.added_in(inode));
    let mut layers: Vec<LayerIndex> = layers.collect();
    layers.sort_unstable();
    layers.dedup();
    layers_named(&layers)
}

/// Returns the largest place of the findings of a change, or of what it saves beside them.
fn largest_place(inspection: &Inspection, findings: &[Finding], change: &Change) -> String {
    let of_finding = change.findings.iter().find_map(|&i| findings[i].biggest_place);
    let of_group = change.groups.first().map(|group| group.place);
    let place = of_finding.map(|spot| spot.node).or(of_group);
    let place = place.filter(|&node| node != NodeId::ROOT);
    place.map_or_else(String::new, |node| escaped(&inspection.tree.path(node)).to_string())
}

impl Change {
    /// Returns the change as the title of a row, which no other change of its part has.
    pub fn title(&self) -> String {
        let title = self.fix.title();
        if self.apart.is_empty() { title } else { format!("{title} ({})", self.apart) }
    }

    /// Returns the title where there is little room: what tells it apart comes first, where it is not
    /// cut.
    pub fn short_title(&self) -> String {
        let title = self.fix.short_title();
        if self.apart.is_empty() { title } else { format!("{}: {title}", self.apart) }
    }
}
