//! Explains the numbers of a layer, and of all layers up to one.

use layerscope::Inspection;
use layerscope::analysis::DeadGroup;
use layerscope::display::{Units, count, files, share};
use layerscope::image::Compression;

use super::path::by_pair;
use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

/// Explains what a layer contains and removes, and its stored size.
pub fn explain(inspection: &Inspection, groups: &[DeadGroup], layer: usize, units: Units) -> (String, Vec<Part>) {
    let title = format!("Layer {layer}");
    let Some(account) = inspection.layers.get(layer) else { return (title, Vec::new()) };
    let live_and_dead = vec![
        (account.live, "live: reached by a name in the final filesystem".into()),
        (account.dead(), "dead: no name leads to it any more".into()),
    ];
    let mut parts = vec![
        Part::Sentence(format!(
            "Shipped is the sum of the sizes of the regular files in the layer's tar, hard links counted once: {}.",
            layer_named(inspection, layer)
        )),
        Part::Sum(Sum::new(live_and_dead, account.shipped, "shipped")),
    ];
    if !inspection.amounts_of(layer).are_exact() {
        let why = inspection.completeness.summary().unwrap_or_default();
        parts.push(Part::Sentence(format!("These are the sums of what could be read, and not all was: {why}.")));
    }
    let part = |group: &DeadGroup, other: usize, verb: &str| {
        (group.bytes, format!("{} {verb} {}", files(group.count), layer_named(inspection, other)))
    };
    if account.dead() > 0 {
        let gone = groups.iter().filter(|group| group.born_in == layer);
        let gone = gone.map(|group| part(group, group.died_in, "hidden by")).collect();
        parts.push(Part::Sum(Sum::new(gone, account.dead(), "dead now")));
    }
    if account.killed > 0 {
        let hid = groups.iter().filter(|group| group.died_in == layer && group.born_in < layer);
        let hid = hid.map(|group| part(group, group.born_in, "of")).collect();
        parts.push(Part::Sentence("What it hid of earlier layers, which makes the image no smaller:".into()));
        parts.push(Part::Sum(Sum::new(hid, account.killed, "hid")));
    }
    match account.tar_bytes.checked_sub(account.shipped) {
        Some(rest) => {
            let tar = vec![
                (account.shipped, "contents of files".into()),
                (
                    rest,
                    format!("headers and padding of {} entries, and the end of the tar", count(account.entries as u64)),
                ),
            ];
            parts.push(Part::Sum(Sum::new(tar, account.tar_bytes, "the layer's tar")));
        }
        None => parts.push(Part::Sentence(
            "Its tar is smaller than what it ships: files with holes count with their logical size.".into(),
        )),
    }
    parts.push(Part::Sentence(match account.compression.map(Compression::name) {
        None => "Its bytes are not in the archive.".into(),
        Some("none") => "The archive holds it plain, so what pulling it costs is not known: a registry would compress it.".into(),
        Some(name) => format!(
            "Pulling it costs {} bytes ({}), as the archive holds it: {name}, {} of the tar. That is exact; for a single file it can only be estimated.",
            count(account.stored_bytes),
            units.size(account.stored_bytes),
            share(account.stored_bytes, account.tar_bytes)
        ),
    }));
    (title, parts)
}

/// Explains the two curves of the timeline at a layer.
pub fn up_to(inspection: &Inspection, layer: usize) -> (String, Vec<Part>) {
    let layers = inspection.layers.iter().enumerate().take(layer + 1);
    let shipped: Vec<_> = layers.map(|(i, account)| (account.shipped, layer_named(inspection, i))).collect();
    let total: u64 = shipped.iter().map(|(bytes, _)| bytes).sum();
    let gone = || inspection.dead.iter().filter(|dead| dead.died_in <= layer);
    let dead: u64 = gone().map(|dead| dead.bytes).sum();
    let gap =
        vec![(total - dead, "visible: what a container of these layers sees".into()), (dead, "dead by then".into())];
    let mut parts = vec![
        Part::Sentence(format!("What the layers up to {layer} ship; it never falls:")),
        Part::Sum(Sum::new(shipped, total, "shipped so far")),
        Part::Sum(Sum::new(gap, total, "shipped so far")),
    ];
    if dead > 0 {
        parts.push(Part::Sentence("The gap between the two, by the layers that ship and that hide it:".into()));
        parts.push(Part::Sum(by_pair(inspection, gone(), dead, "dead by then")));
    }
    (format!("The layers up to {layer}"), parts)
}
