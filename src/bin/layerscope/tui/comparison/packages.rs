//! Lists the operating system packages that were added, removed or have another version.

use layerscope::compare::{PackageChange, PackageChanges, PackageDifference};
use layerscope::display::plural;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Look;
use super::against::Against;
use super::cursor::Cursor;
use super::sign::{of_package, signed};
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{fill, inside, pane, part, put, scroll_bar};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "package"),
    (&[Action::CopyPath], "copy name"),
    (&[Action::NextPane], "images"),
    (&[Action::Explain], "explain"),
    (&[Action::Quit], "quit"),
];

/// The width of a size difference, and of a name.
const SIZE_WIDTH: usize = 9;
const NAME_WIDTH: usize = 24;
/// The height below which there is only the list.
const TALL: u16 = 12;
/// The height of the sums, with the frame.
const BELOW: usize = 5;

/// The state of the view.
#[derive(Debug, Default)]
pub struct Packages {
    cursor: Cursor,
}

impl Packages {
    /// Moves the cursor.
    pub fn act(&mut self, count: usize, action: Action, area: Rect) {
        self.cursor.act(action, count, rows(area));
        self.cursor.settle(count, rows(area));
    }

    /// Selects the package at a cell; returns whether there is one.
    pub fn select(&mut self, count: usize, at: Position, area: Rect) -> bool {
        self.cursor.select(at, count, rows(area))
    }

    /// Returns the name of the selected package.
    pub fn selected(&self, changes: &PackageChanges) -> Option<String> {
        Some(changes.changes.get(self.cursor.at)?.name.to_string())
    }
}

/// Returns the areas of the list, and of the sums below it.
fn panes(area: Rect) -> (Rect, Rect) {
    let below = if area.height < TALL { 0 } else { BELOW };
    let list = usize::from(area.height) - below;
    (part(area, 0, list), part(area, list, below))
}

fn rows(area: Rect) -> Rect {
    inside(panes(area).0)
}

/// Draws the list, and sums below it.
pub fn draw(view: &Packages, against: &Against, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let (list, below) = panes(area);
    let Some(changes) = &against.changes else {
        let inner = pane("Packages", true, look.theme, area, buffer);
        return put(Line::styled("Reading package databases …", look.theme.dim), 0, inner, buffer);
    };
    let title = format!("Packages · {} differ, {} the same", changes.changes.len(), changes.same);
    let inner = pane(&title, true, look.theme, list, buffer);
    if let Some(text) = nothing(changes) {
        for (row, line) in wrap(text, usize::from(inner.width)).into_iter().enumerate() {
            put(Line::styled(line, look.theme.dim), row, inner, buffer);
        }
    }
    let cursor = view.cursor;
    let all = changes.changes.len();
    let first = scroll_bar(cursor.first(all, inner), all, inner, look.theme, buffer);
    for (i, change) in
        changes.changes.iter().enumerate().skip(first).take(usize::from(inner.height))
    {
        put(line(change, look, usize::from(inner.width)), i - first, inner, buffer);
        if i == cursor.at {
            fill(i - first, inner, look.theme.selected, buffer);
        }
    }
    let inner = pane("Totals", false, look.theme, below, buffer);
    for (row, text) in
        sums(changes, look).iter().flat_map(|text| wrap(text, usize::from(inner.width))).enumerate()
    {
        put(Line::raw(text), row, inner, buffer);
    }
}

fn nothing(changes: &PackageChanges) -> Option<&'static str> {
    match (changes.known(), changes.changes.is_empty()) {
        (false, _) => Some("Neither image has a database of apk, dpkg or rpm that can be read."),
        (true, true) => Some("All packages are the same, in version and files."),
        (true, false) => None,
    }
}

fn line(change: &PackageChange, look: Look<'_>, width: usize) -> Line<'static> {
    let (before, after) = change.bytes();
    let (sign, style) = of_package(change.difference, look.theme);
    let name = cut(&change.name, NAME_WIDTH);
    let mut spans = vec![
        Span::raw(format!("{:>SIZE_WIDTH$} ", signed(before, after, look.units))),
        Span::styled(format!("{sign} "), style),
        Span::styled(format!("{name:<NAME_WIDTH$} "), style),
    ];
    let what = match change.difference {
        PackageDifference::Added => "added ",
        PackageDifference::Removed => "removed ",
        PackageDifference::Version => "",
        PackageDifference::Files => "other files, ",
    };
    let used: usize = spans.iter().map(Span::width).sum();
    let versions = change.versions();
    spans.push(Span::raw(cut(&format!("{what}{versions}"), width.saturating_sub(used))));
    Line::from(spans)
}

/// Returns the sums for each kind of difference, and for files without a package.
fn sums(changes: &PackageChanges, look: Look<'_>) -> Vec<String> {
    let size = |bytes| look.units.size(bytes);
    let part = |(difference, (packages, before, after)): (PackageDifference, (usize, u64, u64))| {
        let what = match (difference, packages) {
            (PackageDifference::Added, _) => "added",
            (PackageDifference::Removed, _) => "removed",
            (PackageDifference::Version, 1) => "has another version",
            (PackageDifference::Version, _) => "have another version",
            (PackageDifference::Files, 1) => "has other files",
            (PackageDifference::Files, _) => "have other files",
        };
        format!("{packages} {what} ({})", signed(before, after, look.units))
    };
    let (before, after) = changes.counts;
    let parts: Vec<_> = changes.sums().into_iter().map(part).collect();
    let of_kinds = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let (unpackaged_before, unpackaged_after) = changes.unpackaged;
    vec![
        format!("{} before, {after} after{of_kinds}.", plural(before, "package")),
        format!(
            "Files outside packages: {} before, {} after.",
            size(unpackaged_before),
            size(unpackaged_after)
        ),
    ]
}
