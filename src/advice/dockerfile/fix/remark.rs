//! Remarks on a change: the line, the reason and the saving.

use super::Fix;
use super::condition::{Condition, Kind};
use crate::advice::dockerfile::births::Claims;
use crate::advice::ladder::Certainty;
use crate::analysis::Inspection;
use crate::display::{Units, count, escaped_str, listed, noticeably, plural};
use crate::tree::VersionId;

/// Part of the image, one in so many, below which a change is only summed up.
const SMALL: u64 = 1_000;
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
            Self::Changed { saves: 0, .. } | Self::Proposed { size_after: None } => None,
            Self::Changed { certainty, .. } => Some(certainty.grade()),
            Self::Proposed { size_after: Some((_, certainty)) } => Some(certainty.grade()),
            Self::Left { .. } | Self::Unseen => Some(NEEDS_A_LOOK),
        }
    }
}

/// The grade of what a person has to decide.
const NEEDS_A_LOOK: &str = "needs a look";

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
        Self { kind, verdict, condition: None, lines, text, alone, is_least, inodes }
    }

    /// Undoes the change.
    pub(super) fn take_back(&mut self) {
        if let Verdict::Changed { saves, .. } = self.verdict {
            self.verdict = Verdict::Left { would_save: saves };
        }
    }

    /// Returns the remark as a comment for the file itself.
    pub(super) fn note(&self, would_save: u64) -> String {
        let bytes = |bytes| plural_bytes(bytes);
        let saves = self.would_save(would_save, bytes).unwrap_or_default();
        format!("# {NEEDS_A_LOOK}: {}{saves}", escaped_str(&self.text))
    }

    /// Says what the change would save, with a format for bytes; `None` if it would save none.
    fn would_save(&self, would_save: u64, bytes: impl Fn(u64) -> String) -> Option<String> {
        let least = if self.is_least { "at least " } else { "" };
        let more = match would_save < self.alone {
            true => format!(" more, or {least}{} alone", bytes(self.alone)),
            false => String::new(),
        };
        (would_save > 0).then(|| format!("; it would save {least}{}{more}", bytes(would_save)))
    }

    /// Returns the remark as comment lines, which diffs ignore; `size` is the size of the
    /// unchanged image, and `whole` is true if the image was read completely.
    pub(super) fn shown(&self, size: u64, units: Units, whole: bool) -> String {
        let exactly = |bytes| {
            if whole { exactly(bytes, units) } else { format!("about {}", units.size(bytes)) }
        };
        let grade = if whole || self.verdict.grade() == Some(NEEDS_A_LOOK) {
            self.verdict.grade()
        } else {
            None
        };
        let mut text = grade.map(|grade| format!("[{grade}] ")).unwrap_or_default();
        text.push_str(match self.verdict {
            Verdict::Changed { .. } | Verdict::Proposed { .. } => "",
            Verdict::Left { .. } => "not changed: ",
            Verdict::Unseen => "not seen: ",
        });
        if let Some(line) = self.lines.first() {
            text.push_str(&format!("line {line}: "));
        }
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
                text.push_str(&format!("; saves {}", saved(*saves)));
                if *saves < self.alone {
                    text.push_str(&format!(" more, or {} alone", saved(self.alone)));
                }
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

/// Returns the comment lines of all remarks; savings too small to notice are summed up in a line,
/// unless all are wanted.
pub(super) fn lines(fix: &Fix, units: Units) -> Vec<String> {
    let (size, exact) = (fix.size, fix.unread.is_none());
    let is_small = |remark: &&Remark| match remark.verdict {
        Verdict::Changed { saves, .. } => saves > 0 && saves < size / SMALL,
        Verdict::Left { would_save } => would_save > 0 && would_save < size / SMALL,
        _ => false,
    };
    let (small, large): (Vec<_>, Vec<_>) =
        fix.remarks.iter().partition(|remark| !fix.all && is_small(remark));
    let mut lines: Vec<_> = large.iter().map(|remark| remark.shown(size, units, exact)).collect();
    let (changed, left): (Vec<_>, Vec<_>) =
        small.into_iter().partition(|remark| matches!(remark.verdict, Verdict::Changed { .. }));
    lines.extend([changed, left].iter().filter_map(|some| summed_up(some, units, exact)));
    lines
}

/// Sums up small savings in a line.
fn summed_up(some: &[&Remark], units: Units, exact: bool) -> Option<String> {
    let bytes = some.iter().map(|remark| match remark.verdict {
        Verdict::Changed { saves, .. } => saves,
        Verdict::Left { would_save } => would_save,
        _ => 0,
    });
    let bytes = bytes.reduce(u64::saturating_add)?;
    let is_left = some.iter().any(|remark| matches!(remark.verdict, Verdict::Left { .. }));
    let has = |grade: &str| some.iter().any(|remark| remark.verdict.grade() == Some(grade));
    let (head, verb) = match is_left {
        true => ("[needs a look] not changed: ", "would save"),
        false if has("estimate") => ("[estimate] ", "saves about"),
        false if has("at most") => ("[at most] ", "saves at least"),
        false => ("[exact] ", "saves"),
    };
    let head = if exact || is_left { head } else { "" };
    let mut numbers: Vec<_> =
        some.iter().filter_map(|remark| remark.lines.first().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let word = if numbers.len() == 1 { "line" } else { "lines" };
    let numbers: Vec<_> = numbers.iter().map(usize::to_string).collect();
    let there =
        if numbers.is_empty() { String::new() } else { format!(" ({word} {})", listed(&numbers)) };
    let what = plural(some.len(), "smaller change");
    let bytes = if exact { exactly(bytes, units) } else { format!("about {}", units.size(bytes)) };
    Some(wrapped(&format!("{head}{what}{there}, each under 0.1 % of the image; {verb} {bytes}")))
}

/// Formats a size in both forms: `9.85 MiB (10,331,337 bytes)`; a small one has only the second.
fn exactly(bytes: u64, units: Units) -> String {
    let size = units.size(bytes);
    if size.ends_with(" B") {
        plural_bytes(bytes)
    } else {
        format!("{size} ({} bytes)", count(bytes))
    }
}

/// Formats a number of bytes: `10,331,337 bytes`.
fn plural_bytes(bytes: u64) -> String {
    format!("{} {}", count(bytes), if bytes == 1 { "byte" } else { "bytes" })
}

/// Formats the new size and the current size.
fn instead(size_after: u64, certainty: &Certainty, size: u64, units: Units) -> String {
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

/// Returns a comment line with the size after all changes to the Dockerfile, if they save anything,
/// and with those that need a look.
pub(super) fn in_all(fix: &Fix, units: Units) -> Option<String> {
    let (size_after, certainty) = fix.size_after();
    let saves = |remark: &Remark| matches!(remark.verdict, Verdict::Changed { saves: 1.., .. });
    fix.remarks.iter().any(saves).then_some(())?;
    let at_most = if certainty == Certainty::AtMost { "at most " } else { "" };
    let grown = match fix.grows {
        0 => String::new(),
        more => format!(", with {} bytes of the changed files, which COPY brings", signed(more)),
    };
    let drafts = |remark: &Remark| matches!(remark.verdict, Verdict::Proposed { .. });
    let without = if fix.remarks.iter().any(drafts) { ", without the draft" } else { "" };
    let text = format!(
        "# size with the changes in this diff{without}: {at_most}{}{grown}",
        instead(size_after, &certainty, fix.size, units)
    );
    let left = fix.would_save();
    let also = match (left, &certainty) {
        (0, _) | (_, Certainty::AtLeast) => String::new(),
        (left, certainty) => {
            let size = units.size(size_after.saturating_sub(left));
            let sized = with_grade(&fix.remarks, certainty, &size);
            format!("# size with those that need a look as well: {sized}\n")
        }
    };
    Some(format!("{text}\n{also}"))
}

/// Formats the size with the changes that need a look, as far as it holds.
fn with_grade(remarks: &[Remark], certainty: &Certainty, size: &str) -> String {
    let left = |is_meant: fn(&Remark) -> bool| {
        let mut left = remarks
            .iter()
            .filter(|remark| matches!(remark.verdict, Verdict::Left { would_save: 1.. }));
        left.any(is_meant)
    };
    // The packages that have to be named stay.
    let is_estimate = left(|remark| remark.kind == Kind::Recommended);
    match certainty {
        Certainty::Exact | Certainty::AtMost if is_estimate => format!("about {size}"),
        Certainty::Exact if !left(|remark| remark.is_least) => format!("{size} [{NEEDS_A_LOOK}]"),
        Certainty::Exact | Certainty::AtMost => format!("at most {size}"),
        _ => format!("about {size}"),
    }
}

/// Formats a number with its sign.
fn signed(number: i64) -> String {
    format!("{}{}", if number < 0 { "−" } else { "+" }, count(number.unsigned_abs()))
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
