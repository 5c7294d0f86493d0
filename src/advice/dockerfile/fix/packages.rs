//! Adds flags, cleanup commands and cache mounts for package managers whose leftovers are in the
//! image.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Work;
use super::condition::{Condition, Kind, Refusal};
use super::merge::Group;
use super::remark::Verdict;
use crate::advice::dockerfile::draft::Fate;
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::findings::{Matches, Rule, Rules, is_left_to_a_person, taken};
use crate::advice::tool::Tool;
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::shell::{self, Script};
use crate::tree::{Kind as Entry, VersionId};

/// Inodes that a tool left in a layer, each with its path without the slash at the start.
type Left = Vec<(VersionId, String)>;

/// Files that rules give to tools, by rule and by layer.
pub(super) struct Leftovers<'a> {
    pub(super) rules: &'a Rules,
    by_rule: HashMap<u16, HashMap<LayerIndex, Left>>,
    /// Visible leftovers that no tool cleans, by rule and layer.
    pub(super) by_hand: BTreeMap<u16, BTreeMap<LayerIndex, Vec<VersionId>>>,
}

impl<'a> Leftovers<'a> {
    /// Makes one without files.
    pub(super) fn none(rules: &'a Rules) -> Self {
        Self { rules, by_rule: HashMap::new(), by_hand: BTreeMap::new() }
    }

    /// Finds what the tools of some rules left.
    pub(super) fn find(inspection: &Inspection, rules: &'a Rules, matches: &Matches) -> Self {
        let tree = &inspection.tree;
        let mut by_rule: HashMap<u16, HashMap<LayerIndex, Left>> = HashMap::new();
        let mut by_hand: BTreeMap<u16, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for (rule, layer, inode) in taken(inspection, rules, matches) {
            let found = &rules.list[usize::from(rule)];
            if is_left_to_a_person(found) && inode.reason.is_none() {
                let of_rule = by_hand.entry(rule).or_default();
                of_rule.entry(layer).or_default().push(inode.version);
            }
            if found.tools.is_empty() {
                continue;
            }
            let path =
                String::from_utf8_lossy(&tree.path(inode.node)).trim_start_matches('/').to_owned();
            by_rule.entry(rule).or_default().entry(layer).or_default().push((inode.version, path));
        }
        Self { rules, by_rule, by_hand }
    }

    /// Returns the rules whose tools left something, in the order of precedence.
    fn found(&self) -> impl Iterator<Item = (&Rule, &HashMap<LayerIndex, Left>)> {
        let numbered = self.rules.iter().zip(0..);
        numbered.filter_map(|(rule, number)| Some((rule, self.by_rule.get(&number)?)))
    }

    /// Returns what one command leaves and another one needs, with the tool: the lists of apt.
    fn lists(&self) -> Option<(&Tool, &HashMap<LayerIndex, Left>)> {
        self.found().find_map(|(rule, left)| {
            let tool = rule.tools.iter().find(|tool| !tool.needed_by.is_empty())?;
            Some((tool, left))
        })
    }

    /// Returns the tool with a certain flag, for evidence other than paths.
    pub(super) fn with_flag(&self, flag: &str) -> Option<&Tool> {
        self.rules.tools.iter().find(|tool| tool.flag.as_deref() == Some(flag))
    }
}

