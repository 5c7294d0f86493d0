//! The sizes view: a bar for each possible change; below, the instructions.

mod exploring;
mod marks;
mod recipe;

use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::advice::ladder::{CHANGED, Certainty, PossibleSize, noticeable};
use layerscope::display::noticeably;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::overlay::explain::Subject;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{bar, fill, inside, pane, put};
use marks::{Marked, marked, saving, shortened};
use recipe::{explanation, recipe};

const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "step"),
    (&[Action::Enter], "files"),
    (&[Action::CopyPath], "copy recipe"),
    (&[Action::Explain], "explain"),
    (&[Action::ViewFindings], "fix"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The keys on a size that has no recipe.
const KEYS_WITHOUT_RECIPE: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "step"),
    (&[Action::Enter], "files"),
    (&[Action::Explain], "explain"),
    (&[Action::ViewFindings], "fix"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The columns before a recipe.
const INDENT: usize = 4;
/// The least width of the grades.
const CERTAINTY_WIDTH: usize = 8;
/// The width below which only the tilde marks an estimate.
const NARROW: usize = 60;
/// The columns of a size with its tilde.
const SIZE_WIDTH: usize = 9;
const RATIO_WIDTH: usize = 7;
/// The width from which on the saving has a column.
const WIDE: usize = 90;
/// The head of the changes: each size is that after all of them so far.
const HEAD: &str = "change, with those above";
/// The heads of the sizes below: of marks, and of a change that is tried.
const ALONE: [&str; 2] =
    ["your marks, without the changes above", "alone, without the changes above"];
/// The least width of a bar.
const BAR: usize = 8;

/// The state of the view.
pub struct Ladder {
    study: Option<Arc<Study>>,
    cursor: usize,
    /// The sizes without what is marked.
    marked: Vec<Marked>,
    /// True if a change is tried, and not what is marked.
    is_trial: bool,
    /// The image as an argument of a command.
    image: String,
}

impl Ladder {
    pub fn new() -> Self {
        Self { study: None, cursor: 0, marked: Vec::new(), is_trial: false, image: String::new() }
    }

    /// Sets the ladder.
    pub fn studied(&mut self, study: &Arc<Study>) {
        self.study = Some(study.clone());
        self.cursor = self.biggest_gain();
    }

    /// Computes the sizes without the marks.
    pub fn enter(&mut self, explorer: &Explorer) {
        self.marked = marked(explorer);
        self.is_trial = explorer.trial.is_some();
        self.image = explorer.inspection.argument().into();
        if !self.marked.is_empty() {
            // Whoever marks something wants to see its size.
            self.cursor = usize::MAX;
        }
        self.cursor = self.cursor.min(self.last());
    }

    /// Returns the index of the last row.
    fn last(&self) -> usize {
        (self.possible_sizes().len() + self.marked.len()).saturating_sub(1)
    }

    /// Returns the selected mark.
    fn mark(&self) -> Option<&Marked> {
        self.marked.get(self.cursor.checked_sub(self.possible_sizes().len())?)
    }

    /// Returns the sizes that are shown: the one as built, and those noticeably smaller than the
    /// previous one.
    fn possible_sizes(&self) -> Vec<&PossibleSize> {
        let all = self.study.as_ref().map_or(&[][..], |study| &study.ladder);
        noticeable(all).into_iter().map(|place| &all[place]).collect()
    }

    /// Returns the index of the size with the largest saving over the previous one.
    fn biggest_gain(&self) -> usize {
        let possible_sizes = self.possible_sizes();
        let gains = possible_sizes.windows(2).map(|pair| pair[0].size.saturating_sub(pair[1].size));
        gains
            .enumerate()
            .max_by_key(|&(place, gain)| (gain, std::cmp::Reverse(place)))
            .map_or(0, |(place, _)| place + 1)
    }

    /// Returns the keys of the selected row.
    pub fn keys(&self) -> &'static [Hint] {
        let has_recipe = self.lines_to_copy().is_some_and(|lines| !lines.is_empty());
        if has_recipe { KEYS } else { KEYS_WITHOUT_RECIPE }
    }

    /// Returns the recipe of the selected size for copying; none, if it has none.
    pub fn lines_to_copy(&self) -> Option<Vec<String>> {
        let sizes = self.possible_sizes();
        let how = sizes.get(self.cursor).map_or("", |possible_size| &possible_size.how);
        Some(how.lines().map(str::to_owned).collect())
    }

    /// Returns what the figure under the cursor is explained by; `None` for the size as built.
    pub fn explained(&self, explorer: &Explorer) -> Option<Subject> {
        if let Some(mark) = self.mark() {
            let change = explorer.trial.as_ref().map(|trial| Subject::Change(trial.change));
            let (title, changes) = (mark.title.clone(), mark.changes.clone());
            return Some(change.unwrap_or(Subject::Marked { title, changes }));
        }
        let places = noticeable(&self.study.as_ref()?.ladder);
        let (before, place) = (self.cursor.checked_sub(1)?, *places.get(self.cursor)?);
        Some(Subject::Step { before: places[before], place })
    }

    /// Performs an action; returns whether to go to the explorer.
    pub fn act(&mut self, explorer: &mut Explorer, action: Action) -> bool {
        if action == Action::Enter {
            return self.explore(explorer);
        }
        let last = self.last();
        self.cursor = moved(action, self.cursor, last, last.max(1)).unwrap_or(self.cursor);
        false
    }

    /// Moves the cursor to the row at a cell; returns whether there is one.
    pub fn select(&mut self, look: Look<'_>, at: Position, area: Rect) -> bool {
        let inner = inside(area);
        let row = usize::from(at.y.saturating_sub(inner.y));
        let rows = self.rows(look, inner);
        let Some(&(Some(place), _)) = rows.get(row).filter(|_| inner.contains(at)) else {
            return false;
        };
        self.cursor = place;
        true
    }

    pub fn draw(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let inner = pane("Possible sizes", true, look.theme, area, buffer);
        if self.study.is_none() {
            return put(Line::styled("Analyzing files …", look.theme.dim), 0, inner, buffer);
        }
        for (row, (place, line)) in self.rows(look, inner).into_iter().enumerate() {
            put(line, row, inner, buffer);
            if place == Some(self.cursor) {
                fill(row, inner, look.theme.selected, buffer);
            }
        }
    }

    /// Returns the lines on the screen, those of a size with its index. Each is followed by its
    /// recipe, as far as there is room; that of the selected one comes first and with remarks.
    fn rows(&self, look: Look<'_>, inner: Rect) -> Vec<(Option<usize>, Line<'static>)> {
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        let possible_sizes = self.possible_sizes();
        let all = possible_sizes.len() + self.marked.len();
        let heads = usize::from(height > all + 4);
        let alone = if self.marked.is_empty() { 0 } else { heads };
        let room = width.saturating_sub(INDENT);
        let mut selected = match (possible_sizes.get(self.cursor), self.mark()) {
            (Some(possible_size), _) => explanation(look, &self.image, possible_size, room),
            (None, Some(mark)) => {
                wrap(&saving(look, mark), room).into_iter().map(|line| (line, false)).collect()
            }
            (None, None) => Vec::new(),
        };
        // All sizes are on the screen; the remarks give way, the last first.
        let changed = possible_sizes.iter().position(|it| it.step.changes_the_program());
        let changed = changed.filter(|_| height > all + 5);
        let others = heads + alone + usize::from(changed.is_some());
        let mut left = height.saturating_sub(others + all);
        while selected.len() > left && selected.last().is_some_and(|(_, is_remark)| *is_remark) {
            selected.pop();
            while selected.last().is_some_and(|(line, dim)| *dim && !line.ends_with('.')) {
                selected.pop();
            }
        }
        if selected.len() > left {
            selected.truncate(left);
            if let Some((last, _)) = selected.last_mut() {
                *last = cut(&format!("{last} …"), room.max(1));
            }
        }
        left -= selected.len();
        let title = self.title_width(&possible_sizes, width);
        let mut rows = Vec::new();
        if heads > 0 {
            rows.push((None, self.heads(look, title, width)));
        }
        let explain = |rows: &mut Vec<_>, lines: Vec<(String, bool)>| {
            rows.extend(lines.into_iter().map(|(text, dim)| {
                let text = format!("{:INDENT$}{text}", "");
                (None, if dim { Line::styled(text, look.theme.dim) } else { Line::raw(text) })
            }));
        };
        for (place, possible_size) in possible_sizes.iter().enumerate() {
            if changed == Some(place) {
                let head = format!("  {CHANGED}");
                rows.push((None, Line::styled(cut(&head, width), look.theme.dim)));
            }
            let size = Size {
                title: cut(&possible_size.step.title(), title),
                bytes: possible_size.size,
                sign: possible_size.certainty.sign(),
                certainty: possible_size.grade(),
            };
            rows.push((Some(place), self.line(look, &size, place, title, width)));
            if place == self.cursor {
                explain(&mut rows, std::mem::take(&mut selected));
                continue;
            }
            let recipe = recipe(possible_size, room);
            if place > 0 && recipe.len() <= left {
                left -= recipe.len();
                explain(&mut rows, recipe.into_iter().map(|line| (line, true)).collect());
            }
        }
        if alone > 0 {
            let head = format!("  {}", ALONE[usize::from(self.is_trial)]);
            rows.push((None, Line::styled(cut(&head, width), look.theme.dim)));
        }
        for (i, mark) in self.marked.iter().enumerate() {
            let place = possible_sizes.len() + i;
            let size = Size {
                title: shortened(mark, title),
                bytes: mark.size,
                sign: mark.sign,
                certainty: mark.certainty,
            };
            rows.push((Some(place), self.line(look, &size, place, title, width)));
            if place == self.cursor {
                explain(&mut rows, std::mem::take(&mut selected));
            }
        }
        rows
    }

    /// Returns the width of the grades with a blank before them: each stands whole.
    fn grade_width(&self, width: usize) -> usize {
        if width < NARROW {
            return 0;
        }
        let possible_sizes = self.possible_sizes();
        let grades = possible_sizes.iter().map(|possible_size| possible_size.grade());
        let grades = grades.chain(self.marked.iter().map(|mark| mark.certainty));
        grades.map(str::len).fold(CERTAINTY_WIDTH, usize::max) + 1
    }

    /// Returns the width of the titles. Where it is narrow the bars give way first, then the
    /// titles; the numbers stay whole.
    fn title_width(&self, possible_sizes: &[&PossibleSize], width: usize) -> usize {
        let titles = possible_sizes.iter().map(|possible_size| possible_size.step.title().width());
        let wanted =
            titles.chain(self.marked.iter().map(|mark| mark.title.width())).max().unwrap_or(0);
        let certainty = self.grade_width(width);
        let saves = if width < WIDE { 0 } else { SIZE_WIDTH + 1 };
        let bar = if width < NARROW { 0 } else { BAR };
        let numbers = SIZE_WIDTH + RATIO_WIDTH + 5 + certainty + saves + bar;
        wanted.min(width.saturating_sub(numbers))
    }

    fn heads(&self, look: Look<'_>, title: usize, width: usize) -> Line<'static> {
        let saves =
            if width >= WIDE { format!(" {:>SIZE_WIDTH$}", "saves") } else { String::new() };
        Line::styled(
            format!(
                "  {:<title$} {:>SIZE_WIDTH$}{saves}",
                if HEAD.len() <= title { HEAD } else { "change" },
                "size"
            ),
            look.theme.dim,
        )
    }

    fn line(
        &self,
        look: Look<'_>,
        size: &Size,
        place: usize,
        title_width: usize,
        width: usize,
    ) -> Line<'static> {
        let first = self.study.iter().flat_map(|study| study.ladder.first()).next();
        let whole = first.map_or(0, |first| first.size);
        let title = &size.title;
        let bytes = format!("{}{}", size.sign, look.units.size(size.bytes));
        let is_known = first.is_some_and(|first| first.certainty == Certainty::Exact);
        let ratio = noticeably(size.bytes, whole).filter(|_| is_known).unwrap_or_default();
        let mark = if place == self.cursor { "▸ " } else { "  " };
        let mut spans =
            vec![Span::raw(format!("{mark}{title:<title_width$} {bytes:>SIZE_WIDTH$} "))];
        if width >= WIDE {
            let saved = whole.saturating_sub(size.bytes);
            let saved = if saved > 0 { look.units.size(saved) } else { String::new() };
            spans.push(Span::styled(format!("{saved:>SIZE_WIDTH$} "), look.theme.dim));
        }
        let last = self.grade_width(width);
        let used: usize = spans.iter().map(Span::width).sum();
        let room = width.saturating_sub(used + RATIO_WIDTH + last + 1);
        // What nothing reaches is a part of the bar as long as it is in the image.
        spans.extend(match room {
            ..LEAST_BAR => vec![Span::raw(" ".repeat(room))],
            _ => bar(size.bytes, 0, whole, room, look.theme),
        });
        spans.push(Span::styled(format!(" {ratio:>RATIO_WIDTH$}"), look.theme.strong));
        if last > 0 {
            spans.push(Span::styled(format!(" {}", size.certainty), look.theme.dim));
        }
        Line::from(spans)
    }
}

/// The width below which a bar says nothing.
const LEAST_BAR: usize = 4;

/// A row of the view.
struct Size {
    title: String,
    bytes: u64,
    /// The mark of an estimate.
    sign: &'static str,
    certainty: &'static str,
}
