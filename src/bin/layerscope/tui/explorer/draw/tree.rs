//! Draws the tree: headings, rows with a bar of visible and wasted bytes, and the fate of removed
//! paths.

use std::cmp::Ordering;

use layerscope::display::{Units, count, escaped, escaped_str, files, plural};
use layerscope::tree::{Kind, NodeId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::columns::{cells, change, heads};
use crate::tui::explorer::exploration::Exploration;
use crate::tui::explorer::rows::{Measure, Row, Scope};
use crate::tui::explorer::{Explorer, Figure};
use crate::tui::layout::Pane;
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{fill, inside, pane, put, scroll_bar};

/// The largest indentation, so that names stay readable in deep trees.
const DEEPEST_INDENT: usize = 20;
/// The height below which the columns have no headings.
const HEADED: u16 = 4;

/// The mark of a file with a secret, and of a folded directory that has one.
const SECRET: &str = "  ! secret";

/// Returns the area of the tree's rows: inside the frame, below the headings.
pub fn rows(pane: Rect) -> Rect {
    inside(list(pane))
}

/// Returns the pane without the headings, as if the frame began below them.
pub fn list(pane: Rect) -> Rect {
    let heads = u16::from(pane.height >= HEADED + 2);
    Rect { y: pane.y + heads, height: pane.height - heads, ..pane }
}

pub fn draw(
    seen: &Exploration<'_>,
    explorer: &Explorer,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let room = usize::from(area.width.saturating_sub(4));
    let inner = pane(&title(explorer, room), seen.focus == Pane::Tree, theme, area, buffer);
    status(seen, explorer, theme, area, buffer);
    let body = rows(area);
    let (width, height) = (usize::from(body.width), usize::from(body.height));
    if body.height < inner.height {
        put(heads(explorer, theme, width), 0, inner, buffer);
    }
    if explorer.rows.is_empty() {
        for (row, text) in
            crate::tui::widgets::text::wrap(nothing(explorer), width).into_iter().enumerate()
        {
            put(Line::styled(text, theme.dim), row, body, buffer);
        }
        return;
    }
    let first = seen.tops.tree;
    scroll_bar(first, explorer.rows.len(), body, theme, buffer);
    for (i, row) in explorer.rows_from(first, height).iter().enumerate() {
        put(line(seen, explorer, theme, row, width), i, body, buffer);
        if first + i == explorer.cursor {
            let style = if seen.focus == Pane::Tree { theme.selected } else { theme.elsewhere };
            fill(i, body, style, buffer);
        }
    }
}

fn nothing(explorer: &Explorer) -> &'static str {
    match (&explorer.filter.kept, explorer.shown.at_least, explorer.slice.scope) {
        (Some(_), ..) => "No match is shown here. Press Esc to clear the filter.",
        (None, 1.., _) => "No entry is that big. Press > to change the limit, Esc to show all.",
        (None, 0, Scope::Changes) => {
            "No visible changes in this layer. Press t to show all layers."
        }
        (None, 0, Scope::UpTo) if explorer.shown.left_out().is_none() => {
            match explorer.inspection.tree.children(NodeId::ROOT).next() {
                Some(_) => "No files up to this layer. Press ] for the next one.",
                None if explorer.inspection.completeness.sizes_are_exact() => {
                    "This image has no files."
                }
                None => "No file of this image could be read.",
            }
        }
        (None, 0, Scope::UpTo) => {
            "All kinds of changes are hidden. Press + ~ @ - = or ! to show one, Esc to show all."
        }
    }
}

fn title(explorer: &Explorer, room: usize) -> String {
    let layer = explorer.layer;
    let (long, short) = match explorer.slice.scope {
        Scope::UpTo => (layer.all_up_to().replacen('l', "L", 1), format!("0–{layer}")),
        Scope::Changes => (format!("Only layer {layer}"), format!("Layer {layer}")),
    };
    let place = match explorer.rows.is_empty() {
        true => String::new(),
        false => format!(" · {}/{}", explorer.cursor + 1, explorer.rows.len()),
    };
    let [words, marks] = explorer.shown.left_out().unwrap_or_default();
    let asked_for = explorer.filter.asked.map(|_| escaped_str(explorer.filter.query.text()));
    let rests = match (asked_for, words.is_empty()) {
        (Some(name), _) => {
            let whole = format!(" · {name}");
            vec![format!("{whole} (Esc goes back){place}"), format!("{whole}{place}"), whole]
        }
        (None, true) => vec![place],
        (None, false) => vec![
            format!(" · filters: {words} (Esc clears){place}"),
            format!(" · {words}{place}"),
            format!(" · {marks}{place}"),
        ],
    };
    let titles = rests.iter().map(|rest| format!("{long}{rest}"));
    let last = rests.last().map_or_else(|| short.clone(), |rest| format!("{short}{rest}"));
    titles.into_iter().find(|title| title.width() <= room).unwrap_or_else(|| cut(&last, room))
}

