//! Draws the state; never changes it.

mod help;
mod layers;
mod tree;

pub use help::help_lines;
pub use layers::fill;

use layerscope::report::units::percent;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::app::{App, Phase};
use super::keymap::Action::*;
use super::keymap::help::Line as Hint;
use super::layout::{Pane, layout};
use super::text::{cut, first_visible, wrap};
use super::theme::Theme;
use super::views::{Look, View, Views};

/// Draws the whole screen.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let panes = layout(area, app.focus);
    let buffer = frame.buffer_mut();
    header(app, theme, panes.header, buffer);
    if let (Some(explorer), Some(views)) = (app.explorer(), &app.views)
        && app.view != View::Explore
    {
        let look = Look { theme, units: app.units };
        views.draw(app.view, explorer, look, panes.main, buffer);
        footer(app, theme, panes.footer, buffer);
        if app.help {
            help::draw(app, theme, area, buffer);
        }
        return;
    }
    layers::draw(app, theme, panes.layers, buffer);
    match &app.phase {
        Phase::Ready(explorer) => tree::draw(app, explorer, theme, panes.tree, buffer),
        Phase::Loading { done, total, layers } => loading(app, theme, (*done, *total, *layers), panes.tree, buffer),
        Phase::Choosing { .. } => {}
    }
    details(app, theme, panes.details, buffer);
    footer(app, theme, panes.footer, buffer);
    if let Phase::Choosing { choices, cursor } = &app.phase {
        choosing(choices, *cursor, theme, panes.main, buffer);
    }
    if app.help {
        help::draw(app, theme, area, buffer);
    }
}

/// A bordered pane with a title; returns what lies inside.
pub fn pane(title: &str, focused: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    if area.is_empty() {
        return Rect::ZERO;
    }
    let style = if focused { theme.focused } else { theme.border };
    let title = cut(title, usize::from(area.width.saturating_sub(4)));
    let title = Line::from(format!(" {title} ")).style(if focused { theme.strong } else { Style::new() });
    let block = Block::bordered().border_style(style).title(title);
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Writes a line at a row of an area, if it is inside.
pub fn put(line: Line<'_>, row: usize, area: Rect, buffer: &mut Buffer) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height {
        buffer.set_line(area.x, area.y + row, &line, area.width);
    }
}

/// A bar of `width` cells: as long as both parts are of `whole`, with the dead part at its end.
///
/// Dead bytes always show, live ones where they are worth half a cell.
pub fn bar(live: u64, dead: u64, whole: u64, width: usize, theme: &Theme) -> [Span<'static>; 3] {
    let cells = |part: u64, of: u64, cells: usize| -> usize {
        let (part, of) = (u128::from(part), u128::from(of.max(1)));
        usize::try_from((part * cells as u128 * 2 + of) / (of * 2)).map_or(cells, |n| n.min(cells))
    };
    let both = live + dead;
    let filled = cells(both, whole, width).max(usize::from(both > 0)).min(width);
    let dead_cells = cells(dead, both, filled).max(usize::from(dead > 0)).min(filled);
    [
        Span::styled("█".repeat(filled - dead_cells), theme.live),
        Span::styled("▒".repeat(dead_cells), theme.dead),
        Span::raw(" ".repeat(width - filled)),
    ]
}

/// The views with their numbers, the one that is shown marked.
fn tabs(app: &App, theme: &Theme) -> Vec<Span<'static>> {
    View::ALL
        .into_iter()
        .enumerate()
        .flat_map(|(i, view)| {
            let style = if view == app.view { theme.focused } else { theme.dim };
            [Span::styled(format!("{}", i + 1), theme.strong), Span::styled(format!(" {}  ", view.name()), style)]
        })
        .collect()
}

fn header(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut spans = vec![Span::styled(format!(" {}", app.name), theme.strong)];
    if let Some(explorer) = app.explorer() {
        let totals = &explorer.inspection.totals;
        let size = |bytes| app.units.size(bytes);
        let dead = if totals.dead() > 0 { theme.dead } else { Style::new() };
        let mut numbers = vec![
            Span::styled(format!("▒ dead {} ", size(totals.dead())), dead),
            Span::styled(format!("█ live {} ", size(totals.live)), theme.live),
            Span::raw(format!("shipped {} ", size(totals.shipped))),
            Span::raw(format!("efficiency {} ", percent(totals.efficiency()))),
        ];
        // Where not everything fits, what matters most stays.
        while numbers.len() > 1 && numbers.iter().map(Span::width).sum::<usize>() > usize::from(area.width) {
            numbers.pop();
        }
        if numbers.len() > 2 {
            numbers.swap(0, 2);
        }
        let room = usize::from(area.width).saturating_sub(numbers.iter().map(Span::width).sum());
        let name = cut(&app.name, room.saturating_sub(3));
        let tabs = tabs(app, theme);
        let wide: usize = tabs.iter().map(Span::width).sum();
        let gap = room.saturating_sub(name.width() + 1);
        spans = vec![Span::styled(format!(" {name}"), theme.strong)];
        if gap > wide + 2 {
            spans.push(Span::raw("   "));
            spans.extend(tabs);
            spans.push(Span::raw(" ".repeat(gap - wide - 3)));
        } else {
            spans.push(Span::raw(" ".repeat(gap)));
        }
        spans.extend(numbers);
    }
    put(Line::from(spans), 0, area, buffer);
}

