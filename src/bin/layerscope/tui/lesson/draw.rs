//! Draws the narrator's pane: words, question and answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{ANSWERS, LessonPlayer, Place, Turn};
use crate::lesson::{correction, letter};
use crate::tui::explorer::Explorer;
use crate::tui::explorer::exploration::Exploration;
use crate::tui::image_table::draw_columns;
use crate::tui::keys::Action::*;
use crate::tui::keys::help::Line as Hint;
use crate::tui::keys::{Action, Keymap};
use crate::tui::layout::{Panes, rows_inside};
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, paragraphs, wrap};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, pane, put, scroll_bar};
use crate::view::View;

/// The largest width of the words, for readability.
const WIDEST: usize = 100;

/// Draws the narrator; while the learner explores, one line with the key to return.
pub fn draw(
    lesson: &LessonPlayer,
    keymap: &Keymap,
    is_typing: bool,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let steps = lesson.told.steps.len();
    let at = (lesson.step + 1).min(steps);
    if lesson.turn == Turn::Learner {
        let key = keymap.first_keys(&[LessonReturn]);
        // During text input, every letter is text.
        let before = if is_typing { "Esc, then " } else { "" };
        let key = key.trim();
        let title = &lesson.told.title;
        let line =
            format!(" Looking around · {before}{key} comes back to step {at} of {steps}: {title}");
        return put(
            Line::styled(cut(&line, usize::from(area.width)), theme.focused),
            0,
            area,
            buffer,
        );
    }
    let title = if lines_in(lesson, area) > rows_inside(area) {
        let key = keymap.first_keys(&[PageDown]);
        format!("{at} of {steps} · {}: more · {}", key.trim(), lesson.told.title)
    } else {
        format!("{} · {at} of {steps}", lesson.told.title)
    };
    let inner = pane(&title, true, theme, area, buffer);
    let lines = lines(lesson, usize::from(inner.width), theme);
    let first = scroll_bar(lesson.scroll, lines.len(), inner, theme, buffer);
    for (row, line) in lines.into_iter().skip(first).enumerate() {
        put(line, row, inner, buffer);
    }
}

/// Returns the number of lines of the words in the narrator's pane.
pub fn lines_in(lesson: &LessonPlayer, area: Rect) -> usize {
    lines(lesson, usize::from(inside(area).width), &Theme::BARE).len()
}

/// Returns the number of lines before the options of a question.
pub fn lines_asked(lesson: &LessonPlayer, area: Rect) -> usize {
    let width = words_width(usize::from(inside(area).width));
    lesson.current().map_or(0, |step| paragraphs(&step.text, width).len())
}

/// Returns the width of the words in a pane of this inner width.
fn words_width(width: usize) -> usize {
    width.saturating_sub(2).min(WIDEST)
}

/// Returns the lines of a step.
fn lines(lesson: &LessonPlayer, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(step) = lesson.current() else { return Vec::new() };
    let width = words_width(width);
    let said = |text: &str, style: Style| {
        paragraphs(text, width).into_iter().map(move |line| Line::styled(format!(" {line}"), style))
    };
    let Some(question) = &step.question else { return said(&step.text, Style::new()).collect() };
    let mut lines: Vec<_> = said(&step.text, theme.strong).collect();
    let answer = lesson.answer();
    for (i, option) in question.options.iter().enumerate() {
        let is_right = i == question.right;
        let chosen = lesson.option == i + 1;
        let (mark, style) = match answer {
            None if chosen => ("►", theme.selected),
            None => (" ", Style::new()),
            Some(_) if is_right => ("✓", theme.visible),
            Some(answer) if answer.last == Some(i) => ("✗", theme.wasted),
            Some(_) => continue,
        };
        for (row, text) in wrap(option, width.saturating_sub(5)).into_iter().enumerate() {
            let head = if row == 0 { format!(" {mark} {} ", letter(i)) } else { "     ".into() };
            lines.push(Line::from(vec![
                Span::styled(head, style),
                Span::styled(format!(" {text}"), style),
            ]));
        }
    }
    if let Some(answer) = answer {
        let verdict = match answer.last {
            Some(option) if option == question.right => "Right. ".to_owned(),
            Some(_) => correction(question.right),
            None => String::new(),
        };
        lines.extend(said(&format!("{verdict}{}", question.because), Style::new()));
    }
    lines
}

impl LessonPlayer {
    /// Returns the height of the narrator: enough for the longest step, so that the layout stays
    /// the same, but not more than the explorer can spare.
    pub fn rows(&self, area: Rect) -> u16 {
        if self.turn == Turn::Learner {
            return u16::from(area.height >= 6);
        }
        if self.is_over() {
            return 0;
        }
        let width = usize::from(inside(area).width);
        let longest =
            self.told.steps.iter().map(|step| self.longest(step, width)).max().unwrap_or(0);
        let rows = u16::try_from(longest + 2).unwrap_or(u16::MAX);
        rows.clamp(4, (area.height * 5 / 12).max(4)).min(area.height)
    }