impl Work<'_> {
    /// Changes the `RUN`s whose tools left something that no merge takes away.
    pub(super) fn packages(&mut self, groups: &[Group]) {
        let leftovers = self.leftovers;
        self.last_needing_lists = leftovers.lists().and_then(|(lists, _)| self.last_needing(lists));
        let mut groups: Vec<_> = groups.iter().collect();
        groups.sort_by_key(|group| group.runs.first().copied());
        for (rule, by_layer) in leftovers.found() {
            for (at, group) in groups.iter().enumerate() {
                let left = self.left_by(by_layer, group);
                let user =
                    rule.tools.iter().find(|tool| group.runs.iter().any(|&i| self.uses(i, tool)));
                if let (Some(tool), false) = (user, left.is_empty()) {
                    // A later use finds nothing of what is there now, and makes it anew.
                    let later = groups[at + 1..].iter().copied();
                    let again =
                        later.filter(|group| group.runs.iter().any(|&i| self.leaves_by(i, tool)));
                    let again: Vec<_> =
                        again.filter(|group| self.left_by(by_layer, group).is_empty()).collect();
                    let layers = || again.iter().chain([group]).flat_map(|it| &it.layers);
                    let all = layers().filter_map(|layer| by_layer.get(layer)).flatten();
                    let all = all.filter(|(inode, _)| !self.moved.contains(inode));
                    let all: Left = all.cloned().collect();
                    if self.change((rule, tool), group, &again, left, all) {
                        self.delete(tool, by_layer);
                    }
                }
            }
        }
        let groups = groups.as_slice();
        self.recommended(groups);
        self.development(groups);
    }

    /// Returns whether a command of a `RUN` leaves a tool's files.
    pub(super) fn uses(&self, i: usize, tool: &Tool) -> bool {
        self.script(i)
            .is_some_and(|script| script.every().iter().any(|command| tool.is_used_by(command)))
    }

    /// Returns whether a command of a `RUN` leaves a tool's files at the usual place, which a flag or
    /// a setting may prevent.
    fn leaves_by(&self, i: usize, tool: &Tool) -> bool {
        let is_off = |&at: &usize| {
            let instruction = &self.file.instructions[at];
            let assigned = instruction.assignments();
            let sets = |off: &String| {
                off.ends_with('=') && assigned.iter().any(|it| it.starts_with(off.as_str()))
            };
            at < i && instruction.keyword == Keyword::Env && tool.off.iter().any(sets)
        };
        !self.stage.iter().any(is_off)
            && self
                .script(i)
                .is_some_and(|script| script.every().iter().any(|it| tool.leaves_by(it)))
    }

    /// Returns the commands of a `RUN`, if they can be parsed.
    pub(super) fn script(&self, i: usize) -> Option<Script<'_>> {
        self.is_posix(i).then(|| shell::read(&self.file.instructions[i].arguments)).flatten()
    }

    /// Returns what a tool left in the layers of a group, without what other changes save.
    fn left_by(&self, by_layer: &HashMap<LayerIndex, Left>, group: &Group) -> Left {
        let left = group.layers.iter().filter_map(|layer| by_layer.get(layer)).flatten();
        left.filter(|(inode, _)| !self.claims.has(*inode)).cloned().collect()
    }

    /// Notes the visible files of the base image that a command now deletes with a tool's own.
    fn delete(&mut self, tool: &Tool, by_layer: &HashMap<LayerIndex, Left>) {
        let (tree, base) = (&self.inspection.tree, self.target.base_layers);
        let of_base = by_layer.iter().filter(|(layer, _)| **layer < base).flat_map(|(_, it)| it);
        let is_deleted = |(inode, path): &&(VersionId, String)| {
            tree.removal(*inode).is_none() && tool.keeps_out(path)
        };
        self.deleted.add(tool, of_base.filter(is_deleted).map(|(inode, _)| *inode));
    }

    /// Changes a group so that a tool leaves nothing, or says why that is left to a person; returns
    /// whether a command now deletes the files.
    fn change(
        &mut self,
        (rule, tool): (&Rule, &Tool),
        group: &Group,
        again: &[&Group],
        left: Left,
        all: Left,
    ) -> bool {
        let users: Vec<_> = group.runs.iter().copied().filter(|&i| self.uses(i, tool)).collect();
        let Some(&first) = users.first() else { return false };
        let mountable = self.target.buildkit && self.can_mount(tool, group, &left);
        let kept_out = |left: Left| {
            left.into_iter().filter(|(_, path)| tool.keeps_out(path)).collect::<Left>()
        };
        let (left, all) = if mountable { (left, all) } else { (kept_out(left), kept_out(all)) };
        if left.is_empty() {
            return false;
        }
        let is_cleaned = !mountable && tool.flag.is_none();
        let by_clean = |refusal: Option<Refusal>| refusal.filter(|_| is_cleaned);
        let refusal = self.needed_offline(tool, group).or_else(|| self.named_later(tool, group));
        let refusal = refusal.or_else(|| self.index_needed_later(tool, group));
        let refusal = refusal.or_else(|| self.read_by_container(rule));
        let refusal = refusal.or_else(|| self.run_from(tool));
        let refusal = refusal.or_else(|| self.installed_at_start(tool, group));
        let refusal = refusal.or_else(|| by_clean(self.needed_later(tool, group)));
        let refusal = refusal.or_else(|| by_clean(self.stays(tool, again, &left)));
        if let Some(Refusal { condition, reason }) = refusal {
            let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
            let text = format!("leaves {} in the image, but {reason}", tool.leaves);
            let inodes = left.iter().map(|&(inode, _)| inode).collect();
            self.leave(Kind::Tool, bytes, first, text, condition).inodes = inodes;
            return false;
        }
        let Some(how) = self.applied(tool, group, mountable, &left) else {
            if is_cleaned && !self.is_cleaned(tool, group) {
                let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
                let text = format!(
                    "leaves {} in the image, but nothing can be added at its end",
                    tool.leaves
                );
                let inodes = left.iter().map(|&(inode, _)| inode).collect();
                self.leave(Kind::Tool, bytes, first, text, Condition::Followed).inodes = inodes;
            }
            return false;
        };
        let mut lines = Vec::new();
        for other in again {
            if self.applied(tool, other, mountable, &left).is_some() {
                lines.extend(other.runs.first().map(|&run| self.file.instructions[run].line));
            }
        }
        let saves = self.claims.claim(&self.inspection.tree, left.iter().map(|&(inode, _)| inode));
        let also = match &*lines {
            [] => String::new(),
            lines => {
                let numbers: Vec<_> = lines.iter().map(usize::to_string).collect();
                format!(
                    ", and so in line {}, which would leave them again",
                    crate::display::listed(&numbers)
                )
            }
        };
        let text = format!("{how}{also}: the image contains {}", tool.leaves);
        let remark = self.say(Kind::Tool, Verdict::saves(saves), first, text);
        remark.lines.extend(lines);
        remark.inodes = all.into_iter().map(|(inode, _)| inode).collect();
        is_cleaned
    }

    /// Changes a group so that a tool leaves nothing; returns how.
    fn applied(
        &mut self,
        tool: &Tool,
        group: &Group,
        mountable: bool,
        left: &Left,
    ) -> Option<String> {
        let users: Vec<_> = group.runs.iter().copied().filter(|&i| self.uses(i, tool)).collect();
        match (mountable, &tool.flag) {
            (true, _) => self.mount(tool, group, left),
            (false, Some(_)) => self.flag(tool, &users),
            (false, None) => self.clean(tool, group, left),
        }
    }

    /// Returns why a tool's files stay although the first group removes them: a later one makes
    /// them anew, and cannot be changed.
    fn stays(&self, tool: &Tool, again: &[&Group], left: &Left) -> Option<Refusal> {
        let stuck = again
            .iter()
            .filter(|group| !self.is_cleaned(tool, group))
            .find(|group| self.cleaning(tool, group, left).is_none())?;
        let line = self.file.instructions[*stuck.runs.first()?].line;
        Some(Condition::NotMadeAgain.fails(format!("line {line} would leave them again")))
    }

    fn is_cleaned(&self, tool: &Tool, group: &Group) -> bool {
        group.runs.iter().any(|&i| tool.is_cleaned_in(&self.file.instructions[i].arguments))
    }

    /// Returns whether cache mounts keep all that a tool left, and nothing that the image needs.
    fn can_mount(&self, tool: &Tool, group: &Group, left: &Left) -> bool {
        let tree = &self.inspection.tree;
        let targets: HashSet<_> = left.iter().filter_map(|(_, path)| tool.mount_of(path)).collect();
        let inodes: HashSet<_> = left.iter().map(|&(inode, _)| inode).collect();
        let only_left = |target: &&str| {
            tree.find(target.as_bytes()).into_iter().flat_map(|top| tree.at_and_below(top)).all(
                |node| {
                    tree.versions(node).all(|version| {
                        let is_own = group.layers.contains(&tree.added_in(version))
                            && tree.kind(version) != Entry::Directory;
                        !is_own || tree.size(version) == 0 || inodes.contains(&tree.inode(version))
                    })
                },
            )
        };
        left.iter().all(|(_, path)| tool.mount_of(path).is_some()) && targets.iter().all(only_left)
    }

    /// Adds a flag to the uses of a tool without it; returns a remark if there are any.
    pub(super) fn flag(&mut self, tool: &Tool, users: &[usize]) -> Option<String> {
        let file = self.file;
        let mut changed = false;
        for &i in users {
            let instruction = &file.instructions[i];
            let script = shell::read(&instruction.arguments)?;
            for (place, text) in tool.flag_edits(&script) {
                let end = instruction.place(place.end - 1) + 1;
                let start = if place.is_empty() { end } else { instruction.place(place.start) };
                self.draft.replace(i, start..end, text);
                changed = true;
            }
        }
        changed.then(|| format!("adds {}", tool.flag.as_deref().unwrap_or_default()))
    }

    /// Adds a command at the end of the last `RUN` of a group that runs the tool: a later one may
    /// remove it.
    fn clean(&mut self, tool: &Tool, group: &Group, left: &Left) -> Option<String> {
        let (last, command) = self.cleaning(tool, group, left)?;
        let next = self.draft.continuation();
        let instruction = &self.file.instructions[last];
        let end = instruction.arguments_span().end;
        // Behind a semicolon, the failure of the last command would no longer be seen.
        let bare = instruction.arguments.trim_end().trim_end_matches(';').trim_end().len();
        let from = instruction.place(bare.max(1) - 1) + 1;
        let is_open = instruction.arguments.trim_end().ends_with(';');
        if is_open && !self.draft.has_edit_at(last, from) {
            self.draft.replace(last, from..end, String::new());
        }
        self.draft.replace(last, end..end, format!("{next}{command}"));
        Some(format!("adds {} in the same RUN", command.trim_start_matches("&& ")))
    }

    /// Returns the last `RUN` of a group that runs the tool, and the command to append to it.
    fn cleaning(&self, tool: &Tool, group: &Group, left: &Left) -> Option<(usize, String)> {
        let file = self.file;
        let may_run_it = |i: &usize| match self.script(*i) {
            Some(script) => script.every().iter().any(|command| tool.may_be_run_by(command)),
            None => tool.is_named_in(&self.file.instructions[*i].arguments),
        };
        let last = group.runs.iter().copied().rfind(may_run_it)?;
        let instruction = &file.instructions[last];
        let is_plain =
            file.escape == '\\' && instruction.json().is_none() && instruction.heredocs.is_empty();
        if !is_plain || self.is_cleaned(tool, group) {
            return None;
        }
        let left: Vec<_> = left.iter().map(|(_, path)| path.as_str()).collect();
        Some((
            last,
            tool.cleaning(&shell::read(&instruction.arguments)?, &instruction.arguments, &left)?,
        ))
    }

    /// Adds a cache mount for each place to the first `RUN` of a group, which is the one that
    /// stays.
    fn mount(&mut self, tool: &Tool, group: &Group, left: &Left) -> Option<String> {
        let mut targets: Vec<_> = left
            .iter()
            .filter_map(|(_, path)| tool.mount_of(path))
            .map(|mount| format!("/{mount}"))
            .collect();
        targets.sort_unstable();
        targets.dedup();
        let first = *group.runs.first()?;
        let instruction = &self.file.instructions[first];
        let mounted = |target: &String| {
            let mut mounts = instruction
                .flags
                .iter()
                .filter(|flag| flag.name == "mount")
                .filter_map(|flag| flag.value.as_deref());
            mounts.any(|mount| {
                mount.split(',').any(|part| {
                    part.strip_prefix("target=").or(part.strip_prefix("dst=")) == Some(target)
                })
            })
        };
        targets.retain(|target| !mounted(target));
        let flag = |target: &str| format!("--mount=type=cache,target={target}");
        targets.retain(|target| !self.draft.adds_flag(first, &flag(target)));
        for target in &targets {
            self.draft.add_flag(first, flag(target));
        }
        (!targets.is_empty()).then(|| format!("keeps {} in a cache mount", targets.join(" and ")))
    }

    /// Returns the last `RUN` that needs a tool's files without creating them itself, and is not
    /// merged into another.
    fn last_needing(&self, tool: &Tool) -> Option<usize> {
        let stays = |&i: &usize| self.draft.fates[i] == Fate::Stays;
        self.stage
            .iter()
            .copied()
            .filter(stays)
            .rfind(|&i| self.needs(i, tool) && !self.uses(i, tool))
    }

    /// Returns whether a `RUN` may need a tool's files.
    fn needs(&self, i: usize, tool: &Tool) -> bool {
        let instruction = &self.file.instructions[i];
        if instruction.keyword != Keyword::Run {
            return false;
        }
        let script = self.script(i).filter(|_| instruction.json().is_none());
        self.file.documents(instruction).any(|document| tool.may_be_needed_in(document))
            || match script {
                Some(script) => script.every().iter().any(|command| tool.may_be_needed_by(command)),
                None => tool.may_be_needed_in(&instruction.arguments),
            }
    }

    /// Returns, for each `RUN` that only updates apt's lists: its index, the last `RUN` that
    /// installs from them, and the size of the lists that stay because they are needed in between.
    pub(super) fn lists_in_between(&self) -> Vec<(usize, usize, u64)> {
        let Some((lists, by_layer)) = self.leftovers.lists() else { return Vec::new() };
        let runs = self.runs();
        let mut found = Vec::new();
        for (at, &(update, layer)) in runs.iter().enumerate() {
            let Some(left) = by_layer.get(&layer) else { continue };
            if !self.uses(update, lists) || self.needs(update, lists) {
                continue;
            }
            let later =
                runs[at + 1..].iter().map(|&(i, _)| i).take_while(|&i| !self.uses(i, lists));
            if let Some(install) = later.filter(|&i| self.needs(i, lists)).last() {
                let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
                found.push((update, install, bytes));
            }
        }
        found
    }
}
