//! Avoids packages that are not needed at run time: those that apt installs because others
//! recommend them, and npm packages for development.

use std::collections::HashSet;

use super::condition::{Condition, Kind};
use super::merge::Group;
use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::dockerfile::evidence::Unneeded;
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::ladder::Certainty;
use crate::advice::tool::{Tool, find_verb};
use crate::display::Escaped;
use crate::shell::{self, Command, base_name};
use crate::tree::VersionId;

/// Flag that keeps recommended packages out.
const NO_RECOMMENDED: &str = "--no-install-recommends";
/// Flag that keeps packages for development out.
const NO_DEVELOPMENT: &str = "--omit=dev";
/// Programs that use no npm packages.
const INDIFFERENT: [&str; 20] = [
    "apk", "apt", "apt-get", "cd", "chgrp", "chmod", "chown", "cp", "echo", "export", "find",
    "install", "ln", "mkdir", "mv", "rm", "rmdir", "set", "touch", "true",
];
/// Packages that build others.
const BUILDS: [&str; 9] =
    ["gcc", "g++", "build-essential", "make", "binutils", "cpp", "libc6-dev", "dpkg-dev", "git"];
/// Programs that may build what they install.
const COMPILE: [&str; 16] = [
    "pip", "pip3", "pipx", "python", "python3", "npm", "yarn", "pnpm", "gem", "bundle", "cpan",
    "cpanm", "cargo", "go", "make", "Rscript",
];
/// Words of the command that installs, which say nothing of use.
const APT: [&str; 7] = ["apt", "apt-get", "install", "update", "rm", "lists", "clean"];
/// The most packages that are listed.
const NAMED: usize = 6;

