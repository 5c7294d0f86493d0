//! The widths of the columns of the list.

use layerscope::LayerIndex;

pub(super) const SIZE_WIDTH: usize = 8;
/// The columns of the size after a change.
pub(super) const AFTER_WIDTH: usize = 10;
pub(super) const LAYERS_WIDTH: usize = 9;
/// The width from which on the size after a change is shown.
pub(super) const WIDE: usize = 90;

/// The columns of how far that size can be relied on.
pub(super) const GRADE_WIDTH: usize = 12;
/// The width from which on that is shown.
pub(super) const GRADED: usize = 110;

/// Returns the columns before the text of a row.
pub(super) fn before_text(width: usize) -> usize {
    let after = if width >= WIDE { AFTER_WIDTH + 1 } else { 0 };
    let grade = if width >= GRADED { GRADE_WIDTH + 1 } else { 0 };
    SIZE_WIDTH + 1 + bar_width(width) + after + grade + 1 + LAYERS_WIDTH
}

pub(super) fn bar_width(width: usize) -> usize {
    (width / 8).clamp(3, 16)
}

/// Returns the layers that added something, and those that removed it.
pub(super) fn layers(pairs: impl IntoIterator<Item = (LayerIndex, Option<LayerIndex>)>) -> String {
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_unstable();
    pairs.dedup();
    match pairs[..] {
        [(added_in, Some(removed_in))] => format!("{added_in:>3} → {removed_in}"),
        [(added_in, None)] => format!("{added_in:>3}"),
        _ => {
            let mut added_in: Vec<_> = pairs.iter().map(|(added_in, _)| *added_in).collect();
            added_in.dedup();
            between(&added_in)
        }
    }
}

/// Names some layers in a few columns: all of them, a range, or the ends of many.
fn between(layers: &[LayerIndex]) -> String {
    match layers {
        [] => String::new(),
        [one] => format!("{one:>3}"),
        [first, .., last] if first.up_to(*last).len() == layers.len() => {
            format!("{first:>3}–{last}")
        }
        [first, last] => format!("{first:>3}, {last}"),
        [first, middle, last] => format!("{first:>3}, {middle}, {last}"),
        [first, .., last] => format!("{first:>3} … {last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_layers_has_no_other_layer_in_it() {
        let columns = |added_in: &[usize]| {
            let pairs = added_in.iter().map(|&layer| (LayerIndex::new(layer), None));
            layers(pairs).trim().to_owned()
        };
        assert_eq!(columns(&[1, 2, 3, 4]), "1–4");
        assert_eq!(columns(&[1, 3, 4]), "1, 3, 4");
        assert_eq!(columns(&[1, 3, 4, 9]), "1 … 9");
    }
}
