//! The waste view: wasted bytes by the instructions that added and removed them, as a list that
//! opens and as a table of layers.

mod list;
mod outline;
mod table;

use layerscope::LayerIndex;
use layerscope::tree::NodeId;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::layout::rows_inside;
use crate::tui::overlay::explain::Subject;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::{inside, pane, part, put};

use outline::{Item, Outline};
use table::Table;

const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Right, Action::Left], "open, fold"),
    (&[Action::Enter], "open, explore a file"),
    (&[Action::WasteTable], "table"),
    (&[Action::Explain], "explain"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The keys in the table.
const KEYS_OF_TABLE: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "layer"),
    (&[Action::Enter], "show its files"),
    (&[Action::WasteTable], "list"),
    (&[Action::Explain], "explain"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The keys where nothing is wasted.
const KEYS_OF_NOTHING: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Explain], "explain"),
    (&[Action::ViewFindings], "fix"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The form in which the groups are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    List,
    Table,
}

/// The state of the view.
pub struct Waste {
    outline: Outline,
    table: Table,
    form: Form,
}

impl Waste {
    pub fn new(explorer: &Explorer) -> Self {
        let mut outline = Outline::new(&explorer.inspection, &explorer.groups);
        // The first pair is open, so that the rows below do not stay empty.
        outline.expand(&explorer.inspection);
        let table = Table::new(outline.groups());
        Self { outline, table, form: Form::List }
    }

    /// Moves the cursor to the group with most of the wasted bytes at the explorer's path.
    pub fn enter(&mut self, explorer: &Explorer) {
        let Some(node) = explorer.selected() else { return };
        if let Some(group) = self.outline.group_of(&explorer.wasted_below, node) {
            self.outline.go_to(group);
            self.table.go_to(self.outline.groups()[group].added_in);
        }
    }

    /// Performs an action; returns whether to go to the explorer.
    pub fn act(&mut self, explorer: &mut Explorer, action: Action, area: Rect) -> bool {
        let leave = match (action, self.form) {
            (Action::WasteTable, form) => {
                self.form = if form == Form::List { Form::Table } else { Form::List };
                false
            }
            (action, Form::Table) => {
                self.act_in_table(action, area);
                false
            }
            (action, Form::List) => self.act_in_list(explorer, action, area),
        };
        self.settle(explorer, area);
        leave
    }

    /// Keeps the visible lines in place, as long as the cursor is among them.
    fn settle(&mut self, explorer: &Explorer, area: Rect) {
        list::settle(&mut self.outline, explorer, below_heads(inside(area)));
        self.table.settle(inside(area));
    }

    fn act_in_table(&mut self, action: Action, area: Rect) {
        if matches!(action, Action::Enter | Action::Right) {
            let added_in = self.table.selected();
            if let Some(group) =
                self.outline.groups().iter().position(|group| Some(group.added_in) == added_in)
            {
                self.outline.go_to(group);
                self.form = Form::List;
            }
            return;
        }
        let page = rows_inside(area).max(2) - 1;
        self.table.cursor =
            moved(action, self.table.cursor, self.table.last(), page).unwrap_or(self.table.cursor);
    }

    fn act_in_list(&mut self, explorer: &mut Explorer, action: Action, area: Rect) -> bool {
        let outline = &mut self.outline;
        let Some(row) = outline.rows.get(outline.cursor) else { return false };
        match (action, &row.item) {
            (Action::Enter, &Item::File(wasted)) => {
                let wasted = explorer.inspection.wasted[wasted];
                reveal(explorer, wasted.added_in, explorer.inspection.tree.node_of(wasted.version));
                return true;
            }
            (Action::Enter | Action::Right, _) => outline.expand(&explorer.inspection),
            (Action::Left, _) => outline.collapse(),
            (Action::WasteFold, _) if row.open => outline.collapse(),
            (Action::WasteFold, Item::Group | Item::Directory { .. }) => {
                outline.expand(&explorer.inspection);
            }
            _ => {
                let page = list::page(outline, explorer, below_heads(inside(area)));
                outline.cursor = moved(action, outline.cursor, outline.rows.len() - 1, page)
                    .unwrap_or(outline.cursor);
            }
        }
        false
    }

