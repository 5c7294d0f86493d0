//! Divides the screen into panes; one function for drawing, the mouse and paging.

mod shares;
mod stack;

use ratatui::layout::{Position, Rect};

pub use shares::{Divider, Shares};
pub use stack::{LINES, Stack};

/// A pane that can have the keyboard focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Layers,
    Tree,
    Details,
}

/// The width below which there is room for one pane at a time.
pub const WIDE: u16 = 80;
/// Below this height the header has one row.
const TALL: u16 = 14;
/// From this height on a narrow screen shows the first lines of the details below the tree.
const HIGH: u16 = 18;
/// The number of these lines.
const FIRST_LINES: u16 = 4;
/// Below this width the header has one row.
const TWO_ROWS: u16 = 40;

/// The areas of the screen; an area that is not shown is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Panes {
    pub header: Rect,
    pub layers: Rect,
    pub tree: Rect,
    pub details: Rect,
    pub footer: Rect,
    /// The narrator of a lesson.
    pub narrator: Rect,
    /// The area between header and footer.
    pub main: Rect,
}

/// Returns the area between header and footer, or everything if there is no space for those.
fn main(area: Rect, header: u16) -> Rect {
    if has_bars(area) {
        Rect { y: area.y + header, height: area.height - header - 1, ..area }
    } else {
        area
    }
}

/// Returns the height of the header: two rows if all panes are shown and there is space.
pub fn header_rows(area: Rect) -> u16 {
    if area.width >= TWO_ROWS && area.height >= TALL { 2 } else { 1 }
}

fn has_bars(area: Rect) -> bool {
    area.height >= 4
}

/// Divides the screen, with some rows for the header and for the layers: on the left the layers and
/// below them the details, on the right the tree. `focus` decides which pane a narrow screen shows.
pub fn layout(area: Rect, rows: u16, layers: Stack<'_>, focus: Pane, shares: Shares) -> Panes {
    let line =
        |y: u16, height: u16| if has_bars(area) { Rect { y, height, ..area } } else { Rect::ZERO };
    let bottom = area.y + area.height;
    let (header, footer) = (line(area.y, rows), line(bottom.saturating_sub(1), 1));
    let main = main(area, rows);
    let mut panes = Panes { header, footer, main, ..Panes::default() };
    if area.width < WIDE || area.height < 12 {
        match focus {
            Pane::Layers => panes.layers = main,
            Pane::Tree => {
                // On a high screen the first lines, with the fix, stand below the tree.
                let below = if area.height >= HIGH { FIRST_LINES + 2 } else { 0 };
                panes.tree = Rect { height: main.height - below, ..main };
                let y = panes.tree.bottom();
                panes.details = Rect { y, height: below, ..main };
            }
            Pane::Details => panes.details = main,
        }
        return panes;
    }
    let left = shares.layers(main);
    let details = shares.details(main, layers, left);
    let upper = main.height - details;
    panes.layers = Rect { width: left, height: upper, ..main };
    panes.tree = Rect { x: main.x + left, width: main.width - left, ..main };
    panes.details = Rect { y: main.y + upper, height: details, width: left, ..main };
    panes
}

/// Divides the screen with rows for a narrator above the footer.
///
/// If `told`, the narrator has the focus, and the details make room.
pub fn layout_with_narrator(
    area: Rect,
    rows: u16,
    told: bool,
    layers: Stack<'_>,
    focus: Pane,
    shares: Shares,
) -> Panes {
    let rows = rows.min(main(area, 1).height);
    let stage = Rect { height: area.height - rows, ..area };
    let mut panes = layout(stage, header_rows(stage), layers, focus, shares);
    let below = |height: u16| {
        if has_bars(area) { area.bottom() - 1 - height } else { area.bottom() - height }
    };
    panes.narrator = Rect { y: below(rows), height: rows, ..area };
    if !has_bars(stage) && has_bars(area) {
        // There are so few rows that the narrator gets them all.
        panes = Panes {
            header: Rect { height: 1, ..area },
            narrator: Rect { y: area.y + 1, height: area.height - 2, ..area },
            ..Panes::default()
        };
    }
    panes.footer = Rect { y: below(0), height: u16::from(has_bars(area)), ..area };
    if told && !panes.layers.is_empty() && !panes.tree.is_empty() {
        panes.layers.height = panes.main.height;
        panes.details = Rect::ZERO;
    }
    panes
}

