//! Draws the state; never changes it.

pub mod bars;
mod columns;
mod help;
mod layers;
mod popup;
mod prompts;
mod tree;

pub use columns::order_at;
pub use help::{draw as draw_help, help_lines};
pub use layers::fill;
pub use popup::WIDTH as POPUP_WIDTH;
pub use tree::{list as tree_list, rows as tree_rows};

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::app::{App, Phase};
use super::explorer::Explorer;
use super::keymap::help::EXPLORER;
use super::layout::{Pane, rows_inside};
use super::lesson;
use super::side;
use super::text::{cut, first_visible};
use super::theme::Theme;
use super::viewer;
use super::views::Look;
use crate::view::View;

/// Draws the whole screen.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    fitted(app.area, frame, |buffer| {
        inner(app, theme, app.area, buffer);
        theme.signs.apply(buffer);
    });
}

/// Draws what is laid out for an area; if the terminal has another size by now and has not said so yet, what fits of it.
pub fn fitted(area: Rect, frame: &mut Frame<'_>, draw: impl FnOnce(&mut Buffer)) {
    if frame.area() == area {
        return draw(frame.buffer_mut());
    }
    let mut paper = Buffer::empty(area);
    draw(&mut paper);
    let shown = frame.area().intersection(area);
    for at in shown.positions() {
        frame.buffer_mut()[at] = paper[at].clone();
    }
}

/// The whole screen, where there is no terminal.
pub fn screen(app: &App, theme: &Theme) -> Buffer {
    let mut buffer = Buffer::empty(app.area);
    inner(app, theme, app.area, &mut buffer);
    theme.signs.apply(&mut buffer);
    buffer
}

fn inner(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let panes = app.panes();
    bars::draw(bars::header(app, theme, panes.header.width), panes.header, buffer);
    match (&app.phase, &app.views) {
        (Phase::Ready(_), Some(_)) if app.is_beside() => {
            if let Some(lesson) = &app.lesson {
                let inner = pane("The images of this lesson, side by side", true, theme, panes.main, buffer);
                let look = Look { theme, units: app.units };
                side::columns::draw_columns(&lesson.columns(), None, 0, look, inner, buffer);
            }
        }
        (Phase::Ready(_), Some(_)) if app.sums_up() => {
            if let Some(lesson) = &app.lesson {
                lesson::draw_page(lesson, theme, panes.main, buffer);
            }
        }
        (Phase::Ready(explorer), Some(_)) if app.reading.is_some() => {
            instruction(app, explorer, theme, panes.main, buffer);
        }
        (Phase::Ready(_), Some(_)) if app.viewer.is_some() => {
            if let Some(viewer) = &app.viewer {
                viewer::draw(viewer, theme, panes.main, buffer);
            }
        }
        (Phase::Ready(explorer), Some(views)) if app.view != View::Explore => {
            let look = Look { theme, units: app.units };
            views.draw(app.view, explorer, look, panes.main, buffer);
        }
        (Phase::Choosing { what, choices, cursor }, _) => choosing(what, choices, *cursor, theme, panes.main, buffer),
        (phase, _) => {
            layers::draw(app, theme, panes.layers, buffer);
            match phase {
                Phase::Ready(explorer) => tree::draw(app, explorer, theme, panes.tree, buffer),
                Phase::Loading { done, total, layers } => {
                    loading(app, theme, (*done, *total, *layers), panes.tree, buffer);
                }
                Phase::Choosing { .. } => {}
            }
            details(app, theme, panes.details, buffer);
        }
    }
    if let (Some(lesson), Phase::Ready(explorer)) = (&app.lesson, &app.phase) {
        lesson::draw(app, lesson, theme, panes.narrator, buffer);
        lesson::mark(app, explorer, lesson, theme, buffer);
    }
    match bottom(app, theme, panes.footer.width) {
        Some(line) => put(line, 0, panes.footer, buffer),
        None => bars::draw(bars::footer(app, theme, panes.footer.width), panes.footer, buffer),
    }
    if let Some(explanation) = &app.explained {
        popup::explanation(app, explanation, theme, panes.main, buffer);
    }
    if let Some(extraction) = app.extraction.as_ref().filter(|extraction| extraction.is_asking()) {
        popup::extraction(app, extraction, theme, panes.main, buffer);
    }
    if app.help {
        help::draw(&EXPLORER, &app.keymap, app.help_scroll, theme, area, buffer);
    }
}

/// What the last line says in place of keys: what is typed, what came of the last key, what was found, what takes long.
fn bottom(app: &App, theme: &Theme, width: u16) -> Option<Line<'static>> {
    let said = |text: &String| Line::styled(cut(&format!(" {text}"), usize::from(width)), theme.strong);
    if let Some((asking, prompt)) = app.viewer.as_ref().and_then(|viewer| viewer.typing.as_ref()) {
        return Some(viewer::typing(*asking, prompt, theme));
    }
    let typed = || prompts::line(app, theme).filter(|_| app.viewer.is_none());
    let notice = app.notice.as_ref().filter(|_| !app.is_typing()).map(said);
    notice.or_else(typed).or_else(|| app.waiting().as_ref().map(said))
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

