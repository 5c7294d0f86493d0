//! Remarks on a change: the line, the reason and the saving.

use super::condition::{Condition, Kind};
use crate::advice::dockerfile::births::Claims;
use crate::advice::ladder::{Certainty, NEEDS_A_LOOK, grade};
use crate::analysis::Inspection;
use crate::display::{Units, besides, bytes, count, escaped_str, listed, noticeably};
use crate::tree::VersionId;

/// The line width of the reasons.
const WIDTH: usize = 100;

/// The result of considering a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The diff has the change.
    Changed {
        /// The saving in bytes of content; 0 if it saves time, not bytes.
        saves: u64,
        /// The reliability of the size after it: at most if more may be saved, for example the
        /// dependencies of a package that is no longer installed.
        certainty: Certainty,
    },
    /// Another file is proposed.
    Proposed {
        /// The size of its image in bytes of content, with its reliability; `None` if unknown.
        size_after: Option<(u64, Certainty)>,
    },
    /// The change is not made automatically; the user decides, with the reason.
    Left {
        /// The exact saving in bytes of content.
        would_save: u64,
    },
    /// The image does not show it.
    Unseen,
}

/// A sentence about a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The kind of the change.
    pub kind: Kind,
    /// The result.
    pub verdict: Verdict,
    /// The condition that does not hold, if that is why it is left.
    pub condition: Option<Condition>,
    /// The place of the change in the assessment, if it has that change.
    pub change: Option<usize>,
    /// The lines of the Dockerfile, counted from 1; the first one is where it is said.
    pub lines: Vec<usize>,
    /// The sentence.
    pub text: String,
    /// The bytes that it saves if nothing else changes; what other changes save as well is among
    /// them.
    pub alone: u64,
    /// True if it saves more than these bytes.
    pub is_least: bool,
    /// Inodes of what it saves or would save, where another change may save them as well.
    pub(super) inodes: Vec<VersionId>,
}

impl Verdict {
    /// Makes the verdict for a change that saves exactly these bytes.
    pub(super) fn saves(bytes: u64) -> Self {
        Self::Changed { saves: bytes, certainty: Certainty::Exact }
    }

    /// Returns the word for the reliability of what is said; `None` if nothing is claimed of bytes.
    pub fn grade(&self) -> Option<&'static str> {
        match self {
            Self::Proposed { size_after: None } => None,
            Self::Changed { certainty, .. } => Some(grade(certainty, false)),
            Self::Proposed { size_after: Some((_, certainty)) } => Some(grade(certainty, false)),
            Self::Left { .. } | Self::Unseen => Some(NEEDS_A_LOOK),
        }
    }
}

impl Remark {
    /// Makes a remark on one line, or on none.
    pub(super) fn new(
        kind: Kind,
        verdict: Verdict,
        line: Option<usize>,
        text: impl Into<String>,
    ) -> Self {
        let lines = line.into_iter().collect();
        let (alone, is_least) = (0, false);
        let (text, inodes) = (text.into(), Vec::new());
        let (condition, change) = (None, None);
        Self { kind, verdict, condition, change, lines, text, alone, is_least, inodes }
    }

