//! Avoids packages that are not needed at run time: those that apt installs because others
//! recommend them, and npm packages for development.

use super::managers::{APT, Leftover, Remedy};
use super::merge::Group;
use super::packages::is_use;
use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::dockerfile::parse::Keyword;
use crate::shell::{self, Command, base_name};
use crate::tree::VersionId;

/// The installation of Debian packages.
const APT_INSTALL: Leftover = Leftover {
    what: "recommended packages",
    programs: APT,
    verbs: &["install"],
    places: &[],
    remedy: Remedy::Flag("--no-install-recommends"),
    mountable: false,
};
/// The installation of npm packages.
const NPM_INSTALL: Leftover = Leftover {
    what: "packages for development",
    programs: &["npm"],
    verbs: &["ci", "install", "i"],
    places: &[],
    remedy: Remedy::Flag("--omit=dev"),
    mountable: false,
};
/// Programs that use no npm packages.
const INDIFFERENT: [&str; 20] = [
    "apk", "apt", "apt-get", "cd", "chgrp", "chmod", "chown", "cp", "echo", "export", "find", "install", "ln", "mkdir",
    "mv", "rm", "rmdir", "set", "touch", "true",
];
/// The most packages that are listed.
const NAMED: usize = 6;

impl Work<'_> {
    /// Adds `--no-install-recommends` where packages were only installed because others recommend
    /// them.
    pub(super) fn recommended(&mut self, groups: &[Group]) {
        let evidence = self.evidence;
        for group in groups {
            let known: Vec<_> =
                evidence.recommended.iter().filter(|known| group.layers.contains(&known.layer)).collect();
            let inodes: Vec<_> = known.iter().flat_map(|known| &known.inodes).copied().collect();
            if self.unclaimed(&inodes) < NOTEWORTHY {
                continue;
            }
            let users = self.users(group, &APT_INSTALL);
            if let Some(how) = self.flag(&APT_INSTALL, &users, "--no-install-recommends") {
                let mut names: Vec<_> = known.iter().flat_map(|known| &known.packages).map(String::as_str).collect();
                names.sort_unstable();
                let more = names.len().saturating_sub(NAMED);
                names.truncate(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let text = format!(
                    "{how}: packages ship that nothing depends on, only recommends: {}{more}; name those that you use",
                    names.join(", ")
                );
                let saves = self.claims.claim(&self.inspection.tree, inodes);
                self.say(Verdict::Changed { saves, at_least: true }, users.first().copied(), text);
            }
        }
    }

    /// Adds `--omit=dev` where npm installed packages for development, and nothing that runs later
    /// may need them.
    pub(super) fn development(&mut self, groups: &[Group]) {
        let evidence = self.evidence;
        for group in groups {
            let known: Vec<_> =
                evidence.development.iter().filter(|known| group.layers.contains(&known.layer)).collect();
            let inodes: Vec<_> = known.iter().flat_map(|known| &known.inodes).copied().collect();
            let unclaimed = self.unclaimed(&inodes);
            let users = self.users(group, &NPM_INSTALL);
            let Some(&first) = users.first().filter(|_| unclaimed >= NOTEWORTHY) else { continue };
            let scripts = known.iter().any(|known| known.runs_scripts);
            let reason = if scripts {
                Some("installing runs scripts of the project, which may need them".to_owned())
            } else {
                self.may_need_packages(first)
            };
            if let Some(reason) = reason {
                let text = format!("installs packages for development, but {reason}: install in another stage");
                self.say(Verdict::Left { would_save: unclaimed }, Some(first), text);
            } else if let Some(how) = self.flag(&NPM_INSTALL, &users, "--omit=dev") {
                let saves = self.claims.claim(&self.inspection.tree, inodes);
                self.say(
                    Verdict::saves(saves),
                    Some(first),
                    format!("{how}: packages ship that only development needs"),
                );
            }
        }
    }

    fn unclaimed(&self, inodes: &[VersionId]) -> u64 {
        let left = inodes.iter().filter(|&&inode| !self.claims.has(inode));
        left.map(|&inode| self.inspection.tree.size(inode)).fold(0, u64::saturating_add)
    }

    /// Returns the `RUN`s of a group in which a manager installs packages.
    fn users(&self, group: &Group, manager: &Leftover) -> Vec<usize> {
        let uses = |i: usize| {
            let script = shell::read(&self.file.instructions[i].arguments);
            script.is_some_and(|script| script.commands.iter().any(|command| is_use(command, manager)))
        };
        group.runs.iter().copied().filter(|&i| uses(i)).collect()
    }

    /// Returns the reason if an instruction from `first` on may need packages that npm installed
    /// there.
    fn may_need_packages(&self, first: usize) -> Option<String> {
        let later = self.stage.iter().copied().filter(|&i| i >= first);
        later.into_iter().find_map(|i| {
            let instruction = &self.file.instructions[i];
            let needs = match instruction.keyword {
                Keyword::Run => {
                    shell::read(&instruction.arguments).is_none_or(|script| !script.commands.iter().all(is_indifferent))
                }
                Keyword::Cmd | Keyword::Entrypoint => {
                    let words = instruction.words();
                    let program = words.first().map_or("", |program| base_name(program));
                    program != "node"
                        || words[1..].iter().any(|word| word.starts_with('-') || word.contains("node_modules"))
                }
                _ => false,
            };
            needs.then(|| format!("line {} may need them", instruction.line))
        })
    }
}

fn is_indifferent(command: &Command) -> bool {
    let program = command.program().first().map_or("", |program| base_name(program));
    program.is_empty()
        || INDIFFERENT.contains(&program)
        || is_use(command, &NPM_INSTALL)
        || is_use(command, &Leftover { verbs: &["cache"], ..NPM_INSTALL })
}