    /// Returns the keys of the form that is shown.
    pub fn keys(&self) -> &'static [Hint] {
        match self.form {
            _ if self.outline.rows.is_empty() => KEYS_OF_NOTHING,
            Form::List => KEYS,
            Form::Table => KEYS_OF_TABLE,
        }
    }

    /// Moves the cursor to the row at a cell; returns whether there is one.
    pub fn select(&mut self, explorer: &Explorer, at: Position, area: Rect) -> bool {
        let inner = inside(area);
        if !inner.contains(at) {
            return false;
        }
        let place = usize::from(at.y - inner.y);
        let (row, cursor) = match self.form {
            Form::List => {
                let list = below_heads(inner);
                let row = at
                    .y
                    .checked_sub(list.y)
                    .and_then(|row| list::row_at(&self.outline, explorer, list, usize::from(row)));
                (row, &mut self.outline.cursor)
            }
            Form::Table => (self.table.row_at(inner, place), &mut self.table.cursor),
        };
        *cursor = row.unwrap_or(*cursor);
        self.settle(explorer, area);
        row.is_some()
    }

    /// Returns the file under the cursor, as of the layer that added it; otherwise the directory of
    /// the row.
    pub fn selected_path(&self, explorer: &Explorer) -> Option<(NodeId, LayerIndex)> {
        let row = self.outline.rows.get(self.outline.cursor).filter(|_| self.form == Form::List)?;
        match row.item {
            Item::File(wasted) => {
                let wasted = explorer.inspection.wasted[wasted];
                Some((explorer.inspection.tree.node_of(wasted.version), wasted.added_in))
            }
            Item::Directory { node, .. } => Some((node, explorer.layer)),
            Item::Group => None,
        }
    }

    /// Returns what the bytes of the selected row are explained by: a path in a pair of layers, then
    /// the pair; in the table, the layer of the row.
    pub fn explained(&self, explorer: &Explorer) -> Vec<Subject> {
        if self.form == Form::Table {
            return self.table.selected().map(Subject::Layer).into_iter().collect();
        }
        let Some(group) = self.outline.selected_group() else { return Vec::new() };
        let row = self.outline.rows.get(self.outline.cursor);
        let (node, members) = match row.map(|row| &row.item) {
            Some(Item::Directory { node, members }) => (*node, members.clone()),
            Some(&Item::File(at)) => {
                let version = explorer.inspection.wasted[at].version;
                (explorer.inspection.tree.node_of(version), vec![at])
            }
            Some(Item::Group) | None => return vec![Subject::Waste(group.clone())],
        };
        let group = group.clone();
        vec![Subject::WasteAt { group: group.clone(), node, members }, Subject::Waste(group)]
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let (place, count, what) = match self.form {
            Form::List => (
                self.outline.cursor,
                self.outline.rows.len(),
                "wasted bytes by the layers that added and \
                    removed them",
            ),
            Form::Table => (
                self.table.cursor,
                self.table.last() + 1,
                "Wasted bytes by layer (rows: added \
                in, columns: removed in)",
            ),
        };
        if self.outline.rows.is_empty() {
            let inner = pane("Waste", true, look.theme, area, buffer);
            let text = if explorer.inspection.completeness.sizes_are_exact() {
                "No wasted bytes: every file in the image is visible in the container."
            } else {
                "No wasted bytes in the part that could be read."
            };
            for (row, text) in wrap(text, usize::from(inner.width)).into_iter().enumerate() {
                put(Line::raw(text), row, inner, buffer);
            }
            return;
        }
        let title = format!("Waste · {}/{count} · {what}", place + 1);
        let inner = pane(&title, true, look.theme, area, buffer);
        match self.form {
            Form::List => {
                let list = below_heads(inner);
                if list.height < inner.height {
                    put(list::heads(look, usize::from(inner.width)), 0, inner, buffer);
                }
                list::draw(&self.outline, explorer, look, list, buffer);
            }
            Form::Table => self.table.draw(explorer, look, inner, buffer),
        }
    }
}

/// Returns the rows of the list, below the heads of its columns if there is room for them.
fn below_heads(inner: Rect) -> Rect {
    let heads = usize::from(inner.height > 4);
    part(inner, heads, usize::from(inner.height) - heads)
}

/// Moves the explorer's cursor to a path as of a layer, even if it was hidden.
fn reveal(explorer: &mut Explorer, layer: LayerIndex, node: NodeId) {
    explorer.select_layer(layer);
    explorer.reveal_up_to(node);
}
