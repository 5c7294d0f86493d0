//! The keys of the rows, those first that are used most: a narrow footer has room for some.

use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;

/// The keys on a change that has lines.
pub const OF_CHANGE: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Enter], "files"),
    (&[Action::Compare], "diff"),
    (&[Action::CopyPath], "copy lines"),
    (&[Action::TryIt], "try it"),
    (&[Action::Explain], "explain"),
    (&[Action::Right, Action::Left], "open, fold"),
    (&[Action::Quit], "quit"),
];

/// The keys on a row whose advice has no lines.
pub const OF_ADVICE: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Enter], "files"),
    (&[Action::Compare], "advice"),
    (&[Action::TryIt], "try it"),
    (&[Action::Explain], "explain"),
    (&[Action::Right, Action::Left], "open, fold"),
    (&[Action::Quit], "quit"),
];

/// The keys on a secret: it saves nothing.
pub const OF_SECRET: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Enter], "show it"),
    (&[Action::Compare], "keep it out"),
    (&[Action::Up, Action::Down], "move"),
    (&[Action::Quit], "quit"),
];

/// The keys where there is neither a change nor a secret.
pub const OF_NOTHING: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::ViewSizes], "sizes"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];