/// Says how many of all paths a filter keeps: `1 of 23 paths matches`, `2 of 23 paths match`.
pub(super) fn matching(kept: usize, more: &str, all: usize) -> String {
    let verb = if kept == 1 { "matches" } else { "match" };
    format!("{}{more} of {} {verb}", count(kept as u64), plural(all, "path"))
}

/// Says how much a filter shows; where a view asked for it, with the figure of that view.
fn filtered(explorer: &Explorer, units: Units, room: usize) -> Option<String> {
    let kept = explorer.filter.kept.as_ref()?;
    let (number, bytes) = (explorer.filter.files, explorer.filtered_bytes);
    let in_files = files(number);
    let stay = if number == 1 { "which stays" } else { "which stay" };
    let all = explorer.inspection.tree.node_count() - 1;
    let more = if kept.complete { "" } else { "…" };
    let size = units.size(bytes);
    let is_size = explorer.measure == Measure::Size;
    let texts = match explorer.filter.asked.map(|asked| asked.figure) {
        Some(Figure::Saves(saved)) if is_size && saved <= bytes => {
            let saved = units.size(saved);
            let (text, rest) = match saved.split_once(' ') {
                _ if saved == size => (format!("saves {size}"), ""),
                Some((number, unit)) if size.ends_with(unit) => {
                    (format!("saves {number} of {size}"), "; the rest stays")
                }
                _ => (format!("saves {saved} of {size}"), "; the rest stays"),
            };
            vec![format!("{text} in {in_files}{rest}"), format!("{text} in {in_files}"), text]
        }
        Some(Figure::Stays(left)) => match left.cmp(&bytes) {
            Ordering::Equal => vec![format!("{size} in {in_files}, {stay}")],
            Ordering::Less => vec![
                format!("{size} in {in_files}, {stay} as {} on the disk", units.size(left)),
                format!("{size} in {in_files}, {stay}"),
            ],
            Ordering::Greater => vec![
                format!("{size} of {} in {in_files}; the rest is the base image", units.size(left)),
                format!("{size} stays beside the base image"),
            ],
        },
        _ => vec![format!("{}, {size}", matching(kept.count, more, all))],
    };
    let last = texts.last().cloned();
    texts.into_iter().find(|text| text.width() <= room).or(last)
}

/// Draws the filter and the marks on the bottom border.
fn status(
    seen: &Exploration<'_>,
    explorer: &Explorer,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let room = usize::from(area.width.saturating_sub(4));
    let mut parts: Vec<_> = filtered(explorer, seen.units, room).into_iter().collect();
    if !explorer.marks.is_empty() {
        let bytes = seen.units.size(explorer.marked_bytes());
        parts.push(format!("{} marked: {bytes}", count(explorer.marks.len() as u64)));
    }
    if !parts.is_empty() && area.height > 2 {
        let text = cut(&parts.join(" · "), room);
        let below = Rect {
            x: area.x + 1,
            y: area.y + area.height - 1,
            width: area.width.saturating_sub(2),
            height: 1,
        };
        put(Line::styled(format!(" {text} "), theme.strong), 0, below, buffer);
    }
}

fn line(
    seen: &Exploration<'_>,
    explorer: &Explorer,
    theme: &Theme,
    row: &Row,
    width: usize,
) -> Line<'static> {
    let inspection = &explorer.inspection;
    let tree = &inspection.tree;
    let (_, style) = change(explorer, theme, row.node);
    let mut spans = cells(seen, explorer, theme, row, width);
    spans.push(Span::raw("  ".repeat(row.depth.min(DEEPEST_INDENT))));
    spans.push(Span::styled(
        match (explorer.lens().is_folder(row.node), explorer.is_open(row.node)) {
            (false, _) => "  ",
            (true, false) => "▸ ",
            (true, true) => "▾ ",
        },
        theme.dim,
    ));
    let used: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(used);
    let version = tree.at(row.node, explorer.slice.layer);
    let mut name = String::from(escaped(tree.name(row.node)));
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
    if let Some(links) = explorer.lens().folded_links(row.node) {
        spans.push(Span::styled(
            cut(&format!("{}, 0 B (→ shows them)", plural(links, "link")), room),
            theme.dim,
        ));
        return Line::from(spans);
    }
    // An open directory shows it at the file.
    let chip = explorer.has_secret(row.node) && !explorer.is_open(row.node);
    let name = cut(&name, room.saturating_sub(if chip { SECRET.width() } else { 0 }));
    spans.push(Span::styled(name, style));
    if chip {
        spans.push(Span::styled(SECRET, theme.wasted));
    }
    Line::from(spans)
}
