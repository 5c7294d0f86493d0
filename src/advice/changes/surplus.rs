//! The changes that leave out packages which nothing asks for.

use super::{Change, Extent, Part};
use crate::advice::change::{Kind, SuggestedChange};
use crate::advice::findings::{Fate, Whose, cause};
use crate::advice::ladder::certainty_without;
use crate::advice::unneeded::{Surplus, SurplusKind};
use crate::analysis::Inspection;
use crate::display::{listed, sentences};
use crate::layer_index::LayerIndex;

/// Makes the changes, one for each kind of packages that the image has.
pub(super) fn changes<'a>(
    inspection: &'a Inspection,
    surplus: &'a [Surplus],
) -> impl Iterator<Item = Change> + use<'a> {
    SurplusKind::ALL
        .into_iter()
        .filter_map(move |kind| change(inspection, kind, Surplus::of_kind(surplus, kind)))
}

fn change(inspection: &Inspection, kind: SurplusKind, surplus: Vec<Surplus>) -> Option<Change> {
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
    let to_do = kind.to_do(used).map_or_else(String::new, |to_do| format!("; {to_do}"));
    let mut ways: Vec<_> = surplus.iter().map(Surplus::change).collect();
    ways.sort();
    ways.dedup();
    let what = format!("{}{and}{to_do}", listed(&ways));
    let fix = SuggestedChange {
        // npm sets variables, which nobody knows that a program reads.
        is_certain: used.is_none() && kind != SurplusKind::Npm,
        saves,
        ..SuggestedChange::new(Kind::Tool, what).with_line(Some(first.line.clone()))
    };
    let mut layers: Vec<LayerIndex> = surplus.iter().map(Surplus::layer).collect();
    layers.sort_unstable();
    layers.dedup();
    let count = surplus.iter().map(|it| it.unneeded.packages.len()).sum();
    let what = cause(inspection, &layers, Fate::Left, None, Whose::Own, count == 1);
    Some(Change {
        part: Part::Own,
        findings: Vec::new(),
        bytes: 0,
        groups: Vec::new(),
        certainty: certainty_without(inspection, kind, &surplus),
        surplus,
        also: Vec::new(),
        shared: Vec::new(),
        shared_bytes: 0,
        named_others: Vec::new(),
        edits: Vec::new(),
        saves,
        size: inspection.totals.size.saturating_sub(saves),
        left_out: Vec::new(),
        adds: 0,
        needs_a_look: !fix.is_certain,
        extent: Extent::Packages(kind),
        apart: String::new(),
        fix,
        why: sentences(&[&what, &kind.need(count)]),
        draft: None,
    })
}
