//! Explains the numbers of the image in the header.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::LayerAccount;
use layerscope::display::{Units, bytes_and_size, count, percent};

use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

pub fn explain(inspection: &Inspection, units: Units) -> (String, Vec<Part>) {
    let totals = &inspection.totals;
    let by_layer = |bytes: fn(&LayerAccount) -> u64| -> Vec<_> {
        let layers = LayerIndex::numbered(&inspection.layers);
        layers.map(|(i, account)| (bytes(account), layer_named(inspection, i))).collect()
    };
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
