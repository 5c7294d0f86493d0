//! Changes to an image: findings that one change avoids stand together, with its saving and the
//! size after it. Every report and every screen tells these.

mod alone;
mod by_layers;
mod left_out;
mod others;
mod sizes;
mod slim;
mod surplus;
mod titles;
mod why;

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashMap;

use super::change::{STAGE, SuggestedChange};
use super::findings::{Edit, Fate, Finding, Level, Varying, Whose, for_base};
use super::ladder::{Certainty, LadderInputs, PossibleSize, grade, multi_stage};
use super::merges::Merges;
use super::unneeded::{Surplus, SurplusKind};
use crate::analysis::{Inspection, WastedGroup, wasted_groups};
use crate::display::Escaped;
use crate::layer_index::LayerIndex;
use crate::tree::{Reason, VersionId};
use alone::Also;
pub(super) use alone::{Judged, also};
pub(super) use by_layers::by_layers;
pub use others::Other;
pub(super) use others::name_others;
pub(super) use sizes::grade_sizes;

/// The part of the image that a change belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The user's own layers.
    Own,
    /// The user's own layers, with files that may be wanted.
    Optional,
    /// The base image.
    Base,
}

impl Part {
    /// All parts, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Own, Self::Optional, Self::Base];

    /// Returns the word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Optional => "optional",
            Self::Base => "base",
        }
    }

    /// Returns the head of the changes of this part.
    pub fn title(self) -> &'static str {
        match self {
            Self::Own => "In your Dockerfile",
            Self::Optional => "Optional",
            Self::Base => "Only with another base image",
        }
    }

    fn of_finding(finding: &Finding) -> Self {
        match finding.whose {
            Whose::Base => Self::Base,
            Whose::Own if finding.is_optional() => Self::Optional,
            Whose::Own => Self::Own,
        }
    }
}

/// The extent of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Only the files of its findings are left out.
    Findings,
    /// Some layers become one: whatever they add and remove is left out.
    Merge,
    /// Only files that the program needs are copied from another stage.
    Stage,
    /// Packages that nothing asks for are not installed.
    Packages(SurplusKind),
}

/// A change that avoids some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The part of the image.
    pub part: Part,
    /// Positions in the list of findings, the biggest first. No finding is of two changes.
    pub findings: Vec<usize>,
    /// The bytes of these findings.
    pub bytes: u64,
    /// Wasted bytes that the change avoids and no finding is about, the biggest group first; of a
    /// merge, all groups of wasted bytes that it avoids.
    pub groups: Vec<WastedGroup>,
    /// Packages that it does not install.
    pub surplus: Vec<Surplus>,
    /// Files that it leaves out as well, whoever else does: what the same instructions leave and a
    /// later layer deletes or replaces, and copies that only differ in mode, owner or time.
    pub also: Vec<VersionId>,
    /// Positions of the findings that these files are all of, which are of other changes.
    pub shared: Vec<usize>,
    /// The bytes of these findings.
    pub shared_bytes: u64,
    /// The named parts of what a stage leaves out and no finding is about, the largest first.
    pub named_others: Vec<Other>,
    /// The changed instructions, if those of its findings are not all.
    pub edits: Vec<Edit>,
    /// The bytes that the image becomes smaller by, if nothing else changes: all that it leaves
    /// out, whoever else does.
    pub saves: u64,
    /// The size after the change, in bytes.
    pub size: u64,
    /// The files that it leaves out, in order: their bytes are what it saves.
    pub left_out: Vec<VersionId>,
    /// The bytes that it saves in addition to the changes before it in the list. Added up, each
    /// byte counts once.
    pub adds: u64,
    /// The reliability of `size`.
    pub certainty: Certainty,
    /// True if a person has to decide whether to make it.
    pub needs_a_look: bool,
    /// The extent.
    pub extent: Extent,
    /// Its layers or its largest place, where another change has the same title; else empty.
    pub apart: String,
    /// The advice, with the whole saving.
    pub fix: SuggestedChange,
    /// The reason why the bytes of its findings are in the image; empty if it has none.
    pub why: String,
    /// The instructions that it consists of, where no single one stands for it.
    pub draft: Option<String>,
}

