//! The footer: the keys that matter now.

use crate::tui::app::{App, Screen};
use crate::tui::explorer::rows::Scope;
use crate::tui::keys::Action::*;
use crate::tui::keys::help::Line as Hint;
use crate::tui::layout::Pane;
use crate::tui::lesson;
use crate::tui::overlay::Overlay;
use crate::tui::widgets::bars::{Piece, hinted};
use crate::tui::widgets::theme::Theme;
use crate::view::View;

/// The hint to return to the comparison, first in images opened from one.
const BACK: Hint = (&[Quit], "back");

/// Returns the keys that matter in the current situation, as far as there is space.
pub fn footer(app: &App, theme: &Theme, room: u16) -> Vec<Piece> {
    let here = hints(app).iter().copied();
    if !app.returns {
        return hinted(here, &app.keymap, theme, room);
    }
    let others = here.filter(|(actions, _)| *actions != BACK.0);
    hinted(std::iter::once(BACK).chain(others), &app.keymap, theme, room)
}

/// Returns the keys of what is shown, with which the help begins.
pub fn hints_for_help(app: &App) -> (&'static str, &'static [Hint]) {
    let title = match (&app.screen, app.overlays.top()) {
        (_, Some(Overlay::Viewer(_))) => "a file",
        (_, Some(Overlay::Instruction(_))) => "an instruction",
        (_, Some(Overlay::Explanation(_))) => "an explanation",
        (_, Some(Overlay::Palette(_))) => "the list of commands",
        (_, Some(Overlay::Opening(_))) => "this dialog",
        (_, Some(Overlay::Picker(_))) => "this list",
        (_, Some(Overlay::Proposal(_))) => "a change",
        (Screen::Image { .. }, _) if app.is_told() => "a lesson",
        (Screen::Image { .. }, _) => app.view.name(),
        (Screen::Loading { .. } | Screen::Choosing { .. }, _) => "this list",
    };
    (title, hints(app))
}

fn hints(app: &App) -> &'static [Hint] {
    if app.overlays.help().is_some() {
        return &[(&[Back], "back"), (&[Up, Down], "scroll")];
    }
    match (&app.screen, app.overlays.top()) {
        (_, Some(Overlay::Picker(_))) => {
            &[(&[Up, Down], "move"), (&[Enter], "open"), (&[Back], "quit")]
        }
        (_, Some(Overlay::Opening(_))) => &[(&[Enter], "open"), (&[Back], "cancel")],
        (Screen::Choosing { .. }, _) => {
            &[(&[Up, Down], "move"), (&[Enter], "open"), (&[Quit], "quit")]
        }
        (_, Some(Overlay::Palette(_))) => {
            &[(&[Enter], "run"), (&[Up, Down], "move"), (&[Back], "close")]
        }
        (_, Some(Overlay::Extraction(_))) => &[(&[Enter], "extract"), (&[Back], "cancel")],
        (_, Some(Overlay::Explanation(explanation))) => explanation.keys(),
        (Screen::Loading { .. }, _) => &[(&[Quit], "cancel"), (&[Help], "help")],
        _ if app.is_told() => app.lesson.as_ref().map_or(&[], |lesson| lesson::keys(lesson)),
        (_, Some(Overlay::Instruction(_))) => &[
            (&[Back], "back"),
            (&[Up, Down], "scroll"),
            (&[PreviousLayer, NextLayer], "layer"),
            (&[CopyPath], "copy"),
        ],
        (_, Some(Overlay::Proposal(proposal))) if !proposal.has_lines() => {
            &[(&[Back], "close"), (&[Up, Down], "scroll"), (&[Help], "close")]
        }
        (_, Some(Overlay::Proposal(_))) => &[
            (&[Back], "close"),
            (&[Up, Down], "scroll"),
            (&[CopyPath], "copy the new lines"),
            (&[Help], "close"),
        ],
        (_, Some(Overlay::Viewer(viewer))) => viewer.keys(),
        (Screen::Image { views, explorer }, _) if app.view != View::Explore => {
            views.keys(app.view, explorer)
        }
        _ if app.search.listed => &[
            (&[Help], "help"),
            (&[Up, Down], "select"),
            (&[Enter], "go there"),
            (&[ViewFile], "view"),
            (&[Back], "close"),
            (&[Palette], "commands"),
        ],
        _ => pane_hints(app),
    }
}

fn pane_hints(app: &App) -> &'static [Hint] {
    let scope = app.explorer().map_or(Scope::UpTo, |explorer| explorer.slice.scope);
    match (app.focus, scope) {
        (Pane::Layers, Scope::UpTo) => const { &of_layers("this layer") },
        (Pane::Layers, Scope::Changes) => const { &of_layers("all layers") },
        (Pane::Tree, Scope::UpTo) => const { &of_tree("this layer") },
        (Pane::Tree, Scope::Changes) => const { &of_tree("all layers") },
        (Pane::Details, _) => {
            &[(&[Help], "help"), (&[Up, Down], "scroll"), (&[NextPane], "panes"), (&[Quit], "quit")]
        }
    }
}

/// Returns the keys of the layers; the key of the scope names the other one.
const fn of_layers(other: &'static str) -> [Hint; 7] {
    [
        (&[Help], "help"),
        (&[Up, Down], "layer"),
        (&[NextPane], "tree"),
        (&[Instruction], "instruction"),
        (&[NextWaste], "next waste"),
        (&[Scope], other),
        (&[Quit], "quit"),
    ]
}

/// Returns the keys of the tree; the key of the scope names the other one.
const fn of_tree(other: &'static str) -> [Hint; 9] {
    [
        (&[Help], "help"),
        (&[Right, Left], "open, fold"),
        (&[PreviousLayer, NextLayer], "layer"),
        (&[NextWaste], "waste"),
        (&[Scope], other),
        (&[Search], "find"),
        (&[BigFiles], "big files"),
        (&[Palette], "commands"),
        (&[Quit], "quit"),
    ]
}
