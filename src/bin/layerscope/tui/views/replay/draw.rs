//! Draws the replay: instruction, size of the image, visible files, and description.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::display::plural;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::path::{SIZE_WIDTH, Widths};
use super::playback::{WHOLE, between};
use super::stage::Stage;
use super::{Replay, account, transport};
use crate::tui::explorer::Explorer;
use crate::tui::views::Look;
use crate::tui::views::timeline::{CHART_LEAST, Column};
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{bar, pane, put};

pub fn draw(replay: &Replay, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let stage = Stage::fit_into(area);
    let inspection = &*explorer.inspection;
    card(replay, inspection, look, stage.card, buffer);
    if replay.points.is_empty() {
        return put(Line::raw("This image has no layers."), 0, stage.text, buffer);
    }
    sizes(replay, inspection, look, &stage, buffer);
    sees(replay, look, stage.sees, buffer);
    bars(replay, look, stage.bars, buffer);
    text(replay, inspection, look, stage.text, buffer);
    transport::draw(&replay.playback, replay.points.len(), look.theme, stage.transport, buffer);
}

/// Draws the instruction, as far as it is revealed.
fn card(replay: &Replay, inspection: &Inspection, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let layer = replay.playback.layer();
    let place = layer.count().min(replay.points.len());
    let mark = inspection
        .completeness
        .layer(layer)
        .mark()
        .map_or(String::new(), |mark| format!(" · {layer}! {mark}"));
    let title = format!("Replay · {place}/{}{mark}", plural(replay.points.len(), "layer"));
    let inner = pane(&title, true, look.theme, area, buffer);
    let Some(account) = layer.get_from(&inspection.layers).filter(|_| !inner.is_empty()) else {
        return;
    };
    let (width, rows) = (usize::from(inner.width).saturating_sub(2), usize::from(inner.height));
    let instruction = cut(&account.instruction.one_line(), width * rows);
    let mut lines = wrap(&instruction, width);
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last}…"), width);
        }
    }
    let all: usize = lines.iter().map(|line| line.graphemes(true).count()).sum();
    let mut left = all * usize::try_from(replay.playback.written()).unwrap_or(0) / WHOLE as usize;
    let writing = left < all && replay.playback.progress() > 0;
    let top = (rows - lines.len()) / 2;
    for (row, line) in (top..).zip(&lines) {
        let count = line.graphemes(true).count();
        let written: String = line.graphemes(true).take(left).collect();
        let cursor = if writing && left < count { "▏" } else { "" };
        put(Line::styled(format!(" {written}{cursor}"), look.theme.strong), row, inner, buffer);
        if left < count {
            break;
        }
        left -= count;
    }
}

/// Draws the size of every layer, and the total size as a chart.
fn sizes(
    replay: &Replay,
    inspection: &Inspection,
    look: Look<'_>,
    stage: &Stage,
    buffer: &mut Buffer,
) {
    let title = format!("Size: {}{}", replay.bound(), look.units.size(replay.column().size));
    let inner = pane(&title, false, look.theme, stage.sizes, buffer);
    if inner.is_empty() {
        return;
    }
    let layers = replay.points.len();
    let (list, chart) = stage.list_and_chart(layers);
    let height = usize::from(list.height);
    let first = replay.first_listed(height);
    let biggest = inspection.layers.iter().map(|layer| layer.size).max().unwrap_or(0);
    for (row, layer) in LayerIndex::range(first..layers.min(replay.playback.layer().count()))
        .take(height)
        .enumerate()
    {
        put(
            listed(replay, inspection, look, layer, biggest, usize::from(list.width)),
            row,
            list,
            buffer,
        );
    }
    if !list.is_empty() {
        let rule = Rect { y: list.bottom(), height: 1, ..list };
        put(Line::styled("─".repeat(usize::from(list.width)), look.theme.dim), 0, rule, buffer);
    }
    if usize::from(chart.height) >= CHART_LEAST {
        let column = |layer| replay.column_of(layer);
        replay.chart(look, chart).draw(column, look, buffer);
    }
}