impl Change {
    /// Returns the first and the last layer of the `RUN`s that become one, if that is how `fix` makes
    /// the change.
    pub(super) fn combines(&self, inspection: &Inspection) -> Option<(LayerIndex, LayerIndex)> {
        if self.extent == Extent::Merge {
            return self.fix.merges;
        }
        stored_again(inspection, &self.groups).filter(|_| self.part == Part::Own)
    }

    /// Returns whether it is another build stage.
    pub fn is_stage(&self) -> bool {
        self.extent == Extent::Stage || self.part == Part::Own && self.fix.is_stage()
    }

    /// Returns the word for how far the size after the change can be relied on.
    pub fn grade(&self) -> &'static str {
        grade(&self.certainty, self.needs_a_look)
    }
}

/// The mark that findings and wasted bytes share if one change avoids them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Merge(LayerIndex, LayerIndex),
    Clause(Part, String),
}

/// The members of a change.
#[derive(Default)]
struct Members {
    findings: Vec<usize>,
    groups: Vec<WastedGroup>,
    /// The advice on wasted bytes that no finding is about.
    fix: Option<SuggestedChange>,
}

/// The parts of an assessment that changes are made of.
struct Grouping<'a> {
    inspection: &'a Inspection,
    judged: Judged<'a>,
    findings: &'a [Finding],
    merges: &'a Merges,
    /// The number of layers in the base image.
    base: usize,
    keys: Vec<Key>,
    members: HashMap<Key, Members>,
    /// The files that another build makes in another size, once they are asked for.
    varying: OnceCell<Varying>,
}

/// Groups findings and wasted bytes by change: the user's own first, in each part the change that
/// saves most first. The lowest `base` layers are the base image.
pub(super) fn changes(
    inspection: &Inspection,
    judged: Judged,
    ladder: &[PossibleSize],
    LadderInputs { merges, surplus, .. }: &LadderInputs,
    base: usize,
) -> Vec<Change> {
    let (keys, members, varying) = (Vec::new(), HashMap::new(), OnceCell::new());
    let findings = judged.findings;
    let mut grouping =
        Grouping { inspection, judged, findings, merges, base, keys, members, varying };
    for (i, finding) in findings.iter().enumerate() {
        let key = grouping.key_of(finding);
        grouping.members(key).findings.push(i);
    }
    grouping.take_wasted();
    let keys = std::mem::take(&mut grouping.keys);
    let stage = multi_stage(ladder);
    let all = keys.into_iter().filter_map(|key| {
        let members = grouping.members.remove(&key)?;
        grouping.change(&key, members, stage)
    });
    let mut changes: Vec<_> = all.chain(surplus::changes(inspection, surplus)).collect();
    slim::tell(inspection, ladder, &mut changes);
    changes.sort_by_key(|change| (change.part, Reverse(change.saves)));
    left_out::fill(inspection, findings, stage.map(|(_, stage)| stage), base, &mut changes);
    for stage in changes.iter_mut().filter(|change| change.extent == Extent::Stage) {
        stage.why = why::of_a_stage(inspection, findings, surplus, stage);
    }
    titles::tell_apart(inspection, findings, &mut changes);
    changes
}

/// Gives each finding the saving of its change.
pub(super) fn settle(findings: &mut [Finding], changes: &[Change]) {
    for change in changes {
        for &i in &change.findings {
            findings[i].fix.saves = change.saves;
        }
    }
}

