//! Adds flags, cleanup commands and cache mounts for package managers whose leftovers are in the
//! image.

use std::collections::HashMap;

use super::Work;
use super::merge::Group;
use super::remark::Verdict;
use crate::advice::dockerfile::draft::Fate;
use crate::advice::findings::{Rule, Rules, taken};
use crate::advice::tool::Tool;
use crate::analysis::Inspection;
use crate::shell::{self, Script};
use crate::tree::VersionId;

/// Inodes that a tool left in a layer, each with its path without the slash at the start.
type Left = Vec<(VersionId, String)>;

/// Files that rules give to tools, by rule and by layer.
pub(super) struct Leftovers {
    rules: Rules,
    by_rule: HashMap<u16, HashMap<usize, Left>>,
}

impl Leftovers {
    /// Finds what the tools of the built-in rules left.
    pub(super) fn find(inspection: &Inspection) -> Self {
        let rules = Rules::built_in();
        let tree = &inspection.tree;
        let mut by_rule: HashMap<u16, HashMap<usize, Left>> = HashMap::new();
        for (rule, layer, inode) in taken(inspection, &rules) {
            if rules.list[usize::from(rule)].tools.is_empty() {
                continue;
            }
            let path = String::from_utf8_lossy(&tree.path(inode.node)).trim_start_matches('/').to_owned();
            by_rule.entry(rule).or_default().entry(layer).or_default().push((inode.version, path));
        }
        Self { rules, by_rule }
    }

    /// Returns the rules whose tools left something, in the order of precedence.
    fn found(&self) -> impl Iterator<Item = (&Rule, &HashMap<usize, Left>)> {
        let numbered = self.rules.iter().zip(0..);
        numbered.filter_map(|(rule, number)| Some((rule, self.by_rule.get(&number)?)))
    }

    /// Returns what one command leaves and another one needs, with the tool: the lists of apt.
    fn lists(&self) -> Option<(&Tool, &HashMap<usize, Left>)> {
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
        for (rule, by_layer) in leftovers.found() {
            for group in groups {
                let left = group.layers.iter().filter_map(|layer| by_layer.get(layer)).flatten();
                let left: Left = left.filter(|(inode, _)| !self.claims.has(*inode)).cloned().collect();
                let user = rule.tools.iter().find(|tool| group.runs.iter().any(|&i| self.uses(i, tool)));
                if let (Some(tool), false) = (user, left.is_empty()) {
                    self.remedy(tool, group, left);
                }
            }
        }
        self.recommended(groups);
        self.development(groups);
    }

    /// Returns whether a command of a `RUN` leaves a tool's files.
    pub(super) fn uses(&self, i: usize, tool: &Tool) -> bool {
        self.script(i).is_some_and(|script| script.commands.iter().any(|command| tool.is_used_by(command)))
    }

