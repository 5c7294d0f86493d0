//! Explains the numbers of a layer, and of all layers up to one.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::WastedGroup;
use layerscope::display::{Units, bytes_and_size, files, plural_of, share};
use layerscope::image::Compression;

use super::path::by_pair;
use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

/// Explains what a layer contains and removes, and its stored size.
pub fn explain(
    inspection: &Inspection,
    groups: &[WastedGroup],
    layer: LayerIndex,
    units: Units,
) -> (String, Vec<Part>) {
    let title = format!("Layer {layer}");
    let Some(account) = layer.get_from(&inspection.layers) else { return (title, Vec::new()) };
    let visible_and_wasted = vec![
        (account.visible, "visible: files of the final filesystem".into()),
        (account.wasted(), "wasted: not visible in the final filesystem".into()),
    ];
    let mut parts = vec![
        Part::Sentence(format!(
            "The size is the sum of the sizes of the regular files in the layer's tar, hard links counted once: {}.",
            layer_named(inspection, layer)
        )),
        Part::Sum(Sum::new(visible_and_wasted, account.size, "size")),
    ];
    if !inspection.amounts_of(layer).are_exact() {
        let why = inspection.completeness.summary().unwrap_or_default();
        parts.push(Part::Sentence(format!("These sums cover only what could be read: {why}.")));
    }
    let part = |group: &WastedGroup, other: LayerIndex, verb: &str| {
        (group.bytes, format!("{} {verb} {}", files(group.count), layer_named(inspection, other)))
    };
    if account.wasted() > 0 {
        let gone = groups.iter().filter(|group| group.added_in == layer);
        let gone = gone.map(|group| part(group, group.removed_in, "hidden by")).collect();
        parts.push(Part::Sum(Sum::new(gone, account.wasted(), "wasted now")));
    }
    if account.hidden > 0 {
        let hid = groups.iter().filter(|group| group.removed_in == layer && group.added_in < layer);
        let hid = hid.map(|group| part(group, group.added_in, "of")).collect();
        parts.push(Part::Sentence(
            "Bytes of earlier layers that it deletes or replaces (the image does not \
            get smaller):"
                .into(),
        ));
        parts.push(Part::Sum(Sum::new(hid, account.hidden, "hides")));
    }
    match account.tar_bytes.checked_sub(account.size) {
        Some(rest) => {
            let tar = vec![
                (account.size, "contents of files".into()),
                (
                    rest,
                    format!(
                        "headers and padding of {}, and the end of the tar",
                        plural_of(account.entries, "entry", "entries")
                    ),
                ),
            ];
            parts.push(Part::Sum(Sum::new(tar, account.tar_bytes, "the layer's tar")));
        }
        None => parts.push(Part::Sentence(
            "Its tar is smaller than its size: files with holes count with their logical size."
                .into(),
        )),
    }
    parts.push(Part::Sentence(match account.compression.map(Compression::name) {
        None => "This layer is missing in the archive.".into(),
        Some("none") => "Download size unknown: this layer is uncompressed in the archive.".into(),
        Some(name) => format!(
            "Download size: {}, as in the archive ({name}, {} of the tar). This is exact. For a single \
                file it is an estimate.",
            bytes_and_size(account.stored_bytes, units),
            share(account.stored_bytes, account.tar_bytes)
        ),
    }));
    (title, parts)
}

/// Explains the two curves of the timeline at a layer.
pub fn up_to(inspection: &Inspection, layer: LayerIndex) -> (String, Vec<Part>) {
    let layers = LayerIndex::numbered(&inspection.layers).take(layer.count());
    let size: Vec<_> =
        layers.map(|(i, account)| (account.size, layer_named(inspection, i))).collect();
    let total: u64 = size.iter().map(|(bytes, _)| bytes).sum();
    let gone = || inspection.wasted.iter().filter(|wasted| wasted.removed_in <= layer);
    let wasted: u64 = gone().map(|wasted| wasted.bytes).sum();
    let gap = vec![
        (total - wasted, "visible: what a container of these layers sees".into()),
        (wasted, "wasted by then".into()),
    ];
    let mut parts = vec![
        Part::Sentence(format!("Size of {}:", layer.all_up_to())),
        Part::Sum(Sum::new(size, total, "size so far")),
        Part::Sum(Sum::new(gap, total, "size so far")),
    ];
    if wasted > 0 {
        parts.push(Part::Sentence("The difference is wasted (added in → removed in):".into()));
        parts.push(Part::Sum(by_pair(inspection, gone(), wasted, "wasted by then")));
    }
    (format!("The layers up to {layer}"), parts)
}
