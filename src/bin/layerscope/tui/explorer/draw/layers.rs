//! Draws the layers: number, size, a bar of visible and wasted bytes, the instruction and what is
//! avoidable. The base image's layers stand together under its name.

use layerscope::LayerIndex;
use layerscope::display::plural;
use layerscope::tree::Reason;
use layerscope::{Known, LayerAccount};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::explorer::exploration::Exploration;
use crate::tui::explorer::{Explorer, LayerRow};
use crate::tui::layout::{LINES, Pane, Stack};
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, fill, inside, pane, put, scroll_bar};

const SIZE_WIDTH: usize = 8;

/// The columns of the rows.
#[derive(Clone, Copy)]
struct Columns {
    width: usize,
    digits: usize,
    bar: usize,
    /// The size of the largest row, which fills its bar.
    biggest: u64,
}

pub fn draw(seen: &Exploration<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let explorer = seen.explorer;
    let count = seen.intro.len();
    let title = match (count, explorer) {
        (0, _) => "Layers".into(),
        // Sizes as in the archive or the registry, until the layers are read.
        (count, None) => format!("Layers in the archive · {count}"),
        (count, Some(explorer)) => format!("Layers · {}/{count}", explorer.layer.count()),
    };
    let title =
        if has_short_notes(seen, area) { format!("{title} · −: avoidable") } else { title };
    let inner = pane(&title, seen.focus == Pane::Layers, theme, area, buffer);
    let (rows, lines) = (seen.layer_rows(), lines_in(seen, area));
    let selected = explorer.map(Explorer::layer_row);
    let first = seen.tops.layers;
    scroll_bar(first, lines.iter().sum(), inner, theme, buffer);
    let biggest = explorer
        .map_or(0, |explorer| rows.iter().map(|&row| size(explorer, row)).max().unwrap_or(0));
    let columns = Columns::new(count, usize::from(inner.width), biggest);
    let mut at = 0;
    for (place, (&row, &lines)) in rows.iter().zip(&lines).enumerate().skip(first) {
        if at >= usize::from(inner.height) {
            break;
        }
        let texts = self::rows(seen, theme, row, columns, lines);
        for text in texts.into_iter().map(Some).chain(std::iter::repeat(None)).take(lines) {
            put(text.unwrap_or_default(), at, inner, buffer);
            if selected == Some(place) {
                let style =
                    if seen.focus == Pane::Layers { theme.selected } else { theme.elsewhere };
                fill(at, inner, style, buffer);
            }
            at += 1;
        }
    }
}

impl Columns {
    fn new(layers: usize, width: usize, biggest: u64) -> Self {
        let digits = layers.saturating_sub(1).to_string().len().max(1);
        Self { width, digits, bar: (width / 6).clamp(4, 14), biggest }
    }

    /// Returns the columns of the instruction in the first line, and in the lines below.
    fn rooms(self) -> [usize; 2] {
        let [head, below] = [self.digits + 1 + SIZE_WIDTH + 1 + self.bar + 1, self.digits + 1];
        [head, below].map(|used| self.width.saturating_sub(used))
    }
}

/// Returns the number of lines of each row in a pane.
pub fn lines_in(seen: &Exploration<'_>, pane: Rect) -> Vec<usize> {
    let rows = seen.layer_rows();
    let lines = |row: usize, width| lines_of(seen, rows[row], width);
    Stack { count: rows.len(), lines: &lines }.lines_in(pane)
}

/// Returns the number of lines that a row needs in a pane of a width.
pub fn lines_of(seen: &Exploration<'_>, row: LayerRow, width: u16) -> usize {
    let inner = inside(Rect { width, height: 3, ..Rect::default() });
    let columns = Columns::new(seen.intro.len(), usize::from(inner.width), 0);
    let (text, [note, _]) = texts(seen, row);
    folded(&text, columns.rooms(), note.width(), LINES).len()
}

fn size(explorer: &Explorer, row: LayerRow) -> u64 {
    let layers = &explorer.inspection.layers;
    match row {
        LayerRow::Base => layers[..explorer.base.count].iter().map(|layer| layer.size).sum(),
        LayerRow::Layer(layer) => layers[layer].size,
    }
}