    /// Returns the commands of a `RUN`, if they can be parsed.
    pub(super) fn script(&self, i: usize) -> Option<Script<'_>> {
        self.is_posix(i).then(|| shell::read(&self.file.instructions[i].arguments)).flatten()
    }

    fn remedy(&mut self, tool: &Tool, group: &Group, left: Left) {
        let users: Vec<_> = group.runs.iter().copied().filter(|&i| self.uses(i, tool)).collect();
        let Some(&first) = users.first() else { return };
        let mountable = self.target.buildkit && left.iter().all(|(_, path)| tool.mount_of(path).is_some());
        let (changed, left) = if mountable {
            (self.mount(tool, group, &left), left)
        } else {
            let left: Left = left.into_iter().filter(|(_, path)| tool.keeps_out(path)).collect();
            if left.is_empty() {
                return;
            }
            if tool.flag.is_some() {
                (self.flag(tool, &users), left)
            } else if let Some(reason) = self.needed_later(tool, group) {
                let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
                let text = format!("leaves {} in the image, but {reason}", tool.leaves);
                let inodes = left.iter().map(|&(inode, _)| inode).collect();
                return self.say_of(Verdict::Left { would_save: bytes }, Some(first), text, inodes);
            } else {
                (self.clean(tool, group), left)
            }
        };
        if let Some(how) = changed {
            let saves = self.claims.claim(&self.inspection.tree, left.iter().map(|&(inode, _)| inode));
            self.say(Verdict::saves(saves), Some(first), format!("{how}: the image ships {}", tool.leaves));
        }
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

    /// Adds a command at the end of the last `RUN` of a group that runs the tool: a later one may remove it.
    fn clean(&mut self, tool: &Tool, group: &Group) -> Option<String> {
        let file = self.file;
        let runs_it = |i: &usize| self.script(*i).is_some_and(|script| script.commands.iter().any(|c| tool.runs(c)));
        let last = group.runs.iter().copied().rfind(runs_it)?;
        let instruction = &file.instructions[last];
        let is_plain = file.escape == '\\' && instruction.json().is_none() && instruction.heredocs.is_empty();
        if !is_plain || group.runs.iter().any(|&i| tool.is_cleaned_in(&file.instructions[i].arguments)) {
            return None;
        }
        let command = tool.cleaning(&shell::read(&instruction.arguments)?, &instruction.arguments)?;
        let next = self.draft.continuation();
        let end = instruction.arguments_span().end;
        self.draft.replace(last, end..end, format!("{next}{command}"));
        Some(format!("adds {} in the same RUN", command.trim_start_matches("&& ")))
    }

    /// Adds a cache mount for each place to the first `RUN` of a group, which is the one that stays.
    fn mount(&mut self, tool: &Tool, group: &Group, left: &Left) -> Option<String> {
        let mut targets: Vec<_> =
            left.iter().filter_map(|(_, path)| tool.mount_of(path)).map(|mount| format!("/{mount}")).collect();
        targets.sort_unstable();
        targets.dedup();
        let first = *group.runs.first()?;
        let instruction = &self.file.instructions[first];
        let mounted = |target: &String| {
            let mut mounts =
                instruction.flags.iter().filter(|flag| flag.name == "mount").filter_map(|flag| flag.value.as_deref());
            mounts.any(|mount| {
                mount.split(',').any(|part| part.strip_prefix("target=").or(part.strip_prefix("dst=")) == Some(target))
            })
        };
        targets.retain(|target| !mounted(target));
        for target in &targets {
            self.draft.add_flag(first, format!("--mount=type=cache,target={target}"));
        }
        (!targets.is_empty()).then(|| format!("keeps {} in a cache mount", targets.join(" and ")))
    }

    /// Returns the reason if a tool's files cannot be removed at the end of a group, because a
    /// later `RUN` needs them.
    fn needed_later(&self, tool: &Tool, group: &Group) -> Option<String> {
        if tool.needed_by.is_empty() {
            return None;
        }
        let needs = self.last_needing_lists.filter(|run| group.runs.last().is_some_and(|last| run > last))?;
        let line = self.file.instructions[needs].line;
        Some(format!("the apt-get install in line {line} needs them: put both in one RUN"))
    }

    /// Returns the last `RUN` that needs a tool's files without creating them itself, and is not
    /// merged into another.
    fn last_needing(&self, tool: &Tool) -> Option<usize> {
        let stays = |&i: &usize| self.draft.fates[i] == Fate::Stays;
        self.stage.iter().copied().filter(stays).rfind(|&i| self.needs(i, tool) && !self.uses(i, tool))
    }

    fn needs(&self, i: usize, tool: &Tool) -> bool {
        self.script(i).is_some_and(|script| script.commands.iter().any(|command| tool.is_needed_by(command)))
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
            let later = runs[at + 1..].iter().map(|&(i, _)| i).take_while(|&i| !self.uses(i, lists));
            if let Some(install) = later.filter(|&i| self.needs(i, lists)).last() {
                let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
                found.push((update, install, bytes));
            }
        }
        found
    }
}
