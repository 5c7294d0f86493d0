//! The tree: size, a bar split in visible and dead, a mark, the name, and what happened to what is dead.

use layerscope::text::escaped;
use layerscope::tree::{Change, Kind, NodeId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{bar, fill, pane, put, scroll_bar};
use crate::tui::app::App;
use crate::tui::explorer::Explorer;
use crate::tui::layout::Pane;
use crate::tui::rows::{Order, Row, Scope};
use crate::tui::text::{cut, first_visible};
use crate::tui::theme::Theme;

const SIZE_WIDTH: usize = 8;
/// Indentation ends here, so that names stay readable in deep trees.
const DEEPEST_INDENT: u16 = 20;

pub fn draw(app: &App, explorer: &Explorer, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let title = title(explorer);
    let inner = pane(&title, app.focus == Pane::Tree, theme, area, buffer);
    let height = usize::from(inner.height);
    if explorer.rows.is_empty() {
        let text = match explorer.slice.scope {
            Scope::Changes => "This layer changed nothing that is shown (t: everything up to here).",
            Scope::UpTo => "Nothing is shown (+ ~ - = ! show and hide).",
        };
        for (row, text) in crate::tui::text::wrap(text, usize::from(inner.width)).into_iter().enumerate() {
            put(Line::styled(text, theme.dim), row, inner, buffer);
        }
        return;
    }
    let first = first_visible(explorer.cursor, explorer.rows.len(), height);
    scroll_bar(first, explorer.rows.len(), inner, theme, buffer);
    for (i, row) in explorer.rows.iter().enumerate().skip(first).take(height) {
        put(line(app, explorer, theme, row, usize::from(inner.width)), i - first, inner, buffer);
        if i == explorer.cursor {
            let style = if app.focus == Pane::Tree { theme.selected } else { theme.elsewhere };
            fill(i - first, inner, style, buffer);
        }
    }
}

fn title(explorer: &Explorer) -> String {
    let mut title = match explorer.slice.scope {
        Scope::UpTo => format!("Everything up to layer {}", explorer.layer),
        Scope::Changes => format!("Changes of layer {}", explorer.layer),
    };
    let shown = explorer.shown;
    let hidden: String =
        [(shown.added, '+'), (shown.modified, '~'), (shown.removed, '-'), (shown.unchanged, '='), (shown.dead, '!')]
            .into_iter()
            .filter(|(shown, _)| !shown)
            .map(|(_, mark)| mark)
            .collect();
    if !hidden.is_empty() {
        title.push_str(&format!(" · hidden {hidden}"));
    }
    if explorer.order == Order::Name {
        title.push_str(" · by name");
    }
    if !explorer.rows.is_empty() {
        title.push_str(&format!(" · {}/{}", explorer.cursor + 1, explorer.rows.len()));
    }
    title
}

/// The mark of a row, and how its name looks.
fn mark(explorer: &Explorer, theme: &Theme, node: NodeId) -> (&'static str, Style) {
    let tree = &explorer.inspection.tree;
    let gone = tree.at(node, explorer.slice.layer).is_none();
    match explorer.slice.change(tree, node) {
        Change::Removed => ("-", theme.removed),
        _ if gone && explorer.slice.scope == Scope::UpTo => ("✗", theme.dead),
        Change::Added => ("+", theme.added),
        Change::Modified => ("~", theme.modified),
        Change::Metadata => ("@", theme.modified),
        Change::Unchanged => (" ", Style::new()),
    }
}

fn line(app: &App, explorer: &Explorer, theme: &Theme, row: &Row, width: usize) -> Line<'static> {
    let inspection = &explorer.inspection;
    let tree = &inspection.tree;
    let totals = explorer.slice.totals(row.node);
    let bar_width = (width / 8).clamp(3, 12);
    let (mark, style) = mark(explorer, theme, row.node);
    let mut spans = vec![Span::raw(format!("{:>SIZE_WIDTH$} ", app.units.size(totals.shipped())))];
    spans.extend(bar(totals.visible, totals.dead, row.biggest, bar_width, theme));
    spans.push(Span::styled(format!(" {mark} "), style));
    spans.push(Span::raw("  ".repeat(usize::from(row.depth.min(DEEPEST_INDENT)))));
    spans.push(Span::styled(
        match (row.folder, explorer.is_open(row.node)) {
            (false, _) => "  ",
            (true, false) => "▸ ",
            (true, true) => "▾ ",
        },
        theme.dim,
    ));
    let used: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(used);
    let version = tree.at(row.node, explorer.slice.layer);
    let mut name = escaped(tree.name(row.node));
    let is_directory = match version {
        Some(version) => tree.kind(version) == Kind::Directory,
        None => tree.children(row.node).next().is_some(),
    };
    if is_directory {
        name.push('/');
    }
    if let Some(target) = version.and_then(|version| tree.target(version)) {
        name.push_str(&format!(" -> {}", escaped(target)));
    }
    let name = cut(&name, room);
    let left = room - name.width();
    spans.push(Span::styled(name, style));
    if left > 12
        && let Some(fate) = fate(explorer, row.node)
    {
        spans.push(Span::styled(format!("  {}", cut(&fate, left - 2)), theme.dim));
    }
    Line::from(spans)
}

/// What happened to something that is gone as of the layer.
fn fate(explorer: &Explorer, node: NodeId) -> Option<String> {
    let (inspection, layer) = (&explorer.inspection, explorer.slice.layer);
    let tree = &inspection.tree;
    let by = |died: usize| format!("layer {died} by `{}`", inspection.layers[died].instruction.one_line());
    if tree.at(node, layer).is_none() {
        let died = tree.versions(node).find(|&v| tree.born(v) <= layer).and_then(|v| tree.died(v))?;
        return Some(format!("deleted in {}", by(died)));
    }
    if tree.children(node).next().is_some() {
        return None;
    }
    let old = tree.versions(node).filter_map(|v| tree.death(v)).find(|death| usize::from(death.layer) <= layer)?;
    let size = explorer.slice.totals(node).dead;
    (size > 0).then(|| format!("{} in {}", old.cause.name(), by(usize::from(old.layer))))
}
