//! Fits text and lists into columns and rows.

pub use layerscope::display::{cut, wrap};

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

/// Formats a time in seconds since 1970 as a day in UTC: `2026-11-21`; only the year if it has more
/// than four digits.
pub fn date(seconds: i64) -> String {
    // After Howard Hinnant, "chrono-compatible low-level date algorithms": days of a year that
    // begins in March.
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months = (5 * of_year + 2) / 153;
    let day = of_year - (153 * months + 2) / 5 + 1;
    let month = if months < 10 { months + 3 } else { months - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if (0..10_000).contains(&year) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("year {year}")
    }
}

/// Wraps text to a width, with an empty line between paragraphs.
pub fn paragraphs(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrap(paragraph, width));
    }
    lines
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
                for (top, selected) in
                    (0..25).flat_map(|top| (0..count).map(move |selected| (top, selected)))
                {
                    let first = follow(top, selected, count, height);
                    assert!(
                        first <= selected && selected < first + height,
                        "{selected} of {count} in {height}"
                    );
                    assert!(count <= height || first + height <= count);
                }
            }
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_795_219_199), "2026-11-20");
        assert_eq!(date(253_402_300_800), "year 10000");
        assert!(date(i64::MAX).starts_with("year 29") && date(i64::MIN).starts_with("year -29"));
    }

    #[test]
    fn the_selected_row_is_always_visible() {
        for count in 0..30 {
            for height in 1..12 {
                for selected in 0..count {
                    let first = first_visible(selected, count, height);
                    assert!(
                        first <= selected && selected < first + height,
                        "{selected} of {count} in {height}"
                    );
                    assert!(count <= height || first + height <= count);
                }
            }
        }
    }
}
