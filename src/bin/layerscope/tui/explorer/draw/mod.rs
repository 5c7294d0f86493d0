//! Draws the layers, the tree and the input line.

mod columns;
pub mod hits;
pub mod layers;
pub mod prompts;
pub mod tree;

pub use columns::order_at;
pub use tree::{list as tree_list, rows as tree_rows};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Explorer;
use super::exploration::Exploration;
use crate::tui::layout::{Pane, Panes};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, scrolled_title, text_pane};

/// Draws the panes of the explorer.
pub fn draw(
    seen: &Exploration<'_>,
    explorer: &Explorer,
    theme: &Theme,
    panes: &Panes,
    buffer: &mut Buffer,
) {
    layers::draw(seen, theme, panes.layers, buffer);
    let draw_tree = if seen.search.listed { hits::draw } else { tree::draw };
    draw_tree(seen, explorer, theme, panes.tree, buffer);
    details(seen, theme, panes.details, buffer);
}

/// Draws the details of the selection.
pub fn details(seen: &Exploration<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let room = inside(area);
    let lines = seen.details.lines(usize::from(room.width), usize::from(room.height));
    let title = scrolled_title(&seen.details.title, seen.details_scroll, lines.len(), area);
    text_pane(&title, lines, seen.details_scroll, seen.focus == Pane::Details, theme, area, buffer);
}
