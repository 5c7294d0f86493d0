//! Draws the outline: size, share of the wasted bytes and name; below, the reason and the advice.

use layerscope::LayerIndex;
use layerscope::analysis::short;
use layerscope::display::{cut_front, cut_path};
use layerscope::display::{escaped, escaped_str};
use layerscope::display::{files, sentences};
use layerscope::report::why_wasted;
use layerscope::tree::{NodeId, Tree};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::outline::{Item, Outline, Row, path_below};
use crate::tui::explorer::Explorer;
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, follow, wrap};
use crate::tui::widgets::{bar, fill, part, put, scroll_bar};

const SIZE_WIDTH: usize = 8;
/// The columns of a directory below which it is left out.
const SHORTEST: usize = 6;
/// The largest indentation, so that names stay readable in deep trees.
const DEEPEST_INDENT: usize = 16;
/// The columns of the words before the notes.
const LABEL: usize = 10;
/// The height below which there is only the list.
const TALL: usize = 8;

/// The part of a row that a line of the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// The second line of a group.
    Instructions,
}

pub fn draw(
    outline: &Outline,
    explorer: &Explorer,
    look: Look<'_>,
    inner: Rect,
    buffer: &mut Buffer,
) {
    let width = usize::from(inner.width);
    let notes = notes(outline, explorer, inner);
    let height = usize::from(inner.height) - notes.len();
    let (first, all) = scrolled(outline, height);
    scroll_bar(first, all, part(inner, 0, height), look.theme, buffer);
    for (place, (i, part)) in visible(outline, height).into_iter().enumerate() {
        let row = &outline.rows[i];
        let line = match part {
            Part::Whole => line(outline, explorer, look, row, width),
            Part::Instructions => instructions(outline, explorer, look, row, width),
        };
        put(line, place, inner, buffer);
        if i == outline.cursor {
            fill(place, inner, look.theme.selected, buffer);
        }
    }
    for (i, (word, text)) in notes.into_iter().enumerate() {
        put(
            Line::from(vec![Span::styled(word, look.theme.dim), Span::raw(text)]),
            height + i,
            inner,
            buffer,
        );
    }
}

