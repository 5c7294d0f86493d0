//! The change that leaves out packages which apt only installs because others recommend them.

use super::{Change, Extent, Part};
use crate::advice::change::{Kind, SuggestedChange};
use crate::advice::findings::{Fate, Whose, cause};
use crate::advice::ladder::certainty_without;
use crate::advice::unneeded::{NO_RECOMMENDED, Surplus};
use crate::analysis::Inspection;
use crate::display::{listed, sentences};
use crate::layer_index::LayerIndex;

/// The reason why nothing needs such packages.
const NEED: &str =
    "no package that is asked for depends on them; apt installs what others recommend";

/// Makes the change; `None` if there are no such packages.
pub(super) fn change(inspection: &Inspection, surplus: &[Surplus]) -> Option<Change> {
    let first = surplus.first()?;
    let saves: u64 = surplus.iter().map(|surplus| surplus.bytes).sum();
    let mut wanted: Vec<_> = surplus.iter().flat_map(|it| &it.unneeded.wanted).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let and = match &wanted[..] {
        [] => String::new(),
        names => format!(" and name {}", listed(names)),
    };
    let used = surplus.iter().find_map(|surplus| surplus.used.as_deref());
    let look = Surplus::to_name(used);
    let what = format!("add {NO_RECOMMENDED} to apt-get install{and}; {look}");
    let fix = SuggestedChange {
        is_certain: used.is_none(),
        saves,
        ..SuggestedChange::new(Kind::Tool, what).with_line(Some(first.line.clone()))
    };
    let mut layers: Vec<LayerIndex> = surplus.iter().map(Surplus::layer).collect();
    layers.sort_unstable();
    layers.dedup();
    let what = cause(inspection, &layers, Fate::Left, None, Whose::Own);
    Some(Change {
        part: Part::Own,
        findings: Vec::new(),
        bytes: 0,
        groups: Vec::new(),
        surplus: surplus.to_vec(),
        also: Vec::new(),
        shared: Vec::new(),
        shared_bytes: 0,
        edits: Vec::new(),
        saves,
        size: inspection.totals.size.saturating_sub(saves),
        left_out: Vec::new(),
        adds: 0,
        certainty: certainty_without(inspection, surplus),
        needs_a_look: !fix.is_certain,
        extent: Extent::Packages,
        apart: String::new(),
        fix,
        why: sentences(&[&what, NEED]),
    })
}
