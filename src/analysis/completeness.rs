//! The completeness of an inspection: the property that determines how far its numbers can be
//! relied on.

use crate::analysis::LayerAccount;
use crate::display::{Escaped, Units, shown};
use crate::layer_index::LayerIndex;
use crate::warning::{Gap, Known, Warning, WarningKind};

/// The parts of an image that could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completeness {
    layers: Vec<Known>,
    gaps: Vec<Warning>,
    sizes_in_doubt: bool,
}

impl Completeness {
    /// Derives from the warnings about an image of `layers` layers how far it is known.
    pub fn new(layers: usize, warnings: &[Warning]) -> Self {
        let mut known = vec![Known::Whole; layers];
        for warning in warnings {
            if let (Some(layer), found) =
                (warning.layer.and_then(|layer| known.get_mut(layer.get())), warning.kind.known())
            {
                // A certain gap takes precedence over a doubtful one.
                if matches!(layer, Known::Whole | Known::Doubtful) && found != Known::Whole {
                    *layer = found;
                }
            }
        }
        let gaps = warnings.iter().filter(|warning| warning.gap().is_some()).cloned().collect();
        let sizes_in_doubt = warnings.iter().any(|warning| warning.kind.doubts_sizes());
        Self { layers: known, gaps, sizes_in_doubt }
    }

    /// Makes the completeness that an earlier report records.
    pub(crate) fn recorded(layers: Vec<Known>, gaps: Vec<Warning>, sizes_exact: bool) -> Self {
        let sizes_in_doubt = !sizes_exact && layers.iter().all(|&layer| layer == Known::Whole);
        Self { layers, gaps, sizes_in_doubt }
    }

    /// Returns whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Returns whether all bytes of all layers were read, so that sums are exact. The config may
    /// still be missing.
    pub fn sizes_are_exact(&self) -> bool {
        !self.sizes_in_doubt && self.layers.iter().all(|&layer| layer == Known::Whole)
    }

    /// Returns whether the config is not known.
    pub fn lacks_config(&self) -> bool {
        let is_config = |gap: &Warning| {
            matches!(
                gap.kind,
                WarningKind::ConfigAbsent { .. }
                    | WarningKind::ConfigUnnamed
                    | WarningKind::ConfigUnreadable { .. }
            )
        };
        self.gaps.iter().any(is_config)
    }

    /// Returns the missing parts, with the reasons.
    pub fn gaps(&self) -> &[Warning] {
        &self.gaps
    }

    /// Returns whether something is missing for a reason that is not in `accepted`.
    pub fn is_short_of(&self, accepted: &[Gap]) -> bool {
        self.gaps.iter().filter_map(Warning::gap).any(|gap| !accepted.contains(&gap))
    }

    /// Returns how far a layer is known; layers are counted from 0.
    pub fn layer(&self, layer: LayerIndex) -> Known {
        layer.get_from(&self.layers).copied().unwrap_or_default()
    }

    /// Returns how far each layer is known.
    pub fn layers(&self) -> &[Known] {
        &self.layers
    }

    /// Makes an amount of a sum over the image.
    pub fn amount(&self, bytes: u64) -> Amount {
        if self.sizes_are_exact() { Amount::Exactly(bytes) } else { Amount::AtLeast(bytes) }
    }

    /// Makes the amounts of one layer, with how far each can be relied on.
    pub(super) fn of_layer(&self, layer: LayerIndex, account: &LayerAccount) -> LayerAmounts {
        let is_missing = |known: &Known| !matches!(known, Known::Whole | Known::Doubtful);
        let is_known = |layers: &[Known]| !layers.iter().any(is_missing);
        let known = self.layer(layer);
        let below = is_known(&self.layers[..layer.get().min(self.layers.len())]);
        let above = is_known(self.layers.get(layer.count()..).unwrap_or_default());
        let [size, visible, wasted, hid]: [fn(u64) -> Amount; 4] = match known {
            known if known.is_nothing() => [|_| Amount::Unknown; 4],
            _ if self.sizes_in_doubt => [Amount::Unclear; 4],
            Known::Whole | Known::Doubtful => [
                Amount::Exactly,
                if above { Amount::Exactly } else { Amount::AtMost },
                if above { Amount::Exactly } else { Amount::AtLeast },
                // A layer that is not known may have hidden the same bytes before.
                if below { Amount::Exactly } else { Amount::Unclear },
            ],
            _ => [
                Amount::AtLeast,
                if above { Amount::AtLeast } else { Amount::Unclear },
                Amount::AtLeast,
                if below { Amount::AtLeast } else { Amount::Unclear },
            ],
        };
        LayerAmounts {
            size: size(account.size),
            visible: visible(account.visible),
            wasted: wasted(account.wasted()),
            hid: hid(account.hidden),
        }
    }

