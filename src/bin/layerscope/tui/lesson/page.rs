//! The last page of a lesson: the summary, and the Dockerfile before and after.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::LessonPlayer;
use crate::lesson::FileLine;
use crate::tui::widgets::text::{paragraphs, wrap};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{pane, put, scroll_bar, scrolled_title};

/// The lines of a Dockerfile, each with two columns for a mark before it.
type File = Vec<(String, Style)>;

/// The width from which the two Dockerfiles are side by side.
const TWO_COLUMNS: usize = 140;

pub fn draw(lesson: &LessonPlayer, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = lines(lesson, usize::from(area.width.saturating_sub(4)), theme);
    let title = scrolled_title(
        &format!("{}: what you learned", lesson.told.title),
        lesson.scroll,
        lines.len(),
        area,
    );
    let inner = pane(&title, true, theme, area, buffer);
    let first = scroll_bar(lesson.scroll, lines.len(), inner, theme, buffer);
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

/// Returns the number of rows of the page at a width.
pub fn rows(lesson: &LessonPlayer, width: u16) -> usize {
    lines(lesson, usize::from(width.saturating_sub(4)), &Theme::BARE).len()
}

fn lines(lesson: &LessonPlayer, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let told = &lesson.told;
    let mut lines = Vec::new();
    for (i, seen) in told.seen.iter().enumerate() {
        for (row, text) in paragraphs(seen, width.saturating_sub(4)).into_iter().enumerate() {
            let head = if row == 0 { format!(" {}. ", i + 1) } else { "    ".into() };
            lines.push(Line::raw(format!("{head}{text}")));
        }
    }
    if let (right, all @ 1..) = lesson.score() {
        lines.push(Line::default());
        let questions = if all == 1 { "question" } else { "questions" };
        lines.push(Line::raw(format!(" {right} of {all} {questions} correct at the first try")));
    }
    let (before, after) = dockerfiles(lesson, theme);
    if before.is_empty() && after.is_empty() {
        return lines;
    }
    lines.push(Line::default());
    if width < TWO_COLUMNS || after.is_empty() {
        // Without a proposal there is only one Dockerfile, neither before nor after.
        let first = if after.is_empty() { "Dockerfile" } else { "Dockerfile before" };
        for (head, file) in [(first, before), ("Dockerfile after", after)] {
            if !file.is_empty() {
                lines.push(Line::styled(format!(" {head}"), theme.focused));
                lines.extend(file.iter().flat_map(|line| folded(line, width)));
                lines.push(Line::default());
            }
        }
        lines.pop();
        return lines;
    }
    let half = width / 2;
    let columns = |file: &[(String, Style)]| {
        file.iter().flat_map(|line| folded(line, half - 2)).collect::<Vec<_>>()
    };
    let (left, right) = (columns(&before), columns(&after));
    let head = format!(" {:half$}{}", "Dockerfile before", "Dockerfile after");
    lines.push(Line::styled(head, theme.focused));
    for i in 0..left.len().max(right.len()) {
        let mut line = left.get(i).cloned().unwrap_or_default();
        let blank = half.saturating_sub(line.width());
        line.push_span(" ".repeat(blank + 1));
        line.spans.extend(right.get(i).cloned().unwrap_or_default().spans);
        lines.push(line);
    }
    lines
}

/// Returns the lines of both files; if there are two, lines that only one of them has are marked.
fn dockerfiles(lesson: &LessonPlayer, theme: &Theme) -> (File, File) {
    let marked = |lines: Vec<FileLine>, mark: char, style: Style| -> File {
        let line = |FileLine { text, is_changed }| match is_changed {
            true => (format!("{mark} {text}"), style),
            false => (format!("  {text}"), Style::new()),
        };
        lines.into_iter().map(line).collect()
    };
    let [before, after] = lesson.told.dockerfiles();
    (marked(before, '-', theme.removed), marked(after, '+', theme.added))
}

/// Wraps a line of a file.
fn folded((text, style): &(String, Style), width: usize) -> Vec<Line<'static>> {
    let (mark, text) = text.split_at(2);
    let indent = text.len() - text.trim_start().len();
    let rows = wrap(text.trim_start(), width.saturating_sub(indent + 5).max(10));
    let rows = rows.into_iter().enumerate().map(|(i, row)| {
        let (mark, more) = if i == 0 { (mark, "") } else { ("  ", "  ") };
        Line::styled(format!(" {mark}{}{more}{row}", " ".repeat(indent)), *style)
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() { vec![Line::default()] } else { rows }
}