/// Returns the instruction of a row, and a note on it, in words and short.
fn texts(seen: &Exploration<'_>, row: LayerRow) -> (String, [String; 2]) {
    match (row, seen.explorer) {
        (LayerRow::Base, Some(explorer)) => {
            let layers = plural(explorer.base.count, "layer");
            (explorer.base.title(), [layers, String::new()])
        }
        (LayerRow::Layer(layer), Some(explorer)) => {
            let known = explorer.inspection.completeness.layer(layer);
            let missing = known.mark().map_or(String::new(), |mark| format!("({mark}) "));
            let is_base = explorer.base.count == 1 && layer == 0 && explorer.base.name.is_some();
            let text =
                if is_base { explorer.base.title() } else { beginning(seen, layer).to_owned() };
            (missing + &text, avoidable(seen, explorer, layer))
        }
        (LayerRow::Layer(layer), None) => (beginning(seen, layer).to_owned(), Default::default()),
        (LayerRow::Base, None) => Default::default(),
    }
}

/// The bytes of an instruction that its lines can show.
const SHOWN: usize = 4096;

/// Returns as much of an instruction as its lines can show.
fn beginning<'a>(seen: &Exploration<'a>, layer: LayerIndex) -> &'a str {
    let text: &str = layer.get_from(seen.intro).map_or("", |intro| &intro.instruction);
    let end = (0..=SHOWN.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Returns the lines of a row, at most so many.
fn rows(
    seen: &Exploration<'_>,
    theme: &Theme,
    row: LayerRow,
    columns: Columns,
    most: usize,
) -> Vec<Line<'static>> {
    let mut head = Vec::new();
    match (row, seen.explorer) {
        (LayerRow::Base, Some(explorer)) => {
            let mark = if explorer.base.open { "▾" } else { "▸" };
            head.push(Span::raw(format!("{mark:>width$} ", width = columns.digits)));
            let layers = &explorer.inspection.layers[..explorer.base.count];
            let wasted = layers.iter().map(LayerAccount::wasted).sum();
            let bytes = size(explorer, row);
            head.extend(sized(theme, &seen.units.size(bytes), (bytes, wasted), columns));
        }
        (LayerRow::Layer(layer), Some(explorer)) => {
            head.extend(numbered(seen, theme, layer, columns));
            let account = &explorer.inspection.layers[layer];
            if seen.is_kept_secret(layer) {
                let bar = columns.bar;
                head.push(Span::raw(format!("{:>SIZE_WIDTH$} {:bar$}", "?", "")));
            } else {
                // Later removals are not revealed yet.
                let wasted =
                    if seen.is_kept_secret(LayerIndex::FINAL) { 0 } else { account.wasted() };
                let size = explorer.inspection.amounts_of(layer).size.column(seen.units);
                head.extend(sized(theme, &size, (account.size, wasted), columns));
            }
        }
        (LayerRow::Layer(layer), None) => {
            head.extend(numbered(seen, theme, layer, columns));
            let intro = &seen.intro[layer];
            let stored = intro.stored.map_or("missing".into(), |bytes| seen.units.size(bytes));
            head.push(Span::raw(format!("{stored:>SIZE_WIDTH$} ")));
            head.push(Span::styled("·".repeat(columns.bar), theme.dim));
        }
        (LayerRow::Base, None) => {}
    }
    let (text, [note, short]) = texts(seen, row);
    if most < 2 {
        return vec![in_one_line(head, &text, [&note, &short], theme, columns)];
    }
    described(head, folded(&text, columns.rooms(), note.width(), most), note, theme, columns)
}

fn numbered(
    seen: &Exploration<'_>,
    theme: &Theme,
    layer: LayerIndex,
    columns: Columns,
) -> [Span<'static>; 2] {
    let explorer = seen.explorer;
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
/// unless a lesson keeps it secret; else what it stores again.
fn avoidable(seen: &Exploration<'_>, explorer: &Explorer, layer: LayerIndex) -> [String; 2] {
    if seen.is_kept_secret(LayerIndex::FINAL) {
        return Default::default();
    }
    let is_noted =
        |bytes: &u64| *bytes > 0 && *bytes >= explorer.inspection.totals.size / NOTEWORTHY;
    let bytes = layer.get_from(&explorer.avoidable_of_layers).copied().filter(is_noted);
    if let Some(bytes) = bytes {
        let size = seen.units.size(bytes);
        return [format!("avoidable {size}"), format!("−{size}")];
    }
    // What such a layer stores, another one contains already: it doubles files.
    let groups = explorer
        .groups
        .iter()
        .filter(|group| group.removed_in == layer && group.reason == Reason::RewrittenUnchanged);
    let again: u64 = groups.map(|group| group.bytes).sum();
    match Some(again).filter(is_noted) {
        Some(bytes) => [format!("stores {} again", seen.units.size(bytes)), "again".into()],
        None => Default::default(),
    }
}

/// Returns whether a row of a pane has only room for the short note on what is avoidable.
fn has_short_notes(seen: &Exploration<'_>, area: Rect) -> bool {
    let Some(explorer) = seen.explorer else { return false };
    let columns = Columns::new(seen.intro.len(), usize::from(inside(area).width), 0);
    let [room, _] = columns.rooms();
    let rows = seen.layer_rows().into_iter().zip(lines_in(seen, area));
    rows.filter(|&(_, lines)| lines < 2).any(|(row, _)| match row {
        LayerRow::Base => false,
        LayerRow::Layer(layer) => {
            let [note, short] = avoidable(seen, explorer, layer);
            short.starts_with('−') && note.width() * 3 >= room
        }
    })
}

/// The columns of an instruction that stay beside a short note.
const LEAST_INSTRUCTION: usize = 7;

/// Adds a text and a note to a row, with the short note where there is no room for the other.
fn in_one_line(
    mut head: Vec<Span<'static>>,
    text: &str,
    [note, short]: [&str; 2],
    theme: &Theme,
    columns: Columns,
) -> Line<'static> {
    let [room, _] = columns.rooms();
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
    Line::from(head)
}

