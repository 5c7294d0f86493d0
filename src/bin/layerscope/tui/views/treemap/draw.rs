//! Draws a tile: a frame on its left and top, a name, a size, and inside the tiles of the next
//! level or its visible and wasted shares.

use layerscope::display::shown;
use layerscope::display::{Escaped, escaped};
use layerscope::tree::{Totals, Tree};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Look;
use super::tiles::{Shows, Tile, tiles};
use crate::tui::widgets::put;
use crate::tui::widgets::text::cut;

/// The smallest inside of a tile that shows the next level.
const WIDE: u16 = 24;
const TALL: u16 = 5;

/// Draws a tile with the tiles inside.
pub fn draw(
    tile: &Tile,
    selected: bool,
    tree: &Tree,
    totals: &[Totals],
    look: Look<'_>,
    buffer: &mut Buffer,
) {
    let Rect { x, y, width, height } = tile.area;
    if width < 2 || height == 0 {
        return;
    }
    let theme = look.theme;
    let inside = Rect { x: x + 1, y: y + 1, width: width - 1, height: height - 1 };
    let below = inner_tiles(tile, tree, totals, inside);
    if below.is_empty() {
        shade(tile.totals, inside, look, buffer);
    }
    let (corner, across, down) =
        if selected { ("┏▶", "━", "┃") } else { ("┌ ", "─", "│") };
    let line = if selected { theme.focused } else { theme.border };
    for row in 1..usize::from(height) {
        put(Line::styled(down, line), row, Rect { width: 1, ..tile.area }, buffer);
    }
    let size = look.units.size(tile.totals.size());
    let name = name(tile.shows, tree);
    let room = usize::from(width).saturating_sub(3);
    let together = format!("{name} {size}");
    let title = if together.width() <= room { together } else { cut(&name, room) };
    if below.is_empty()
        && !title.ends_with(&size)
        && inside.height > 1
        && size.width() < usize::from(inside.width)
    {
        put(Line::styled(size + " ", Style::reset()), 0, inside, buffer);
    }
    let rest = across.repeat(usize::from(width).saturating_sub(3 + title.width()));
    let style = match (selected, totals.is_empty()) {
        (true, _) => theme.selected,
        (false, false) => theme.strong,
        // The tiles inside of others.
        (false, true) => Style::new(),
    };
    let spans = vec![
        Span::styled(corner, line),
        Span::styled(title, style),
        Span::raw(" "),
        Span::styled(rest, line),
    ];
    put(Line::from(spans), 0, tile.area, buffer);
    for tile in &below {
        // Only two levels are drawn.
        draw(tile, false, tree, &[], look, buffer);
    }
}

/// Returns the tiles of the next level, if they can be read.
fn inner_tiles(tile: &Tile, tree: &Tree, totals: &[Totals], inside: Rect) -> Vec<Tile> {
    let Shows::Path(node) = tile.shows else { return Vec::new() };
    if totals.is_empty() || inside.width < WIDE || inside.height < TALL {
        return Vec::new();
    }
    let area = Rect { x: inside.x + 1, width: inside.width - 1, ..inside };
    let tiles = tiles(tree, totals, node, area);
    if tiles.len() > 1 { tiles } else { Vec::new() }
}

/// Returns the label of a tile; that of a directory ends with a slash.
fn name(shows: Shows, tree: &Tree) -> Escaped {
    match shows {
        Shows::More(count) => shown!("{} more", count),
        Shows::Path(node) => {
            let slash = if tree.children(node).next().is_some() { "/" } else { "" };
            escaped(tree.name(node)) + slash
        }
    }
}

/// Fills an area: the visible share first, the wasted share from its last cell on. Both have at
/// least one cell.
fn shade(totals: Totals, area: Rect, look: Look<'_>, buffer: &mut Buffer) {
    let (wasted, size) = (u128::from(totals.wasted), u128::from(totals.size().max(1)));
    let cells = area.area() as usize;
    let share = usize::try_from((wasted * cells as u128 * 2 + size) / (size * 2)).unwrap_or(cells);
    let visible = usize::from(totals.visible > 0 && cells > 1);
    let hatched = share.max(usize::from(totals.wasted > 0)).min(cells.saturating_sub(visible));
    for (place, position) in area.positions().enumerate() {
        let is_visible = place < cells - hatched;
        let (hatching, style) =
            if is_visible { ("░", look.theme.visible) } else { ("▒", look.theme.wasted) };
        let (symbol, style) =
            look.theme.muted(style).map_or((hatching, style), |muted| ("█", muted));
        if let Some(cell) = buffer.cell_mut(position) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}
