//! Suggests changes to a Dockerfile that make the image smaller, each measured on the image.

mod account;
mod again;
mod between;
mod by_hand;
mod condition;
mod drafted;
mod grown;
mod ignore;
mod listed;
mod merge;
mod needed;
mod order;
mod owner;
mod ownership;
mod packages;
pub mod raw;
mod remark;
mod secrets;
mod sections;
mod shells;
mod stages;
mod target;
mod unnamed;
mod unneeded;
mod varying;
mod wasted;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::advice::findings::{Matches, Rules, Varying};
use crate::layer_index::LayerIndex;
pub(in crate::advice) use account::{Ruling, judge};
pub use condition::{Condition, Kind, Refusal};
pub use drafted::{Staged, combined, copied_first, staged};
use packages::Leftovers;
pub use remark::{Remark, Verdict};
pub use secrets::NamedSecret;
pub use target::Target;
pub use wasted::WastedAfter;

use super::births::{Births, Claims};
use super::draft::Draft;
use super::evidence::Evidence;
use super::parse::{Dockerfile, Keyword};
use crate::advice::ladder::Certainty;
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped_str, listed};
use crate::shell::Obstacle;
use crate::tree::VersionId;

/// The smallest saving that is worth a flag, or one cached instruction less.
const NOTEWORTHY: u64 = 64 << 10;

/// The most instructions that are named of those that a file lacks.
const LACKING: usize = 3;

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
    pub size: u64,
    /// The bytes by which the image grows because a `COPY` brings the changed files themselves.
    pub grows: i64,
    /// The bytes that are wasted after the changes.
    pub wasted_after: WastedAfter,
    /// The reason why the size after the changes is only an estimate, as a clause; `None` if it is
    /// not.
    pub varies: Option<Escaped>,
    /// The unreadable part of the image, as a clause; `None` if all sizes are known.
    pub unread: Option<Escaped>,
    /// The reasons, and what could not be done or verified.
    pub remarks: Vec<Remark>,
    /// The files that change.
    pub changes: Vec<Change>,
    /// Directory in which the diff is to be applied, if that is not where the program runs; escaped
    /// for display.
    pub directory: Option<Escaped>,
    /// True if bytes that are not UTF-8 stand in the file as characters of their own.
    pub raw: bool,
    /// True if small changes are listed one by one.
    pub all: bool,
    /// The Dockerfile that the diff is for, escaped for display, if it is rebuilt from the history
    /// and nobody has written it.
    pub unwritten: Option<Escaped>,
    /// The secrets of the image; `None` if they were not searched for.
    pub secrets: Option<Vec<NamedSecret>>,
}

/// The state of the work on one file.
struct Work<'a> {
    inspection: &'a Inspection,
    target: &'a Target,
    file: &'a Dockerfile,
    evidence: &'a Evidence,
    leftovers: &'a Leftovers<'a>,
    births: OnceCell<Births>,
    claims: Claims,
    /// Visible files of the base image that the changes delete: their bytes stay.
    deleted: wasted::Cleaned,
    /// Inodes of a `RUN` that a copy ships instead, by a change.
    moved: HashSet<VersionId>,
    /// The layers that become one with others.
    merged: HashSet<LayerIndex>,
    draft: Draft<'a>,
    remarks: Vec<Remark>,
    /// The instructions that make the layers of the image, in order, with those that make none.
    stage: Vec<usize>,
    /// The instruction that made a layer, by layer.
    by_layer: HashMap<LayerIndex, usize>,
    /// The last `RUN` that needs apt's lists of an earlier one.
    last_needing_lists: Option<usize>,
    /// The files that another build makes in another size, once they are asked for.
    varying: OnceCell<Varying>,
}