    /// Returns the word for the reliability of what is said; `None` if nothing is claimed of bytes.
    /// A proposal needs a look where a condition does not hold for certain.
    pub fn grade(&self) -> Option<&'static str> {
        match &self.verdict {
            Verdict::Proposed { .. } if self.condition.is_some() => Some(NEEDS_A_LOOK),
            // What saves nothing beside other changes may save alone.
            Verdict::Changed { saves: 0, .. } if self.alone == 0 => None,
            verdict => verdict.grade(),
        }
    }

    /// Undoes the change.
    pub(super) fn take_back(&mut self) {
        if let Verdict::Changed { saves, .. } = self.verdict {
            self.verdict = Verdict::Left { would_save: saves };
        }
    }

    /// Returns the remark as a comment for the file itself.
    pub(super) fn note(&self, would_save: u64) -> String {
        let saves = self.would_save(would_save, bytes).unwrap_or_default();
        format!("# {NEEDS_A_LOOK}: {}{saves}", escaped_str(&self.text))
    }

    /// Returns whether a saving is less than the change saves alone, so that people see a difference.
    fn is_less(&self, saves: u64) -> bool {
        let shown = |bytes| Units::default().size(bytes);
        saves < self.alone && shown(saves) != shown(self.alone)
    }

    /// Says what the change would save, with a format for bytes; `None` if it would save none.
    fn would_save(&self, would_save: u64, bytes: impl Fn(u64) -> String) -> Option<String> {
        let least = if self.is_least { "at least " } else { "" };
        let saved = self.alone_or(would_save, |it| format!("{least}{}", bytes(it)));
        (would_save > 0).then(|| format!("; it would save {saved}"))
    }

    /// Says what the change saves; where other changes save a part of it, what it saves alone and
    /// what it adds to them.
    fn alone_or(&self, saves: u64, bytes: impl Fn(u64) -> String) -> String {
        match self.is_less(saves) {
            true => format!("{} alone{}", bytes(self.alone), besides(saves, bytes(saves))),
            false => bytes(saves),
        }
    }

    /// Returns the lines that it is about, before the sentence. A suggestion that is made names its
    /// others itself.
    fn place(&self) -> String {
        let numbers: Vec<_> = self.lines.iter().map(usize::to_string).collect();
        let is_left = matches!(self.verdict, Verdict::Left { .. }) && self.kind == Kind::Tool;
        match &numbers[..] {
            [] => String::new(),
            [_, _, ..] if is_left => format!("lines {}: ", listed(&numbers)),
            [first, ..] => format!("line {first}: "),
        }
    }

    /// Returns the remark as comment lines, which diffs ignore; `size` is the size of the
    /// unchanged image, and `whole` is true if the image was read completely.
    pub(super) fn shown(&self, size: u64, units: Units, whole: bool) -> String {
        let exactly = |bytes| {
            if whole { exactly(bytes, units) } else { format!("about {}", units.size(bytes)) }
        };
        let grade = if whole || self.grade() == Some(NEEDS_A_LOOK) { self.grade() } else { None };
        // The grade is of the size; a saving beside it is at least as much.
        let is_bound =
            matches!(self.verdict, Verdict::Changed { certainty: Certainty::AtMost, .. });
        let of = if is_bound { "size " } else { "" };
        let mut text = grade.map(|grade| format!("[{of}{grade}] ")).unwrap_or_default();
        text.push_str(match self.verdict {
            Verdict::Changed { .. } | Verdict::Proposed { .. } => "",
            Verdict::Left { .. } => "not changed: ",
            Verdict::Unseen => "not seen: ",
        });
        text.push_str(&self.place());
        text.push_str(&escaped_str(&self.text));
        match &self.verdict {
            Verdict::Changed { saves: 0, certainty } if self.alone == 0 => {
                text.push_str("; saves no bytes");
                if let Certainty::Estimate(why) = certainty {
                    text.push_str(&format!(" ({})", why.shown(units)));
                }
            }
            Verdict::Changed { saves, certainty } => {
                let saved = |bytes: u64| match certainty {
                    Certainty::AtMost => format!("at least {}", exactly(bytes)),
                    Certainty::Estimate(_) => format!("about {}", units.size(bytes)),
                    _ => exactly(bytes),
                };
                text.push_str(&format!("; saves {}", self.alone_or(*saves, saved)));
                if let Certainty::Estimate(why) = certainty {
                    text.push_str(&format!(" ({})", why.shown(units)));
                }
            }
            Verdict::Proposed { size_after: Some((size_after, certainty)) } => {
                let certainty = if whole { certainty } else { &Certainty::AtLeast };
                text.push_str(&format!(
                    "; its image has {}",
                    instead(*size_after, certainty, size, units)
                ));
            }
            Verdict::Left { would_save } => {
                text.extend(self.would_save(*would_save, exactly));
            }
            Verdict::Proposed { size_after: None } | Verdict::Unseen => {}
        }
        wrapped(&text)
    }
}

/// Sorts the remarks, the largest saving first. A saving shared by two counts for the first of
/// them.
pub(super) fn in_order(mut remarks: Vec<Remark>, inspection: &Inspection) -> Vec<Remark> {
    let tree = &inspection.tree;
    for remark in remarks.iter_mut().filter(|remark| !remark.inodes.is_empty()) {
        remark.alone = Claims::default().claim(tree, remark.inodes.iter().copied());
    }
    let place = |remark: &Remark| match remark.verdict {
        Verdict::Changed { saves, .. } => (0, u64::MAX - saves.max(remark.alone)),
        Verdict::Proposed { .. } => (1, 0),
        Verdict::Left { would_save } => (2, u64::MAX - would_save.max(remark.alone)),
        Verdict::Unseen => (3, 0),
    };
    remarks.sort_by_key(place);
    let mut claims = Claims::default();
    for remark in remarks.iter_mut().filter(|remark| !remark.inodes.is_empty()) {
        let inodes = std::mem::take(&mut remark.inodes);
        match &mut remark.verdict {
            Verdict::Changed { saves: bytes, .. } | Verdict::Left { would_save: bytes } => {
                *bytes = claims.claim(tree, inodes);
            }
            Verdict::Proposed { .. } | Verdict::Unseen => {}
        }
    }
    remarks.sort_by_key(place);
    remarks
}

/// Formats a size in both forms: `9.85 MiB (10,331,337 bytes)`; a small one has only the second.
pub(super) fn exactly(bytes: u64, units: Units) -> String {
    let size = units.size(bytes);
    if size.ends_with(" B") {
        self::bytes(bytes)
    } else {
        format!("{size} ({} bytes)", count(bytes))
    }
}

/// Formats the new size and the current size.
pub(super) fn instead(size_after: u64, certainty: &Certainty, size: u64, units: Units) -> String {
    let becomes = match certainty {
        Certainty::Exact | Certainty::AtMost => exactly(size_after, units),
        Certainty::Estimate(_) => format!("about {}", units.size(size_after)),
        Certainty::WithoutAllNeeded => format!("at least {}", exactly(size_after, units)),
        // Neither size is known, so there is no ratio, either.
        Certainty::AtLeast => {
            return format!("≥ {} instead of ≥ {}", units.size(size_after), units.size(size));
        }
    };
    let ratio =
        noticeably(size_after, size).map(|ratio| format!(", {ratio} smaller")).unwrap_or_default();
    let ratio = match certainty {
        Certainty::WithoutAllNeeded => ratio.replacen(", ", ", up to ", 1),
        _ => ratio,
    };
    let why = if let Certainty::Estimate(why) = certainty {
        format!(" (estimated: {})", why.shown(units))
    } else {
        String::new()
    };
    format!("{becomes} instead of {}{ratio}{why}", units.size(size))
}

pub(super) fn wrapped(text: &str) -> String {
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