/// Returns the heads of the columns.
pub fn heads(look: Look<'_>, width: usize) -> Line<'static> {
    let text = format!(
        "{:>SIZE_WIDTH$} {:bar$}   added in → removed \
        in",
        "wasted",
        "of image",
        bar = bar_width(width)
    );
    Line::styled(text, look.theme.dim)
}

fn bar_width(width: usize) -> usize {
    (width / 8).clamp(8, 16)
}

/// Returns the number of rows that a page key moves.
pub fn page(outline: &Outline, explorer: &Explorer, inner: Rect) -> usize {
    let lines = lines(outline, explorer, inner);
    let whole = lines.iter().filter(|(_, part)| *part == Part::Whole).count();
    whole.max(2) - 1
}

/// Keeps the first visible line, as long as the cursor is visible.
pub fn settle(outline: &mut Outline, explorer: &Explorer, inner: Rect) {
    let height = usize::from(inner.height) - notes(outline, explorer, inner).len();
    outline.top = scrolled(outline, height).0;
}

/// Returns the row of a line on the screen.
pub fn row_at(outline: &Outline, explorer: &Explorer, inner: Rect, place: usize) -> Option<usize> {
    lines(outline, explorer, inner).get(place).map(|&(row, _)| row)
}

/// Returns the visible lines of the outline.
fn lines(outline: &Outline, explorer: &Explorer, inner: Rect) -> Vec<(usize, Part)> {
    visible(outline, usize::from(inner.height) - notes(outline, explorer, inner).len())
}

/// Returns the first visible line of the outline, and the number of lines.
fn scrolled(outline: &Outline, height: usize) -> (usize, usize) {
    let lines = |rows: &[Row]| rows.len() + rows.iter().filter(|row| is_group(row)).count();
    let all = lines(&outline.rows);
    (follow(outline.top, lines(&outline.rows[..outline.cursor]), all, height), all)
}

fn is_group(row: &Row) -> bool {
    matches!(row.item, Item::Group)
}

/// Returns the lines of the outline that fit.
fn visible(outline: &Outline, height: usize) -> Vec<(usize, Part)> {
    let of_row = |(i, row)| {
        let second = is_group(row).then_some((i, Part::Instructions));
        std::iter::once((i, Part::Whole)).chain(second)
    };
    let (first, _) = scrolled(outline, height);
    outline.rows.iter().enumerate().flat_map(of_row).skip(first).take(height).collect()
}

/// Returns the reason for the selected group and the advice, if there is space.
fn notes(outline: &Outline, explorer: &Explorer, inner: Rect) -> Vec<(String, String)> {
    let Some(group) = outline.selected_group() else { return Vec::new() };
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    if height < TALL {
        return Vec::new();
    }
    let why = sentences(&[&why_wasted(group)]);
    let what = escaped_str(&explorer.change_for(group).what);
    let mut notes = vec![("─".repeat(width), String::new())];
    notes.extend(labelled("why", &why, width));
    notes.extend(labelled("fix", &what, width));
    notes.truncate(height / 2);
    // What is cut in the list is whole here, if rows are free.
    let of = |layer: LayerIndex| explorer.inspection.layers[layer].instruction.one_line();
    let (added_in, removed_in) = (of(group.added_in), of(group.removed_in));
    let free = height.saturating_sub(notes.len() + scrolled(outline, height).1);
    if added_in.width() + removed_in.width() > instruction_room(width)
        && (added_in.len() + removed_in.len()) / width.max(1) <= free
    {
        let whole = [
            labelled("added", &added_in, width),
            labelled(group.reason.past(), &removed_in, width),
        ]
        .concat();
        if whole.len() <= free {
            notes.extend(whole);
        }
    }
    notes
}

/// Wraps a text beside the word for it.
fn labelled(word: &str, text: &str, width: usize) -> Vec<(String, String)> {
    let lines = wrap(text, width.saturating_sub(LABEL)).into_iter().enumerate();
    let label = |line: usize| format!("{:LABEL$}", if line == 0 { word } else { "" });
    lines.map(|(line, text)| (label(line), text)).collect()
}

/// Returns the columns for the two instructions of a group.
fn instruction_room(width: usize) -> usize {
    width.saturating_sub(SIZE_WIDTH + 1 + 3)
}

fn line(
    outline: &Outline,
    explorer: &Explorer,
    look: Look<'_>,
    row: &Row,
    width: usize,
) -> Line<'static> {
    let theme = look.theme;
    let mut spans = vec![Span::raw(format!("{:>SIZE_WIDTH$} ", look.units.size(row.bytes)))];
    let whole = explorer.inspection.totals.size;
    spans.extend(bar(0, row.bytes, whole, bar_width(width), theme));
    spans.push(Span::raw("  ".repeat(row.depth.min(DEEPEST_INDENT))));
    let mark = match (&row.item, row.open) {
        (Item::File(_), _) => "   ",
        (_, false) => " ▸ ",
        (_, true) => " ▾ ",
    };
    spans.push(Span::styled(mark, theme.dim));
    let room = width.saturating_sub(spans.iter().map(Span::width).sum());
    let tree = &explorer.inspection.tree;
    let (name, remark) = match &row.item {
        Item::Group => {
            let group = &outline.groups()[row.group];
            let digits = explorer.inspection.layers.len().saturating_sub(1).to_string().len();
            let layers = format!("{:>digits$} → {:<digits$}  ", group.added_in, group.removed_in);
            let facts = format!("{layers}{} {}", files(group.count), group.reason.words());
            spans.push(Span::styled(cut(&facts, room), theme.strong));
            let before = match (group.count, group.all_in_place) {
                (1, _) => ", ",
                (_, true) => " in ",
                (_, false) => ", mostly in ",
            };
            let left = room.saturating_sub(facts.width() + before.width());
            let mut place = if group.count == 1 { group.place } else { short(tree, group.place) };
            // A directory above says more than a path without its beginning.
            while group.count > 1
                && place != NodeId::ROOT
                && escaped(&tree.path(place)).width() > left
            {
                place = tree.parent(place);
            }
            let path = escaped(&tree.path(place));
            // All of the image says nothing, and neither does the end of a name.
            let is_worth_it = left > SHORTEST && (group.count == 1 || place != NodeId::ROOT);
            let place = if is_worth_it {
                format!("{before}{}", cut_front(&path, left))
            } else {
                String::new()
            };
            (place, String::new())
        }
        Item::Directory { node, members } => {
            let name = escaped(&relative(tree, row, *node));
            (format!("{name}/"), files(members.len()))
        }
        Item::File(i) => {
            let wasted = &explorer.inspection.wasted[*i];
            let name = escaped(&relative(tree, row, tree.node_of(wasted.version)));
            let usual = wasted.reason == outline.groups()[row.group].reason;
            (name.into(), if usual { String::new() } else { wasted.reason.words().into() })
        }
    };
    let room = width.saturating_sub(spans.iter().map(Span::width).sum());
    let name = match row.item {
        Item::Group => cut(&name, room),
        _ => cut_path(&name, room),
    };
    let left = room.saturating_sub(name.width());
    spans.push(Span::raw(name));
    if !remark.is_empty() && left > remark.width() + 2 {
        spans.push(Span::styled(format!("  {remark}"), theme.dim));
    }
    Line::from(spans)
}

/// Returns the part of a path that the row above does not have.
fn relative(tree: &Tree, row: &Row, node: NodeId) -> Vec<u8> {
    if row.depth > 1 { path_below(tree, row.above, node) } else { tree.path(node) }
}

/// Returns the instructions that added and removed the bytes of a group.
fn instructions(
    outline: &Outline,
    explorer: &Explorer,
    look: Look<'_>,
    row: &Row,
    width: usize,
) -> Line<'static> {
    let group = &outline.groups()[row.group];
    let of = |layer: LayerIndex| explorer.inspection.layers[layer].instruction.one_line();
    let (added_in, removed_in) = (of(group.added_in), of(group.removed_in));
    let room = instruction_room(width);
    let half = room / 2;
    let added_in =
        cut(&added_in, if removed_in.width() < half { room - removed_in.width() } else { half });
    let removed_in = cut(&removed_in, room - added_in.width());
    let gap = " ".repeat(SIZE_WIDTH + 1);
    Line::from(vec![
        Span::raw(format!("{gap}{added_in}")),
        Span::styled(" → ", look.theme.dim),
        Span::raw(removed_in),
    ])
}
