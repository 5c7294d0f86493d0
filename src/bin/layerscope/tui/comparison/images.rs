//! Draws the table of images, and a summary of the differences between the selected one and the
//! first.

use layerscope::Inspection;
use layerscope::compare::{Difference, PackageDifference};
use layerscope::display::cut_path;
use layerscope::display::escaped;
use layerscope::display::{all, count, files, some};
use layerscope::report::{end_of_sharing, verdict};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::against::Against;
use super::cursor::Cursor;
use super::sign::{of_path, signed};
use super::{Comparison, Look};
use crate::tui::image_table::{self, draw_columns};
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{inside, pane, part, put};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "image"),
    (&[Action::Enter], "explore it"),
    (&[Action::ShowLayers, Action::ShowPaths, Action::ShowPackages], "layers, paths, packages"),
    (&[Action::Explain], "explain"),
    (&[Action::Quit], "quit"),
];

/// The most lines of the verdict.
const VERDICT: usize = 6;
/// The height below which there is no summary.
const LOWEST_SUMMARY: usize = 5;
/// The longest description of the end of sharing; the layers view has the full one.
const LONGEST: usize = 180;
/// The width of the words on the left.
const WORDS: usize = 9;

/// The areas of the view.
struct Panes {
    verdict: Rect,
    table: Rect,
    summary: Rect,
}

fn panes(area: Rect, verdict: usize, images: usize) -> Panes {
    let height = usize::from(area.height);
    // A small screen only shows the table.
    let verdict = if height < verdict + 5 { 0 } else { verdict };
    // Headings and frame.
    let whole = images + 3;
    let rest = height - verdict;
    let table = if whole + LOWEST_SUMMARY <= rest { whole } else { rest };
    Panes {
        verdict: part(area, 0, verdict),
        table: part(area, verdict, table),
        summary: part(area, verdict + table, rest - table),
    }
}

impl Comparison {
    fn verdict_lines(&self, width: usize) -> Vec<String> {
        let (Some(first), Some(other)) = (self.columns.first(), self.columns.get(self.other))
        else {
            return Vec::new();
        };
        let sharing = self.sheet().map(|sheet| &sheet.against.pair.sharing);
        let text = verdict(first, other, sharing, self.units);
        let mut lines = wrap(&text, width.saturating_sub(2).max(1));
        lines.truncate(VERDICT);
        lines
    }

    /// Returns the area of the table's rows.
    pub(in crate::tui) fn image_rows(&self, area: Rect) -> Rect {
        let verdict = self.verdict_lines(usize::from(area.width)).len();
        image_table::rows(inside(panes(area, verdict, self.columns.len()).table))
    }

    /// Moves the cursor; the image under it is compared with the first.
    pub(in crate::tui) fn act_on_images(&mut self, action: Action, area: Rect) {
        let rows = self.image_rows(area);
        let all = self.columns.len();
        self.cursor.act(action, all, rows);
        self.cursor.settle(all, rows);
        self.compare_selected();
    }

    /// Selects the image at a cell; returns whether there is one.
    pub(in crate::tui) fn select_image(&mut self, at: Position, area: Rect) -> bool {
        let rows = self.image_rows(area);
        let hit = self.cursor.select(at, self.columns.len(), rows);
        self.compare_selected();
        hit
    }

    pub(in crate::tui) fn draw_images(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let lines = self.verdict_lines(usize::from(area.width));
        let panes = panes(area, lines.len(), self.columns.len());
        for (row, line) in lines.into_iter().enumerate() {
            put(Line::styled(format!(" {line}"), look.theme.strong), row, panes.verdict, buffer);
        }
        let title = format!("Images · {}/{}", self.cursor.at + 1, self.columns.len());
        let inner = pane(&title, true, look.theme, panes.table, buffer);
        let Cursor { at, .. } = self.cursor;
        let first = self.cursor.first(self.columns.len(), image_table::rows(inner));
        draw_columns(&self.columns, Some(at), first, look, inner, buffer);
        if panes.summary.is_empty() {
            return;
        }
        let name = |image: usize| self.columns.get(image).map_or("", |column| &column.name);
        let title = format!("{} against {}", name(self.other), name(0));
        let inner = pane(&title, false, look.theme, panes.summary, buffer);
        match self.sheet() {
            Some(sheet) => summary(&sheet.against, look, inner, buffer),
            None => {
                put(Line::styled("They are being compared …", look.theme.dim), 0, inner, buffer);
            }
        }
    }
}

