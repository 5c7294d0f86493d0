//! The sizes of panes: as their contents ask for, or as the user dragged them.

use ratatui::layout::Rect;

use super::stack::Stack;

/// A line between panes that can be dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divider {
    /// Between the layers and the tree.
    Upright,
    /// Between these two and the details.
    Level,
}

/// The positions to which dividers were dragged, as shares that stay valid when the screen is
/// resized; `None` until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shares {
    layers: Option<Share>,
    details: Option<Share>,
}

/// A part of a whole, in 65,536ths. It is rounded up, so that converting a number of cells back
/// gives the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share(u32);

impl Share {
    fn from_part(part: u16, whole: u16) -> Self {
        Self((u32::from(part) << 16).div_ceil(u32::from(whole.max(1))))
    }

    fn cells(self, whole: u16) -> u16 {
        u16::try_from((u64::from(whole) * u64::from(self.0)) >> 16).unwrap_or(whole)
    }
}

/// The smallest size of a pane: a frame and something in it.
pub(super) const NARROWEST: u16 = 20;
pub(super) const LOWEST: u16 = 4;

impl Shares {
    /// Moves a divider to a column or row of the screen.
    pub fn drag(&mut self, divider: Divider, main: Rect, column: u16, row: u16) {
        let kept =
            |cells: u16, least: u16, whole: u16| cells.max(least).min(whole.saturating_sub(least));
        match divider {
            Divider::Upright => {
                let layers = kept(column.saturating_sub(main.x), NARROWEST, main.width);
                self.layers = Some(Share::from_part(layers, main.width));
            }
            Divider::Level => {
                let details = kept(main.bottom().saturating_sub(row), LOWEST, main.height);
                self.details = Some(Share::from_part(details, main.height));
            }
        }
    }

    pub(super) fn layers(&self, main: Rect) -> u16 {
        match self.layers {
            None => {
                (u32::from(main.width) * 46 / 100).try_into().unwrap_or(main.width).clamp(38, 80)
            }
            Some(share) => share.cells(main.width).clamp(NARROWEST, main.width - NARROWEST),
        }
    }

    /// Returns the height of the details below the layers, which take the lines that they need.
    pub(super) fn details(&self, main: Rect, layers: Stack<'_>, width: u16) -> u16 {
        match self.details {
            None => {
                let room = main.height.saturating_sub(DETAILS.min(main.height / 2));
                let inside = |rows: u16| usize::from(rows).saturating_sub(2);
                let lines = layers.fitted(inside(room), inside(main.height / 2), width);
                let wanted = lines
                    .and_then(|lines| u16::try_from(lines.iter().sum::<usize>() + 2).ok())
                    .unwrap_or(room);
                main.height - wanted.clamp(LOWEST, main.height - LOWEST)
            }
            Some(share) => share.cells(main.height).clamp(LOWEST, main.height - LOWEST),
        }
    }
}

/// The height that the details keep, however many layers there are.
const DETAILS: u16 = 9;
