//! The keys of a row, those first that are used most, because a narrow footer has room for
//! some; and the explanation of its figures.

use layerscope::advice::changes::Part;

use super::{Findings, Row};
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::overlay::explain::Subject;

/// The keys on a change that has lines.
const OF_CHANGE: &[Hint] = &[
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
const OF_ADVICE: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Enter], "files"),
    (&[Action::Compare], "advice"),
    (&[Action::TryIt], "try it"),
    (&[Action::Explain], "explain"),
    (&[Action::Right, Action::Left], "open, fold"),
    (&[Action::Quit], "quit"),
];

/// The keys on a secret: it saves nothing.
const OF_SECRET: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Enter], "show it"),
    (&[Action::Compare], "keep it out"),
    (&[Action::Up, Action::Down], "move"),
    (&[Action::Quit], "quit"),
];

/// The keys where there is neither a change nor a secret.
const OF_NOTHING: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::ViewSizes], "sizes"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

impl Findings {
    /// Returns the keys of the selected row.
    pub fn keys(&self) -> &'static [Hint] {
        match self.rows.get(self.cursor) {
            _ if self.is_empty() => OF_NOTHING,
            Some(Row::Secret(_)) => OF_SECRET,
            _ if self.change().is_some() && self.lines().is_empty() => OF_ADVICE,
            _ => OF_CHANGE,
        }
    }

    /// Returns what the figures of the row under the cursor are explained by: a part of a change,
    /// then the change. A secret has no figure.
    pub fn explained(&self) -> Vec<Subject> {
        match self.rows.get(self.cursor) {
            Some(&Row::Change(i)) => self.change_explained(i),
            Some(&Row::Finding(i, finding)) => {
                let finding = std::iter::once(Subject::Finding(finding));
                finding.chain(self.change_explained(i)).collect()
            }
            Some(Row::Secrets | Row::Secret(_) | Row::Unsearched | Row::Head(_)) | None => {
                Vec::new()
            }
        }
    }

    /// Explains a change, and then the sum of its part; that of your own layers is in the header.
    fn change_explained(&self, i: usize) -> Vec<Subject> {
        let sum = match self.changes()[i].part {
            Part::Own => None,
            side => Some(Subject::Changes(side)),
        };
        std::iter::once(Subject::Change(i)).chain(sum).collect()
    }
}
