//! Adds flags, cleanup commands and cache mounts for package managers whose leftovers are in the
//! image.

use std::collections::HashMap;

use super::Work;
use super::managers::{APT, LEFTOVERS, Leftover, Remedy, verb_of};
use super::merge::Group;
use super::remark::Verdict;
use crate::advice::dockerfile::births::at_and_below;
use crate::advice::dockerfile::draft::Fate;
use crate::shell::{self, Command};
use crate::tree::{Kind, NodeId, VersionId};

/// Files that apt needs, and that cleaning up therefore keeps.
const APT_KEEPS: [&[u8]; 1] = [b"lock"];

impl Work<'_> {
    /// Changes the `RUN`s of package managers whose leftovers no merge removes.
    pub(super) fn packages(&mut self, groups: &[Group]) {
        self.last_needing_lists = self.last_needing_lists();
        for leftover in &LEFTOVERS {
            let by_layer = self.left_by_layer(leftover);
            if by_layer.is_empty() {
                continue;
            }
            for group in groups {
                let left = group.layers.iter().filter_map(|layer| by_layer.get(layer)).flatten();
                let left: Vec<_> = left.filter(|(inode, _)| !self.claims.has(*inode)).cloned().collect();
                if !left.is_empty() {
                    self.remedy(leftover, group, &left);
                }
            }
        }
        self.recommended(groups);
        self.development(groups);
    }

    /// Returns the inodes at the places of a leftover with their place, by layer.
    fn left_by_layer(&self, leftover: &Leftover) -> HashMap<usize, Vec<(VersionId, String)>> {
        let tree = &self.inspection.tree;
        let mut by_layer: HashMap<usize, Vec<_>> = HashMap::new();
        for place in leftover.places.iter().flat_map(|place| self.at_home(place)) {
            let Some(node) = tree.find(place.as_bytes()) else { continue };
            for below in at_and_below(tree, node).filter(|&below| !APT_KEEPS.contains(&tree.name(below))) {
                let inodes = tree.versions(below).filter(|&v| tree.kind(v) == Kind::File && tree.inode(v) == v);
                for inode in inodes.filter(|&inode| tree.size(inode) > 0) {
                    by_layer.entry(tree.born(inode)).or_default().push((inode, place.clone()));
                }
            }
        }
        by_layer
    }

    /// Returns a place or, if it is in a home directory, that place in each home directory.
    fn at_home(&self, place: &str) -> Vec<String> {
        let Some(rest) = place.strip_prefix("home/") else { return vec![place.into()] };
        let tree = &self.inspection.tree;
        let homes =
            tree.find(b"/home").into_iter().filter(|&node| node != NodeId::ROOT).flat_map(|home| tree.children(home));
        let names = homes.filter_map(|home| std::str::from_utf8(tree.name(home)).ok());
        let plain = names.filter(|name| crate::advice::dockerfile::births::is_plain(name));
        plain.map(|name| format!("home/{name}/{rest}")).chain([format!("root/{rest}")]).collect()
    }

    fn remedy(&mut self, leftover: &Leftover, group: &Group, left: &[(VersionId, String)]) {
        let file = self.file;
        let uses = |i: usize| {
            let script = shell::read(&file.instructions[i].arguments);
            script.is_some_and(|script| script.commands.iter().any(|command| is_use(command, leftover)))
        };
        let users: Vec<_> = group.runs.iter().copied().filter(|&i| uses(i)).collect();
        let Some(&first) = users.first() else { return };
        let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
        let changed = if leftover.mountable
            && self.target.buildkit
            && left.iter().all(|(_, place)| place.starts_with("root/") || place.starts_with("usr/"))
        {
            self.mount(group, left)
        } else {
            match leftover.remedy {
                Remedy::Flag(flag) => self.flag(leftover, &users, flag),
                Remedy::Clean { command, shows } => {
                    if let Some(reason) = self.needed_later(leftover, group) {
                        self.say(
                            Verdict::Left { would_save: bytes },
                            Some(first),
                            format!("leaves {} in the image, but {reason}", leftover.what),
                        );
                        return;
                    }
                    self.clean(leftover, group, command, shows)
                }
            }
        };
        if let Some(how) = changed {
            let saves = self.claims.claim(&self.inspection.tree, left.iter().map(|&(inode, _)| inode));
            self.say(Verdict::saves(saves), Some(first), format!("{how}: the image ships {}", leftover.what));
        }
    }

    /// Adds a flag to the uses of a manager without it; returns a remark if there are any.
    pub(super) fn flag(&mut self, leftover: &Leftover, users: &[usize], flag: &'static str) -> Option<String> {
        let mut places = Vec::new();
        for &i in users {
            let instruction = &self.file.instructions[i];
            let script = shell::read(&instruction.arguments)?;
            for command in script.commands.iter().filter(|command| is_use(command, leftover)) {
                if command.words.contains(&flag) {
                    continue;
                }
                let skipped = command.words.len() - command.program().len();
                let verb = verb_of(command.program(), leftover.programs, leftover.verbs)?;
                places.push((i, instruction.place(command.places[skipped + verb].end - 1) + 1));
            }
        }
        for &(i, place) in &places {
            self.draft.replace(i, place..place, format!(" {flag}"));
        }
        (!places.is_empty()).then(|| format!("adds {flag}"))
    }

    /// Adds a command at the end of the last `RUN` of a group that runs the manager. A later `RUN`
    /// may remove the manager.
    fn clean(&mut self, leftover: &Leftover, group: &Group, command: &str, shows: &str) -> Option<String> {
        let cleaned = group.runs.iter().any(|&i| self.file.instructions[i].arguments.contains(shows));
        let any = Leftover { verbs: &[], ..*leftover };
        let last = group.runs.iter().copied().rfind(|&i| {
            let script = shell::read(&self.file.instructions[i].arguments);
            script.is_some_and(|script| script.commands.iter().any(|command| is_use(command, &any)))
        })?;
        let instruction = &self.file.instructions[last];
        let script = shell::read(&instruction.arguments)?;
        let leaves = script
            .commands
            .iter()
            .any(|command| matches!(command.program().first(), Some(&("exit" | "exec" | "return"))));
        if cleaned
            || leaves
            || self.file.escape != '\\'
            || instruction.json().is_some()
            || !instruction.heredocs.is_empty()
            || instruction.arguments.trim_end().ends_with(['&', '|'])
        {
            return None;
        }
        let next = self.draft.continuation();
        let joint = if instruction.arguments.trim_end().ends_with(';') { "" } else { "&& " };
        let end = instruction.arguments_span().end;
        self.draft.replace(last, end..end, format!("{next}{joint}{command}"));
        Some(format!("adds {command} in the same RUN"))
    }

    /// Adds a cache mount for each place to the first `RUN` of a group, which is the one that stays.
    fn mount(&mut self, group: &Group, left: &[(VersionId, String)]) -> Option<String> {
        let mut places: Vec<_> = left.iter().map(|(_, place)| place.as_str()).collect();
        places.sort_unstable();
        places.dedup();
        // npm's logs are beside its cache.
        let mut targets: Vec<_> = places
            .iter()
            .map(|place| {
                format!("/{}", place.strip_suffix("/_cacache").or(place.strip_suffix("/_logs")).unwrap_or(place))
            })
            .collect();
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

    /// Returns the reason if a manager's files cannot be removed at the end of a group, because a
    /// later `RUN` needs them.
    fn needed_later(&self, leftover: &Leftover, group: &Group) -> Option<String> {
        if leftover.programs != APT || !leftover.verbs.contains(&"update") {
            return None;
        }
        let needs = self.last_needing_lists.filter(|run| group.runs.last().is_some_and(|last| run > last))?;
        let line = self.file.instructions[needs].line;
        Some(format!("the apt-get install in line {line} needs them: put both in one RUN"))
    }

    /// Returns the last `RUN` that installs from apt's lists without downloading them itself, and
    /// is not merged into another.
    fn last_needing_lists(&self) -> Option<usize> {
        let stays = |&i: &usize| self.draft.fates[i] == Fate::Stays;
        self.stage.iter().copied().filter(stays).rfind(|&i| self.installs(i) && !self.updates(i))
    }

    fn updates(&self, i: usize) -> bool {
        self.uses_apt(i, &["update"])
    }

    fn installs(&self, i: usize) -> bool {
        self.uses_apt(i, &["install", "upgrade", "dist-upgrade"])
    }

    fn uses_apt(&self, i: usize, verbs: &[&str]) -> bool {
        let script = shell::read(&self.file.instructions[i].arguments);
        script.is_some_and(|script| {
            script.commands.iter().any(|command| verb_of(command.program(), APT, verbs).is_some())
        })
    }

    /// Returns, for each `RUN` that only updates apt's lists: its index, the last `RUN` that
    /// installs from them, and the size of the lists that stay because they are needed in between.
    pub(super) fn lists_in_between(&self) -> Vec<(usize, usize, u64)> {
        let lists = LEFTOVERS.iter().find(|leftover| leftover.programs == APT && leftover.verbs.contains(&"update"));
        let Some(lists) = lists else { return Vec::new() };
        let by_layer = self.left_by_layer(lists);
        let runs = self.runs();
        let mut found = Vec::new();
        for (at, &(update, layer)) in runs.iter().enumerate() {
            let Some(left) = by_layer.get(&layer) else { continue };
            if !self.updates(update) || self.installs(update) {
                continue;
            }
            let later = runs[at + 1..].iter().map(|&(i, _)| i).take_while(|&i| !self.updates(i));
            if let Some(install) = later.filter(|&i| self.installs(i)).last() {
                let bytes = left.iter().map(|&(inode, _)| self.inspection.tree.size(inode)).sum();
                found.push((update, install, bytes));
            }
        }
        found
    }
}

pub(super) fn is_use(command: &Command, leftover: &Leftover) -> bool {
    verb_of(command.program(), leftover.programs, leftover.verbs).is_some()
}
