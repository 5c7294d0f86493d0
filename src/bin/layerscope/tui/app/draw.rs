//! Draws the state; never changes it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::bars::{footer, header};
use super::{App, Screen};
use crate::tui::explorer;
use crate::tui::explorer::draw::prompts;
use crate::tui::layout::{Pane, Panes};
use crate::tui::lesson;
use crate::tui::overlay::{Around, Overlay};
use crate::tui::viewer;
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, first_visible};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, bars, fill, fitted, pane, part, put, scroll_bar};
use crate::view::View;

/// Draws the screen.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    fitted(app.area, frame, |buffer| {
        inner(app, theme, app.area, buffer);
        theme.signs.apply(buffer);
    });
}

/// Draws the screen to a buffer without a terminal.
pub fn screen(app: &App, theme: &Theme) -> Buffer {
    let mut buffer = Buffer::empty(app.area);
    inner(app, theme, app.area, &mut buffer);
    theme.signs.apply(&mut buffer);
    buffer
}

fn inner(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let panes = app.panes();
    for (row, pieces) in header(app, theme, panes.header).into_iter().enumerate() {
        bars::draw(pieces, part(panes.header, row, 1), buffer);
    }
    let around = Around { keymap: &app.keymap, units: app.units, explorer: app.explorer() };
    let (covering, over) = app.overlays.seen();
    match covering {
        Some(overlay) if !app.shows_a_page() => overlay.draw(around, theme, panes.main, buffer),
        _ => screen_in(app, theme, &panes, buffer),
    }
    if let (Some(lesson), Screen::Image { explorer, .. }) = (&app.lesson, &app.screen) {
        lesson::draw(lesson, &app.keymap, app.takes_text(), theme, panes.narrator, buffer);
        lesson::mark(&app.seen(), &panes, explorer, lesson, theme, buffer);
    }
    match bottom(app, theme, panes.footer.width) {
        Some(line) => put(line, 0, panes.footer, buffer),
        None => bars::draw(footer(app, theme, panes.footer.width), panes.footer, buffer),
    }
    for overlay in over {
        let area = if matches!(overlay, Overlay::Help(_)) { area } else { panes.main };
        overlay.draw(around, theme, area, buffer);
    }
}

/// Draws the screen without overlays.
fn screen_in(app: &App, theme: &Theme, panes: &Panes, buffer: &mut Buffer) {
    match &app.screen {
        Screen::Choosing { what, choices, cursor } => {
            choosing(what, choices, *cursor, theme, panes.main, buffer);
        }
        &Screen::Loading { done, total, layers } => {
            explorer::draw::layers::draw(&app.seen(), theme, panes.layers, buffer);
            loading(app, theme, (done, total, layers), panes.tree, buffer);
            explorer::draw::details(&app.seen(), theme, panes.details, buffer);
        }
        Screen::Image { .. } if app.shows_a_page() => {
            if let Some(lesson) = &app.lesson {
                lesson::draw_last_or_beside(
                    lesson,
                    Look { theme, units: app.units },
                    panes.main,
                    buffer,
                );
            }
        }
        Screen::Image { explorer, .. } if app.view == View::Explore => {
            explorer::draw::draw(&app.seen(), explorer, theme, panes, buffer);
        }
        Screen::Image { explorer, views } => {
            views.draw(app.view, explorer, Look { theme, units: app.units }, panes.main, buffer);
        }
    }
}

/// Returns the bottom line in place of key hints: input, notices, search results or progress.
fn bottom(app: &App, theme: &Theme, width: u16) -> Option<Line<'static>> {
    let said =
        |text: &String| Line::styled(cut(&format!(" {text}"), usize::from(width)), theme.strong);
    if let Some((asking, prompt)) = app.overlays.viewer().and_then(|viewer| viewer.typing.as_ref())
    {
        return Some(viewer::typing(*asking, prompt, theme));
    }
    let typed = || {
        let is_there = app.view == View::Explore && app.overlays.help().is_none();
        let is_there = is_there && app.overlays.any_viewer().is_none();
        is_there.then(|| prompts::line(&app.seen(), &app.keymap, theme, width)).flatten()
    };
    let notice = app.notice.as_ref().filter(|_| !app.is_typing()).map(said);
    notice.or_else(typed).or_else(|| app.waiting().as_ref().map(said))
}

fn choosing(
    what: &str,
    choices: &[String],
    cursor: usize,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let title = format!("Which {what}? · {}/{}", cursor + 1, choices.len());
    let inner = pane(&title, true, theme, area, buffer);
    let aligned = (what == "image").then(|| columns(choices, usize::from(inner.width))).flatten();
    let choices = aligned.as_deref().unwrap_or(choices);
    // Long titles, such as those of lessons, get every column.
    let inner = if choices.iter().all(|choice| choice.width() <= usize::from(inner.width)) {
        inner
    } else {
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..inner }
    };
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

/// Aligns the columns of rows, which stand apart by two spaces. Where there is no room for all, those
/// after the second go first.
fn columns(rows: &[String], width: usize) -> Option<Vec<String>> {
    let mut rows: Vec<Vec<_>> = rows.iter().map(|row| row.split("  ").collect()).collect();
    let count = rows.first()?.len();
    if rows.iter().any(|row| row.len() != count) {
        return None;
    }
    loop {
        let widest = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
        let widths: Vec<_> = (0..rows[0].len()).map(widest).collect();
        let all: usize = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
        if all > width && widths.len() > 2 {
            for row in &mut rows {
                row.remove(2);
            }
            continue;
        }
        let padded = |row: &Vec<&str>| {
            let cells = row.iter().zip(&widths);
            let cells =
                cells.map(|(cell, &width)| format!("{cell}{}", " ".repeat(width - cell.width())));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        return Some(rows.iter().map(padded).collect());
    }
}

/// Returns the word behind a number of layers, of which all are known or none.
fn noun(layers: usize) -> &'static str {
    if layers == 1 { "layer" } else { "layers" }
}

fn loading(
    app: &App,
    theme: &Theme,
    (done, total, layers): (u64, u64, u64),
    area: Rect,
    buffer: &mut Buffer,
) {
    let inner = pane("Reading", app.focus == Pane::Tree, theme, area, buffer);
    let width = usize::from(inner.width).saturating_sub(2).min(60);
    if total > 0 {
        let mut line = vec![Span::raw(" ")];
        line.extend(bar(done, 0, total, width, theme));
        put(Line::from(line), 1, inner, buffer);
    }
    // The length of a pipe is unknown, and before the manifest has been read, so is the number of
    // layers.
    let whole = if total == 0 { String::new() } else { format!(" of {}", app.units.size(total)) };
    let of = if app.intro.is_empty() { String::new() } else { format!(" of {}", app.intro.len()) };
    let now = match &app.awaited {
        Some(awaited) => format!(" {awaited} …"),
        None if layers == 1 && of.is_empty() => {
            format!(" {}{whole}, 1 layer", app.units.size(done))
        }
        None => format!(" {}{whole}, {layers}{of} {}", app.units.size(done), noun(app.intro.len())),
    };
    put(Line::from(cut(&now, usize::from(inner.width))), 2, inner, buffer);
    let source = cut(&format!(" from {}", app.source), usize::from(inner.width));
    put(Line::styled(source, theme.dim), 3, inner, buffer);
    put(Line::styled(" Esc or q cancels", theme.dim), 5, inner, buffer);
}
