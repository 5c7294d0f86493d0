//! Suggests changes to a Dockerfile that make the image smaller, each measured on the image.

mod between;
mod ignore;
mod merge;
mod order;
mod ownership;
mod packages;
pub mod raw;
mod remark;
mod shells;
mod stages;
mod target;
mod unneeded;

use std::collections::HashMap;
use std::io::{self, Write};

use packages::Leftovers;
pub use remark::{Remark, Verdict};
pub use target::Target;

use super::births::{Births, Claims};
use super::diff::unified;
use super::draft::Draft;
use super::evidence::Evidence;
use super::parse::{Dockerfile, Keyword};
use crate::analysis::Inspection;
use crate::display::{Units, listed};
use crate::tree::VersionId;

/// The smallest saving that is worth a flag, or one cached instruction less.
const NOTEWORTHY: u64 = 64 << 10;

/// A changed file: the old and the new text.
#[derive(Debug, Clone)]
pub struct Change {
    /// The name in the diff.
    pub name: String,
    /// The current contents, if the file exists.
    pub old: Option<String>,
    /// The new contents.
    pub new: String,
}

/// The suggested changes, and the reasons for them.
#[derive(Debug, Clone)]
pub struct Fix {
    /// The size of the unchanged image in bytes.
    pub shipped: u64,
    /// The unreadable part of the image, as a clause; `None` if all sizes are known.
    pub unread: Option<String>,
    /// The reasons, and what could not be done or verified.
    pub remarks: Vec<Remark>,
    /// The files that change.
    pub changes: Vec<Change>,
    /// Directory in which the diff is to be applied, if that is not where the program runs; escaped for display.
    pub directory: Option<String>,
    /// True if bytes that are not UTF-8 stand in the file as characters of their own.
    pub raw: bool,
}

/// The state of the work on one file.
struct Work<'a> {
    inspection: &'a Inspection,
    target: &'a Target,
    file: &'a Dockerfile,
    evidence: &'a Evidence,
    leftovers: &'a Leftovers,
    births: Births,
    claims: Claims,
    draft: Draft<'a>,
    remarks: Vec<Remark>,
    /// The instructions that make the layers of the image, in order, with those that make none.
    stage: Vec<usize>,
    /// The instruction that made a layer, by layer.
    by_layer: HashMap<usize, usize>,
    /// The last `RUN` that needs apt's lists of an earlier one.
    last_needing_lists: Option<usize>,
}

/// Suggests changes to a Dockerfile.
pub fn fix(inspection: &Inspection, target: &Target, evidence: &Evidence) -> Fix {
    let file = &target.file;
    let by_layer = target.layers.iter().enumerate().filter_map(|(i, layer)| Some(((*layer)?, i))).collect();
    let leftovers = Leftovers::find(inspection);
    let mut work = Work {
        inspection,
        target,
        file,
        evidence,
        leftovers: &leftovers,
        births: Births::of(inspection),
        claims: Claims::default(),
        draft: Draft::of(file),
        remarks: Vec::new(),
        stage: file.of_last_stage(),
        by_layer,
        last_needing_lists: None,
    };
    let patterns = work.ignore();
    work.ownership();
    let groups = work.merge();
    work.packages(&groups);
    if target.cache {
        work.order();
    }
    let mut changes = work.finish(patterns);
    changes.extend(work.stages());
    work.unseen();
    let completeness = &inspection.completeness;
    let unread = completeness.summary().filter(|_| !completeness.sizes_are_exact());
    let remarks = remark::in_order(work.remarks, inspection, &mut work.claims);
    Fix {
        shipped: inspection.totals.shipped,
        unread,
        remarks,
        changes,
        directory: target.directory.clone(),
        raw: target.raw,
    }
}

