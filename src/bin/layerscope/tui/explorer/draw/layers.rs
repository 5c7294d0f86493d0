//! Draws the layers: number, size, a bar of visible and wasted bytes, and the instruction.

use layerscope::Known;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::app::{App, Screen};
use crate::tui::layout::Pane;
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, fill, pane, put, scroll_bar};

const SIZE_WIDTH: usize = 8;

pub fn draw(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let selected = app.explorer().map(|explorer| explorer.layer);
    let count = app.intro.len();
    let title = match (count, selected) {
        (0, _) => "Layers".into(),
        (count, None) => format!("Layers · {count}"),
        (count, Some(selected)) => format!("Layers · {}/{count}", selected + 1),
    };
    let inner = pane(&title, app.focus == Pane::Layers, theme, area, buffer);
    let height = usize::from(inner.height);
    let first = app.tops().layers;
    scroll_bar(first, count, inner, theme, buffer);
    let digits = count.saturating_sub(1).to_string().len().max(1);
    let bar_width = usize::from(inner.width / 6).clamp(4, 14);
    for (row, layer) in (first..count).take(height).enumerate() {
        put(line(app, theme, layer, digits, bar_width, usize::from(inner.width)), row, inner, buffer);
        if selected == Some(layer) {
            let style = if app.focus == Pane::Layers { theme.selected } else { theme.elsewhere };
            fill(row, inner, style, buffer);
        }
    }
}

fn line(app: &App, theme: &Theme, layer: usize, digits: usize, bar_width: usize, width: usize) -> Line<'static> {
    let intro = &app.intro[layer];
    let marked = app.explorer().is_some_and(|explorer| explorer.marked_layers.contains(&layer));
    let known = app.explorer().map_or(Known::Whole, |explorer| explorer.inspection.completeness.layer(layer));
    let mark = match known.mark() {
        Some(_) => Span::styled("!", theme.wasted),
        None => Span::styled(if marked { "*" } else { " " }, theme.strong),
    };
    let mut spans = vec![Span::raw(format!("{layer:>digits$}")), mark];
    match &app.screen {
        Screen::Image { explorer, .. } => {
            let layers = &explorer.inspection.layers;
            let secret = app.is_kept_secret(layer);
            let account = &layers[layer];
            let biggest = layers.iter().map(|layer| layer.size).max().unwrap_or(0);
            let amounts = explorer.inspection.amounts_of(layer);
            let size = if secret { "?".into() } else { amounts.size.column(app.units) };
            spans.push(Span::raw(format!("{size:>SIZE_WIDTH$} ")));
            if secret {
                spans.push(Span::raw(" ".repeat(bar_width)));
            } else {
                // Later removals are not revealed yet.
                let wasted = if app.is_kept_secret(usize::MAX) { 0 } else { account.wasted() };
                spans.extend(bar(account.size - wasted, wasted, biggest, bar_width, theme));
            }
        }
        Screen::Loading { .. } | Screen::Choosing { .. } => {
            let stored = intro.stored.map_or("missing".into(), |bytes| app.units.size(bytes));
            spans.push(Span::raw(format!("{stored:>SIZE_WIDTH$} ")));
            spans.push(Span::styled("·".repeat(bar_width), theme.dim));
        }
    }
    let used: usize = spans.iter().map(Span::width).sum();
    let missing = known.mark().map_or(String::new(), |mark| format!("({mark}) "));
    let text = format!(" {missing}{}", intro.instruction);
    spans.push(Span::raw(cut(&text, width.saturating_sub(used))));
    Line::from(spans)
}
