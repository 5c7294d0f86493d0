//! What is said of a change: where, why, and what it saves.

use crate::advice::ladder::Certainty;
use crate::display::escaped_str;
use crate::display::{Units, count, noticeably};

/// Columns of the reasons.
const WIDTH: usize = 100;

/// Whether something changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The diff has it; so many bytes of content no longer ship.
    Changed {
        /// Exact, by the image as it is; 0 where it saves time, not bytes.
        saves: u64,
        /// Whether more may go with them: what a package that is not installed needs, say.
        at_least: bool,
    },
    /// Another file is proposed besides, whose image ships so many bytes; `None` where that cannot be told.
    Proposed {
        /// The size in bytes of content, and how far it can be relied on.
        ships: Option<(u64, Certainty)>,
    },
    /// It would save these bytes, but is left to a person, who is told why.
    Left {
        /// Exact, by the image as it is.
        would_save: u64,
    },
    /// It could not be seen.
    Unseen,
}

/// A sentence on a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether something changes.
    pub verdict: Verdict,
    /// The line of the Dockerfile, counted from 1.
    pub line: Option<usize>,
    /// Why.
    pub text: String,
}

impl Verdict {
    /// A change that saves just these bytes.
    pub(super) fn saves(bytes: u64) -> Self {
        Self::Changed { saves: bytes, at_least: false }
    }
}

impl Remark {
    /// Says that the change is not made after all.
    pub(super) fn take_back(&mut self) {
        if let Verdict::Changed { saves, .. } = self.verdict {
            self.verdict = Verdict::Left { would_save: saves };
        }
    }

    /// Comment lines, which are no part of a diff; the image as it is ships `shipped` bytes.
    pub(super) fn shown(&self, shipped: u64, units: Units) -> String {
        let mut text = match self.verdict {
            Verdict::Changed { .. } | Verdict::Proposed { .. } => String::new(),
            Verdict::Left { .. } => "not changed: ".into(),
            Verdict::Unseen => "not seen: ".into(),
        };
        if let Some(line) = self.line {
            text.push_str(&format!("line {line}: "));
        }
        text.push_str(&escaped_str(&self.text));
        match &self.verdict {
            Verdict::Changed { saves: 0, .. } => text.push_str("; saves no bytes"),
            Verdict::Changed { saves, at_least } => {
                let at_least = if *at_least { "at least " } else { "" };
                text.push_str(&format!("; saves {at_least}{}", exactly(*saves, units)));
            }
            Verdict::Proposed { ships: Some((ships, certainty)) } => {
                text.push_str(&format!("; its image ships {}", instead(*ships, certainty, shipped, units)));
            }
            Verdict::Left { would_save } if *would_save > 0 => {
                text.push_str(&format!("; it would save {}", exactly(*would_save, units)));
            }
            Verdict::Proposed { ships: None } | Verdict::Left { .. } | Verdict::Unseen => {}
        }
        wrapped(&text)
    }
}

/// `9.85 MiB (10,331,337 bytes)`.
fn exactly(bytes: u64, units: Units) -> String {
    format!("{} ({} bytes)", units.size(bytes), count(bytes))
}

/// What ships then, and what ships now.
fn instead(ships: u64, certainty: &Certainty, shipped: u64, units: Units) -> String {
    let size = match certainty {
        Certainty::Exact => exactly(ships, units),
        Certainty::Estimate(_) => format!("about {}", units.size(ships)),
    };
    let ratio = noticeably(ships, shipped).map(|ratio| format!(", {ratio} smaller")).unwrap_or_default();
    let why = if let Certainty::Estimate(why) = certainty { format!(" (estimated: {why})") } else { String::new() };
    format!("{size} instead of {}{ratio}{why}", units.size(shipped))
}

/// A comment line on what the image ships with all changes of the Dockerfile, where it is noticeably less.
pub(super) fn in_all(remarks: &[Remark], shipped: u64, units: Units) -> Option<String> {
    let (mut ships, mut at_most) = (shipped, "");
    for remark in remarks {
        if let Verdict::Changed { saves, at_least } = remark.verdict {
            ships = ships.saturating_sub(saves);
            at_most = if at_least { "at most " } else { at_most };
        }
    }
    noticeably(ships, shipped)?;
    Some(format!("# with the changes it ships {at_most}{}\n", instead(ships, &Certainty::Exact, shipped, units)))
}

fn wrapped(text: &str) -> String {
    let mut out = String::from("# -");
    let mut column = 3;
    for word in text.split(' ') {
        let width = word.chars().count() + 1;
        if column + width > WIDTH && column > 3 {
            out.push_str("\n#  ");
            column = 3;
        }
        out.push(' ');
        out.push_str(word);
        column += width;
    }
    out.push('\n');
    out
}
