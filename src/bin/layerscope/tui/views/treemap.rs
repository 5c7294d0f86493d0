//! The treemap view: the contents of a directory as tiles whose areas are in proportion to their
//! sizes.

mod draw;
mod squarify;
mod tiles;

use layerscope::Known;
use layerscope::display::cut_front;
use layerscope::display::escaped;
use layerscope::tree::{NodeId, Totals};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::{inside, pane, put};
use tiles::{Direction, Shows, Tile, neighbour, tiles};

const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Left, Action::Up, Action::Down, Action::Right], "tile"),
    (&[Action::Enter], "zoom in"),
    (&[Action::ZoomOut], "zoom out"),
    (&[Action::ZoomReset], "root"),
    (&[Action::Explain], "explain"),
    (&[Action::PreviousLayer, Action::NextLayer], "layer"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The keys at the root, above which there is nothing.
const KEYS_AT_ROOT: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Left, Action::Up, Action::Down, Action::Right], "tile"),
    (&[Action::Enter], "zoom in"),
    (&[Action::Explain], "explain"),
    (&[Action::PreviousLayer, Action::NextLayer], "layer"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The keys where nothing has a size.
const KEYS_OF_NOTHING: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::PreviousLayer, Action::NextLayer], "layer"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// A directory as a treemap, and the selected tile.
pub struct Treemap {
    directory: NodeId,
    selected: Option<NodeId>,
}

impl Treemap {
    pub fn new(_: &Explorer) -> Self {
        Self { directory: NodeId::ROOT, selected: None }
    }

    /// Shows the directory of the explorer's selection.
    pub fn enter(&mut self, explorer: &Explorer) {
        let tree = &explorer.inspection.tree;
        let mut selected = explorer.selected().filter(|&node| node != NodeId::ROOT);
        while let Some(above) =
            selected.map(|node| tree.parent(node)).filter(|&above| above != NodeId::ROOT)
        {
            selected = Some(above);
        }
        (self.directory, self.selected) = (NodeId::ROOT, selected);
    }