impl Panes {
    /// Returns the divider at a cell: the borders of two panes where they touch.
    pub fn divider(&self, at: Position) -> Option<Divider> {
        if self.layers.is_empty() || self.tree.is_empty() {
            return None;
        }
        let between_panes = at.x + 1 == self.tree.x || at.x == self.tree.x;
        if between_panes && at.y > self.tree.y && at.y + 1 < self.tree.bottom() {
            return Some(Divider::Upright);
        }
        let above_details = at.y + 1 == self.details.y || at.y == self.details.y;
        (above_details && self.layers.union(self.details).contains(at)).then_some(Divider::Level)
    }
}

/// Returns the number of rows inside the border of a pane.
pub fn rows_inside(pane: Rect) -> usize {
    usize::from(pane.height.saturating_sub(2))
}

#[cfg(test)]
mod tests {
    use super::shares::{LOWEST, NARROWEST};
    use super::*;

    /// Layers of which each needs so many lines.
    fn layers(count: usize, lines: &dyn Fn(usize, u16) -> usize) -> Stack<'_> {
        Stack { count, lines }
    }

    #[test]
    fn panes_never_leave_the_screen_and_never_overlap() {
        for width in 0..200 {
            for height in 0..60 {
                for focus in [Pane::Layers, Pane::Tree, Pane::Details] {
                    let area = Rect::new(0, 0, width, height);
                    let panes = layout(
                        area,
                        header_rows(area),
                        layers(usize::from(width) / 9, &|row, _| row),
                        focus,
                        Shares::default(),
                    );
                    let all = [panes.header, panes.layers, panes.tree, panes.details, panes.footer];
                    let covered: u32 = all.iter().map(|pane| pane.area()).sum();
                    assert!(covered <= area.area(), "{width}x{height}");
                    for pane in all.iter().filter(|pane| !pane.is_empty()) {
                        assert_eq!(pane.intersection(area), *pane, "{width}x{height}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_narrator_leaves_no_pane_outside_of_the_screen() {
        for (width, height) in
            (0..100).step_by(9).flat_map(|width| (0..40).map(move |height| (width, height)))
        {
            for (rows, told) in (0..20).flat_map(|rows| [(rows, true), (rows, false)]) {
                let area = Rect::new(0, 0, width, height);
                let panes = layout_with_narrator(
                    area,
                    rows,
                    told,
                    layers(5, &|_, _| 2),
                    Pane::Tree,
                    Shares::default(),
                );
                let all = [
                    panes.header,
                    panes.layers,
                    panes.tree,
                    panes.details,
                    panes.narrator,
                    panes.footer,
                ];
                let covered: u32 = all.iter().map(|pane| pane.area()).sum();
                assert!(covered <= area.area(), "{width}x{height}, {rows}: {panes:?}");
                for pane in all.iter().filter(|pane| !pane.is_empty()) {
                    assert_eq!(pane.intersection(area), *pane, "{width}x{height}, {rows}");
                }
            }
        }
    }

    #[test]
    fn at_80_columns_all_panes_are_there() {
        let panes = |count, lines| {
            let stack = layers(count, lines);
            layout(Rect::new(0, 0, 80, 24), 2, stack, Pane::Tree, Shares::default())
        };
        let two: &dyn Fn(usize, u16) -> usize = &|_, _| 2;
        let four = panes(4, two);
        assert_eq!((four.layers.width, four.tree.width), (38, 42));
        assert_eq!((four.tree.height, four.details.width), (21, 38));
        let heights = [2, 4, 6, 9, 50]
            .map(|count| (panes(count, two).layers.height, panes(count, two).details.height));
        assert_eq!(
            heights,
            [(6, 15), (10, 11), (8, 13), (11, 10), (12, 9)],
            "they take what they need"
        );
        let lines = |count, lines| layers(count, lines).lines_in(panes(count, lines).layers);
        assert_eq!(lines(4, two), [2; 4]);
        assert_eq!((lines(6, two), lines(50, two)), (vec![1; 6], vec![1; 50]));
    }

    #[test]
    fn a_narrow_screen_shows_the_first_lines_of_the_details_if_it_is_high() {
        let panes = |width, height, focus| {
            layout(Rect::new(0, 0, width, height), 2, Stack::EMPTY, focus, Shares::default())
        };
        let high = panes(60, 20, Pane::Tree);
        assert_eq!((high.tree.height, high.details.height), (11, 6));
        assert_eq!(high.details.bottom(), high.footer.y);
        assert!(panes(60, 17, Pane::Tree).details.is_empty());
        assert_eq!(panes(60, 20, Pane::Details).details.height, 17);
        assert_eq!(panes(60, 20, Pane::Layers).layers.height, 17);
    }

    #[test]
    fn a_layer_with_a_short_instruction_leaves_its_lines_to_the_others() {
        let needs: &dyn Fn(usize, u16) -> usize = &|row, _| [1, 9, 2, 1][row];
        let stack = layers(4, needs);
        let lines = |height: u16| {
            let area = Rect::new(0, 0, 80, height);
            let panes = layout(area, 2, stack, Pane::Tree, Shares::default());
            (stack.lines_in(panes.layers), panes.layers.height)
        };
        assert_eq!(lines(40), (vec![1, LINES, 2, 1], 12));
        assert_eq!(lines(24), (vec![1, 4, 2, 1], 10));
        assert_eq!(lines(20), (vec![1, 2, 2, 1], 8), "the details keep their rows");
        assert_eq!(lines(14), (vec![1; 4], 6));
    }

    #[test]
    fn a_divider_stays_where_it_is_dragged_to_and_no_pane_vanishes() {
        for (width, height) in [(80, 24), (81, 12), (123, 41), (300, 100)] {
            let area = Rect::new(0, 0, width, height);
            for column in 0..width + 5 {
                for row in (0..height + 5).step_by(3) {
                    let mut shares = Shares::default();
                    let main = layout(area, 1, Stack::EMPTY, Pane::Tree, shares).main;
                    shares.drag(Divider::Upright, main, column, row);
                    shares.drag(Divider::Level, main, column, row);
                    let panes = layout(area, 1, Stack::EMPTY, Pane::Tree, shares);
                    assert_eq!(panes.tree.x, column.clamp(NARROWEST, width - NARROWEST));
                    let main = panes.main;
                    assert_eq!(panes.details.y, row.clamp(main.y + LOWEST, main.bottom() - LOWEST));
                    assert_eq!(
                        panes.layers.area() + panes.tree.area() + panes.details.area(),
                        main.area()
                    );
                }
            }
        }
    }

    #[test]
    fn a_divider_keeps_its_share_when_the_screen_gets_bigger_and_smaller_again() {
        let (small, big) = (Rect::new(0, 0, 80, 24), Rect::new(0, 0, 160, 48));
        let mut shares = Shares::default();
        shares.drag(
            Divider::Upright,
            layout(small, 2, Stack::EMPTY, Pane::Tree, shares).main,
            60,
            0,
        );
        assert_eq!(layout(big, 2, Stack::EMPTY, Pane::Tree, shares).layers.width, 120);
        assert_eq!(layout(small, 2, Stack::EMPTY, Pane::Tree, shares).layers.width, 60);
    }
}
