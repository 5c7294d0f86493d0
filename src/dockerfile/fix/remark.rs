//! What is said of a change: where, why, and what it saves.

use crate::text::escaped_str;
use crate::units::{Units, count};

/// Columns of the reasons.
const WIDTH: usize = 100;

/// Whether something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The diff has it; so many bytes of content no longer ship.
    Changed {
        /// Exact, by the image as it is; 0 where it saves time, not bytes.
        saves: u64,
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

impl Remark {
    /// Says that the change is not made after all.
    pub(super) fn take_back(&mut self) {
        if let Verdict::Changed { saves } = self.verdict {
            self.verdict = Verdict::Left { would_save: saves };
        }
    }

    /// Comment lines, which are no part of a diff.
    pub(super) fn shown(&self, units: Units) -> String {
        let size = |bytes: u64| format!("{} ({} bytes)", units.size(bytes), count(bytes));
        let mut text = match self.verdict {
            Verdict::Changed { .. } => String::new(),
            Verdict::Left { .. } => "not changed: ".into(),
            Verdict::Unseen => "not seen: ".into(),
        };
        if let Some(line) = self.line {
            text.push_str(&format!("line {line}: "));
        }
        text.push_str(&escaped_str(&self.text));
        match self.verdict {
            Verdict::Changed { saves: 0 } => text.push_str("; saves no bytes"),
            Verdict::Changed { saves } => text.push_str(&format!("; saves {}", size(saves))),
            Verdict::Left { would_save } if would_save > 0 => {
                text.push_str(&format!("; it is about {}", size(would_save)));
            }
            Verdict::Left { .. } | Verdict::Unseen => {}
        }
        wrapped(&text)
    }
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