/// Suggests changes to a Dockerfile.
pub fn fix(inspection: &Inspection, target: &Target, evidence: &Evidence) -> Fix {
    let rules = Rules::built_in();
    let matches = Matches::find(inspection, &rules);
    let leftovers = Leftovers::find(inspection, &rules, &matches);
    let mut work = Work::new(inspection, target, evidence, &leftovers);
    let (patterns, skeleton) = work.suggest();
    work.unseen();
    // What stays counts none of the bytes that it would save.
    let saved = work.claims.clone();
    work.agree();
    work.remarks = remark::in_order(std::mem::take(&mut work.remarks), inspection);
    if target.all {
        work.note_in_file();
    }
    let mut changes = work.finish(patterns);
    let grows = work.growth(&changes, &saved);
    let varies = work.varying(&changes, &saved);
    let wasted_after = work.wasted_after(&saved);
    // What is there, the user may have changed.
    changes.extend(skeleton.filter(|file| file.old.is_none()));
    let completeness = &inspection.completeness;
    let unread = completeness.summary().filter(|_| !completeness.sizes_are_exact());
    Fix {
        unwritten: target.is_rebuilt.then(|| escaped_str(&target.name)),
        size: inspection.totals.size,
        grows,
        wasted_after,
        varies,
        unread,
        remarks: work.remarks,
        changes,
        directory: target.directory.clone(),
        raw: target.raw,
        all: target.all,
        secrets: None,
    }
}