impl Grouping<'_> {
    fn members(&mut self, key: Key) -> &mut Members {
        if !self.members.contains_key(&key) {
            self.keys.push(key.clone());
        }
        self.members.entry(key).or_default()
    }

    fn key_of(&self, finding: &Finding) -> Key {
        let part = Part::of_finding(finding);
        if let (Part::Own, Some(removed_in)) = (part, finding.removed_in()) {
            // What layers add and remove never reaches the one that they become.
            let range = self.merges.range_with(finding.added_in, removed_in);
            if let Some((first, last)) = range.or(finding.fix.merges) {
                return Key::Merge(first, last);
            }
        }
        Key::Clause(part, finding.fix.clause().to_owned())
    }

    /// Adds the wasted bytes that no finding is about.
    fn take_wasted(&mut self) {
        let mut found: HashMap<_, u64> = HashMap::new();
        for finding in self.findings {
            if let Some(removed_in) = finding.removed_in() {
                *found.entry((finding.added_in, removed_in)).or_default() += finding.bytes;
            }
        }
        for group in wasted_groups(self.inspection) {
            let (added_in, removed_in) = (group.added_in, group.removed_in);
            let is_own = added_in >= self.base;
            let merges = self.merges;
            let within = |key: &&Key| matches!(**key, Key::Merge(first, last) if merges.avoids((first, last), added_in, removed_in));
            if let Some(key) = self.keys.iter().find(within).filter(|_| is_own).cloned() {
                self.members(key).groups.push(group);
                continue;
            }
            let known = found.get(&(added_in, removed_in)).copied().unwrap_or(0);
            let rest = group.bytes.saturating_sub(known);
            if rest > 0 {
                self.take_rest(WastedGroup { bytes: rest, ..group });
            }
        }
    }

    fn take_rest(&mut self, group: WastedGroup) {
        let (added_in, removed_in) = (group.added_in, group.removed_in);
        let fix = match added_in < self.base {
            true => for_base(Fate::Gone { removed_in }, self.base),
            false => SuggestedChange::for_wasted(
                self.inspection,
                self.merges,
                added_in,
                removed_in,
                group.reason,
            ),
        };
        let part = if added_in < self.base { Part::Base } else { Part::Own };
        let key = match fix.merges.filter(|_| part == Part::Own) {
            Some((first, last)) => Key::Merge(first, last),
            None => Key::Clause(part, fix.clause().to_owned()),
        };
        let members = self.members(key);
        members.groups.push(group);
        members.fix.get_or_insert(fix);
    }

    fn change(
        &self,
        key: &Key,
        members: Members,
        stage: Option<(u64, &PossibleSize)>,
    ) -> Option<Change> {
        let Members { mut findings, mut groups, fix } = members;
        findings.sort_by_key(|&i| Reverse(self.findings[i].bytes));
        groups.sort_by_key(|group| Reverse(group.bytes));
        let of_findings = || findings.iter().map(|&i| &self.findings[i]);
        let bytes: u64 = of_findings().map(|finding| finding.bytes).sum();
        let rest: u64 = groups.iter().map(|group| group.bytes).sum();
        let is_of_merge = |fix: &&SuggestedChange| match *key {
            Key::Merge(first, last) => fix.merges == Some((first, last)),
            Key::Clause(..) => true,
        };
        let fixes = of_findings().map(|finding| &finding.fix).chain(&fix);
        let own = match key {
            Key::Merge(..) => fixes.clone().next().filter(is_of_merge).cloned(),
            Key::Clause(..) => fixes.clone().next().cloned(),
        };
        let is_one_part = match *key {
            // The alternatives of a minor part are not those of all that is combined.
            Key::Merge(first, last) => {
                let largest = findings.first().map_or(0, |&i| self.findings[i].bytes);
                let is_again = |it: &WastedGroup| it.reason == Reason::RewrittenUnchanged;
                largest > self.merges.saves(first, last) / 2 || groups.iter().all(is_again)
            }
            Key::Clause(..) => true,
        };
        let own = own.filter(|_| is_one_part);
        let fix = own.or_else(|| self.merge(key)).or_else(|| fixes.clone().next().cloned())?;
        let known = match self.inspection.completeness.sizes_are_exact() {
            true => Certainty::Exact,
            false => Certainty::AtLeast,
        };
        let mut also = Also::default();
        let (part, extent, saves, certainty, is_certain) = match (key, stage) {
            (&Key::Merge(first, last), _) => {
                let saves = self.merges.saves(first, last);
                let varies = self.varying(first, last).filter(|_| known == Certainty::Exact);
                let certainty = varies.map_or(known, |why| Certainty::Estimate(why.into()));
                (Part::Own, Extent::Merge, saves, certainty, fix.is_certain)
            }
            (Key::Clause(Part::Own, clause), Some((saves, rung))) if clause == STAGE => {
                (Part::Own, Extent::Stage, saves, rung.certainty.clone(), !rung.needs_a_look)
            }
            (Key::Clause(part, _), _) => {
                let is_certain = fixes.clone().all(|fix| fix.is_certain) && *part == Part::Own;
                let certainty = match of_findings().any(is_for_the_build) {
                    // Other files can be left out with them.
                    true if known == Certainty::Exact => Certainty::AtMost,
                    _ => known,
                };
                if *part != Part::Base {
                    also = Also::of(self.inspection, self.judged, self.base, &findings);
                }
                let more: u64 =
                    also.inodes.iter().map(|&inode| self.inspection.tree.size(inode)).sum();
                let (certainty, is_certain) =
                    (also.certainty(certainty), is_certain && !also.is_made_again);
                let runs_again = match *part {
                    Part::Own => stored_again(self.inspection, &groups)
                        .and_then(|(first, last)| self.varying(first, last)),
                    Part::Optional | Part::Base => None,
                };
                let certainty = match runs_again {
                    Some(why) if certainty == Certainty::Exact => Certainty::Estimate(why.into()),
                    _ => certainty,
                };
                (*part, Extent::Findings, bytes + rest + more, certainty, is_certain)
            }
        };
        let size = self.inspection.totals.size.saturating_sub(saves);
        let fix = match extent {
            // What follows it in the advice on a part does not do for all that a stage leaves out.
            Extent::Stage if saves - saves / 20 > bytes => {
                SuggestedChange { what: fix.clause().into(), ..fix }
            }
            _ => fix,
        };
        let fix = SuggestedChange { saves, ..fix };
        let needs_a_look = !is_certain;
        let why = match extent {
            Extent::Merge if findings.len() != 1 || bytes < saves => {
                why::combined(self.inspection, &groups)
            }
            _ => why::of_findings(self.inspection, self.findings, &findings, &also),
        };
        Some(Change {
            part,
            findings,
            bytes,
            groups,
            surplus: Vec::new(),
            also: also.inodes,
            named_others: Vec::new(),
            shared_bytes: also.findings.iter().map(|&i| self.findings[i].bytes).sum(),
            shared: also.findings,
            edits: also.edits,
            saves,
            size,
            left_out: Vec::new(),
            adds: 0,
            certainty,
            needs_a_look,
            extent,
            apart: String::new(),
            fix,
            why,
            draft: None,
        })
    }

    /// Returns why the size after combining the `RUN`s of some layers is an estimate.
    fn varying(&self, first: LayerIndex, last: LayerIndex) -> Option<Escaped> {
        let tree = &self.inspection.tree;
        self.varying.get_or_init(|| Varying::find(tree)).among(|inode, only_merged| {
            let (added_in, removal) = (tree.added_in(inode), tree.removal(inode));
            let avoids = |removed_in| self.merges.avoids((first, last), added_in, removed_in);
            let is_left = !removal.is_some_and(|gone| avoids(gone.layer));
            is_left && added_in >= self.base && (!only_merged || avoids(added_in))
        })
    }

    fn merge(&self, key: &Key) -> Option<SuggestedChange> {
        let Key::Merge(first, last) = *key else { return None };
        Some(SuggestedChange::merge(self.inspection, self.merges, first, last, STAGE))
    }
}

/// Returns the first and the last `RUN` of which one stores files of the other again, if any do.
fn stored_again(
    inspection: &Inspection,
    groups: &[WastedGroup],
) -> Option<(LayerIndex, LayerIndex)> {
    let is_run = |layer: LayerIndex| inspection.layers[layer].instruction.is_run();
    let groups = groups.iter().filter(|it| it.reason == Reason::RewrittenUnchanged);
    let pairs = groups.map(|group| (group.added_in, group.removed_in));
    let runs = pairs.filter(|&(first, last)| first < last && is_run(first) && is_run(last));
    runs.max_by_key(|&(first, last)| (last, Reverse(first)))
}

/// Returns whether files are visible that only builds need: a separate stage leaves out more.
fn is_for_the_build(finding: &Finding) -> bool {
    finding.whose == Whose::Own
        && finding.fate == Fate::Left
        && matches!(finding.level, Level::Toolchain | Level::Build)
}
