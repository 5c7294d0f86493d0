//! Writes the suggestions as comments before the diff: the sizes after them, then what is in the diff
//! and what is not, each part with what saves most first.

use std::io::{self, Write};

use super::condition::Kind;
use super::remark::{Remark, Verdict, exactly, instead, wrapped};
use super::{Fix, NOTEWORTHY, secrets};
use crate::advice::dockerfile::diff::unified;
use crate::advice::ladder::{Certainty, NEEDS_A_LOOK};
use crate::display::{Units, count, escaped_str, listed, plural};

/// Part of the image, one in so many, below which a change is only summed up.
const SMALL: u64 = 1_000;
/// The head of a new file that saves more than the other changes, and of one that does not.
const DRAFT: [&str; 2] = [
    "a new file, which saves more than all changes below together",
    "a new file, in place of the changes above",
];
/// The name of the file that the diff is saved as, in the words on how to apply it.
const SAVED: &str = "fix.diff";
/// The head of the changes in the diff.
const IN_THE_DIFF: &str = "in the diff, the largest saving first";
/// The head of what is left to a person.
const LEFT: &str = "not in the diff, because you have to decide; the largest saving first";

impl Fix {
    /// Writes the reasons and the diff; `patch` skips the reasons.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write(&self, name: &str, units: Units, mut out: impl Write) -> io::Result<()> {
        let changes = |remark: &Remark| {
            matches!(remark.verdict, Verdict::Changed { .. } | Verdict::Proposed { .. })
        };
        let changed = self.remarks.iter().any(changes);
        let name = escaped_str(name);
        let left = self.remarks.iter().any(|remark| matches!(remark.verdict, Verdict::Left { .. }));
        let secrets = self.secrets.as_deref().unwrap_or_default();
        out.write_all(secrets::paragraph(secrets, !self.changes.is_empty()).as_bytes())?;
        if let Some(unread) = &self.unread {
            writeln!(
                out,
                "# NOT WHOLE: {unread}. The changes below rest on the readable part of {name}; no size is exact."
            )?;
        }
        if self.unread.is_some() && self.changes.is_empty() && !left {
            writeln!(out, "# the rest of the image is needed to find changes")?;
        } else if self.changes.is_empty() && left {
            writeln!(out, "# no safe automatic fix; please review these:")?;
        } else if self.changes.is_empty() {
            writeln!(
                out,
                "# nothing to fix: no change is sure to make {name} smaller by {} or more; layerscope report lists all findings",
                units.size(NOTEWORTHY)
            )?;
        } else if changed {
            let there = |option: &str| {
                let directory = self.directory.as_ref();
                directory.map(|directory| format!(" {option} {directory}")).unwrap_or_default()
            };
            let (git, patch) = (there("-C"), there("-d"));
            writeln!(
                out,
                "# suggested changes for {name}; save as {SAVED}, then: git{git} apply -p0 < {SAVED}, or patch -p0{patch} < {SAVED}"
            )?;
            if let Some(file) = &self.unwritten {
                writeln!(
                    out,
                    "# {file} is rebuilt from the image's history; --write-rebuilt {file} writes it"
                )?;
            }
        }
        out.write_all(in_all(self, units).unwrap_or_default().as_bytes())?;
        out.write_all(sections(self, units).as_bytes())?;
        for change in &self.changes {
            writeln!(out)?;
            let diff = unified(&change.name, change.old.as_deref(), &change.new);
            out.write_all(&self.bytes_of(&diff))?;
        }
        out.flush()
    }
}

/// Returns the comment lines of all suggestions in sections, with a head for each where there are
/// several.
fn sections(fix: &Fix, units: Units) -> String {
    let is_of_draft = |remark: &Remark| match remark.verdict {
        Verdict::Proposed { .. } => true,
        Verdict::Unseen => remark.kind == Kind::Stages,
        Verdict::Changed { .. } | Verdict::Left { .. } => false,
    };
    let is_made = |remark: &Remark| matches!(remark.verdict, Verdict::Changed { .. });
    let draft = lines(fix, units, is_of_draft);
    let made = lines(fix, units, is_made);
    // Whether it is the image's file at all decides about the rest.
    let is_of_file =
        |remark: &Remark| remark.kind == Kind::History && remark.verdict == Verdict::Unseen;
    let first = lines(fix, units, is_of_file).concat();
    let left = |it: &Remark| !is_of_draft(it) && !is_made(it) && !is_of_file(it);
    let left = lines(fix, units, left);
    let is_first = smallest_draft(fix).is_some_and(|size| size < fix.size_after().0);
    let mut all = match is_first {
        true => vec![(DRAFT[0], draft), (IN_THE_DIFF, made), (LEFT, left)],
        false => vec![(IN_THE_DIFF, made), (DRAFT[1], draft), (LEFT, left)],
    };
    all.retain(|(_, lines)| !lines.is_empty());
    let is_alone = all.len() < 2;
    let section = |(head, lines): (&str, Vec<String>)| match is_alone {
        true => lines.concat(),
        false => format!("# {head}:\n{}", lines.concat()),
    };
    first + &all.into_iter().map(section).collect::<String>()
}