fn choosing(choices: &[String], cursor: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    Clear.render(area, buffer);
    let inner = pane("Which image?", true, theme, area, buffer);
    let height = usize::from(inner.height);
    let first = first_visible(cursor, choices.len(), height);
    for (i, choice) in choices.iter().enumerate().skip(first).take(height) {
        put(Line::raw(cut(choice, usize::from(inner.width))), i - first, inner, buffer);
        if i == cursor {
            fill(i - first, inner, theme.selected, buffer);
        }
    }
}

fn loading(app: &App, theme: &Theme, (done, total, layers): (u64, u64, u64), area: Rect, buffer: &mut Buffer) {
    let inner = pane("Reading", app.focus == Pane::Tree, theme, area, buffer);
    let width = usize::from(inner.width).saturating_sub(2).min(60);
    if total > 0 {
        let mut line = vec![Span::raw(" ")];
        line.extend(bar(done, 0, total, width, theme));
        put(Line::from(line), 1, inner, buffer);
    }
    // Of a pipe nobody knows how much will come, and before the manifest has come nobody knows how many layers.
    let whole = if total == 0 { String::new() } else { format!(" of {}", app.units.size(total)) };
    let of = if app.intro.is_empty() { String::new() } else { format!(" of {}", app.intro.len()) };
    put(Line::from(format!(" {}{whole}, {layers}{of} layers", app.units.size(done))), 2, inner, buffer);
    let source = cut(&format!(" from {}", app.source), usize::from(inner.width));
    put(Line::styled(source, theme.dim), 3, inner, buffer);
    put(Line::styled(" Esc or q cancels", theme.dim), 5, inner, buffer);
}

fn details(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let inner = pane(&app.details.title, app.focus == Pane::Details, theme, area, buffer);
    let width = usize::from(inner.width);
    let lines: Vec<_> = app.details.paragraphs.iter().flat_map(|text| wrap(text, width)).collect();
    let hidden = lines.len().saturating_sub(usize::from(inner.height));
    for (row, text) in lines.into_iter().skip(app.details_scroll.min(hidden)).enumerate() {
        put(Line::raw(text), row, inner, buffer);
    }
}

/// What is looked for, and which of how many hits is selected.
fn searching(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let search = &app.search;
    let found = match (search.hits.len(), search.query.text().is_empty()) {
        (_, true) => "a name or a part of a path, in all layers, deleted ones included".into(),
        (0, false) => "nothing is called so in any layer".into(),
        (n, false) => {
            format!("{} of {}   ↑↓ others   Enter done   then n N", search.at + 1, layerscope::units::count(n as u64))
        }
    };
    let (before, after) = search.query.shown();
    let spans = vec![Span::styled(format!(" /{before}▏{after} "), theme.strong), Span::styled(found, theme.dim)];
    put(Line::from(spans), 0, area, buffer);
}

fn footer(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if app.search.editing {
        return searching(app, theme, area, buffer);
    }
    let hints: &[Hint] = match (&app.phase, app.help, app.focus) {
        (_, true, _) => &[(&[Back], "back"), (&[Up, Down], "scroll")],
        (Phase::Choosing { .. }, ..) => &[(&[Up, Down], "image"), (&[Enter], "open"), (&[Quit], "quit")],
        (Phase::Loading { .. }, ..) => &[(&[Quit], "cancel"), (&[Help], "help")],
        _ if app.view != View::Explore => Views::keys(app.view),
        (_, _, Pane::Layers) => &[
            (&[Help], "help"),
            (&[Up, Down], "layer"),
            (&[NextPane], "tree"),
            (&[NextWaste], "next waste"),
            (&[Scope], "changes"),
            (&[Quit], "quit"),
        ],
        (_, _, Pane::Tree) => &[
            (&[Help], "help"),
            (&[Right, Left], "open, fold"),
            (&[PreviousLayer, NextLayer], "layer"),
            (&[NextWaste], "waste"),
            (&[Scope], "changes"),
            (&[Search], "find"),
            (&[ViewWaste, ViewTimeline], "views"),
            (&[Quit], "quit"),
        ],
        (_, _, Pane::Details) => {
            &[(&[Help], "help"), (&[Up, Down], "scroll"), (&[NextPane], "panes"), (&[Quit], "quit")]
        }
    };
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (actions, what) in hints {
        let key = app.keymap.first_keys(actions);
        let width = key.width() + what.width() + 3;
        if used + width > usize::from(area.width) {
            break;
        }
        used += width;
        spans.push(Span::styled(key, theme.strong));
        spans.push(Span::styled(format!(" {what}  "), theme.dim));
    }
    put(Line::from(spans), 0, area, buffer);
}
