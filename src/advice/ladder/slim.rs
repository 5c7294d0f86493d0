//! The slim variant of an image's own base: the same system without documentation and translations.

use super::bases::{BaseKind, SmallBase, smallest};
use super::{LadderInputs, PossibleSize};
use crate::analysis::Inspection;
use crate::display::{Sentence, escaped_str, shown};
use crate::runtime::libraries::Libc;

/// The part of a slim base, one in so many, that the base has to be larger by.
const SLIMMER: u64 = 5;

/// Returns the slim variant of the base image, if that is one layer of the same system and so much
/// larger that it is not the slim one itself.
pub(super) fn slim_base(
    inspection: &Inspection,
    inputs: &LadderInputs,
) -> Option<&'static SmallBase> {
    let base = smallest(BaseKind::Small, Libc::Glibc)?;
    let system = base.name.split([':', '@']).next().unwrap_or_default();
    let is_same = |name: &str| {
        name.split([':', '@', ' ']).next().is_some_and(|it| it.eq_ignore_ascii_case(system))
    };
    let mut names = inputs.base_name.iter().chain(&inputs.base_system);
    let is_same = names.any(|name| is_same(name));
    let is_larger = bytes_below(inspection, 1) >= base.bytes + base.bytes / SLIMMER;
    (is_same && inputs.base_layers == 1 && is_larger).then_some(base)
}

/// Returns the slim base of a ladder on which all else stays, and the bytes that it saves in place of
/// the lowest layer.
pub fn on_slim_base(
    inspection: &Inspection,
    ladder: &[PossibleSize],
) -> Option<(&'static SmallBase, u64)> {
    let base = ladder.iter().find_map(PossibleSize::slim_base)?;
    Some((base, bytes_below(inspection, 1).saturating_sub(base.bytes)))
}

/// Returns the bytes of the lowest layers.
fn bytes_below(inspection: &Inspection, layers: usize) -> u64 {
    inspection.layers.iter().take(layers).map(|layer| layer.size).sum()
}

/// Returns the basis of an estimate with a small base image.
pub(in crate::advice) fn size_of_base(base: &SmallBase) -> Sentence {
    let sentence = Sentence::from(shown!("{} had ", escaped_str(&base.name))).size(base.bytes);
    sentence.words(shown!(" in {}, {}", escaped_str(&base.date), escaped_str(&base.source)))
}
