//! The layout of the replay; one function for drawing and the mouse.

use ratatui::layout::Rect;

use crate::tui::views::timeline::CHART_LEAST;
use crate::tui::widgets::inside;

/// The width and height below which there is no space for both pictures.
const WIDE: u16 = 60;
const HIGH: u16 = 16;
/// The number of rows from which there is a list of layers above the chart: the smallest useful
/// chart, and a line between.
const CHART_WITH_LIST: usize = CHART_LEAST + 3;

/// The areas of the parts; an area without space is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stage {
    /// The instruction, with a frame.
    pub card: Rect,
    /// The size of the image, with a frame.
    pub sizes: Rect,
    /// The visible files, with a frame.
    pub sees: Rect,
    /// Both sizes as one bar each, if there is no space for the pictures.
    pub bars: Rect,
    pub text: Rect,
    /// The position.
    pub transport: Rect,
}

impl Stage {
    pub fn fit_into(area: Rect) -> Self {
        let mut rest = area;
        let mut top = |height: u16| {
            let part = Rect { height: height.min(rest.height), ..rest };
            rest = Rect { y: part.bottom(), height: rest.height - part.height, ..rest };
            part
        };
        if area.width < WIDE || area.height < HIGH {
            let card = top(3 + u16::from(area.height > 8));
            let bars = top(2);
            let text = top(rest_without_transport(area, card, bars));
            return Self { card, bars, text, transport: top(1), ..Self::default() };
        }
        let (instruction, text) = match area.height {
            ..20 => (1, 3),
            20..30 => (2, 3),
            _ => (3, 4),
        };
        let card = top(instruction + 2);
        let pictures = top(area.height - card.height - text - 1);
        // Names need more space than columns.
        let left = u16::try_from(u32::from(pictures.width) * 46 / 100).unwrap_or(pictures.width);
        Self {
            card,
            sizes: Rect { width: left, ..pictures },
            sees: Rect { x: pictures.x + left, width: pictures.width - left, ..pictures },
            text: top(text),
            transport: top(1),
            bars: Rect::ZERO,
        }
    }

    /// Returns the areas of the list of layers and of the chart below it, inside the size's frame;
    /// the list is empty unless there is space for both.
    pub fn list_and_chart(&self, layers: usize) -> (Rect, Rect) {
        let inner = inside(self.sizes);
        let height = usize::from(inner.height);
        let list = layers.min(height / 2);
        let list = if height - list > CHART_WITH_LIST && list > 0 {
            u16::try_from(list).unwrap_or(0)
        } else {
            0
        };
        let gap = u16::from(list > 0);
        let chart = Rect { y: inner.y + list + gap, height: inner.height - list - gap, ..inner };
        (Rect { height: list, ..inner }, chart)
    }
}

fn rest_without_transport(area: Rect, card: Rect, bars: Rect) -> u16 {
    area.height.saturating_sub(card.height + bars.height + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_leave_the_screen_and_never_overlap() {
        for width in 0..150 {
            for height in 0..60 {
                let area = Rect::new(3, 1, width, height);
                let stage = Stage::fit_into(area);
                let parts =
                    [stage.card, stage.sizes, stage.sees, stage.bars, stage.text, stage.transport];
                assert!(
                    parts.iter().map(|part| part.area()).sum::<u32>() <= area.area(),
                    "{width}x{height}"
                );
                for part in parts.iter().filter(|part| !part.is_empty()) {
                    assert_eq!(part.intersection(area), *part, "{width}x{height}");
                }
                for layers in [0, 1, 4, 100] {
                    let (list, chart) = stage.list_and_chart(layers);
                    assert!(
                        list.height + chart.height <= inside(stage.sizes).height,
                        "{width}x{height}"
                    );
                }
            }
        }
    }

    #[test]
    fn at_80_by_24_there_are_both_pictures_and_in_40_by_12_the_bars() {
        let big = Stage::fit_into(Rect::new(0, 1, 80, 22));
        assert!(!big.sizes.is_empty() && !big.sees.is_empty() && big.bars.is_empty());
        let small = Stage::fit_into(Rect::new(0, 1, 40, 10));
        assert!(
            small.sizes.is_empty()
                && small.sees.is_empty()
                && !small.bars.is_empty()
                && small.text.height >= 2
        );
    }
}