/// Returns the row of a layer with its size, which never shrinks, but part of which may become
/// wasted.
fn listed(
    replay: &Replay,
    inspection: &Inspection,
    look: Look<'_>,
    layer: LayerIndex,
    biggest: u64,
    width: usize,
) -> Line<'static> {
    let theme = look.theme;
    let (now, done) = (replay.playback.layer(), replay.playback.done());
    let account = &inspection.layers[layer];
    let before = now.previous().map_or(0, |before| replay.losses.wasted(layer, before));
    let wasted = between(before, replay.losses.wasted(layer, now), done);
    let size = if layer == now { between(0, account.size, done).max(wasted) } else { account.size };
    let digits = replay.points.len().saturating_sub(1).to_string().len();
    let room = width.saturating_sub(digits + SIZE_WIDTH + 3);
    let bar_width = room * 3 / 5;
    let style = if layer == now { theme.strong } else { Style::new() };
    let known = inspection.completeness.layer(layer);
    let mark = if known.mark().is_some() {
        Span::styled("!", theme.wasted)
    } else {
        Span::styled(" ", style)
    };
    let size_text = if known.is_nothing() { "?".into() } else { look.units.size(size) };
    let mut spans = vec![
        Span::styled(format!("{layer:>digits$}"), style),
        mark,
        Span::styled(format!("{size_text:>SIZE_WIDTH$} "), style),
    ];
    spans.extend(bar(size - wasted, wasted, biggest, bar_width, theme));
    let instruction = cut(&account.instruction.one_line(), room - bar_width);
    spans.push(Span::styled(
        format!(" {instruction}"),
        if layer == now { theme.strong } else { theme.dim },
    ));
    Line::from(spans)
}

/// Draws the largest paths, which fill up, and disappear when deleted.
fn sees(replay: &Replay, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let visible = replay.column().visible;
    let inner =
        pane(&format!("Visible: {}", look.units.size(visible)), false, look.theme, area, buffer);
    if inner.is_empty() {
        return;
    }
    let branches = &replay.branches;
    let height = usize::from(inner.height);
    // The last row stands for the paths without a row.
    let rows = if branches.len() > height { height - 1 } else { branches.len() };
    let mut others = visible;
    for (row, path) in branches.shown(rows).enumerate() {
        let shown = replay.path(path);
        if branches.branch(path).depth == 0 {
            others = others.saturating_sub(shown.map_or(0, |shown| shown.visible));
        }
        if let Some(shown) = shown {
            put(shown.line(look, branches.highest, usize::from(inner.width)), row, inner, buffer);
        }
    }
    if branches.len() > rows && others > 0 {
        let Widths { name, .. } = Widths::fit_into(usize::from(inner.width));
        let line = format!(
            "  {:<name$} {:>SIZE_WIDTH$}",
            cut("everything else", name),
            look.units.size(others)
        );
        put(Line::styled(line, look.theme.dim), rows, inner, buffer);
    }
}

/// Draws the image size and the visible size as one bar each.
fn bars(replay: &Replay, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let Column { size, visible, .. } = replay.column();
    let most = replay.most();
    for (row, (word, visible, wasted)) in
        [("size   ", visible, size - visible), ("visible", visible, 0)].into_iter().enumerate()
    {
        let start = format!("{word} {:>SIZE_WIDTH$} ", look.units.size(visible + wasted));
        let room = usize::from(area.width).saturating_sub(start.len());
        let mut spans = vec![Span::raw(start)];
        spans.extend(bar(visible, wasted, most, room, look.theme));
        put(Line::from(spans), row, area, buffer);
    }
}

/// Draws the description of the layer, after its instruction is revealed; at the end, the result.
fn text(replay: &Replay, inspection: &Inspection, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let layer = replay.playback.layer();
    let Some((account, now)) =
        layer.get_from(&inspection.layers).zip(layer.get_from(&replay.points))
    else {
        return;
    };
    let width = usize::from(area.width).saturating_sub(2);
    let mut row = 0;
    let mut say = |text: &str, style: Style| {
        for line in wrap(text, width) {
            put(Line::styled(format!(" {line}"), style), row, area, buffer);
            row += 1;
        }
    };
    if replay.playback.progress() == 0 && !replay.playback.is_running() {
        return say("Nothing has been built yet.", Style::new());
    }
    if replay.playback.is_over() {
        let exact = inspection.completeness.sizes_are_exact();
        say(&account::of_the_end(*now, exact, look.units), look.theme.strong);
    }
    if replay.playback.written() == WHOLE {
        let before = layer.previous().map(|before| replay.points[before]).unwrap_or_default();
        let taken = replay.losses.taken(layer);
        let quoted = (width / 2).min(40);
        let known = inspection.completeness.layer(layer).sentence(|bytes| look.units.size(bytes));
        match known {
            Some(missing) => {
                let what = cut(&account.instruction.one_line(), quoted);
                say(&format!("{what}: layer {layer} is incomplete: {missing}."), Style::new());
            }
            None => say(
                &account::of_layer(account, before, *now, taken, look.units, quoted),
                Style::new(),
            ),
        }
    }
}
