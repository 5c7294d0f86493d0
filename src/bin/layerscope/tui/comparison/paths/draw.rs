//! Draws the paths: size difference, bar, sign and name; below, the selected path in both images.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::compare::{Difference, PathChange};
use layerscope::display::escaped;
use layerscope::display::{count, plural};
use layerscope::display::{cut_front, cut_path};
use layerscope::report::{no_differences, not_told};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Paths;
use super::rows::{Form, Row};
use crate::tui::comparison::against::Against;
use crate::tui::comparison::sign::{bar, of_path, signed};
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{fill, inside, pane, part, put, scroll_bar};

/// The width of a size difference.
const SIZE_WIDTH: usize = 9;
/// The largest indentation, so that names stay readable in deep trees.
const DEEPEST_INDENT: usize = 20;
/// The height below which there is only the list.
const TALL: u16 = 12;
/// The height of the selected path's description, with the frame.
const BELOW: usize = 6;

/// Returns the areas of the list, and of the description below it.
fn panes(area: Rect) -> (Rect, Rect) {
    let below = if area.height < TALL { 0 } else { BELOW };
    let list = usize::from(area.height) - below;
    (part(area, 0, list), part(area, list, below))
}

/// Returns the area of the list's rows.
pub fn rows(area: Rect) -> Rect {
    inside(panes(area).0)
}

/// Says that no path differs, and what was not compared.
fn nothing(against: &Against) -> Vec<String> {
    let Against { first, second, pair, .. } = against;
    let mut lines = vec![no_differences(first, second, pair).to_owned()];
    lines.extend(not_told(first, second, pair));
    lines
}

/// Draws the list, and the selected path below it.
pub fn draw(view: &Paths, against: &Against, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let (list, below) = panes(area);
    let inner = pane(&title(view, against, look), true, look.theme, list, buffer);
    if view.rows.len() == 0 {
        let lines = nothing(against);
        let lines = lines.iter().flat_map(|text| wrap(text, usize::from(inner.width)));
        for (row, line) in lines.enumerate() {
            put(Line::styled(line, look.theme.dim), row, inner, buffer);
        }
    }
    let first = scroll_bar(
        view.cursor.first(view.rows.len(), inner),
        view.rows.len(),
        inner,
        look.theme,
        buffer,
    );
    for (i, row) in view.rows.from(first, usize::from(inner.height)).iter().enumerate() {
        put(line(view, against, look, row, usize::from(inner.width)), i, inner, buffer);
        if first + i == view.cursor.at {
            fill(i, inner, look.theme.selected, buffer);
        }
    }
    let title =
        view.selected_path(against).map(|path| escaped(&path)).unwrap_or_else(|| "Path".into());
    let title = cut_front(&title, usize::from(below.width.saturating_sub(4)));
    let inner = pane(&title, false, look.theme, below, buffer);
    let lines = remarks(view, against, look)
        .into_iter()
        .flat_map(|text| wrap(&text, usize::from(inner.width)));
    for (row, text) in lines.enumerate() {
        put(Line::raw(text), row, inner, buffer);
    }
}

fn title(view: &Paths, against: &Against, look: Look<'_>) -> String {
    let root = against.pair.paths.root();
    let (less, more) = (look.units.size(root.less), look.units.size(root.more));
    let what = if view.rows.form == Form::List { "Paths, the biggest first" } else { "Paths" };
    let differ = if root.count == 1 { "differs" } else { "differ" };
    format!("{what} · {} {differ}: +{more} -{less}", plural(root.count, "path"))
}

