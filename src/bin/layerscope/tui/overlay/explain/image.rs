//! Explains the numbers of the image in the header.

use layerscope::Inspection;
use layerscope::analysis::LayerAccount;
use layerscope::display::{Units, count, percent};

use super::{Part, Sum};
use crate::tui::explorer::sentences::layer_named;

pub fn explain(inspection: &Inspection, units: Units) -> (String, Vec<Part>) {
    let totals = &inspection.totals;
    let by_layer = |bytes: fn(&LayerAccount) -> u64| -> Vec<_> {
        let layers = inspection.layers.iter().enumerate();
        layers.map(|(i, account)| (bytes(account), layer_named(inspection, i))).collect()
    };
    let both = vec![
        (totals.visible, "live: reached by a name in the final filesystem".into()),
        (totals.wasted(), "dead: still shipped, but no name leads to it any more".into()),
    ];
    let mut parts = vec![
        Part::Sentence("Shipped is the sum of what the layers ship, the contents of their regular files:".into()),
        Part::Sum(Sum::new(by_layer(|layer| layer.size), totals.size, "size")),
        Part::Sum(Sum::new(both, totals.size, "size")),
    ];
    parts.push(Part::Sentence(match totals.size {
        _ if inspection.efficiency().is_none() => {
            "Not all of the image could be read, so these are lower bounds, and its efficiency is not known.".into()
        }
        0 => "Nothing ships, so nothing is wasted: efficiency 100 %.".into(),
        size => format!(
            "Efficiency = live ÷ shipped = {} ÷ {} = {}.",
            count(totals.visible),
            count(size),
            percent(inspection.efficiency().unwrap_or_default())
        ),
    }));
    if totals.wasted() > 0 {
        parts.push(Part::Sentence("The dead bytes by the layer that ships them:".into()));
        parts.push(Part::Sum(Sum::new(by_layer(LayerAccount::wasted), totals.wasted(), "wasted")));
    }
    let plain = inspection.layers.iter().any(|layer| layer.compression.is_some_and(|c| c.name() == "none"));
    parts.push(Part::Sentence(if plain {
        format!(
            "The archive holds {} ({}) of layers, some of them plain: what pulling costs is not known, because a registry would compress them.",
            count(totals.stored_bytes),
            units.size(totals.stored_bytes)
        )
    } else {
        format!(
            "Pulling all layers costs {} bytes ({}): what the archive holds of them, compressed. That is exact.",
            count(totals.stored_bytes),
            units.size(totals.stored_bytes)
        )
    }));
    (inspection.name.clone(), parts)
}
