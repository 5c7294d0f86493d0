//! What is dead, by the instructions that made and removed it: a list that opens, and a table of layers.

mod list;
mod outline;
mod table;

use crossterm::event::KeyCode;
use layerscope::tree::NodeId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Look;
use crate::tui::app::moved;
use crate::tui::draw::{pane, put};
use crate::tui::explorer::Explorer;
use crate::tui::layout::rows_inside;
use crate::tui::text::wrap;

use outline::{Item, Outline};
use table::Table;

pub const KEYS: &[(&str, &str)] = &[
    ("?", "help"),
    ("→←", "open, fold"),
    ("Enter", "open, explore a file"),
    ("t", "table"),
    ("1", "explore"),
    ("q", "quit"),
];

/// The two ways in which the groups are shown.
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
        let outline = Outline::new(&explorer.inspection, &explorer.groups);
        let table = Table::new(outline.groups());
        Self { outline, table, form: Form::List }
    }

    /// Puts the cursor on the group that most of the dead bytes of the explorer's path are of.
    pub fn enter(&mut self, explorer: &Explorer) {
        let Some(node) = explorer.selected() else { return };
        if let Some(group) = self.outline.group_of(&explorer.inspection, node) {
            self.outline.go_to(group);
            self.table.go_to(self.outline.groups()[group].born_in);
        }
    }

    /// Takes a key; says whether to go to the explorer now.
    pub fn key(&mut self, explorer: &mut Explorer, code: KeyCode, area: Rect) -> bool {
        match (code, self.form) {
            (KeyCode::Char('t'), Form::List) => self.form = Form::Table,
            (KeyCode::Char('t'), Form::Table) => self.form = Form::List,
            (code, Form::Table) => self.table_key(code, area),
            (code, Form::List) => return self.list_key(explorer, code, area),
        }
        false
    }

    fn table_key(&mut self, code: KeyCode, area: Rect) {
        if matches!(code, KeyCode::Enter | KeyCode::Right | KeyCode::Char('l')) {
            let born = self.table.selected();
            if let Some(group) = self.outline.groups().iter().position(|group| Some(group.born_in) == born) {
                self.outline.go_to(group);
                self.form = Form::List;
            }
            return;
        }
        let page = rows_inside(area).max(2) - 1;
        self.table.cursor = moved(code, self.table.cursor, self.table.last(), page).unwrap_or(self.table.cursor);
    }

    fn list_key(&mut self, explorer: &mut Explorer, code: KeyCode, area: Rect) -> bool {
        let outline = &mut self.outline;
        let Some(row) = outline.rows.get(outline.cursor) else { return false };
        match (code, &row.item) {
            (KeyCode::Enter, &Item::File(dead)) => {
                let dead = explorer.inspection.dead[dead];
                reveal(explorer, dead.born_in, explorer.inspection.tree.node_of(dead.version));
                return true;
            }
            (KeyCode::Enter | KeyCode::Right | KeyCode::Char('l'), _) => outline.expand(&explorer.inspection),
            (KeyCode::Left | KeyCode::Backspace | KeyCode::Char('h'), _) => outline.collapse(),
            (KeyCode::Char(' '), _) if row.open => outline.collapse(),
            (KeyCode::Char(' '), Item::Group | Item::Directory { .. }) => outline.expand(&explorer.inspection),
            _ => {
                let page = list::page(outline, explorer, area);
                outline.cursor = moved(code, outline.cursor, outline.rows.len() - 1, page).unwrap_or(outline.cursor);
            }
        }
        false
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let (place, count, what) = match self.form {
            Form::List => (self.outline.cursor, self.outline.rows.len(), "layer that ships it → layer that hides it"),
            Form::Table => (self.table.cursor, self.table.last() + 1, "layers that ship it × layers that hide it"),
        };
        if self.outline.rows.is_empty() {
            let inner = pane("Waste", true, look.theme, area, buffer);
            let text = "Nothing is dead: every byte that ships is reached in the final filesystem.";
            for (row, text) in wrap(text, usize::from(inner.width)).into_iter().enumerate() {
                put(Line::raw(text), row, inner, buffer);
            }
            return;
        }
        let title = format!("Waste · {}/{count} · {what}", place + 1);
        let inner = pane(&title, true, look.theme, area, buffer);
        match self.form {
            Form::List => list::draw(&self.outline, explorer, look, inner, buffer),
            Form::Table => self.table.draw(explorer, look, inner, buffer),
        }
    }
}

/// Puts the explorer's cursor on a path as of a layer, whatever was hidden before.
fn reveal(explorer: &mut Explorer, layer: usize, node: NodeId) {
    explorer.select_layer(layer);
    explorer.reveal_up_to(node);
}
