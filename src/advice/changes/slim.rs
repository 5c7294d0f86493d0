//! The change to the slim variant of the base image: it saves what the possible sizes say.

use super::{Change, Part};
use crate::advice::findings::{Fate, for_base};
use crate::advice::ladder::{Certainty, PossibleSize, on_slim_base, size_of_base};
use crate::analysis::Inspection;

/// Gives the change to another base image the name and the saving of the slim base, if the possible
/// sizes have one.
pub(super) fn tell(inspection: &Inspection, ladder: &[PossibleSize], changes: &mut [Change]) {
    let Some((base, saves)) = on_slim_base(inspection, ladder) else { return };
    let other = for_base(Fate::Left, 1);
    let is_it =
        |change: &&mut Change| change.part == Part::Base && change.fix.clause() == other.clause();
    let Some(change) = changes.iter_mut().find(is_it).filter(|it| it.bytes <= saves) else {
        return;
    };
    change.saves = saves;
    change.size = inspection.totals.size.saturating_sub(saves);
    change.certainty = Certainty::Estimate(size_of_base(base));
    change.fix.saves = saves;
    change.fix.what = format!("use {} as the base image", base.name);
    change.fix.dockerfile = Some(format!("FROM {}", base.name));
}