/// Folds a text into at most some lines, the first of which is shorter; the last one keeps room for
/// a note. What does not fit is cut.
fn folded(text: &str, [first, below]: [usize; 2], note: usize, most: usize) -> Vec<String> {
    let note = if note > 0 { note + 1 } else { 0 };
    let text = text.trim_start();
    let head = wrap(text, first.max(1)).into_iter().next().unwrap_or_default();
    let rest = text.get(head.len()..).unwrap_or_default().trim_start();
    let is_whole = rest.is_empty() && head.width() + note <= first;
    let mut lines = vec![cut(&head, first)];
    if is_whole {
        return lines;
    }
    lines.extend(wrap(rest, below.max(1)));
    if lines.last().is_some_and(|last| last.width() + note > below) {
        lines.push(String::new());
    }
    if lines.len() > most.max(2) {
        let left = lines.split_off(most.max(2) - 1).join(" ");
        lines.push(cut(left.trim_end(), below.saturating_sub(note)));
    }
    lines
}

/// Adds the lines of an instruction to a row, the ones below beginning below the size, and a note at
/// the end of the last one.
fn described(
    mut head: Vec<Span<'static>>,
    texts: Vec<String>,
    note: String,
    theme: &Theme,
    columns: Columns,
) -> Vec<Line<'static>> {
    let [first, below] = columns.rooms();
    let indent = columns.width - below;
    let last = texts.len().saturating_sub(1);
    let mut lines = Vec::new();
    for (place, text) in texts.into_iter().enumerate() {
        let (room, mut line) = match place {
            0 => {
                let mut line = std::mem::take(&mut head);
                line.push(Span::raw(format!(" {text}")));
                (first, line)
            }
            _ => (below, vec![Span::styled(format!("{:indent$}{text}", ""), theme.dim)]),
        };
        if place == last && !note.is_empty() {
            let gap = room.saturating_sub(text.width() + note.width());
            line.push(Span::raw(" ".repeat(gap)));
            line.push(Span::styled(note.clone(), theme.strong));
        }
        lines.push(Line::from(line));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_takes_the_lines_that_it_needs_and_its_note_the_end_of_the_last_one() {
        let run = "RUN apt-get update && apt-get install -y golang-go";
        let lines = |text: &str, note: usize, most: usize| folded(text, [18, 30], note, most);
        assert_eq!(lines("WORKDIR /app", 0, 4), ["WORKDIR /app"]);
        assert_eq!(lines("WORKDIR /app", 5, 4), ["WORKDIR /app"], "beside each other");
        assert_eq!(lines("WORKDIR /app", 6, 4), ["WORKDIR /app", ""], "the note is below");
        assert_eq!(lines(run, 0, 4), ["RUN apt-get update", "&& apt-get install -y", "golang-go"]);
        assert_eq!(lines(run, 18, 2), ["RUN apt-get update", "&& apt-get…"]);
        assert_eq!(lines(run, 25, 4).len(), 4, "no room beside golang-go");
        for (most, note) in (2..5).flat_map(|most| (0..40).map(move |note| (most, note))) {
            let lines = lines(run, note, most);
            assert!(lines.len() <= most && lines.iter().all(|line| line.width() <= 30));
        }
    }

    #[test]
    fn no_room_is_no_panic() {
        for rooms in [[0, 0], [0, 3], [1, 1]] {
            assert!(folded("RUN 漢字漢字 && x", rooms, 9, 2).len() <= 2);
        }
    }
}
