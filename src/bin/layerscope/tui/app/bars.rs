//! The header and the footer: pieces of text, some of which can be clicked.

use layerscope::display::{percent, plural};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{App, Screen};
use crate::tui::keys::Action::*;
use crate::tui::keys::help::Line as Hint;
use crate::tui::layout::Pane;
use crate::tui::lesson;
use crate::tui::overlay::Overlay;
use crate::tui::views::Views;
use crate::tui::widgets::bars::{Piece, Tab, Tabs, hinted, tabs, width};
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::Theme;
use crate::view::View;

/// Returns the name, the views if there is space for them, and the numbers.
pub fn header(app: &App, theme: &Theme, room: u16) -> Vec<Piece> {
    let Some(explorer) = app.explorer() else {
        return vec![Piece::text(format!(" {}", app.name), theme.strong)];
    };
    if app.is_kept_secret(usize::MAX) {
        return vec![Piece::text(format!(" {}", app.name), theme.strong)];
    }
    let totals = &explorer.inspection.totals;
    let size = |bytes| app.units.size(bytes);
    let dead = if totals.dead() > 0 { theme.dead } else { Style::new() };
    let mut numbers = vec![
        Piece::text(format!("▒ dead {} ", size(totals.dead())), dead),
        Piece::text(format!("█ live {} ", size(totals.live)), theme.live),
        Piece::text(format!("shipped {} ", explorer.inspection.amount(totals.shipped).text(app.units)), Style::new()),
    ];
    if let Some(efficiency) = explorer.inspection.efficiency() {
        numbers.push(Piece::text(format!("efficiency {} ", percent(efficiency)), Style::new()));
    }
    let mark = warnings_mark(app, theme);
    let room = room.saturating_sub(u16::try_from(mark.as_ref().map_or(0, Piece::width)).unwrap_or(u16::MAX));
    // If not everything fits, the most important numbers stay.
    while numbers.len() > 1 && width(&numbers) > usize::from(room) {
        numbers.pop();
    }
    if numbers.len() > 2 {
        numbers.swap(0, 2);
    }
    let room = usize::from(room).saturating_sub(width(&numbers));
    let name = cut(&app.name, room.saturating_sub(3));
    let gap = room.saturating_sub(name.width() + 1);
    let views = View::ALL.map(|view| Tab { action: view.action(), name: view.name(), chosen: view == app.view });
    let blank = |columns: usize| Piece::text(" ".repeat(columns), Style::new());
    let mut pieces = vec![Piece::text(format!(" {name}"), theme.strong)];
    // Whether the tabs fit is decided for the longest name, so that they stay the same in all
    // views.
    let longest = View::ALL.map(|view| view.name().width()).into_iter().max().unwrap_or(0);
    let more = longest - app.view.name().width();
    let fitting = Tabs::ALL
        .map(|kind| tabs(&views, &app.keymap, theme, kind))
        .into_iter()
        .find(|tabs| gap > width(tabs) + more + 1);
    match fitting {
        Some(tabs) => {
            let before = (gap - width(&tabs)).min(3);
            let rest = gap - width(&tabs) - before;
            pieces.push(blank(before));
            pieces.extend(tabs);
            pieces.push(blank(rest));
        }
        None => pieces.push(blank(gap)),
    }
    pieces.extend(numbers);
    pieces.extend(mark);
    pieces
}

/// Returns the number of warnings with the key that lists them, if there are any; a click lists
/// them, too.
fn warnings_mark(app: &App, theme: &Theme) -> Option<Piece> {
    let inspection = &app.explorer()?.inspection;
    let count = inspection.warnings.iter().filter(|warning| !warning.kind.is_by_design()).count();
    if count == 0 {
        return None;
    }
    let key = app.keymap.keys(ViewImage).first().map(|key| format!(" ({key})")).unwrap_or_default();
    let style = if inspection.completeness.is_whole() { theme.modified } else { theme.dead };
    let text = format!("! {}{key} ", plural(count, "warning"));
    Some(Piece::button(text, style, ViewImage))
}

/// The hint to return to the comparison, first in images opened from one.
const BACK: Hint = (&[Quit], "comparison");

/// Returns the keys that matter in the current situation, as far as there is space.
pub fn footer(app: &App, theme: &Theme, room: u16) -> Vec<Piece> {
    let here = hints(app).iter().copied();
    if !app.returns {
        return hinted(here, &app.keymap, theme, room);
    }
    let others = here.filter(|(actions, _)| *actions != BACK.0);
    hinted(std::iter::once(BACK).chain(others), &app.keymap, theme, room)
}

fn hints(app: &App) -> &'static [Hint] {
    if app.overlays.help().is_some() {
        return &[(&[Back], "back"), (&[Up, Down], "scroll")];
    }
    match (&app.screen, app.overlays.top()) {
        (Screen::Choosing { .. }, _) => &[(&[Up, Down], "move"), (&[Enter], "open"), (&[Quit], "quit")],
        (_, Some(Overlay::Extraction(_))) => &[(&[Enter], "extract"), (&[Back], "cancel")],
        (_, Some(Overlay::Explanation(_))) => {
            &[(&[Back], "close"), (&[Up, Down], "scroll"), (&[Explain], "what it is a part of")]
        }
        (Screen::Loading { .. }, _) => &[(&[Quit], "cancel"), (&[Help], "help")],
        _ if app.is_told() => app.lesson.as_ref().map_or(&[], |lesson| lesson::keys(lesson)),
        (_, Some(Overlay::Instruction(_))) => &[
            (&[Back], "back"),
            (&[Up, Down], "scroll"),
            (&[PreviousLayer, NextLayer], "layer"),
            (&[CopyPath], "copy"),
            (&[Quit], "quit"),
        ],
        (_, Some(Overlay::Viewer(viewer))) => viewer.keys(),
        _ if app.view != View::Explore => Views::keys(app.view),
        _ => pane_hints(app.focus),
    }
}

fn pane_hints(focus: Pane) -> &'static [Hint] {
    match focus {
        Pane::Layers => &[
            (&[Help], "help"),
            (&[Up, Down], "layer"),
            (&[NextPane], "tree"),
            (&[Instruction], "instruction"),
            (&[NextWaste], "next waste"),
            (&[Scope], "changes"),
            (&[Quit], "quit"),
        ],
        Pane::Tree => &[
            (&[Help], "help"),
            (&[Right, Left], "open, fold"),
            (&[PreviousLayer, NextLayer], "layer"),
            (&[NextWaste], "waste"),
            (&[Scope], "changes"),
            (&[Search], "find"),
            (&[ViewWaste, ViewTimeline], "views"),
            (&[Quit], "quit"),
        ],
        Pane::Details => &[(&[Help], "help"), (&[Up, Down], "scroll"), (&[NextPane], "panes"), (&[Quit], "quit")],
    }
}
