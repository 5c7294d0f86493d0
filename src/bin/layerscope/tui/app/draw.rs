//! Draws the state; never changes it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::bars::{footer, header};
use super::{App, Phase};
use crate::tui::comparison;
use crate::tui::explorer::Explorer;
use crate::tui::explorer::draw::{layers, prompts, tree};
use crate::tui::keys::help::EXPLORER;
use crate::tui::layout::Pane;
use crate::tui::lesson;
use crate::tui::overlay::{help, popup};
use crate::tui::viewer;
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, first_visible};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, bars, fill, fitted, inside, pane, put, scroll_bar, scrolled_title, text_pane};
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
    bars::draw(header(app, theme, panes.header.width), panes.header, buffer);
    match (&app.phase, &app.views) {
        (Phase::Ready(_), Some(_)) if app.is_beside() => {
            if let Some(lesson) = &app.lesson {
                let inner = pane("The images of this lesson, side by side", true, theme, panes.main, buffer);
                let look = Look { theme, units: app.units };
                comparison::columns::draw_columns(&lesson.columns(), None, 0, look, inner, buffer);
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
        None => bars::draw(footer(app, theme, panes.footer.width), panes.footer, buffer),
    }
    if let Some(explanation) = &app.explained {
        popup::explanation(app, explanation, theme, panes.main, buffer);
    }
    if let Some(extraction) = app.extraction.as_ref().filter(|extraction| extraction.is_asking()) {
        popup::extraction(app, extraction, theme, panes.main, buffer);
    }
    if app.help {
        help::draw_help(&EXPLORER, &app.keymap, app.help_scroll, theme, area, buffer);
    }
}

/// Returns the bottom line in place of key hints: input, notices, search results or progress.
fn bottom(app: &App, theme: &Theme, width: u16) -> Option<Line<'static>> {
    let said = |text: &String| Line::styled(cut(&format!(" {text}"), usize::from(width)), theme.strong);
    if let Some((asking, prompt)) = app.viewer.as_ref().and_then(|viewer| viewer.typing.as_ref()) {
        return Some(viewer::typing(*asking, prompt, theme));
    }
    let typed = || prompts::line(app, theme).filter(|_| app.viewer.is_none());
    let notice = app.notice.as_ref().filter(|_| !app.is_typing()).map(said);
    notice.or_else(typed).or_else(|| app.waiting().as_ref().map(said))
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
    text_pane(&title, lines, app.details_scroll, app.focus == Pane::Details, theme, area, buffer);
}

/// Draws the selected layer's instruction in full.
fn instruction(app: &App, explorer: &Explorer, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = app.instruction_rows();
    let scroll = app.reading.map_or(0, |reading| reading.scroll);
    let title = format!("Layer {}: its instruction", explorer.layer);
    let title = scrolled_title(&title, scroll, lines.len(), area);
    text_pane(&title, lines, scroll, true, theme, area, buffer);
}
