//! Avoids packages that are not needed at run time: those that apt installs because others
//! recommend them, and npm packages for development.

use super::condition::{Condition, Kind};
use super::merge::Group;
use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::ladder::Certainty;
use crate::advice::tool::Tool;
use crate::advice::unneeded::{
    Development, Later, NO_DEVELOPMENT, NO_RECOMMENDED, SAME_RUN, Unneeded, When,
    used_by_instruction, used_by_text, used_in_development,
};
use crate::display::{Escaped, escaped_str};
use crate::shell;
use crate::tree::VersionId;

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
            if let Some(reason) = self.asked_for(apt, &users) {
                let would_save = self.unclaimed(&inodes);
                let text = format!("installs packages that are only recommended: {reason}");
                let why = Condition::NotNeededLater;
                self.leave(Kind::Recommended, would_save, users.first().copied(), text, why)
                    .inodes = inodes;
                continue;
            }
            // Whoever gives the flag already has named what is there.
            if !users.iter().any(|&i| self.lacks_flag(i, apt)) {
                continue;
            }
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
                let (these, they_are, those) = match names.len() {
                    1 => ("this", "it is", "it if you use it"),
                    _ => ("these", "they are", "those that you use"),
                };
                let more = names.len().saturating_sub(NAMED);
                names.truncate(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let text = format!(
                    "{how}: no package needs {these}, {they_are} only recommended: {}{more}; name {those}",
                    names.join(", ")
                );
                let saves = self.claims.claim(&self.inspection.tree, inodes.iter().copied());
                let verdict = Verdict::Changed { saves, certainty: Certainty::AtMost };
                self.say(Kind::Recommended, verdict, users.first().copied(), text).inodes = inodes;
            }
        }
    }

    /// Adds `--omit=dev` where npm installed packages for development, and nothing that runs later
    /// may need them.
    pub(super) fn development(&mut self, groups: &[&Group]) {
        let evidence = self.evidence;
        let Some(npm) = self.leftovers.with_flag(NO_DEVELOPMENT) else { return };
        for group in groups {
            let is_of_group = |known: &&Development| group.layers.contains(&known.unneeded.layer);
            let known: Vec<_> = evidence.development.iter().filter(is_of_group).collect();
            let inodes = known.iter().flat_map(|known| &known.unneeded.inodes);
            let inodes: Vec<_> = inodes.copied().collect();
            let unclaimed = self.unclaimed(&inodes);
            let users = self.users(group, npm);
            let Some(&first) = users.first().filter(|_| unclaimed >= NOTEWORTHY) else { continue };
            let by_project = known.iter().find_map(|known| known.used.clone());
            let reason = by_project
                .or_else(|| used_in_development(&self.later_from(first), npm))
                .or_else(|| self.asked_for(npm, &users));
            if let Some(reason) = reason {
                let text = format!(
                    "installs packages for development, but {reason}: install in another stage"
                );
                let why = Condition::NotNeededLater;
                self.leave(Kind::Development, unclaimed, first, text, why).inodes = inodes;
            } else if let Some(how) = self.flag(npm, &users) {
                let saves = self.claims.claim(&self.inspection.tree, inodes.iter().copied());
                let text = format!("{how}: these packages are only needed for development");
                let verdict = Verdict::saves(saves);
                self.say(Kind::Development, verdict, first, text).inodes = inodes;
            }
        }
    }

    /// Names packages behind the first command that installs some.
    fn name_packages(&mut self, apt: &Tool, users: &[usize], packages: &[String]) {
        let file = self.file;
        let Some(&first) = users.first().filter(|_| !packages.is_empty()) else { return };
        let instruction = &file.instructions[first];
        let script = shell::read(&instruction.arguments);
        if let Some(end) = script.and_then(|script| apt.end_of_first_use(&script)) {
            let end = instruction.place(end - 1) + 1;
            self.draft.insert_first(first, end, format!(" {}", packages.join(" ")));
        }
    }

    /// Returns the recommended package that the program, or an instruction from `first` on, may
    /// need, with the one that needs it.
    fn used_package(&self, first: usize, known: &[&Unneeded]) -> Option<String> {
        let tree = &self.inspection.tree;
        let variables = self.inspection.run.environment.texts().map(|text| text.raw().to_owned());
        let settings = Later {
            place: "the configuration of the image".into(),
            texts: variables.filter(|text| !text.starts_with("PATH=")).collect(),
            when: When::Set,
        };
        used_by_instruction(tree, known, &self.later_from(first))
            .or_else(|| used_by_instruction(tree, known, &[settings]))
            .or_else(|| used_by_text(tree, known, &self.evidence.texts))
    }

    /// Returns the instructions from `first` on that run something.
    fn later_from(&self, first: usize) -> Vec<Later> {
        let later = self.stage.iter().copied().filter(|&i| i >= first);
        let later = later.filter_map(|i| {
            let later = self.later(i)?;
            // The line that installs is named already.
            Some(if i == first { Later { place: SAME_RUN.into(), ..later } } else { later })
        });
        later.collect()
    }

    /// Returns the commands of an instruction that runs something.
    fn later(&self, i: usize) -> Option<Later> {
        let instruction = &self.file.instructions[i];
        let arguments = instruction.arguments.clone();
        let texts = match instruction.keyword {
            Keyword::Run => {
                let documents = self.file.documents(instruction).map(str::to_owned);
                documents.chain([arguments]).collect()
            }
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck | Keyword::Env => {
                vec![arguments]
            }
            Keyword::Onbuild => {
                let triggered = arguments.trim_start();
                let run = triggered.get(..3).filter(|run| run.eq_ignore_ascii_case("run"))?;
                vec![triggered[run.len()..].trim_start().to_owned()]
            }
            _ => return None,
        };
        let when = match instruction.keyword {
            Keyword::Cmd | Keyword::Entrypoint => When::Start(instruction.words()),
            Keyword::Healthcheck => When::Check,
            Keyword::Env => When::Set,
            _ => When::Build,
        };
        Some(Later { place: format!("line {}", instruction.line), texts, when })
    }

    pub(super) fn unclaimed(&self, inodes: &[VersionId]) -> u64 {
        let left = inodes.iter().filter(|&&inode| !self.claims.has(inode));
        left.map(|&inode| self.inspection.tree.size(inode)).fold(0, u64::saturating_add)
    }

    /// Returns whether a `RUN` uses a tool without its flag.
    fn lacks_flag(&self, i: usize, tool: &Tool) -> bool {
        let script = shell::read(&self.file.instructions[i].arguments);
        script.is_some_and(|script| !tool.flag_edits(&script).is_empty())
    }

    /// Returns what asks for the packages that a tool's flag leaves out, as a clause: an option or a
    /// variable, which counts more than the flag.
    fn asked_for(&self, tool: &Tool, users: &[usize]) -> Option<String> {
        for &i in users {
            let script = self.script(i)?;
            let line = self.file.instructions[i].line;
            if let Some(word) = script.every().iter().find_map(|command| tool.asked_in(command)) {
                return Some(format!("{} in line {line} asks for them", escaped_str(word)));
            }
        }
        let last = users.last()?;
        let before = self.stage.iter().filter(|i| *i < last);
        before.rev().find_map(|&i| {
            let instruction = &self.file.instructions[i];
            let asks =
                |word: &String| tool.asked_by.iter().any(|asked| asked.eq_ignore_ascii_case(word));
            let word = instruction.assignments().into_iter().find(asks)?;
            Some(format!("{} in line {} asks for them", escaped_str(&word), instruction.line))
        })
    }

    /// Returns the `RUN`s of a group in which a tool installs packages.
    fn users(&self, group: &Group, tool: &Tool) -> Vec<usize> {
        group.runs.iter().copied().filter(|&i| self.uses(i, tool)).collect()
    }
}