    /// Summarises the missing parts in a clause, such as `layer 0 is not known`; `None` if nothing
    /// is missing.
    pub fn summary(&self) -> Option<Escaped> {
        let partly = |known: Known| known != Known::Whole;
        let places: Vec<_> = LayerIndex::numbered(&self.layers)
            .filter(|&(_, &known)| partly(known))
            .map(|(layer, _)| layer)
            .collect();
        let all_unknown = places.iter().all(|&layer| self.layers[layer].is_nothing());
        let how = if all_unknown { "not known" } else { "not wholly known" };
        match places[..] {
            _ if self.is_whole() => None,
            [] => self.gaps.first().map(|gap| gap.kind.in_short().into()),
            [only] => Some(shown!("layer {} is {}", only, how)),
            ref several => {
                Some(shown!("{} of {} layers are {}", several.len(), self.layers.len(), how))
            }
        }
    }
}

/// Bytes of an image or a layer: all of them, or as many as could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// All of them.
    Exactly(u64),
    /// The number of bytes that could be read; there are more.
    AtLeast(u64),
    /// A number of bytes that what could not be read may reduce.
    AtMost(u64),
    /// A number of bytes that what could not be read may increase or reduce.
    Unclear(u64),
    /// A number that is not known at all.
    Unknown,
}

/// The amounts of one layer, with how far each can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerAmounts {
    /// The size.
    pub size: Amount,
    /// The visible part of it.
    pub visible: Amount,
    /// The wasted part of it.
    pub wasted: Amount,
    /// The bytes of earlier layers that it hides.
    pub hid: Amount,
}

impl LayerAmounts {
    /// Returns whether all of them are exact.
    pub fn are_exact(&self) -> bool {
        [self.size, self.visible, self.wasted, self.hid]
            .iter()
            .all(|amount| matches!(amount, Amount::Exactly(_)))
    }
}

impl Amount {
    /// Writes the amount, with `≥` before a lower bound.
    pub fn text(self, units: Units) -> String {
        match self {
            Self::Exactly(bytes) => units.size(bytes),
            Self::AtLeast(bytes) => format!("≥ {}", units.size(bytes)),
            Self::AtMost(bytes) => format!("≤ {}", units.size(bytes)),
            Self::Unclear(bytes) => format!("{}?", units.size(bytes)),
            Self::Unknown => "?".into(),
        }
    }

    /// Writes the amount for a column.
    pub fn column(self, units: Units) -> String {
        self.text(units).replace("≥ ", "≥").replace("≤ ", "≤")
    }

    /// Writes the amount for a column in which nothing is a dash; where there may be something, a
    /// question mark.
    pub fn or_dash(self, units: Units) -> String {
        match self {
            Self::Exactly(0) => "-".into(),
            Self::AtLeast(0) | Self::Unclear(0) => "?".into(),
            amount => amount.column(units),
        }
    }

    /// Returns the number of bytes that were read.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Exactly(bytes)
            | Self::AtLeast(bytes)
            | Self::AtMost(bytes)
            | Self::Unclear(bytes) => bytes,
            Self::Unknown => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warning::WarningKind;

    fn absent() -> WarningKind {
        WarningKind::LayerAbsent { name: "a.tar".into(), why: None }
    }

    #[test]
    fn without_a_gap_an_account_is_whole_and_its_sums_are_exact() {
        let remarks = [
            Warning::image(WarningKind::NoHistory),
            Warning::layer(0.into(), WarningKind::JunkAfterLayer),
        ];
        let completeness = Completeness::new(2, &remarks);
        assert!(completeness.is_whole() && completeness.sizes_are_exact());
        assert_eq!(
            (completeness.amount(700).text(Units::Iec), completeness.summary()),
            ("700 B".into(), None)
        );
    }

    #[test]
    fn a_layer_that_is_absent_makes_every_sum_a_lower_bound() {
        let completeness = Completeness::new(2, &[Warning::layer(0.into(), absent())]);
        assert_eq!(
            (completeness.layer(0.into()), completeness.layer(1.into())),
            (Known::Absent, Known::Whole)
        );
        assert_eq!(completeness.amount(700).text(Units::Iec), "≥ 700 B");
        assert_eq!(completeness.summary().unwrap(), "layer 0 is not known");
    }

    #[test]
    fn a_configuration_that_is_absent_leaves_the_sums_exact_and_the_account_incomplete() {
        let completeness = Completeness::new(
            1,
            &[Warning::image(WarningKind::ConfigAbsent { name: "config.json".into() })],
        );
        assert!(!completeness.is_whole() && completeness.sizes_are_exact());
    }

    #[test]
    fn what_is_accepted_is_no_reason_and_is_still_a_gap() {
        let completeness = Completeness::new(
            2,
            &[
                Warning::layer(0.into(), WarningKind::LayerForeign),
                Warning::layer(1.into(), absent()),
            ],
        );
        assert!(completeness.is_short_of(&[]) && completeness.is_short_of(&[Gap::Foreign]));
        assert!(
            !completeness.is_short_of(&[Gap::Foreign, Gap::Absent]) && !completeness.is_whole()
        );
    }
}
