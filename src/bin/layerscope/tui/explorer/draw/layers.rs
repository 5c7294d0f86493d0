//! Draws the layers: number, size, a bar of visible and wasted bytes, the instruction and what is
//! avoidable. The base image's layers stand together under its name.

use layerscope::LayerIndex;
use layerscope::display::plural;
use layerscope::{Known, LayerAccount};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::app::{App, Screen};
use crate::tui::explorer::{Explorer, LayerRow};
use crate::tui::layout::{Pane, layer_lines};
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, fill, pane, put, scroll_bar};

const SIZE_WIDTH: usize = 8;

/// The columns of the rows.
#[derive(Clone, Copy)]
struct Columns {
    width: usize,
    digits: usize,
    bar: usize,
    /// The lines of a row.
    lines: usize,
    /// The size of the largest row, which fills its bar.
    biggest: u64,
}

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let explorer = app.explorer();
    let count = app.intro.len();
    let title = match (count, explorer) {
        (0, _) => "Layers".into(),
        (count, None) => format!("Layers · {count}"),
        (count, Some(explorer)) => format!("Layers · {}/{count}", explorer.layer.count()),
    };
    let inner = pane(&title, app.focus == Pane::Layers, theme, area, buffer);
    let rows = explorer.map_or_else(
        || LayerIndex::all(count).map(LayerRow::Layer).collect(),
        Explorer::layer_rows,
    );
    let lines = layer_lines(area, rows.len());
    let selected = explorer.map(Explorer::layer_row);
    let first = app.tops().layers;
    scroll_bar(first * lines, rows.len() * lines, inner, theme, buffer);
    let columns = Columns {
        width: usize::from(inner.width),
        digits: count.saturating_sub(1).to_string().len().max(1),
        bar: usize::from(inner.width / 6).clamp(4, 14),
        lines,
        biggest: explorer
            .map_or(0, |explorer| rows.iter().map(|&row| size(explorer, row)).max().unwrap_or(0)),
    };
    for (place, &row) in
        rows.iter().enumerate().skip(first).take(usize::from(inner.height).div_ceil(lines))
    {
        for (i, line) in self::rows(app, theme, row, columns).into_iter().enumerate() {
            let at = (place - first) * lines + i;
            put(line, at, inner, buffer);
            if selected == Some(place) {
                let style =
                    if app.focus == Pane::Layers { theme.selected } else { theme.elsewhere };
                fill(at, inner, style, buffer);
            }
        }
    }
}

fn size(explorer: &Explorer, row: LayerRow) -> u64 {
    let layers = &explorer.inspection.layers;
    match row {
        LayerRow::Base => layers[..explorer.base.count].iter().map(|layer| layer.size).sum(),
        LayerRow::Layer(layer) => layers[layer].size,
    }
}

/// Returns the lines of a row.
fn rows(app: &App, theme: &Theme, row: LayerRow, columns: Columns) -> Vec<Line<'static>> {
    let mut head = Vec::new();
    let (text, [note, short]) = match (row, &app.screen) {
        (LayerRow::Base, Screen::Image { explorer, .. }) => {
            let mark = if explorer.base.open { "▾" } else { "▸" };
            head.push(Span::raw(format!("{mark:>width$} ", width = columns.digits)));
            let layers = &explorer.inspection.layers[..explorer.base.count];
            let wasted = layers.iter().map(LayerAccount::wasted).sum();
            let bytes = size(explorer, row);
            head.extend(sized(theme, &app.units.size(bytes), (bytes, wasted), columns));
            (explorer.base.title(), [plural(layers.len(), "layer"), String::new()])
        }
        (LayerRow::Layer(layer), Screen::Image { explorer, .. }) => {
            head.extend(numbered(app, theme, layer, columns));
            let account = &explorer.inspection.layers[layer];
            let known = explorer.inspection.completeness.layer(layer);
            if app.is_kept_secret(layer) {
                head.push(Span::raw(format!(
                    "{:>SIZE_WIDTH$} {:bar$}",
                    "?",
                    "",
                    bar = columns.bar
                )));
            } else {
                // Later removals are not revealed yet.
                let wasted =
                    if app.is_kept_secret(LayerIndex::FINAL) { 0 } else { account.wasted() };
                let size = explorer.inspection.amounts_of(layer).size.column(app.units);
                head.extend(sized(theme, &size, (account.size, wasted), columns));
            }
            let missing = known.mark().map_or(String::new(), |mark| format!("({mark}) "));
            let is_base = explorer.base.count == 1 && layer == 0 && explorer.base.name.is_some();
            let text = if is_base {
                explorer.base.title()
            } else {
                app.intro[layer].instruction.to_string()
            };
            (missing + &text, avoidable(app, explorer, layer))
        }
        (LayerRow::Layer(layer), Screen::Loading { .. } | Screen::Choosing { .. }) => {
            head.extend(numbered(app, theme, layer, columns));
            let intro = &app.intro[layer];
            let stored = intro.stored.map_or("missing".into(), |bytes| app.units.size(bytes));
            head.push(Span::raw(format!("{stored:>SIZE_WIDTH$} ")));
            head.push(Span::styled("·".repeat(columns.bar), theme.dim));
            (intro.instruction.to_string(), Default::default())
        }
        (LayerRow::Base, Screen::Loading { .. } | Screen::Choosing { .. }) => Default::default(),
    };
    described(head, &text, [&note, &short], theme, columns)
}

