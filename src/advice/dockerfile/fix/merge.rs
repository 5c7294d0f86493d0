//! Merges `RUN` instructions if a later one removes files of an earlier one.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::between::Side;
use super::condition::{Condition, Kind, Refusal};
use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::apart::{kept_apart, mounted};
use crate::advice::dockerfile::draft::{Fate, Join, Member, Merge};
use crate::advice::dockerfile::parse::Keyword;
use crate::analysis::{noteworthy_reasons, wasted_groups};
use crate::display::escaped_str;
use crate::layer_index::LayerIndex;
use crate::shell;
use crate::tree::Reason;

type Map<K, V> = HashMap<K, V, RandomState>;

/// The most pairs of layers that are considered, the largest first.
const PAIRS: usize = 100;

/// `RUN` instructions that become one, or a single one.
pub struct Group {
    /// The instructions, in order.
    pub runs: Vec<usize>,
    /// The layers that they made.
    pub layers: Vec<LayerIndex>,
}

/// A range of instructions from one `RUN` to another, by position in the stage.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stretch {
    from: usize,
    to: usize,
}

impl Work<'_> {
    /// Merges `RUN` instructions where it is worthwhile; returns all `RUN`s of the image in groups.
    pub(super) fn merge(&mut self) -> Vec<Group> {
        let position: HashMap<usize, usize> =
            self.stage.iter().enumerate().map(|(at, &i)| (i, at)).collect();
        let run_at = |work: &Self, layer: LayerIndex| {
            let i = *work.by_layer.get(&layer)?;
            work.is_run(i).then(|| position.get(&i).copied()).flatten()
        };
        let mut pairs: Vec<(Stretch, u64)> = Vec::new();
        for ((added_in, removed_in), bytes) in self.wasted_pairs() {
            if let (Some(from), Some(to)) = (run_at(self, added_in), run_at(self, removed_in)) {
                pairs.push((Stretch { from, to }, bytes));
            }
        }
        for (update, install, bytes) in self.lists_in_between() {
            if let (Some(&from), Some(&to)) = (position.get(&update), position.get(&install)) {
                pairs.push((Stretch { from, to }, bytes));
            }
        }
        pairs.retain(|&(stretch, bytes)| stretch.from < stretch.to && bytes >= NOTEWORTHY);
        pairs.sort_by_key(|&(stretch, bytes)| (std::cmp::Reverse(bytes), stretch.from, stretch.to));
        pairs.truncate(PAIRS);
        let mut accepted: Vec<(Stretch, u64)> = Vec::new();
        let mut refused: Map<_, Vec<usize>> = Map::default();
        for (stretch, bytes) in pairs {
            let touches =
                |(other, _): &(Stretch, u64)| other.from <= stretch.to && stretch.from <= other.to;
            let touched: Vec<_> = accepted.iter().copied().filter(touches).collect();
            let whole = touched.iter().fold(stretch, |whole, (other, _)| Stretch {
                from: whole.from.min(other.from),
                to: whole.to.max(other.to),
            });
            if touched.iter().any(|(other, _)| *other == whole) {
                continue;
            }
            let together = touched.iter().fold(bytes, |sum, (_, bytes)| sum.saturating_add(*bytes));
            match self.can_merge(whole, together) {
                Ok(()) => {
                    accepted.retain(|other| !touches(other));
                    accepted.push((whole, together));
                }
                Err(Refusal { condition, reason }) => {
                    let (from, to) = (self.stage[stretch.from], self.stage[stretch.to]);
                    let last = self.file.instructions[to].line;
                    let text = format!(
                        "the RUN in line {last} deletes files of this RUN, but the two cannot be combined, because \
                            {reason}; use a multi-stage build"
                    );
                    if let (Some(added_in), Some(removed_in)) = (self.layer(from), self.layer(to)) {
                        refused.entry((added_in, removed_in)).or_default().push(self.remarks.len());
                    }
                    let remark = self.leave(Kind::Merge, bytes, from, text, condition);
                    remark.lines.push(last);
                }
            }
        }
        for wasted in self.inspection.wasted.iter().filter(|_| !refused.is_empty()) {
            for &remark in refused.get(&(wasted.added_in, wasted.removed_in)).into_iter().flatten()
            {
                self.remarks[remark].inodes.push(wasted.version);
            }
        }
        accepted.sort_by_key(|(stretch, _)| stretch.from);
        let mut groups: Vec<_> =
            accepted.into_iter().map(|(stretch, _)| self.merge_stretch(stretch)).collect();
        let merged: HashSet<_> = groups.iter().flat_map(|group| group.runs.clone()).collect();
        for (run, layer) in self.runs() {
            if !merged.contains(&run) && self.draft.fates[run] == Fate::Stays {
                groups.push(Group { runs: vec![run], layers: vec![layer] });
            }
        }
        groups
    }

    /// Combines the `RUN`s of a range of layers in the draft, if nothing speaks against it.
    pub(super) fn combine(&mut self, first: LayerIndex, last: LayerIndex) -> Option<()> {
        let place = |layer: LayerIndex| {
            let i = self.by_layer.get(&layer)?;
            self.stage.iter().position(|at| at == i)
        };
        let stretch = Stretch { from: place(first)?, to: place(last)? };
        // Those that are part of another one already are no longer there.
        if self.members(stretch).len() < 2 {
            return None;
        }
        self.can_merge(stretch, u64::MAX).ok()?;
        self.draft_stretch(stretch);
        Some(())
    }

    /// Returns the wasted bytes by pair of layers, without those that another change saves.
    fn wasted_pairs(&self) -> Map<(LayerIndex, LayerIndex), u64> {
        let tree = &self.inspection.tree;
        let groups = wasted_groups(self.inspection).into_iter();
        let pairs = groups.map(|group| ((group.added_in, group.removed_in), group.bytes));
        let mut pairs: Map<_, _> = pairs.filter(|((first, last), _)| first < last).collect();
        let moved = self.moved.iter().copied().filter(|&inode| !self.claims.has(inode));
        for inode in self.claims.iter().chain(moved) {
            let removed_in = tree.removal(inode).map(|removal| removal.layer);
            let pair = removed_in.map(|removed_in| (tree.added_in(inode), removed_in));
            if let Some(bytes) = pair.and_then(|pair| pairs.get_mut(&pair)) {
                *bytes -= tree.size(inode);
            }
        }
        pairs
    }

    fn members(&self, stretch: Stretch) -> Vec<usize> {
        self.stage[stretch.from..=stretch.to].iter().copied().filter(|&i| self.is_run(i)).collect()
    }

    /// Returns whether an instruction is a `RUN` that stays.
    fn is_run(&self, i: usize) -> bool {
        self.file.instructions[i].keyword == Keyword::Run && self.draft.fates[i] == Fate::Stays
    }

    /// Checks that the `RUN`s of a stretch can be merged, and that the instructions between them
    /// can be moved before them.
    fn can_merge(&self, stretch: Stretch, bytes: u64) -> Result<(), Refusal> {
        let members = self.members(stretch);
        if !members.iter().all(|&i| self.is_posix(i)) {
            return Err(Condition::Posix.fails("the commands are not for a POSIX shell"));
        }
        for &i in &members {
            let run = &self.file.instructions[i];
            let line = run.line;
            // A RUN that is in the history without a layer changes nothing.
            if self.layer(i).is_none() && self.target.unmatched.contains(&i) {
                return Err(Condition::Matched
                    .fails(format!("the RUN in line {line} could not be matched with a layer")));
            }
            if !run.heredocs.is_empty() || run.json().is_some() {
                return Err(Condition::Mergeable.fails(format!(
                    "the RUN in line {line} is not a plain shell \
                    command"
                )));
            }
            if run.flags != self.file.instructions[members[0]].flags {
                return Err(
                    Condition::Mergeable.fails(format!("the RUN in line {line} has other flags"))
                );
            }
            shell::follow(&run.arguments).map_err(|found| self.not_followed(i, found))?;
            if self.target.leaves_processes(i) && Some(&i) != members.last() {
                let reason = format!("the RUN in line {line} leaves a process in the background");
                return Err(Condition::Mergeable.fails(reason));
            }
        }
        self.same_files(stretch, &members)?;
        self.sides(stretch, bytes)?;
        // Stages that build on one another are separate in the file.
        let (first, last) = (self.stage[stretch.from], self.stage[stretch.to]);
        if self.file.instructions[first..=last]
            .iter()
            .any(|between| between.keyword == Keyword::From)
        {
            return Err(Condition::Mergeable.fails("they are in different stages"));
        }
        Ok(())
    }

    /// Checks that each `RUN` of a stretch sees the same files when all are one.
    fn same_files(&self, stretch: Stretch, members: &[usize]) -> Result<(), Refusal> {
        let is_volume = |i: &&usize| self.file.instructions[**i].keyword == Keyword::Volume;
        if let Some(&volume) =
            self.stage[..stretch.to].iter().find(is_volume).filter(|_| !self.target.buildkit)
        {
            let line = self.file.instructions[volume].line;
            return Err(Condition::SameFiles.fails(format!(
                "VOLUME in line {line} is in force, and what a RUN writes in a volume is gone for the next one"
            )));
        }
        let layers: Vec<_> = members.iter().filter_map(|&i| self.layer(i)).collect();
        if let Some(why) = kept_apart(self.inspection, &layers) {
            return Err(Condition::SameFiles.fails(why));
        }
        for (at, &i) in members.iter().enumerate() {
            let run = &self.file.instructions[i];
            if let Some(name) = mounted(&run.arguments).filter(|_| at + 1 < members.len()) {
                let reason = format!(
                    "line {} names {}, which each RUN gets anew",
                    run.line,
                    escaped_str(&name)
                );
                return Err(Condition::SameFiles.fails(reason));
            }
            let mut mounts = run.flags.iter().filter(|flag| flag.name == "mount");
            let is_new = |value: &str| {
                let has =
                    |words: &[&str]| value.split(',').any(|part| words.contains(&part.trim()));
                let stays = has(&["type=cache", "type=secret", "type=ssh"]);
                has(&["type=tmpfs"])
                    || !stays && has(&["rw", "readwrite", "rw=true", "readwrite=true"])
            };
            if mounts.any(|flag| flag.value.as_deref().is_some_and(is_new)) {
                return Err(Condition::SameFiles
                    .fails(format!("the mount in line {} begins anew each time", run.line)));
            }
        }
        Ok(())
    }

    /// Returns where each instruction between the `RUN`s of a stretch goes.
    fn sides(&self, stretch: Stretch, bytes: u64) -> Result<Vec<(usize, Side)>, Refusal> {
        let between = &self.stage[stretch.from..=stretch.to];
        let mut sides: Vec<(usize, Side)> = Vec::new();
        for (at, &i) in between.iter().enumerate() {
            if self.is_run(i) || self.draft.fates[i] != Fate::Stays {
                continue;
            }
            let runs = |part: &[usize]| {
                part.iter().copied().filter(|&i| self.is_run(i)).collect::<Vec<_>>()
            };
            let (before, rest) = (&between[..at], &between[at + 1..]);
            sides.push((i, self.side(i, &runs(before), &runs(rest), rest, bytes)?));
        }
        Ok(sides)
    }

    /// Writes the `RUN`s of a stretch as one; returns them, and the copies that come first now.
    fn draft_stretch(&mut self, stretch: Stretch) -> (Vec<usize>, Vec<usize>) {
        let members = self.members(stretch);
        let first = members[0];
        let mut copies = Vec::new();
        for (i, side) in self.sides(stretch, u64::MAX).unwrap_or_default() {
            self.draft.fates[i] = match side {
                Side::Before => Fate::MovesBefore(first),
                Side::Behind => Fate::MovesBehind(first),
            };
            if matches!(self.file.instructions[i].keyword, Keyword::Copy | Keyword::Add) {
                copies.push(i);
            }
        }
        let scripts: Vec<_> =
            members.iter().map(|&i| shell::read(&self.file.instructions[i].arguments)).collect();
        let (last, others) =
            scripts.split_last().map_or((None, &[][..]), |(last, others)| (Some(last), others));
        let in_force = members
            .iter()
            .any(|&i| self.target.shells.get(i).is_some_and(|shell| shell.ends_at_errors()));
        let errexit = in_force || others.iter().flatten().any(shell::Script::ends_at_errors);
        let join = if errexit { Join::Errexit } else { Join::And };
        let parentheses = |k: usize| {
            let script = if k + 1 == members.len() {
                last.and_then(Option::as_ref)
            } else {
                scripts[k].as_ref()
            };
            script.is_none_or(|script| script.needs_parentheses(k + 1 == members.len()))
        };
        // Where one ends at the first error and another does not, each keeps its way.
        let goes_on = |k: usize| {
            let script = scripts[k].as_ref();
            errexit && !in_force && script.is_some_and(shell::Script::goes_on_after_errors)
        };
        let member = |(k, &instruction): (usize, &usize)| Member {
            instruction,
            parentheses: parentheses(k),
            goes_on: goes_on(k),
        };
        let merge = Merge { members: members.iter().enumerate().map(member).collect(), join };
        self.draft.merge(merge);
        (members, copies)
    }

    /// Combines the `RUN`s of a stretch, and says what that saves.
    fn merge_stretch(&mut self, stretch: Stretch) -> Group {
        let (members, copies) = self.draft_stretch(stretch);
        let layers: Vec<_> = members.iter().filter_map(|&i| self.layer(i)).collect();
        let first = members[0];
        self.merged.extend(&layers);
        let in_group: HashSet<_, RandomState> = layers.iter().copied().collect();
        let wasted = &self.inspection.wasted;
        let inside = wasted.iter().filter(|wasted| {
            let both = in_group.contains(&wasted.added_in) && in_group.contains(&wasted.removed_in);
            wasted.added_in < wasted.removed_in && both && !self.moved.contains(&wasted.version)
        });
        let reasons = noteworthy_reasons(inside.clone());
        let has = |reason| reasons.contains(&reason);
        let is_deleted = [Reason::Deleted, Reason::Opaque, Reason::Replaced].into_iter().any(has);
        let why = match (is_deleted, has(Reason::Overwritten)) {
            (true, true) => "so deleted and replaced files never reach a layer",
            (true, false) => "so deleted files never reach a layer",
            (false, true) => "so replaced files never reach a layer",
            (false, false) if has(Reason::RewrittenUnchanged) => {
                "so files are stored once, as they are in the end"
            }
            (false, false) => "so temporary files can be removed in the same RUN",
        };
        let inodes: Vec<_> = inside.map(|wasted| wasted.version).collect();
        let saves = self.claims.claim(&self.inspection.tree, inodes.iter().copied());
        let run = if members.len() == 2 { "RUN" } else { "RUNs" };
        let mut text = format!("combined with the {run} in {}, {why}", self.lines(&members[1..]));
        if !copies.is_empty() {
            text.push_str(&format!(
                "; the files that {} are now copied first, so a change to them runs it again (a build stage would keep the cache)",
                self.lines_copy(&copies)
            ));
        }
        let lines: Vec<_> =
            members[1..].iter().map(|&member| self.file.instructions[member].line).collect();
        let certainty = self.certainty_of_merge(&in_group);
        let verdict = Verdict::Changed { saves, certainty };
        let remark = self.say(Kind::Merge, verdict, first, text);
        remark.lines.extend(lines);
        remark.inodes = inodes;
        Group { runs: members, layers }
    }
}