impl Work<'_> {
    /// Returns the files that each layer added. Most changes ask for none of them.
    fn births(&self) -> &Births {
        self.births.get_or_init(|| Births::find(self.inspection))
    }

    /// Makes all suggestions, with their remarks; returns the patterns to ignore, and the draft of a
    /// multi-stage build.
    fn suggest(&mut self) -> (Vec<String>, Option<Change>) {
        let mut patterns = self.ignore();
        self.copied_again();
        self.ownership();
        let groups = self.merge();
        self.packages(&groups);
        self.by_hand();
        self.removed();
        if self.target.cache {
            self.order();
        }
        let skeleton = self.stages();
        patterns.extend(skeleton.as_ref().and_then(|file| self.ignoring_draft(&file.name)));
        self.link();
        self.unnamed(skeleton.is_some());
        (patterns, skeleton)
    }

    fn line(&self, instruction: usize) -> Option<usize> {
        Some(self.file.instructions[instruction].line)
    }

    /// Returns `line 3`, or `lines 3, 5 and 6`.
    fn lines(&self, instructions: &[usize]) -> String {
        let numbers: Vec<_> =
            instructions.iter().map(|&i| self.file.instructions[i].line.to_string()).collect();
        let word = if numbers.len() == 1 { "line" } else { "lines" };
        if numbers.is_empty() { String::new() } else { format!("{word} {}", listed(&numbers)) }
    }

    /// Returns `line 3 copies`, or `lines 3 and 5 copy`.
    fn lines_copy(&self, copies: &[usize]) -> String {
        format!("{} {}", self.lines(copies), if copies.len() == 1 { "copies" } else { "copy" })
    }

    fn layer(&self, instruction: usize) -> Option<LayerIndex> {
        self.target.layers.get(instruction).copied().flatten()
    }

    /// Returns the `RUN`s of the last stage that made a layer, with that layer.
    fn runs(&self) -> Vec<(usize, LayerIndex)> {
        let runs =
            self.stage.iter().filter(|&&i| self.file.instructions[i].keyword == Keyword::Run);
        runs.filter_map(|&i| Some((i, self.layer(i)?))).collect()
    }

    /// Adds a remark, to be completed.
    fn say(
        &mut self,
        kind: Kind,
        verdict: Verdict,
        at: impl Into<Option<usize>>,
        text: impl Into<String>,
    ) -> &mut Remark {
        let line = at.into().and_then(|i| self.line(i));
        self.remarks.push(Remark::new(kind, verdict, line, text));
        let last = self.remarks.len() - 1;
        &mut self.remarks[last]
    }

    /// Adds a remark on what is left to a person.
    fn leave(
        &mut self,
        kind: Kind,
        bytes: u64,
        at: impl Into<Option<usize>>,
        text: String,
        why: Condition,
    ) -> &mut Remark {
        let remark = self.say(kind, Verdict::Left { would_save: bytes }, at, text);
        remark.condition = Some(why);
        remark
    }

    /// Writes what needs a look above its instruction.
    fn note_in_file(&mut self) {
        for remark in &self.remarks {
            let Verdict::Left { would_save } = remark.verdict else { continue };
            let at = remark.lines.first().and_then(|&line| {
                self.file.instructions.iter().position(|instruction| instruction.line == line)
            });
            if let Some(at) = at {
                self.draft.note(at, remark.note(would_save));
            }
        }
    }

    /// Returns the refusal for a command that is not followed, with the construct and its line.
    fn not_followed(&self, i: usize, found: Obstacle) -> Refusal {
        let line = self.file.line_at(self.file.instructions[i].place(found.at));
        let construct = found.construct.name();
        Condition::Followed.fails(format!("line {line} has {construct}, which is not followed"))
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
                    let text = format!(
                        "the changed Dockerfile would not parse ({error}), so it is left unchanged"
                    );
                    self.say(Kind::History, Verdict::Unseen, None, text);
                }
            }
        }
        if !patterns.is_empty() {
            changes.push(self.target.ignoring(&patterns));
        }
        changes
    }

    /// Adds a remark on the instructions of the image that the file lacks.
    fn lacking(&mut self) {
        let lacking = &self.target.lacking;
        if lacking.is_empty() {
            return;
        }
        let name = |(text, layer): &(String, Option<LayerIndex>)| match layer {
            Some(layer) => format!("`{}` (layer {layer})", target::short(text)),
            None => format!("`{}`", target::short(text)),
        };
        let mut names: Vec<_> = lacking.iter().take(LACKING).map(name).collect();
        if let more @ 1.. = lacking.len() - names.len() {
            names.push(format!("{more} more"));
        }
        let what = if lacking.len() == 1 { "an instruction" } else { "instructions" };
        let text = format!(
            "the image has {what} that {} lacks: {}; is it the Dockerfile of this image?",
            self.target.name,
            listed(&names)
        );
        self.say(Kind::History, Verdict::Unseen, None, text);
    }

    /// Adds remarks on instructions that could not be matched.
    fn unseen(&mut self) {
        self.lacking();
        let unmatched = &self.target.unmatched;
        if unmatched.is_empty() {
            return;
        }
        if unmatched.len() == self.stage.len() {
            let text = "none of the last stage's instructions is in the image's history: is this the image's Dockerfile?";
            self.say(Kind::History, Verdict::Unseen, None, text);
            return;
        }
        let lines = unmatched.iter().map(|&i| {
            let instruction = &self.file.instructions[i];
            format!("line {} ({})", instruction.line, instruction.keyword.name())
        });
        let mut lines: Vec<_> = lines.take(8).collect();
        if let more @ 1.. = unmatched.len() - lines.len() {
            lines.push(format!("{more} more"));
        }
        let [are, they, stay] = match unmatched.len() {
            1 => ["is", "it", "stays as it is"],
            _ => ["are", "they", "stay as they are"],
        };
        let text = format!(
            "{} {are} not in the image's history, so {they} {stay}; if {they} {are} newer than the \
                image, build it again, and run fix on the new one",
            listed(&lines)
        );
        self.say(Kind::History, Verdict::Unseen, None, text);
    }
}

impl Fix {
    /// Returns the size of the image after all changes to the Dockerfile, and how far it holds.
    pub fn size_after(&self) -> (u64, Certainty) {
        let (mut size, mut at_most) = (self.size, false);
        for remark in &self.remarks {
            if let Verdict::Changed { saves, certainty } = &remark.verdict {
                size = size.saturating_sub(*saves);
                at_most |= *certainty == Certainty::AtMost;
            }
        }
        let certainty = match &self.varies {
            _ if self.unread.is_some() => Certainty::AtLeast,
            Some(why) => Certainty::Estimate(why.clone().into()),
            None if at_most => Certainty::AtMost,
            None => Certainty::Exact,
        };
        (size.saturating_add_signed(self.grows), certainty)
    }

    /// Returns the bytes that changes save which a person has to decide about.
    pub fn would_save(&self) -> u64 {
        let left = self.remarks.iter().map(|remark| match remark.verdict {
            Verdict::Left { would_save } => would_save,
            _ => 0,
        });
        left.fold(0, u64::saturating_add)
    }

    /// Returns the bytes of a text that is made of the files.
    pub fn bytes_of(&self, text: &str) -> Vec<u8> {
        if self.raw { raw::restored(text) } else { text.as_bytes().to_vec() }
    }
}
