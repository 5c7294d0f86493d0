//! Explains the numbers of the image in the header and in the Image view.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::assessment::Study;
use layerscope::analysis::LayerAccount;
use layerscope::display::{Units, bytes_and_size, count, percent};

use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

pub fn explain(inspection: &Inspection, units: Units) -> (String, Vec<Part>) {
    let totals = &inspection.totals;
    let by_layer = |bytes: fn(&LayerAccount) -> u64| by_layer(inspection, usize::MAX, bytes);
    let both = vec![
        (totals.visible, "visible: files of the final filesystem".into()),
        (totals.wasted(), "wasted: in the image, but not visible in the final filesystem".into()),
    ];
    let mut parts = vec![
        Part::Sentence(
            "The size is the sum of the layers' sizes (contents of regular files):".into(),
        ),
        Part::Sum(Sum::new(by_layer(|layer| layer.size), totals.size, "size")),
        Part::Sum(Sum::new(both, totals.size, "size")),
    ];
    parts.push(Part::Sentence(match totals.size {
        _ if inspection.efficiency().is_none() => {
            "Not all of the image could be read, so these are lower bounds, and its efficiency is not known.".into()
        }
        0 => "The image is empty (0 bytes).".into(),
        size => format!(
            "Efficiency = visible ÷ size = {} ÷ {} = {}.",
            count(totals.visible),
            count(size),
            percent(inspection.efficiency().unwrap_or_default())
        ),
    }));
    if totals.wasted() > 0 {
        parts.push(Part::Sentence("Wasted bytes by the layer that added them:".into()));
        parts.push(Part::Sum(Sum::new(by_layer(LayerAccount::wasted), totals.wasted(), "wasted")));
    }
    let plain = |layer: &&LayerAccount| layer.compression.is_some_and(|c| c.name() == "none");
    let uncompressed = match inspection.layers.iter().filter(plain).count() {
        0 => None,
        all if all == inspection.layers.len() => Some("uncompressed layers"),
        _ => Some("layers, some of them uncompressed"),
    };
    parts.push(Part::Sentence(if !inspection.completeness.sizes_are_exact() {
        format!(
            "The archive holds {} of layers. The download size is unknown, because not all could be read.",
            bytes_and_size(totals.stored_bytes, units)
        )
    } else if let Some(layers) = uncompressed {
        format!(
            "The archive holds {} of {layers}. The download size is unknown, because a registry would \
                compress them.",
            bytes_and_size(totals.stored_bytes, units)
        )
    } else {
        format!(
            "Download size of all layers: {}, as compressed in the archive. This is exact.",
            bytes_and_size(totals.stored_bytes, units)
        )
    }));
    (inspection.name.to_string(), parts)
}

/// Returns the bytes of the lowest layers, each with its name.
fn by_layer(
    inspection: &Inspection,
    layers: usize,
    bytes: fn(&LayerAccount) -> u64,
) -> Vec<(u64, String)> {
    let layers = LayerIndex::numbered(&inspection.layers).take(layers);
    layers.map(|(i, account)| (bytes(account), layer_named(inspection, i))).collect()
}

/// Explains the sizes of the layers as tars and in the archive.
pub fn archive(inspection: &Inspection) -> (String, Vec<Part>) {
    let totals = &inspection.totals;
    let tars = by_layer(inspection, usize::MAX, |layer| layer.tar_bytes);
    let stored = by_layer(inspection, usize::MAX, |layer| layer.stored_bytes);
    let parts = vec![
        Part::Sentence(
            "The uncompressed tars of the layers: contents of files with their headers and padding.".into(),
        ),
        Part::Sum(Sum::new(tars, totals.tar_bytes, "uncompressed tar")),
        Part::Sentence(
            "The layers as the archive stores them. A layer that is used twice counts twice.".into(),
        ),
        Part::Sum(Sum::new(stored, totals.stored_bytes, "in the archive")),
    ];
    ("In the archive".into(), parts)
}

/// Explains the size of the base image.
pub fn base(inspection: &Inspection, study: &Study) -> (String, Vec<Part>) {
    let layers = by_layer(inspection, study.base.layers, |layer| layer.size);
    let size = layers.iter().map(|(bytes, _)| bytes).sum();
    let parts = match study.base.layers {
        0 => vec![Part::Sentence("No layer is known to be of a base image.".into())],
        _ => vec![
            Part::Sentence("The sizes of the layers that belong to the base image:".into()),
            Part::Sum(Sum::new(layers, size, "base image")),
        ],
    };
    ("Base image".into(), parts)
}

/// Explains the number of names in the final filesystem.
pub fn tree(inspection: &Inspection) -> (String, Vec<Part>) {
    let totals = &inspection.totals;
    let text = format!(
        "The names that a container sees: {} of regular files, {} of directories without the root, and {} of \
         symbolic links. A file with several hard links counts once for each of its names.",
        count(totals.files),
        count(totals.directories),
        count(totals.symlinks)
    );
    ("Final filesystem".into(), vec![Part::Sentence(text)])
}
