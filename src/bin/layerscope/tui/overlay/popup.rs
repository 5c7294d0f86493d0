//! Pop-ups: an explanation, or the extraction dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::explain::Explanation;
use super::extract::{Extraction, amount_in_words};
use crate::tui::app::App;
use crate::tui::keys::Action;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{pane, put};

/// The largest width of a pop-up.
pub const WIDTH: u16 = 84;

/// Draws a pop-up with some lines in the middle of an area.
fn popup(title: &str, lines: Vec<Line<'_>>, scroll: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let width = area.width.min(WIDTH);
    let frame = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    Clear.render(frame, buffer);
    let inner = pane(title, true, theme, frame, buffer);
    let first = scroll.min(lines.len().saturating_sub(usize::from(inner.height)));
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

/// Returns the inner width of a pop-up in an area.
fn inside(area: Rect) -> usize {
    usize::from(area.width.min(WIDTH).saturating_sub(2))
}

/// Draws an explanation.
pub fn explanation(app: &App, explanation: &Explanation, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = explanation.lines(app.units, inside(area)).into_iter().map(Line::raw).collect();
    let next = explanation
        .next()
        .map_or_else(String::new, |next| format!(" · {}: {next}", app.keymap.first_keys(&[Action::Explain])));
    popup(&format!("{}{next}", explanation.title), lines, explanation.scroll, theme, area, buffer);
}

/// Draws the extraction dialog.
pub fn extraction(app: &App, extraction: &Extraction, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = inside(area);
    let (before, after) = extraction.prompt.shown();
    let amount = match extraction.amount {
        Some(amount) => amount_in_words(amount, app.units),
        None => "counting …".into(),
    };
    let mut lines = vec![
        Line::raw(amount),
        Line::raw(""),
        Line::from(vec![Span::raw("into the directory  "), Span::styled(format!("{before}▏{after}"), theme.strong)]),
        Line::styled(cut(&format!("that makes          {}", extraction.destination()), width), theme.dim),
        Line::raw(""),
    ];
    let (text, style) = match &extraction.problem {
        Some(problem) => (problem.as_str(), theme.dead),
        None => {
            ("Nothing is overwritten. Modes and times are kept; owners, devices and setuid bits are not.", theme.dim)
        }
    };
    lines.extend(wrap(text, width).into_iter().map(|line| Line::styled(line, style)));
    popup(&format!("Extract {}", extraction.path), lines, 0, theme, area, buffer);
}