    /// Returns the largest height of a step: with a wrong answer, or before an answer.
    fn longest(&self, step: &crate::lesson::Step, width: usize) -> usize {
        let width = words_width(width);
        let said = paragraphs(&step.text, width).len();
        let Some(question) = &step.question else { return said };
        let rows = |option: &String| wrap(option, width.saturating_sub(5)).len();
        let asked: usize = question.options.iter().map(rows).sum();
        let right = question.options.get(question.right).map_or(0, rows);
        let wrong = question.options.iter().enumerate().filter(|&(i, _)| i != question.right);
        let wrong = wrong.map(|(_, option)| rows(option)).max().unwrap_or(0);
        let because =
            paragraphs(&format!("{}{}", correction(question.right), question.because), width).len();
        said + asked.max(right + wrong + because)
    }

    /// Returns the steps that do not fit on the screen, counted from 1, each with the number of
    /// excess lines.
    #[cfg(test)]
    pub fn too_long(&self, area: Rect) -> Vec<(usize, usize)> {
        let shown = rows_inside(Rect { height: self.rows(area), ..area });
        let width = usize::from(inside(area).width);
        let lines = self.told.steps.iter().map(|step| self.longest(step, width));
        lines
            .enumerate()
            .filter(|&(_, lines)| lines > shown)
            .map(|(i, lines)| (i + 1, lines - shown))
            .collect()
    }
}

/// Returns the key hints for the footer.
pub fn keys(lesson: &LessonPlayer) -> &'static [Hint] {
    const LOOK: Hint = (&[LessonReturn], "look around");
    const QUIT: Hint = (&[Quit], "quit");
    const fn asking(answers: &'static [Action]) -> [Hint; 5] {
        [(answers, "answer"), (&[LessonTold], "show answer"), (&[LessonBack], "back"), LOOK, QUIT]
    }
    static ASKING: [[Hint; 5]; 3] =
        [asking(&[AnswerA, AnswerB]), asking(&[AnswerA, AnswerB, AnswerC]), asking(&ANSWERS)];
    match lesson {
        lesson if lesson.is_over() && lesson.place() == Place::Among => &[
            (&[LessonNext], "next lesson"),
            (&[LessonBack], "back"),
            (&[Up, Down], "scroll"),
            QUIT,
        ],
        lesson if lesson.is_over() && lesson.place() == Place::Last => {
            &[(&[Back], "all lessons"), (&[LessonBack], "back"), (&[Up, Down], "scroll"), QUIT]
        }
        lesson if lesson.is_over() => &[(&[LessonBack], "back"), (&[Up, Down], "scroll"), QUIT],
        lesson if lesson.asks() => {
            let options = lesson.question().map_or(0, |question| question.options.len());
            &ASKING[options.saturating_sub(2).min(ASKING.len() - 1)]
        }
        lesson if lesson.place() == Place::Alone => &[
            (&[LessonNext], "next"),
            (&[LessonBack], "back"),
            (&[LessonReturn, Back], "look around"),
            (&[Help], "help"),
            QUIT,
        ],
        _ => &[
            (&[LessonNext], "next"),
            (&[LessonBack], "back"),
            LOOK,
            (&[Back], "all lessons"),
            (&[Help], "help"),
            QUIT,
        ],
    }
}

/// Marks the layer and the path of the narrator's scene.
pub fn mark(
    seen: &Exploration<'_>,
    panes: &Panes,
    explorer: &Explorer,
    lesson: &LessonPlayer,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let Some(scene) = lesson
        .scene()
        .filter(|scene| scene.view == Some(View::Explore) && lesson.turn == Turn::Narrator)
    else {
        return;
    };
    let tops = seen.tops;
    let mut point = |area: Rect, row: Option<usize>| {
        let Some(row) = row.and_then(|row| u16::try_from(row).ok()) else { return };
        let y = area.y + row;
        if row < area.height && !area.is_empty() {
            buffer.set_string(area.right().saturating_sub(1), y, "◄", theme.focused);
        }
    };
    let layers = Rect {
        y: panes.layers.y + 1,
        height: panes.layers.height.saturating_sub(2),
        ..panes.layers
    };
    let lines = crate::tui::explorer::draw::layers::lines_in(seen, panes.layers);
    let above = lines.get(tops.layers..explorer.layer_row());
    point(layers, above.map(|rows| rows.iter().sum()));
    if scene.path.is_some() {
        let rows = crate::tui::explorer::draw::tree_rows(panes.tree);
        point(
            Rect { x: panes.tree.x, width: panes.tree.width, ..rows },
            explorer.cursor.checked_sub(tops.tree),
        );
    }
}

/// Returns the action of the option in a row of the narrator's pane.
pub fn option_at(lesson: &LessonPlayer, area: Rect, row: u16) -> Option<Action> {
    let width = usize::from(inside(area).width);
    let lines = lines(lesson, width, &Theme::BARE);
    let line = lines.get(lesson.scroll + usize::from(row.checked_sub(area.y + 1)?))?;
    let head = line.spans.first()?.content.trim_start_matches([' ', '►']).chars().next()?;
    let is_option = line.spans.len() == 2;
    let option = (0..ANSWERS.len()).find(|&i| is_option && letter(i) == head)?;
    Some(ANSWERS[option])
}

/// Draws a page of the lesson: the summary after the last step, or the images side by side.
pub fn draw_last_or_beside(lesson: &LessonPlayer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    if lesson.is_over() {
        return super::page::draw(lesson, look.theme, area, buffer);
    }
    let inner = pane("The images of this lesson, side by side", true, look.theme, area, buffer);
    draw_columns(&lesson.columns(), None, 0, look, inner, buffer);
}