impl Work<'_> {
    fn line(&self, instruction: usize) -> Option<usize> {
        Some(self.file.instructions[instruction].line)
    }

    /// Returns `line 3`, or `lines 3, 5 and 6`.
    fn lines(&self, instructions: &[usize]) -> String {
        let numbers: Vec<_> = instructions.iter().map(|&i| self.file.instructions[i].line.to_string()).collect();
        let word = if numbers.len() == 1 { "line" } else { "lines" };
        if numbers.is_empty() { String::new() } else { format!("{word} {}", listed(&numbers)) }
    }

    /// Returns `line 3 copies`, or `lines 3 and 5 copy`.
    fn lines_copy(&self, copies: &[usize]) -> String {
        format!("{} {}", self.lines(copies), if copies.len() == 1 { "copies" } else { "copy" })
    }

    fn layer(&self, instruction: usize) -> Option<usize> {
        self.target.layers.get(instruction).copied().flatten()
    }

    /// Returns the `RUN`s of the last stage that made a layer, with that layer.
    fn runs(&self) -> Vec<(usize, usize)> {
        let runs = self.stage.iter().filter(|&&i| self.file.instructions[i].keyword == Keyword::Run);
        runs.filter_map(|&i| Some((i, self.layer(i)?))).collect()
    }

    fn say(&mut self, verdict: Verdict, instruction: Option<usize>, text: impl Into<String>) {
        self.say_of(verdict, instruction, text, Vec::new());
    }

    /// Says something of inodes that others may save as well.
    fn say_of(
        &mut self,
        verdict: Verdict,
        instruction: Option<usize>,
        text: impl Into<String>,
        inodes: Vec<VersionId>,
    ) {
        let line = instruction.and_then(|i| self.line(i));
        self.remarks.push(Remark { verdict, line, text: text.into(), inodes });
    }

    /// Returns whether the commands of an instruction are for a POSIX shell.
    fn is_posix(&self, i: usize) -> bool {
        self.file.escape == '\\' && self.target.shells.get(i).is_none_or(|shell| shell.is_posix())
    }

    /// Returns the changed files; a change that would not parse again is undone.
    fn finish(&mut self, patterns: Vec<String>) -> Vec<Change> {
        let mut changes = Vec::new();
        let new = self.draft.text();
        if new != self.file.source() {
            match Dockerfile::parse(new) {
                Ok(file) => changes.push(Change {
                    name: self.target.name.clone(),
                    old: Some(self.file.source().into()),
                    new: file.source().into(),
                }),
                Err(error) => {
                    for remark in &mut self.remarks {
                        remark.take_back();
                    }
                    self.say(
                        Verdict::Unseen,
                        None,
                        format!("the changed Dockerfile would not parse ({error}), so it is left alone"),
                    );
                }
            }
        }
        if !patterns.is_empty() {
            changes.push(self.target.ignoring(&patterns));
        }
        changes
    }

    /// Adds remarks on instructions that could not be matched.
    fn unseen(&mut self) {
        let unmatched = &self.target.unmatched;
        if unmatched.is_empty() {
            return;
        }
        if unmatched.len() == self.stage.len() {
            let text =
                "none of the last stage's instructions is in the image's history: is this the image's Dockerfile?";
            return self.say(Verdict::Unseen, None, text);
        }
        let listed: Vec<_> = unmatched
            .iter()
            .take(8)
            .map(|&i| format!("{} ({})", self.file.instructions[i].line, self.file.instructions[i].keyword.name()))
            .collect();
        let more = if unmatched.len() > listed.len() { ", …" } else { "" };
        let text = format!(
            "could not be matched with the image's history, and are left alone: line {}{more}",
            listed.join(", line ")
        );
        self.say(Verdict::Unseen, None, text);
    }
}

impl Fix {
    /// Writes the reasons and the diff; `patch` skips the reasons.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write(&self, name: &str, units: Units, mut out: impl Write) -> io::Result<()> {
        let changes = |remark: &Remark| matches!(remark.verdict, Verdict::Changed { .. } | Verdict::Proposed { .. });
        let changed = self.remarks.iter().any(changes);
        let name = crate::display::escaped_str(name);
        let left = self.remarks.iter().any(|remark| matches!(remark.verdict, Verdict::Left { .. }));
        if let Some(unread) = &self.unread {
            writeln!(
                out,
                "# NOT WHOLE: {unread}, so what follows rests on what could be read of {name}, and no size is exact"
            )?;
        }
        if self.unread.is_some() && self.changes.is_empty() && !left {
            writeln!(out, "# whether there is something to fix cannot be told without the rest")?;
        } else if self.changes.is_empty() && left {
            writeln!(out, "# nothing to fix that is certain to be right: a person has to decide what follows")?;
        } else if self.changes.is_empty() {
            writeln!(
                out,
                "# nothing to fix: {name} shows no bytes that a change of lines is sure to save; layerscope report has all findings"
            )?;
        } else if changed {
            let there = self.directory.as_ref().map(|directory| format!(" -d {directory}")).unwrap_or_default();
            writeln!(
                out,
                "# what layerscope would change, by the bytes that {name} shows; apply it with patch -p0{there}"
            )?;
        }
        out.write_all(
            remark::in_all(&self.remarks, self.shipped, units, self.unread.is_none()).unwrap_or_default().as_bytes(),
        )?;
        for line in remark::lines(&self.remarks, self.shipped, units, self.unread.is_none()) {
            out.write_all(line.as_bytes())?;
        }
        for change in &self.changes {
            writeln!(out)?;
            let diff = unified(&change.name, change.old.as_deref(), &change.new);
            out.write_all(&if self.raw { raw::restored(&diff) } else { diff.into_bytes() })?;
        }
        out.flush()
    }
}