/// What lies inside of the frame that a pane draws.
pub fn inside(area: Rect) -> Rect {
    if area.is_empty() { Rect::ZERO } else { Block::bordered().inner(area) }
}

/// Some of the rows of an area.
pub fn part(area: Rect, top: usize, height: usize) -> Rect {
    let rows = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let y = area.y.saturating_add(rows(top)).min(area.bottom());
    Rect { y, height: rows(height).min(area.bottom() - y), ..area }
}

/// Marks on the border at the right of some rows which part of all there are is shown; nothing where all of it is.
///
/// Returns the first that is shown, which is `first` unless that would leave rows empty.
pub fn scroll_bar(first: usize, all: usize, rows: Rect, theme: &Theme, buffer: &mut Buffer) -> usize {
    let shown = usize::from(rows.height);
    let hidden = all.saturating_sub(shown);
    let first = first.min(hidden);
    if hidden == 0 || shown == 0 {
        return first;
    }
    let thumb = (shown * shown / all).max(1);
    // Only at either end does it touch the end.
    let way = shown - thumb;
    let top = match first {
        0 => 0,
        first if first == hidden => way,
        first => (first * way / hidden).clamp(usize::from(way > 1), way.saturating_sub(1).max(usize::from(way > 1))),
    };
    for y in part(rows, top, thumb).rows().map(|row| row.y) {
        if let Some(cell) = buffer.cell_mut((rows.right(), y)) {
            cell.set_symbol("▐").set_style(theme.focused);
        }
    }
    first
}

/// A title that says how far a text has been read, if there is more of it than is shown.
pub fn scrolled_title(title: &str, first: usize, all: usize, area: Rect) -> String {
    let shown = rows_inside(area);
    if all <= shown { title.into() } else { format!("{title} · {}/{all}", (first + shown).min(all)) }
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
/// Dead bytes show from a hundredth of both on, or else one cell would say that all is dead; live ones where they are
/// worth half a cell.
pub fn bar(live: u64, dead: u64, whole: u64, width: usize, theme: &Theme) -> [Span<'static>; 3] {
    let both = live + dead;
    let filled = cells(both, whole, width).max(usize::from(both > 0)).min(width);
    let dead_cells = cells(dead, both, filled).max(usize::from(is_worth_showing(dead, both))).min(filled);
    [
        Span::styled("█".repeat(filled - dead_cells), theme.live),
        Span::styled("▒".repeat(dead_cells), theme.dead),
        Span::raw(" ".repeat(width - filled)),
    ]
}

/// Whether a part is so much of a whole that a picture has to have it, however few cells there are.
pub fn is_worth_showing(part: u64, whole: u64) -> bool {
    part > 0 && part >= whole / 100
}

/// The part of so many cells that a part is of a whole, rounded.
pub fn cells(part: u64, of: u64, cells: usize) -> usize {
    let (part, of) = (u128::from(part), u128::from(of.max(1)));
    usize::try_from((part * cells as u128 * 2 + of) / (of * 2)).map_or(cells, |n| n.min(cells))
}

fn choosing(what: &str, choices: &[String], cursor: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let title = format!("Which {what}? · {}/{}", cursor + 1, choices.len());
    let inner = pane(&title, true, theme, area, buffer);
    let height = usize::from(inner.height);
    let first = first_visible(cursor, choices.len(), height);
    scroll_bar(first, choices.len(), inner, theme, buffer);
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
    let lines = app.details.lines(usize::from(inside(area).width));
    let title = scrolled_title(&app.details.title, app.details_scroll, lines.len(), area);
    text(&title, lines, app.details_scroll, app.focus == Pane::Details, theme, area, buffer);
}

/// The selected layer's instruction in full.
fn instruction(app: &App, explorer: &Explorer, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = app.instruction_rows();
    let scroll = app.reading.map_or(0, |reading| reading.scroll);
    let title = format!("Layer {}: its instruction", explorer.layer);
    let title = scrolled_title(&title, scroll, lines.len(), area);
    text(&title, lines, scroll, true, theme, area, buffer);
}

/// A pane with lines, from one of them on.
fn text(title: &str, lines: Vec<String>, first: usize, focused: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let inner = pane(title, focused, theme, area, buffer);
    let first = scroll_bar(first, lines.len(), inner, theme, buffer);
    for (row, text) in lines.into_iter().skip(first).enumerate() {
        put(Line::raw(text), row, inner, buffer);
    }
}