    /// Returns the keys of the directory that is shown.
    pub fn keys(&self, explorer: &Explorer) -> &'static [Hint] {
        let size =
            explorer.slice.up_to().get(self.directory.index()).map_or(0, |totals| totals.size());
        match self.directory {
            NodeId::ROOT if size == 0 => KEYS_OF_NOTHING,
            NodeId::ROOT => KEYS_AT_ROOT,
            _ => KEYS,
        }
    }

    pub fn act(&mut self, explorer: &mut Explorer, action: Action, area: Rect) -> bool {
        let direction = match action {
            Action::Left => Direction::Left,
            Action::Right => Direction::Right,
            Action::Up => Direction::Up,
            Action::Down => Direction::Down,
            Action::Enter => return self.open(explorer, area),
            Action::ZoomIn => {
                if let Some(node) =
                    self.selected_in(&self.tiles(explorer, inside(area))).map(|(node, _)| node)
                {
                    self.descend(explorer, node);
                }
                return false;
            }
            Action::ZoomOut => {
                self.climb(explorer);
                return false;
            }
            Action::ZoomReset => {
                while self.climb(explorer) {}
                return false;
            }
            _ => return false,
        };
        let tiles = self.tiles(explorer, inside(area));
        if let Some((node, from)) = self.selected_in(&tiles) {
            self.selected = neighbour(&tiles, from, direction).or(Some(node));
        }
        false
    }

    /// Selects the tile at a cell; returns whether there is one.
    pub fn select(&mut self, explorer: &Explorer, at: Position, area: Rect) -> bool {
        let tiles = self.tiles(explorer, inside(area));
        let Some(Tile { shows: Shows::Path(node), .. }) =
            tiles.iter().find(|tile| tile.area.contains(at))
        else {
            return false;
        };
        self.selected = Some(*node);
        true
    }

    /// Opens the selected directory; a file is shown in the explorer.
    fn open(&mut self, explorer: &mut Explorer, area: Rect) -> bool {
        let Some((node, _)) = self.selected_in(&self.tiles(explorer, inside(area))) else {
            return false;
        };
        if self.descend(explorer, node) {
            return false;
        }
        explorer.reveal_up_to(node);
        true
    }

    /// Shows a directory below the current one, if it has any bytes.
    fn descend(&mut self, explorer: &Explorer, node: NodeId) -> bool {
        let totals = explorer.slice.up_to();
        let worth =
            explorer.inspection.tree.children(node).any(|child| totals[child.index()].size() > 0);
        if worth {
            self.directory = node;
            self.selected = None;
        }
        worth
    }

    /// Shows the parent directory, with the current one selected.
    fn climb(&mut self, explorer: &Explorer) -> bool {
        if self.directory == NodeId::ROOT {
            return false;
        }
        self.selected = Some(self.directory);
        self.directory = explorer.inspection.tree.parent(self.directory);
        true
    }

    /// Returns the path of the selected tile.
    pub fn selected_path(&self) -> Option<NodeId> {
        self.selected
    }

    /// Returns the path of the selected tile or, without one, the current directory, with its sums.
    pub fn selected_totals(&self, explorer: &Explorer) -> Option<(NodeId, Totals)> {
        let node = self.selected.unwrap_or(self.directory);
        explorer.slice.up_to().get(node.index()).map(|&totals| (node, totals))
    }

    fn tiles(&self, explorer: &Explorer, area: Rect) -> Vec<Tile> {
        tiles(&explorer.inspection.tree, explorer.slice.up_to(), self.directory, area)
    }

    #[cfg(test)]
    pub fn count(&self, explorer: &Explorer, area: Rect) -> usize {
        self.tiles(explorer, inside(area)).len()
    }

    /// Returns the selected path with its tile; the first one if it is not shown.
    fn selected_in(&self, tiles: &[Tile]) -> Option<(NodeId, Rect)> {
        let mut paths = tiles.iter().filter_map(|tile| match tile.shows {
            Shows::Path(node) => Some((node, tile.area)),
            Shows::More(_) => None,
        });
        let first = paths.next()?;
        let chosen =
            std::iter::once(first).chain(paths).find(|&(node, _)| Some(node) == self.selected);
        chosen.or(Some(first))
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let inspection = &explorer.inspection;
        let totals = explorer.slice.up_to();
        let here = totals[self.directory.index()];
        let size = |bytes| look.units.size(bytes);
        let path = escaped(&inspection.tree.path(self.directory));
        let marks = marks(
            &inspection.completeness.layers()
                [..inspection.layers.len().min(explorer.layer.count())],
        );
        let sizes = format!(
            "{} = {} visible + {} wasted, {}{marks}",
            size(here.size()),
            size(here.visible),
            size(here.wasted),
            explorer.layer.all_up_to()
        );
        let bounds = match inspection.completeness.sizes_are_exact() {
            true => [""; 2],
            false => ["of what could be read, ", "≥ "],
        };
        let fits = |bound: &&str| {
            path.width() + bound.width() + sizes.width() + 7 <= usize::from(area.width)
        };
        let bound = bounds.iter().find(|bound| fits(bound)).unwrap_or(&bounds[1]);
        // The path and its size come first; the parts of the size have their colours.
        let whole = size(here.size());
        let sizes = [format!(" · {bound}{sizes}"), format!(" · {bound}{whole}")];
        let fits = |sizes: &&String| path.width() + sizes.width() + 4 <= usize::from(area.width);
        let sizes = sizes.iter().find(fits).unwrap_or(&sizes[1]);
        let room = usize::from(area.width).saturating_sub(4 + sizes.width());
        let inner = pane(&(cut_front(&path, room) + sizes), true, look.theme, area, buffer);
        let tiles = tiles(&inspection.tree, totals, self.directory, inner);
        if tiles.is_empty() && !inner.is_empty() {
            let nothing = match inspection.layers.len() {
                _ if !inspection.completeness.sizes_are_exact() => {
                    format!(
                        "No bytes in {path} could be read up to layer {}, and not all could be.",
                        explorer.layer
                    )
                }
                0 => "This image has no layers.".into(),
                _ => format!("{path} has no bytes in {}.", explorer.layer.all_up_to()),
            };
            for (row, line) in wrap(&nothing, usize::from(inner.width)).into_iter().enumerate() {
                put(Line::raw(line), row, inner, buffer);
            }
        }
        let selected = self.selected_in(&tiles).map(|(node, _)| Shows::Path(node));
        for tile in &tiles {
            draw::draw(tile, Some(tile.shows) == selected, &inspection.tree, totals, look, buffer);
        }
    }
}

/// Marks the layers that were not read as a whole, as the list of layers does: ` (1!)`.
fn marks(layers: &[Known]) -> String {
    let not_whole: Vec<_> =
        (0..layers.len()).filter(|&layer| layers[layer] != Known::Whole).collect();
    match not_whole[..] {
        [] => String::new(),
        [only] => format!(" ({only}!)"),
        [first, second] => format!(" ({first}! {second}!)"),
        [first, ..] => format!(" ({first}! and {} more)", not_whole.len() - 1),
    }
}