impl Work<'_> {
    /// Adds `--no-install-recommends` where packages were only installed because others recommend
    /// them.
    pub(super) fn recommended(&mut self, groups: &[&Group]) {
        let evidence = self.evidence;
        let Some(apt) = self.leftovers.with_flag(NO_RECOMMENDED) else { return };
        for group in groups {
            let known: Vec<_> = evidence
                .recommended
                .iter()
                .filter(|known| group.layers.contains(&known.layer))
                .collect();
            let inodes: Vec<_> = known.iter().flat_map(|known| &known.inodes).copied().collect();
            if self.unclaimed(&inodes) < NOTEWORTHY {
                continue;
            }
            let users = self.users(group, apt);
            let used = group.runs.first().and_then(|&first| self.used_package(first, &known));
            if let Some(reason) = used {
                let would_save = self.unclaimed(&inodes);
                let text = format!(
                    "installs packages that are only recommended, but {reason}: name it, and add {NO_RECOMMENDED}"
                );
                let why = Condition::NotNeededLater;
                self.leave(Kind::Recommended, would_save, users.first().copied(), text, why)
                    .inodes = inodes;
            } else if let Some(how) = self.flag(apt, &users) {
                let mut wanted: Vec<_> =
                    known.iter().flat_map(|known| &known.wanted).cloned().collect();
                wanted.dedup();
                self.name_packages(apt, &users, &wanted);
                let how = if wanted.is_empty() {
                    how
                } else {
                    format!("{how} and names {}", wanted.join(" and "))
                };
                let mut names: Vec<_> =
                    known.iter().flat_map(|known| &known.packages).map(Escaped::as_str).collect();
                names.sort_unstable();
                let more = names.len().saturating_sub(NAMED);
                names.truncate(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let text = format!(
                    "{how}: no package needs these, they are only recommended: {}{more}; name those that you use",
                    names.join(", ")
                );
                let saves = self.claims.claim(&self.inspection.tree, inodes);
                let verdict = Verdict::Changed { saves, certainty: Certainty::AtMost };
                self.say(Kind::Recommended, verdict, users.first().copied(), text);
            }
        }
    }

    /// Adds `--omit=dev` where npm installed packages for development, and nothing that runs later
    /// may need them.
    pub(super) fn development(&mut self, groups: &[&Group]) {
        let evidence = self.evidence;
        let Some(npm) = self.leftovers.with_flag(NO_DEVELOPMENT) else { return };
        for group in groups {
            let known: Vec<_> = evidence
                .development
                .iter()
                .filter(|known| group.layers.contains(&known.layer))
                .collect();
            let inodes: Vec<_> = known.iter().flat_map(|known| &known.inodes).copied().collect();
            let unclaimed = self.unclaimed(&inodes);
            let users = self.users(group, npm);
            let Some(&first) = users.first().filter(|_| unclaimed >= NOTEWORTHY) else { continue };
            let scripts = known.iter().any(|known| known.runs_scripts);
            let reason = if scripts {
                Some("installing runs scripts of the project, which may need them".to_owned())
            } else {
                self.may_need_packages(first, npm)
            };
            if let Some(reason) = reason {
                let text = format!(
                    "installs packages for development, but {reason}: install in another stage"
                );
                self.leave(Kind::Development, unclaimed, first, text, Condition::NotNeededLater);
            } else if let Some(how) = self.flag(npm, &users) {
                let saves = self.claims.claim(&self.inspection.tree, inodes);
                let text = format!("{how}: these packages are only needed for development");
                self.say(Kind::Development, Verdict::saves(saves), first, text);
            }
        }
    }

    /// Names packages behind the first command that installs some.
    fn name_packages(&mut self, apt: &Tool, users: &[usize], packages: &[String]) {
        let file = self.file;
        let Some(&first) = users.first().filter(|_| !packages.is_empty()) else { return };
        let instruction = &file.instructions[first];
        let script = shell::read(&instruction.arguments);
        let command = script
            .iter()
            .flat_map(|script| &script.commands)
            .find(|command| apt.is_used_by(command));
        let last = command.and_then(|command| {
            let words = command.words.iter().zip(&command.places);
            words.take_while(|(word, _)| !word.contains(['<', '>'])).last()
        });
        if let Some((_, place)) = last {
            let end = instruction.place(place.end - 1) + 1;
            self.draft.insert_first(first, end, format!(" {}", packages.join(" ")));
        }
    }

    /// Returns the recommended package that the program, or an instruction from `first` on, may
    /// need, with the one that needs it.
    fn used_package(&self, first: usize, known: &[&Unneeded]) -> Option<String> {
        let tree = &self.inspection.tree;
        let packages: Vec<_> =
            known.iter().flat_map(|known| &known.packages).map(Escaped::as_str).collect();
        let mut files: HashSet<Vec<u8>> = HashSet::new();
        for &inode in known.iter().flat_map(|known| &known.inodes) {
            let node = tree.node_of(inode);
            if [&b"bin"[..], b"sbin", b"games"].contains(&tree.name(tree.parent(node))) {
                files.insert(tree.name(node).to_vec());
            }
        }
        let is_build = |package: &&str| {
            BUILDS.iter().any(|name| package == name || package.starts_with(&format!("{name}-")))
                || package.ends_with("-dev")
        };
        let builds = packages.iter().copied().find(|package| is_build(package));
        let later =
            self.stage.iter().copied().filter(|&i| i >= first).map(|i| &self.file.instructions[i]);
        for instruction in later {
            let line = instruction.line;
            let texts: Vec<&str> = match instruction.keyword {
                Keyword::Run => {
                    let bodies = instruction
                        .heredocs
                        .iter()
                        .map(|heredoc| &self.file.source()[heredoc.body.clone()]);
                    bodies.chain([instruction.arguments.as_str()]).collect()
                }
                Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => {
                    vec![instruction.arguments.as_str()]
                }
                _ => continue,
            };
            for text in texts {
                let text = without_apt(text);
                let words: HashSet<_> =
                    text.split(|c: char| !(c.is_alphanumeric() || "_-.+".contains(c))).collect();
                if let Some(word) = words
                    .iter()
                    .find(|word| !APT.contains(*word) && files.contains(word.as_bytes()))
                {
                    return Some(format!(
                        "line {line} names {}, which one of them has",
                        crate::display::escaped_str(word)
                    ));
                }
                if let Some(package) =
                    builds.filter(|_| COMPILE.iter().any(|program| words.contains(program)))
                {
                    return Some(format!("line {line} may compile something with {package}"));
                }
            }
        }
        let texts = &self.evidence.texts;
        let names: Vec<_> = files
            .iter()
            .filter_map(|name| std::str::from_utf8(name).ok())
            .filter(|name| name.len() > 2)
            .collect();
        texts.running(&names).map(|file| format!("{file} runs what one of them has"))
    }

    pub(super) fn unclaimed(&self, inodes: &[VersionId]) -> u64 {
        let left = inodes.iter().filter(|&&inode| !self.claims.has(inode));
        left.map(|&inode| self.inspection.tree.size(inode)).fold(0, u64::saturating_add)
    }

    /// Returns the `RUN`s of a group in which a tool installs packages.
    fn users(&self, group: &Group, tool: &Tool) -> Vec<usize> {
        group.runs.iter().copied().filter(|&i| self.uses(i, tool)).collect()
    }

    /// Returns the reason if an instruction from `first` on may need packages that npm installed
    /// there.
    fn may_need_packages(&self, first: usize, npm: &Tool) -> Option<String> {
        let later = self.stage.iter().copied().filter(|&i| i >= first);
        later.into_iter().find_map(|i| {
            let instruction = &self.file.instructions[i];
            let needs = match instruction.keyword {
                Keyword::Run => {
                    let is_indifferent = |command: &Command| is_indifferent(command, npm);
                    shell::read(&instruction.arguments)
                        .is_none_or(|script| !script.commands.iter().all(is_indifferent))
                }
                Keyword::Cmd | Keyword::Entrypoint => {
                    let words = instruction.words();
                    let program = words.first().map_or("", |program| base_name(program));
                    program != "node"
                        || words[1..]
                            .iter()
                            .any(|word| word.starts_with('-') || word.contains("node_modules"))
                }
                _ => false,
            };
            needs.then(|| format!("line {} may need them", instruction.line))
        })
    }
}

fn is_indifferent(command: &Command, npm: &Tool) -> bool {
    let program = command.program().first().map_or("", |program| base_name(program));
    program.is_empty()
        || INDIFFERENT.contains(&program)
        || npm.is_used_by(command)
        || find_verb(command.program(), &npm.programs, &["cache"]).is_some()
}

/// Returns commands without those of apt, whose arguments are names of packages and no programs.
fn without_apt(text: &str) -> String {
    let Some(script) = shell::read(text) else { return text.to_owned() };
    let is_apt = |command: &&Command| {
        let program = command.program().first().map_or("", |program| base_name(program));
        matches!(program, "apt" | "apt-get")
    };
    let all = script.every();
    if !all.iter().any(|command| is_apt(&command)) {
        return text.to_owned();
    }
    let others = all.iter().filter(|command| !is_apt(command));
    others.map(|command| command.words.join(" ")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_package_is_not_a_program_that_runs() {
        let text = "apt-get update && apt-get install -y nodejs npm && npm ci";
        assert_eq!(without_apt(text), "npm ci");
        assert_eq!(without_apt("sudo apt-get install -y npm"), "");
        assert_eq!(without_apt("npm ci"), "npm ci");
    }
}
