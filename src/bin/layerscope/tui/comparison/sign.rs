//! The look of differences: signs, colours, and bars of plus and minus.

use std::cmp::Ordering;

use layerscope::compare::{Difference, PackageDifference};
use layerscope::display::Units;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::widgets::bar as solid_bar;
use crate::tui::widgets::theme::Theme;

/// Returns the sign of a path, and its style.
pub fn of_path(difference: Difference, theme: &Theme) -> (&'static str, Style) {
    match difference {
        Difference::Added => ("+", theme.added),
        Difference::Removed => ("-", theme.removed),
        Difference::Larger | Difference::Smaller => ("~", theme.modified),
        Difference::Changed => ("@", theme.modified),
        Difference::Unknown => ("?", theme.dim),
        Difference::Same => (" ", Style::new()),
    }
}

/// Returns the sign of a package, and its style.
pub fn of_package(difference: PackageDifference, theme: &Theme) -> (&'static str, Style) {
    match difference {
        PackageDifference::Added => ("+", theme.added),
        PackageDifference::Removed => ("-", theme.removed),
        PackageDifference::Version => ("~", theme.modified),
        PackageDifference::Files => ("@", theme.modified),
    }
}

/// Formats a difference in bytes with its sign.
pub fn signed(less: u64, more: u64, units: Units) -> String {
    let sign = match more.cmp(&less) {
        Ordering::Less => "-",
        Ordering::Equal => "",
        Ordering::Greater => "+",
    };
    format!("{sign}{}", units.size(less.abs_diff(more)))
}

/// Makes a bar of bytes added and removed; the full width is `whole` bytes. It is solid where
/// colours tell both apart, and has signs as in `git diff --stat` elsewhere.
pub fn bar(less: u64, more: u64, whole: u64, width: usize, theme: &Theme) -> Vec<Span<'static>> {
    let tones = Theme { visible: theme.added, wasted: theme.removed, ..*theme };
    if tones.has_two_tones() {
        return solid_bar(more, less, whole, width, &tones);
    }
    let both = less.saturating_add(more);
    let cells = |part: u64, of: u64, cells: usize| {
        let cells_of = u128::from(part) * cells as u128 / u128::from(of.max(1));
        usize::try_from(cells_of).unwrap_or(cells).clamp(usize::from(part > 0).min(cells), cells)
    };
    let filled = cells(both, whole, width);
    let minus = match (filled, more) {
        (_, 0) => filled,
        // If there is space for only one, the larger one is shown.
        (1, more) => usize::from(less > more),
        (filled, _) => cells(less, both, filled.saturating_sub(1)),
    };
    vec![
        Span::styled("+".repeat(filled - minus), theme.added),
        Span::styled("-".repeat(minus), theme.removed),
        Span::raw(" ".repeat(width - filled)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(less: u64, more: u64) -> String {
        bar(less, more, 100, 10, &Theme::BARE).iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn a_bar_shows_both_directions_even_where_one_is_small() {
        assert_eq!(text(0, 100), "++++++++++");
        assert_eq!(text(50, 50), "++++++----");
        assert_eq!(text(100, 0), "----------");
        assert_eq!(text(1, 99), "+++++++++-");
        assert_eq!((text(0, 1), text(0, 0)), ("+         ".into(), " ".repeat(10)));
        assert_eq!((text(9, 1), text(1, 9)), ("-         ".into(), "+         ".into()));
    }

    #[test]
    fn colours_make_it_solid() {
        let theme = Theme::colours();
        let shown = |less: u64, more: u64| {
            let spans = bar(less, more, 100, 10, &theme);
            let part = |style| {
                let spans = spans.iter().filter(|span| span.style == style);
                spans.map(|span| span.content.as_ref()).collect::<String>()
            };
            [part(theme.added), part(theme.removed)]
        };
        assert_eq!(shown(40, 60), ["██████", "████"]);
        assert_eq!(shown(5, 0), ["", "▌"], "in eighths");
    }

    #[test]
    fn no_bar_is_longer_than_its_room() {
        for (less, more, whole) in [(u64::MAX, u64::MAX, 1), (u64::MAX, 0, 0), (3, 4, 5)] {
            for width in 0..12 {
                for theme in [Theme::BARE, Theme::colours()] {
                    let spans = bar(less, more, whole, width, &theme);
                    assert_eq!(spans.iter().map(Span::width).sum::<usize>(), width);
                }
            }
        }
    }
}