/// Returns the size of the image that a new file makes, if that is known.
fn smallest_draft(fix: &Fix) -> Option<u64> {
    let size = |remark: &Remark| match &remark.verdict {
        Verdict::Proposed { size_after } => size_after.as_ref().map(|(size, _)| *size),
        _ => None,
    };
    fix.remarks.iter().filter_map(size).min()
}

/// Returns the comment lines of some remarks; savings too small to notice are summed up in a line,
/// unless all are wanted.
fn lines(fix: &Fix, units: Units, is_meant: impl Fn(&Remark) -> bool) -> Vec<String> {
    let (size, exact) = (fix.size, fix.unread.is_none());
    let is_small = |remark: &&Remark| match remark.verdict {
        Verdict::Changed { saves, .. } => saves > 0 && saves < size / SMALL,
        Verdict::Left { would_save } => would_save > 0 && would_save < size / SMALL,
        _ => false,
    };
    let meant = fix.remarks.iter().filter(|remark| is_meant(remark));
    let (small, large): (Vec<_>, Vec<_>) = meant.partition(|remark| !fix.all && is_small(remark));
    let mut lines: Vec<_> = large.iter().map(|remark| remark.shown(size, units, exact)).collect();
    lines.extend(summed_up(&small, units, exact));
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
    let has = |grade: &str| some.iter().any(|remark| remark.grade() == Some(grade));
    let (head, verb) = match is_left {
        true => ("[needs a look] not changed: ", "would save"),
        false if has("estimate") => ("[estimate] ", "saves about"),
        false if has("at most") => ("[size at most] ", "saves at least"),
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
    let each = if some.len() == 1 { "" } else { "each " };
    Some(wrapped(&format!("{head}{what}{there}, {each}under 0.1 % of the image; {verb} {bytes}")))
}

/// Returns a comment line with the size after all changes to the Dockerfile, if they save anything,
/// and with those that need a look.
fn in_all(fix: &Fix, units: Units) -> Option<String> {
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
            let sized = with_sign(&fix.remarks, certainty, &size);
            format!("# size with those that need a look as well: {sized} [{NEEDS_A_LOOK}]\n")
        }
    };
    let wasted = wasted_after(fix, &certainty, units).unwrap_or_default();
    Some(format!("{text}\n{wasted}{also}"))
}

/// Returns a comment line with the bytes that are wasted after the changes, if there are any: those
/// of the base image stay, whoever deletes its files.
fn wasted_after(fix: &Fix, certainty: &Certainty, units: Units) -> Option<String> {
    let wasted = &fix.wasted_after;
    let about = if matches!(certainty, Certainty::Estimate(_)) { "about " } else { "" };
    let whose = match wasted.of_base {
        0 => String::new(),
        all if units.size(all) == units.size(wasted.bytes) => {
            ", all of it files of the base image".into()
        }
        part => format!(", {} of it files of the base image", units.size(part)),
    };
    let commands: Vec<_> =
        wasted.commands.iter().map(|it| format!("`{}`", escaped_str(it))).collect();
    let verb = if commands.len() == 1 { "deletes" } else { "delete" };
    let why = || {
        format!(
            "because {} also {verb} files of the base image, which stay in its layers",
            listed(&commands)
        )
    };
    let why = match wasted.cleaned {
        0 => String::new(),
        all if units.size(all) == units.size(wasted.bytes) => format!(", {}", why()),
        part => format!("; {} of it {}", units.size(part), why()),
    };
    let line = || format!("# wasted after it: {about}{}{whose}{why}\n", units.size(wasted.bytes));
    (wasted.bytes > 0 && fix.unread.is_none()).then(line)
}

/// Formats the size with the changes that need a look, with how far it holds.
fn with_sign(remarks: &[Remark], certainty: &Certainty, size: &str) -> String {
    let left = |is_meant: fn(&Remark) -> bool| {
        let is_counted = |it: &&Remark| matches!(it.verdict, Verdict::Left { would_save: 1.. });
        remarks.iter().filter(is_counted).any(is_meant)
    };
    // The packages that have to be named stay.
    let is_estimate = left(|remark| remark.kind == Kind::Recommended);
    match certainty {
        Certainty::Exact | Certainty::AtMost if is_estimate => format!("about {size}"),
        Certainty::Exact if !left(|remark| remark.is_least) => size.to_owned(),
        Certainty::Exact | Certainty::AtMost => format!("at most {size}"),
        _ => format!("about {size}"),
    }
}

/// Formats a number with its sign.
fn signed(number: i64) -> String {
    format!("{}{}", if number < 0 { "−" } else { "+" }, count(number.unsigned_abs()))
}