/// Draws a summary of the differences between two images, and the largest ones.
fn summary(against: &Against, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    for (word, text) in facts(against, look) {
        let mut word = word;
        for text in wrap(&text, width.saturating_sub(WORDS + 1)) {
            let word =
                Span::styled(format!("{:>WORDS$} ", std::mem::take(&mut word)), look.theme.dim);
            lines.push(Line::from(vec![word, Span::raw(text)]));
        }
    }
    let left = usize::from(area.height).saturating_sub(lines.len() + 1);
    for (i, &place) in against.biggest.iter().take(left).enumerate() {
        let change = against.pair.paths.change(place, &against.first.tree, &against.second.tree);
        if i == 0 {
            lines.push(Line::styled("─".repeat(width), look.theme.dim));
        }
        let (sign, style) = of_path(change.difference, look.theme);
        let size = signed(change.less, change.more, look.units);
        let path = cut_path(&escaped(&change.path), width.saturating_sub(WORDS + 3));
        let span = Span::styled(format!("{sign} {path}"), style);
        lines.push(Line::from(vec![Span::raw(format!("{size:>WORDS$} ")), span]));
    }
    for (row, line) in lines.into_iter().enumerate() {
        put(line, row, area, buffer);
    }
}

fn facts(against: &Against, look: Look<'_>) -> Vec<(&'static str, String)> {
    let (first, second, sharing) = (&against.first, &against.second, &against.pair.sharing);
    let layers = match end_of_sharing(first, second, sharing) {
        Some(end) => cut(&end, LONGEST),
        None => some(sharing.shared(), sharing.same.len(), "layer", "shared"),
    };
    let secrets = against.secrets.as_ref().and_then(|secrets| secrets.sentence("the first"));
    let mut facts: Vec<_> = secrets.map(|text| ("secrets", text.into())).into_iter().collect();
    facts.push(("layers", layers));
    for (which, image) in [("first", first), ("second", second)] {
        let gaps = image.completeness.gaps().iter();
        facts.extend(gaps.map(|gap| ("not read", cut(&format!("of the {which}, {gap}"), LONGEST))));
    }
    facts.push(("paths", paths(against, look)));
    facts.push(("packages", packages(against)));
    facts.push(("wasted", wasted(first, second, look)));
    facts
}

fn paths(against: &Against, look: Look<'_>) -> String {
    let part = |(difference, &(paths, bytes)): (&Difference, &(usize, u64))| {
        let bytes =
            if bytes == 0 { String::new() } else { format!(" ({})", look.units.size(bytes)) };
        format!("{} {}{bytes}", count(paths as u64), difference.name())
    };
    let parts: Vec<_> = against.sums.iter().map(part).collect();
    match against.pair.paths.uncompared() {
        _ if !parts.is_empty() => parts.join(", "),
        0 => "no differences found".into(),
        number => format!("all look the same; the contents of {} not compared", files(number)),
    }
}

fn packages(against: &Against) -> String {
    if ![&against.first, &against.second]
        .into_iter()
        .all(|image| image.completeness.sizes_are_exact())
    {
        return "not known, since not all of both images could be read".into();
    }
    let Some(changes) = &against.changes else { return "reading package databases …".into() };
    if !changes.known() {
        return "no database of packages".into();
    }
    let of =
        |difference| changes.changes.iter().filter(move |change| change.difference == difference);
    let part = |(difference, what): (PackageDifference, &str)| {
        let all: Vec<_> = of(difference).collect();
        let named = match &all[..] {
            [one] => format!(" ({})", one.named()),
            [one, two] => format!(" ({}, {})", one.name, two.name),
            _ => String::new(),
        };
        (!all.is_empty()).then(|| format!("{} {what}{named}", all.len()))
    };
    let kinds = [
        (PackageDifference::Added, "added"),
        (PackageDifference::Removed, "removed"),
        (PackageDifference::Version, "of another version"),
        (PackageDifference::Files, "with other files"),
    ];
    let parts: Vec<_> = kinds.into_iter().filter_map(part).collect();
    if !parts.is_empty() {
        return parts.join(", ");
    }
    all(changes.same, "package", "the same")
}

fn wasted(first: &Inspection, second: &Inspection, look: Look<'_>) -> String {
    let size = |image: &Inspection| look.units.size(image.totals.wasted());
    format!("{} before, {} after", size(first), size(second))
}
