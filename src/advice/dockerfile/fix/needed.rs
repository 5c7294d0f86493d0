//! Tells why what a package manager left has to stay: something that comes later needs it.

use super::Work;
use super::condition::{Condition, Refusal};
use super::merge::Group;
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::findings::Rule;
use crate::advice::tool::{Tool, is_offline};
use crate::advice::unneeded::mentions;
use crate::display::escaped;
use crate::shell;

/// Programs that take something away.
const REMOVERS: [&str; 4] = ["rm", "rmdir", "find", "unlink"];
/// Words of a command that may download nothing, beside those that always say so.
const MAY_BE_OFFLINE: [&str; 6] =
    ["--frozen", "--no-index", "--prefer-offline", "--no-download", "--no-refresh", "-o"];
/// Programs that leave what is in a directory as it is.
const HARMLESS: [&str; 6] = ["[", "chmod", "du", "ls", "mkdir", "test"];

/// Returns whether instructions of a kind run something, now or later.
pub(super) fn runs_something(keyword: Keyword) -> bool {
    use Keyword::{Cmd, Entrypoint, Healthcheck, Onbuild, Run};
    matches!(keyword, Cmd | Entrypoint | Healthcheck | Onbuild | Run)
}

impl Work<'_> {
    /// Returns why a tool's files stay: a file of the image runs programs out of them.
    pub(super) fn run_from(&self, tool: &Tool) -> Option<Refusal> {
        let tree = &self.inspection.tree;
        let path = escaped(&tree.path(tool.runner(tree)?));
        Some(Condition::NotNeededLater.fails(format!("{path} loads packages out of them")))
    }

    /// Returns why a tool's files stay: it may install something out of them when a container starts.
    pub(super) fn installed_at_start(&self, tool: &Tool, group: &Group) -> Option<Refusal> {
        let last = group.runs.last().copied()?;
        // What fetches an index anew needs none.
        let installs = |text: &str| match tool.needed_by.is_empty() {
            true => tool.is_run_in(text),
            false => tool.is_named_in(text) && tool.may_be_needed_in(text),
        };
        let starts = |&i: &usize| {
            let instruction = &self.file.instructions[i];
            let is_start =
                instruction.keyword != Keyword::Run && runs_something(instruction.keyword);
            i > last && is_start && installs(&instruction.arguments)
        };
        if let Some(i) = self.stage.iter().copied().find(starts) {
            let line = self.file.instructions[i].line;
            let reason = format!("line {line} may install from them when a container starts");
            return Some(Condition::NotNeededLater.fails(reason));
        }
        let run = &self.inspection.run;
        installs(&run.words().join(" ")).then(|| {
            Condition::NotNeededLater
                .fails("the container's command may install from them".to_owned())
        })
    }

    /// Returns why a tool's files stay: a container runs what reads them.
    pub(super) fn read_by_container(&self, rule: &Rule) -> Option<Refusal> {
        let run = &self.inspection.run;
        let command = run.words().join(" ");
        let by_command = rule.is_read_by(&command).then_some("the container's command");
        let by_script = || self.evidence.texts.named_in(&command, |text| rule.is_read_by(text));
        let reader = by_command.or_else(by_script)?;
        Some(Condition::NotNeededLater.fails(format!("{reader} reads them")))
    }

    /// Returns why a tool's files stay: a later `RUN` runs it without a network.
    pub(super) fn needed_offline(&self, tool: &Tool, group: &Group) -> Option<Refusal> {
        let last = group.runs.last().copied()?;
        let is_offline = |word: &str| {
            MAY_BE_OFFLINE.contains(&word) || tool.programs.iter().any(|it| is_offline(it, word))
        };
        let offline = |&i: &usize| {
            let instruction = &self.file.instructions[i];
            let script = self.script(i).filter(|_| instruction.keyword == Keyword::Run);
            let is_meant = |text: &str| {
                let mut words = text.split(|c: char| c.is_whitespace() || "\"'[],".contains(c));
                tool.is_named_in(text) && words.any(is_offline)
            };
            i > last
                && runs_something(instruction.keyword)
                && match script.filter(|_| instruction.json().is_none()) {
                    Some(script) => script.every().iter().any(|command| {
                        tool.may_be_run_by(command) && command.words.iter().any(|it| is_offline(it))
                    }),
                    None => is_meant(&instruction.arguments),
                }
        };
        let line = self.file.instructions[self.stage.iter().copied().find(offline)?].line;
        Some(
            Condition::NotNeededLater
                .fails(format!("line {line} needs them, since it downloads nothing")),
        )
    }

    /// Returns why an index stays that a flag would not store: what cannot be given the flag may
    /// install from it later.
    pub(super) fn index_needed_later(&self, tool: &Tool, group: &Group) -> Option<Refusal> {
        let fetches = |command: &shell::Command| {
            tool.is_used_by(command) && command.words.contains(&"update")
        };
        let is_fetched = group
            .runs
            .iter()
            .any(|&i| self.script(i).is_some_and(|script| script.every().iter().any(fetches)));
        if tool.flag.is_none() || !is_fetched {
            return None;
        }
        let last = group.runs.last().copied()?;
        let hidden = |&i: &usize| {
            let instruction = &self.file.instructions[i];
            let documents = self.file.documents(instruction);
            let mut texts = documents.chain([instruction.arguments.as_str()]);
            i > last
                && matches!(instruction.keyword, Keyword::Run | Keyword::Onbuild)
                && !self.uses(i, tool)
                && texts.any(|text| tool.programs.iter().any(|program| mentions(text, program)))
        };
        if let Some(i) = self.stage.iter().copied().find(hidden) {
            let line = self.file.instructions[i].line;
            return Some(
                Condition::NotNeededLater.fails(format!("line {line} may install from it")),
            );
        }
        let programs: Vec<_> = tool.programs.iter().map(String::as_str).collect();
        let script = self.evidence.texts.running(&programs)?;
        Some(Condition::NotNeededLater.fails(format!("{script} may install from it")))
    }

    /// Returns why a tool's files stay: what comes later names their directory, other than to
    /// remove it.
    pub(super) fn named_later(&self, tool: &Tool, group: &Group) -> Option<Refusal> {
        let last = group.runs.last().copied()?;
        let names: Vec<_> = tool.directories().filter(|name| name.contains('/')).collect();
        let names_one = |text: &str| names.iter().any(|name| mentions(text, name));
        let is_named = |command: &shell::Command| {
            let program = command.name();
            !REMOVERS.contains(&program)
                && !HARMLESS.contains(&program)
                && !tool.runs(command)
                && command.words.iter().any(|word| names_one(word))
        };
        let own = group.runs.iter().copied().find(|&i| {
            self.script(i).is_some_and(|script| script.commands.iter().any(is_named))
                && self.uses(i, tool)
        });
        if let Some(i) = own {
            let line = self.file.instructions[i].line;
            return Some(
                Condition::NotNeededLater
                    .fails(format!("line {line} names their directory itself")),
            );
        }
        let uses = |&i: &usize| match self.script(i) {
            Some(script) if self.file.instructions[i].keyword == Keyword::Run => {
                script.commands.iter().any(|command| {
                    !command.program().first().is_some_and(|program| REMOVERS.contains(program))
                        && command.words.iter().any(|word| names_one(word))
                })
            }
            _ => names_one(&self.file.instructions[i].arguments),
        };
        if let Some(i) = self.stage.iter().copied().filter(|&i| i > last).find(uses) {
            let line = self.file.instructions[i].line;
            return Some(
                Condition::NotNeededLater.fails(format!("line {line} names their directory")),
            );
        }
        let scripts = names.iter().find_map(|name| self.evidence.texts.script_mentioning(name));
        scripts.map(|file| Condition::NotNeededLater.fails(format!("{file} names their directory")))
    }

    /// Returns the reason if a tool's files cannot be removed at the end of a group, because a
    /// later `RUN`, a script, or an image built on this one needs them.
    pub(super) fn needed_later(&self, tool: &Tool, group: &Group) -> Option<Refusal> {
        if tool.needed_by.is_empty() {
            return None;
        }
        let needs =
            self.last_needing_lists.filter(|run| group.runs.last().is_some_and(|last| run > last));
        if let Some(needs) = needs {
            let line = self.file.instructions[needs].line;
            let command = format!("{} {}", tool.programs[0], tool.needed_by[0]);
            let is_it = self.script(needs).is_some_and(|script| {
                script.every().iter().any(|command| tool.is_needed_by(command))
            });
            let reason = match is_it {
                true => format!("the {command} in line {line} needs them: put both in one RUN"),
                false => format!("line {line} may install from them: put both in one RUN"),
            };
            return Some(Condition::NotNeededLater.fails(reason));
        }
        let triggers = |&i: &usize| {
            let instruction = &self.file.instructions[i];
            instruction.keyword == Keyword::Onbuild && tool.may_be_needed_in(&instruction.arguments)
        };
        if let Some(i) = self.stage.iter().copied().find(triggers) {
            let line = self.file.instructions[i].line;
            return Some(
                Condition::NotNeededLater.fails(format!("what line {line} triggers needs them")),
            );
        }
        let texts = &self.evidence.texts;
        let readers: Vec<_> = tool.readers.iter().map(String::as_str).collect();
        let script = texts.needing(&tool.programs, &tool.needed_by, &tool.verbs);
        let script = script.or_else(|| texts.of_project_running(&readers))?;
        Some(
            Condition::NotNeededLater
                .fails(format!("{script} installs packages without fetching them anew")),
        )
    }
}
