//! Explains the avoidable bytes and the smallest size of the header.

use layerscope::LayerIndex;
use layerscope::advice::assessment::Study;
use layerscope::advice::changes::Part as Side;
use layerscope::advice::ladder::{noticeable, smallest_kept};
use layerscope::display::{Units, escaped_str};
use layerscope::report::without_a_look;

use super::change::NEEDS_A_LOOK;
use super::{Part, Sum};
use crate::tui::explorer::Explorer;
use crate::tui::explorer::sentences::layer_named;

pub fn explain(explorer: &Explorer, study: &Study, units: Units) -> (String, Vec<Part>) {
    let sums = explorer.avoidable().unwrap_or_default();
    let mut parts = Vec::new();
    if sums.own == 0 {
        parts.push(Part::Sentence("Avoidable: nothing in your layers.".into()));
    } else {
        parts.extend([
            Part::Sentence(
                "Avoidable: all that the changes to your layers leave out, each byte once. By change, \
                    in the order of Fix:"
                    .into(),
            ),
            Part::Sum(Sum::new(by_change(study, Side::Own), sums.own, "avoidable")),
        ]);
        let sure = without_a_look(&explorer.inspection, study, units);
        let all = units.size(sums.own);
        parts.extend(sure.map(|words| Part::Sentence(format!("Avoidable: {all} ({words})."))));
        parts.extend([
            Part::Sentence("The same by layer:".into()),
            Part::Sum(Sum::new(by_layer(explorer), sums.own, "avoidable")),
        ]);
    }
    let others = [
        (sums.optional, "more with the optional changes, which may leave out files that you want"),
        (sums.base, "in the base image, only avoidable with another one"),
    ];
    let others = others.iter().filter(|(bytes, _)| *bytes > 0);
    parts.extend(others.map(|(bytes, what)| {
        Part::Sentence(format!("Not among it: {} {what}.", units.size(*bytes)))
    }));
    parts.extend(smallest(study, units));
    ("Avoidable and smallest".into(), parts)
}

/// Explains the sum of the changes of a part, as its head in Fix has it.
pub fn changes(explorer: &Explorer, study: &Study, side: Side) -> (String, Vec<Part>) {
    let sums = explorer.avoidable().unwrap_or_default();
    let (sum, all) = match side {
        Side::Own => (sums.own, "All that the changes to your layers leave out"),
        Side::Optional => {
            (sums.optional, "All that the optional changes leave out beside those above")
        }
        Side::Base => {
            (sums.base, "All that only another base image avoids, without what is listed above")
        }
    };
    let parts = match sum {
        0 => vec![Part::Sentence("The changes above leave out all of these files as well.".into())],
        sum => vec![
            Part::Sentence(format!("{all}, each byte once. By change, in the order of Fix:")),
            Part::Sum(Sum::new(
                by_change(study, side),
                sum,
                if side == Side::Own { "avoidable" } else { "in all" },
            )),
        ],
    };
    (side.title().into(), parts)
}

/// Returns what each change of a part adds to those before it.
fn by_change(study: &Study, side: Side) -> Vec<(u64, String)> {
    let of_part = study.changes.iter().filter(|change| change.part == side);
    of_part.map(|change| (change.adds, escaped_str(&change.short_title()).into())).collect()
}

fn by_layer(explorer: &Explorer) -> Vec<(u64, String)> {
    let layers = LayerIndex::numbered(&explorer.avoidable_of_layers);
    layers.map(|(layer, &bytes)| (bytes, layer_named(&explorer.inspection, layer))).collect()
}

/// Derives the smallest size from the size as built, by the steps of Sizes.
fn smallest(study: &Study, units: Units) -> Vec<Part> {
    let sizes = &study.ladder;
    let (Some(first), Some(place)) = (sizes.first(), smallest_kept(sizes)) else {
        return Vec::new();
    };
    let least = &sizes[place];
    if place == 0 {
        return vec![Part::Sentence("Smallest: no step makes the image smaller.".into())];
    }
    let steps: Vec<_> = noticeable(sizes).into_iter().filter(|&step| step <= place).collect();
    let saved = steps.windows(2).map(|pair| {
        let [before, after] = [pair[0], pair[1]].map(|place| &sizes[place]);
        (before.size.saturating_sub(after.size), after.step.title())
    });
    let from = vec![(first.size, "size as built".into())];
    let look = least.needs_a_look.then(|| NEEDS_A_LOOK.to_owned());
    let mut parts = vec![
        Part::Sentence(
            "Smallest: the size as built less what each step of Sizes saves, as far as the program stays \
                the same:"
                .into(),
        ),
        Part::Sum(Sum::less(from, saved.collect(), least.size, "smallest")),
    ];
    parts.extend(look.into_iter().chain([least.certainty.sentence(units)]).map(Part::Sentence));
    parts
}
