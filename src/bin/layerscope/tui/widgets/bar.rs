//! Bars that show a part of a whole: in eighths of a cell and two tones, or in hatched cells where
//! there are no colours.

use ratatui::style::Style;
use ratatui::text::Span;

use super::theme::Theme;

/// The cells that are filled from the left, by eighths.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// A hatched bar that is shorter than a cell.
const SLIVER: &str = "┊";

/// Draws a bar in `width` cells: its length is the share of both parts in `whole`, with the wasted
/// part at its end.
///
/// A bar is no longer than what it stands for, except that the smallest one is still visible.
/// Wasted bytes are shown if they are at least a hundredth of both.
pub fn bar(
    visible: u64,
    wasted: u64,
    whole: u64,
    width: usize,
    theme: &Theme,
) -> Vec<Span<'static>> {
    if theme.has_two_tones() {
        smooth(visible, wasted, whole, width, theme)
    } else {
        hatched(visible, wasted, whole, width, theme)
    }
}

/// Draws a bar in eighths of a cell.
fn smooth(
    visible: u64,
    wasted: u64,
    whole: u64,
    width: usize,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let (visible_eighths, wasted_eighths) = lengths(visible, wasted, whole, width * 8);
    let (full, part) = (visible_eighths / 8, visible_eighths % 8);
    let mut spans = vec![Span::styled("█".repeat(full), theme.visible)];
    let mut used = full;
    let mut left = wasted_eighths;
    if part > 0 {
        // The cell with the end of one part and the beginning of the other.
        let rest = left.min(8 - part);
        left -= rest;
        used += 1;
        spans.push(match rest {
            0 => Span::styled(EIGHTHS[part], theme.visible),
            rest if part + rest == 8 => Span::styled(
                EIGHTHS[part],
                Style { bg: theme.wasted.fg, fg: theme.visible.fg, ..Style::new() },
            ),
            rest if part >= rest => Span::styled(EIGHTHS[part + rest], theme.visible),
            rest => Span::styled(EIGHTHS[part + rest], theme.wasted),
        });
    }
    let rest = EIGHTHS[left % 8];
    spans.push(Span::styled("█".repeat(left / 8) + rest, theme.wasted));
    used += left / 8 + usize::from(!rest.is_empty());
    spans.push(Span::raw(" ".repeat(width.saturating_sub(used))));
    spans
}

/// Draws a bar in whole cells, its wasted part hatched. One that is shorter than a cell is drawn in
/// eighths.
fn hatched(
    visible: u64,
    wasted: u64,
    whole: u64,
    width: usize,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let both = visible.saturating_add(wasted);
    if both > 0 && width > 0 && floor(both, whole, width) == 0 {
        // ASCII has one sign for less than a cell.
        let most = if theme.signs.is_ascii() { 1 } else { 7 };
        let part = match visible >= wasted {
            true => {
                Span::styled(EIGHTHS[floor(both, whole, width * 8).clamp(1, most)], theme.visible)
            }
            false => Span::styled(SLIVER, theme.wasted),
        };
        return vec![part, Span::raw(" ".repeat(width - 1))];
    }
    let (visible_cells, wasted_cells) = lengths(visible, wasted, whole, width);
    vec![
        Span::styled("█".repeat(visible_cells), theme.visible),
        Span::styled("▒".repeat(wasted_cells), theme.wasted),
        Span::raw(" ".repeat(width - visible_cells - wasted_cells)),
    ]
}

/// Returns the lengths of the visible and the wasted part of a bar, of `most` together.
fn lengths(visible: u64, wasted: u64, whole: u64, most: usize) -> (usize, usize) {
    let both = visible.saturating_add(wasted);
    let filled = floor(both, whole, most).max(usize::from(both > 0)).min(most);
    let of_wasted =
        cells(wasted, both, filled).max(usize::from(is_worth_showing(wasted, both))).min(filled);
    (filled - of_wasted, of_wasted)
}

/// Returns whether a cell is a part of a bar.
pub fn is_of_a_bar(symbol: &str) -> bool {
    matches!(symbol, "▒" | SLIVER) || !symbol.is_empty() && EIGHTHS.contains(&symbol)
}

/// Returns whether a cell is filled in part.
pub fn is_end_of_a_bar(symbol: &str) -> bool {
    is_of_a_bar(symbol) && !matches!(symbol, "█" | "▒")
}

/// Returns the sign of wasted bytes in legends.
pub fn wasted_sign(theme: &Theme) -> &'static str {
    if theme.has_two_tones() { "█" } else { "▒" }
}

/// Returns whether a part is large enough that a picture has to show it, however few cells there
/// are.
pub fn is_worth_showing(part: u64, whole: u64) -> bool {
    part > 0 && part >= whole / 100
}

/// Returns the number of cells for a part of a whole, rounded.
pub fn cells(part: u64, of: u64, cells: usize) -> usize {
    let (part, of) = (u128::from(part), u128::from(of.max(1)));
    usize::try_from((part * cells as u128 * 2 + of) / (of * 2)).map_or(cells, |n| n.min(cells))
}

/// Returns the number of cells that a part of a whole fills.
fn floor(part: u64, of: u64, cells: usize) -> usize {
    let filled = u128::from(part) * cells as u128 / u128::from(of.max(1));
    usize::try_from(filled).map_or(cells, |n| n.min(cells))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the eighths of a cell that a bar fills.
    fn eighths(spans: &[Span<'_>]) -> usize {
        let texts = spans.iter().flat_map(|span| span.content.chars().map(String::from));
        texts
            .map(|text| match text.as_str() {
                SLIVER => 1,
                text => EIGHTHS.iter().position(|&sign| sign == text).unwrap_or(0),
            })
            .sum()
    }

    proptest! {
        #[test]
        fn a_bar_is_no_longer_than_what_it_stands_for_and_has_its_width(
            visible in 0u64..10_000, wasted in 0u64..10_000, more in 0u64..30_000, width in 1usize..40,
        ) {
            let whole = visible + wasted + more;
            for theme in [Theme::colours(), Theme::plain()] {
                let spans = bar(visible, wasted, whole, width, &theme);
                let columns: usize = spans.iter().map(Span::width).sum();
                prop_assert_eq!(columns, width);
                let mut filled = eighths(&spans);
                filled += 8 * spans.iter().flat_map(|span| span.content.chars()).filter(|&c| c == '▒').count();
                // A cell that both share is full.
                filled = filled.min(8 * width);
                let exact = (visible + wasted) as f64 * 8.0 * width as f64 / whole.max(1) as f64;
                prop_assert!(filled as f64 <= exact.max(1.0), "{visible} {wasted} of {whole} in {width}: {spans:?}");
                prop_assert_eq!(filled > 0, visible + wasted > 0);
            }
        }
    }

    #[test]
    fn eighths_are_seen_in_colours_and_hatching_without() {
        let text = |theme: &Theme| {
            bar(5, 5, 32, 8, theme).iter().map(|span| span.content.to_string()).collect::<String>()
        };
        assert_eq!(text(&Theme::colours()), "█▎▌     ");
        assert_eq!(text(&Theme::plain()), "█▒      ");
        let small: Vec<_> = bar(1, 0, 32, 8, &Theme::plain());
        assert_eq!(small[0].content, "▎", "no longer than what it stands for");
        let small: Vec<_> = bar(0, 1, 32, 8, &Theme::plain());
        assert_eq!(small[0].content, "┊", "and what is wasted is still told apart");
    }
}