fn numbered(app: &App, theme: &Theme, layer: LayerIndex, columns: Columns) -> [Span<'static>; 2] {
    let explorer = app.explorer();
    let marked = explorer.is_some_and(|explorer| explorer.marked_layers.contains(&layer));
    let known =
        explorer.map_or(Known::Whole, |explorer| explorer.inspection.completeness.layer(layer));
    let mark = match known.mark() {
        Some(_) => Span::styled("!", theme.wasted),
        None => Span::styled(if marked { "*" } else { " " }, theme.strong),
    };
    [Span::raw(format!("{layer:>width$}", width = columns.digits)), mark]
}

fn sized(
    theme: &Theme,
    size: &str,
    (bytes, wasted): (u64, u64),
    columns: Columns,
) -> Vec<Span<'static>> {
    let mut spans = vec![Span::raw(format!("{size:>SIZE_WIDTH$} "))];
    spans.extend(bar(bytes - wasted, wasted, columns.biggest, columns.bar, theme));
    spans
}

/// A part of the image, one in so many bytes, below which what is avoidable in a layer is not
/// noted.
const NOTEWORTHY: u64 = 1000;

/// Returns what is avoidable in a layer, in words and as a short number, once that is known and
/// unless a lesson keeps it secret.
fn avoidable(app: &App, explorer: &Explorer, layer: LayerIndex) -> [String; 2] {
    let bytes = layer.of(&explorer.avoidable_of_layers).copied().unwrap_or(0);
    if bytes == 0
        || bytes < explorer.inspection.totals.size / NOTEWORTHY
        || app.is_kept_secret(LayerIndex::FINAL)
    {
        return Default::default();
    }
    let size = app.units.size(bytes);
    [format!("avoidable {size}"), format!("−{size}")]
}

/// The columns of an instruction that stay beside a short note.
const LEAST_INSTRUCTION: usize = 7;

/// Adds a text and a note to a row: in two lines, or beside each other where there is only one, and
/// with the short note where there is no room for the other.
fn described(
    mut head: Vec<Span<'static>>,
    text: &str,
    [note, short]: [&str; 2],
    theme: &Theme,
    columns: Columns,
) -> Vec<Line<'static>> {
    let used: usize = head.iter().map(Span::width).sum();
    let room = columns.width.saturating_sub(used + 1);
    if columns.lines < 2 {
        // The instruction keeps most of the room.
        let shown = match note.width() * 3 < room {
            true => note,
            false if short.width() + LEAST_INSTRUCTION < room => short,
            false => "",
        };
        let left = room.saturating_sub(if shown.is_empty() { 0 } else { shown.width() + 1 });
        let text = cut(text, left);
        head.push(Span::raw(format!(" {text}")));
        if !shown.is_empty() {
            head.push(Span::raw(" ".repeat(room - text.width() - shown.width())));
            head.push(Span::styled(shown.to_owned(), theme.strong));
        }
        return vec![Line::from(head)];
    }
    // The second line begins below the size, and ends with the note.
    let indent = columns.digits + 1;
    let below =
        columns.width.saturating_sub(indent + if note.is_empty() { 0 } else { note.width() + 1 });
    let first = wrap(text, room.max(1)).into_iter().next().unwrap_or_default();
    let rest = text.get(first.len()..).unwrap_or_default().trim_start();
    let first = if first.width() > room { cut(&first, room) } else { first };
    head.push(Span::raw(format!(" {first}")));
    let rest = cut(rest, below);
    let gap = columns.width.saturating_sub(indent + rest.width() + note.width());
    let second = Line::from(vec![
        Span::styled(format!("{:indent$}{rest}{:gap$}", "", ""), theme.dim),
        Span::styled(note.to_owned(), theme.strong),
    ]);
    vec![Line::from(head), second]
}
