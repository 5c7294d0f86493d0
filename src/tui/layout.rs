//! Where the panes lie: one function for drawing and for paging.

use ratatui::layout::Rect;

/// A pane that keys can go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Layers,
    Tree,
    Details,
}

/// Below this width one pane is shown at a time.
pub const WIDE: u16 = 80;

/// The areas of the screen; an area that is not shown is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Panes {
    pub header: Rect,
    pub layers: Rect,
    pub tree: Rect,
    pub details: Rect,
    pub footer: Rect,
    /// Everything between header and footer.
    pub main: Rect,
}

/// Divides the screen. `focus` decides which pane a narrow screen shows.
pub fn layout(area: Rect, focus: Pane) -> Panes {
    let line = |y: u16, shown: bool| if shown { Rect { y, height: 1, ..area } } else { Rect::ZERO };
    let bars = area.height >= 4;
    let bottom = area.y + area.height;
    let header = line(area.y, bars);
    let footer = line(bottom.saturating_sub(1), bars);
    let main = if bars { Rect { y: area.y + 1, height: area.height - 2, ..area } } else { area };
    let mut panes = Panes { header, footer, main, ..Panes::default() };
    if area.width < WIDE || area.height < 12 {
        match focus {
            Pane::Layers => panes.layers = main,
            Pane::Tree => panes.tree = main,
            Pane::Details => panes.details = main,
        }
        return panes;
    }
    let details = (area.height / 4).clamp(6, 12);
    let upper = main.height - details;
    let left = (area.width * 46 / 100).clamp(38, 80);
    panes.layers = Rect { width: left, height: upper, ..main };
    panes.tree = Rect { x: main.x + left, width: main.width - left, height: upper, ..main };
    panes.details = Rect { y: main.y + upper, height: details, ..main };
    panes
}

/// The rows of a pane that lie inside its border.
pub fn rows_inside(pane: Rect) -> usize {
    usize::from(pane.height.saturating_sub(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_never_leave_the_screen_and_never_overlap() {
        for width in 0..200 {
            for height in 0..60 {
                for focus in [Pane::Layers, Pane::Tree, Pane::Details] {
                    let area = Rect::new(0, 0, width, height);
                    let panes = layout(area, focus);
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
    fn at_80_columns_all_panes_are_there() {
        let panes = layout(Rect::new(0, 0, 80, 24), Pane::Tree);
        assert_eq!((panes.layers.width, panes.tree.width), (38, 42));
        assert_eq!((panes.layers.height, panes.details.height), (16, 6));
    }
}
