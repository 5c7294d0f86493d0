//! Fitting text and lists into the columns and rows that there are.

pub use layerscope::report::fit::{cut, wrap};

/// The first row of a list to show so that `selected` is near the middle, without empty rows at the end.
pub fn first_visible(selected: usize, count: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(count.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use super::*;

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
