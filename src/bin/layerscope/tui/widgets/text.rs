//! Fits text and lists into columns and rows.

pub use layerscope::display::{cut, date, wrap};

/// Returns the first visible row of a list with `selected` near the middle, without empty rows at
/// the end.
pub fn first_visible(selected: usize, count: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(count.saturating_sub(height))
}

/// Returns the first visible row of a list whose previous one was `top`: the same, if `selected` is
/// visible then.
///
/// A list scrolls no further than necessary, so that nothing moves away from under the mouse; after
/// a jump, `selected` is near the middle.
pub fn follow(top: usize, selected: usize, count: usize, height: usize) -> usize {
    let top = top.min(count.saturating_sub(height));
    if selected + height < top || selected >= top + 2 * height {
        first_visible(selected, count, height)
    } else {
        top.clamp((selected + 1).saturating_sub(height), selected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_follows_the_selected_row_no_further_than_it_has_to() {
        assert_eq!(follow(10, 12, 100, 5), 10);
        assert_eq!((follow(10, 15, 100, 5), follow(10, 9, 100, 5)), (11, 9));
        assert_eq!(follow(10, 60, 100, 5), 58, "after a leap it is in the middle");
        for count in 0..20 {
            for height in 1..8 {
                for (top, selected) in (0..25).flat_map(|top| (0..count).map(move |selected| (top, selected))) {
                    let first = follow(top, selected, count, height);
                    assert!(first <= selected && selected < first + height, "{selected} of {count} in {height}");
                    assert!(count <= height || first + height <= count);
                }
            }
        }
    }

    #[test]
    fn the_selected_row_is_always_visible() {
        for count in 0..30 {
            for height in 1..12 {
                for selected in 0..count {
                    let first = first_visible(selected, count, height);
                    assert!(first <= selected && selected < first + height, "{selected} of {count} in {height}");
                    assert!(count <= height || first + height <= count);
                }
            }
        }
    }
}
