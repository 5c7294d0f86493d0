//! Computes the tiles of a directory, and their neighbours.

use std::cmp::Reverse;

use layerscope::tree::{NodeId, Totals, Tree};
use ratatui::layout::Rect;

use super::squarify::squarify;

/// The smallest tile that is drawn: a frame and part of a name, and a row for wasted bytes.
const NARROWEST: u16 = 7;
const LOWEST: u16 = 2;
/// The smallest width of the tile for the rest, whose count must not be cut.
const NARROWEST_REST: u16 = 16;

/// The content of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Path(NodeId),
    /// A number of paths that are too small for tiles of their own.
    More(usize),
}

/// A tile of the treemap.
#[derive(Debug, Clone, Copy)]
pub struct Tile {
    pub shows: Shows,
    pub totals: Totals,
    pub area: Rect,
}

/// A direction of an arrow key.
#[derive(Debug, Clone, Copy)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

/// Divides an area among the paths in a directory that have bytes, the largest first.
pub fn tiles(tree: &Tree, totals: &[Totals], directory: NodeId, area: Rect) -> Vec<Tile> {
    let size = |node: NodeId| totals[node.index()].size();
    let mut children: Vec<_> = tree.children(directory).filter(|&child| size(child) > 0).collect();
    children.sort_by(|&a, &b| {
        Reverse(size(a)).cmp(&Reverse(size(b))).then_with(|| tree.name(a).cmp(tree.name(b)))
    });
    if children.is_empty() || area.is_empty() {
        return Vec::new();
    }
    let sizes: Vec<_> = children.iter().map(|&child| size(child)).collect();
    let areas = areas(&sizes, area);
    let (shown, merged) = children.split_at(areas.tiles.len());
    let tile = |(&node, area): (&NodeId, Rect)| Tile {
        shows: Shows::Path(node),
        totals: totals[node.index()],
        area,
    };
    let mut tiles: Vec<_> = shown.iter().zip(areas.tiles).map(tile).collect();
    if let Some(area) = areas.more {
        let sum = merged.iter().fold(Totals::default(), |sum, node| sum.plus(totals[node.index()]));
        tiles.push(Tile { shows: Shows::More(merged.len()), totals: sum, area });
    }
    tiles
}

struct Areas {
    tiles: Vec<Rect>,
    /// The tile for the sizes without a tile of their own.
    more: Option<Rect>,
}

/// Gives as many of the sizes a tile as can be drawn.
fn areas(sizes: &[u64], area: Rect) -> Areas {
    let most =
        usize::try_from(area.area() / u32::from(NARROWEST * LOWEST)).unwrap_or(usize::MAX).max(1);
    if sizes.len() <= most {
        let tiles = squarify(sizes, area);
        if sizes.len() == 1 || all_drawable(&tiles) {
            return Areas { tiles, more: None };
        }
    }
    let most = most.min(sizes.len() - 1);
    let fewer = || std::iter::successors(Some(most), |&k| (k > 1).then(|| (k * 15 / 16).max(1)));
    let with_tile = fewer().find_map(|k| {
        let rest: u64 = sizes[k..].iter().sum();
        let tiles = squarify(&[&sizes[..k], &[rest]].concat(), area);
        let readable = tiles.last().is_some_and(|rest| rest.width >= NARROWEST_REST);
        (readable && all_drawable(&tiles)).then_some(tiles)
    });
    // If the rest is too small even together, it gets the last row.
    let row = u16::from(area.height > LOWEST);
    let above = Rect { height: area.height - row, ..area };
    let with_row = fewer()
        .map(|k| squarify(&sizes[..k], above))
        .find(|tiles| tiles.len() == 1 || all_drawable(tiles));
    let with_row = with_row.unwrap_or_default();
    match with_tile {
        Some(mut tiles) if tiles.len() > with_row.len() => {
            let more = tiles.pop();
            Areas { tiles, more }
        }
        _ => {
            let more = (row > 0).then_some(Rect { y: area.y + above.height, height: row, ..area });
            Areas { tiles: with_row, more }
        }
    }
}

fn all_drawable(tiles: &[Rect]) -> bool {
    tiles.iter().all(|tile| tile.width >= NARROWEST && tile.height >= LOWEST)
}

/// Returns the path whose tile is next to another one in a direction.
pub fn neighbour(tiles: &[Tile], from: Rect, direction: Direction) -> Option<NodeId> {
    let ends = |area: Rect| match direction {
        Direction::Left | Direction::Right => ((area.x, area.right()), (area.y, area.bottom())),
        Direction::Up | Direction::Down => ((area.y, area.bottom()), (area.x, area.right())),
    };
    let ((start, end), (side, other_side)) = ends(from);
    let middle = u16::midpoint(side, other_side);
    let candidates = tiles.iter().filter_map(|tile| {
        let Shows::Path(node) = tile.shows else { return None };
        let ((first, last), (near, far)) = ends(tile.area);
        let gap = match direction {
            Direction::Right | Direction::Down => first.checked_sub(end)?,
            Direction::Left | Direction::Up => start.checked_sub(last)?,
        };
        let aside = near >= other_side || far <= side;
        let off = near.saturating_sub(middle).max((middle + 1).saturating_sub(far));
        Some(((aside, gap, off), node))
    });
    candidates.min_by_key(|&(distance, _)| distance).map(|(_, node)| node)
}