fn line(view: &Paths, against: &Against, look: Look<'_>, row: &Row, width: usize) -> Line<'static> {
    let theme = look.theme;
    let entry = against.pair.paths.get(row.place);
    let (first, second) = (&against.first.tree, &against.second.tree);
    let is_list = view.rows.form == Form::List;
    let change = || against.pair.paths.change(row.place, first, second);
    let (less, more) = if is_list {
        let change = change();
        (change.less, change.more)
    } else {
        (entry.less, entry.more)
    };
    let folder = view.rows.is_folder(&against.pair.paths, *row);
    // A directory that only contains differences shows their sum.
    let shown =
        if entry.difference == Difference::Same { Difference::Larger } else { entry.difference };
    let (sign, style) = of_path(shown, theme);
    let mut spans = vec![Span::raw(format!("{:>SIZE_WIDTH$} ", signed(less, more, look.units)))];
    spans.extend(bar(less, more, row.biggest, (width / 8).clamp(3, 16), theme));
    spans.push(Span::styled(format!(" {sign} "), style));
    spans.push(Span::raw("  ".repeat(row.depth.min(DEEPEST_INDENT))));
    spans.push(Span::styled(
        match (folder, view.rows.is_open(row.place)) {
            (false, _) => "  ",
            (true, false) => "▸ ",
            (true, true) => "▾ ",
        },
        theme.dim,
    ));
    let room = width.saturating_sub(spans.iter().map(Span::width).sum());
    let name = if is_list {
        cut_path(&escaped(&change().path), room)
    } else {
        cut(
            &format!("{}{}", escaped(entry.name(first, second)), if folder { "/" } else { "" }),
            room,
        )
    };
    let left = room - name.width();
    spans.push(Span::styled(name, style));
    if folder {
        let mut remark = plural(entry.count, "path");
        if less > 0 && more > 0 {
            remark = format!("+{} -{}, {remark}", look.units.size(more), look.units.size(less));
        }
        if left > remark.width() + 2 {
            spans.push(Span::styled(format!("  {remark}"), theme.dim));
        }
    }
    Line::from(spans)
}

/// Describes the selected path in both images, and the instructions that made it.
fn remarks(view: &Paths, against: &Against, look: Look<'_>) -> Vec<String> {
    let Some(row) = view.row() else { return Vec::new() };
    let entry = against.pair.paths.get(row.place);
    let change = against.pair.paths.change(row.place, &against.first.tree, &against.second.tree);
    let mut remarks: Vec<String> = outcome(&change, look).into_iter().collect();
    if entry.count > usize::from(entry.difference != Difference::Same) {
        let signed = |sign: char, bytes: u64| {
            (bytes > 0).then(|| format!(" {sign}{}", look.units.size(bytes)))
        };
        let (more, less) = (signed('+', entry.more), signed('-', entry.less));
        let bytes: String = more.into_iter().chain(less).collect();
        let differ = if entry.count == 1 { "differs" } else { "differ" };
        let colon = if bytes.is_empty() { "." } else { ":" };
        remarks.push(format!("{} {differ}{colon}{bytes}", plural(entry.count, "path")));
    }
    let of = |image: &Inspection, layer: Option<LayerIndex>, which: &str| {
        let layer = layer?;
        let instruction = layer.get_from(&image.layers)?.instruction.one_line();
        Some(format!("{which}: layer {layer} `{instruction}`"))
    };
    remarks.extend(of(&against.first, change.layer_before, "first"));
    remarks.extend(of(&against.second, change.layer_after, "second"));
    remarks
}

/// Describes the change of the path itself.
fn outcome(change: &PathChange, look: Look<'_>) -> Option<String> {
    let size = |bytes: u64| {
        let exact =
            if bytes >= 1000 { format!(" ({} bytes)", count(bytes)) } else { String::new() };
        format!("{}{exact}", look.units.size(bytes))
    };
    Some(match change.difference {
        Difference::Added if change.after == 0 => "Added.".into(),
        Difference::Removed if change.before == 0 => "Removed.".into(),
        Difference::Added => format!("Added: {}.", size(change.after)),
        Difference::Removed => format!("Removed: {}.", size(change.before)),
        Difference::Larger => format!("Larger: {} → {}.", size(change.before), size(change.after)),
        Difference::Smaller => {
            format!("Smaller: {} → {}.", size(change.before), size(change.after))
        }
        Difference::Changed => "Changed: kind, mode, owner, time, target or names.".into(),
        Difference::Unknown => "Unknown: the layer that decides this could not be read.".into(),
        Difference::Same => return None,
    })
}
