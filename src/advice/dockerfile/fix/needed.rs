//! Tells why what a package manager left has to stay: something that comes later needs it.

use super::Work;
use super::condition::{Condition, Refusal};
use super::merge::Group;
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::findings::Rule;
use crate::advice::tool::Tool;
use crate::advice::unneeded::mentions;
use crate::shell;

/// Programs that take something away.
const REMOVERS: [&str; 4] = ["rm", "rmdir", "find", "unlink"];
/// Programs that leave what is in a directory as it is.
const HARMLESS: [&str; 6] = ["[", "chmod", "du", "ls", "mkdir", "test"];

impl Work<'_> {
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
        let offline = |&i: &usize| {
            let words = ["--offline", "--frozen", "--no-index", "--prefer-offline", "-o"];
            i > last
                && self.script(i).is_some_and(|script| {
                    let is_offline = |c: &shell::Command| {
                        tool.runs(c) && c.words.iter().any(|w| words.contains(w))
                    };
                    script.every().iter().any(is_offline)
                })
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
            let bodies = instruction
                .heredocs
                .iter()
                .map(|heredoc| &self.file.source()[heredoc.body.clone()]);
            let mut texts = bodies.chain([instruction.arguments.as_str()]);
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
            let reason = format!("the {command} in line {line} needs them: put both in one RUN");
            return Some(Condition::NotNeededLater.fails(reason));
        }
        let has = |text: &str, words: &[String]| words.iter().any(|word| mentions(text, word));
        let triggers = |&i: &usize| {
            let instruction = &self.file.instructions[i];
            let text = &instruction.arguments;
            instruction.keyword == Keyword::Onbuild
                && has(text, &tool.programs)
                && has(text, &tool.needed_by)
                && !has(text, &tool.verbs)
        };
        if let Some(i) = self.stage.iter().copied().find(triggers) {
            let line = self.file.instructions[i].line;
            return Some(
                Condition::NotNeededLater.fails(format!("what line {line} triggers needs them")),
            );
        }
        let script = self.evidence.texts.needing(&tool.programs, &tool.needed_by, &tool.verbs)?;
        Some(
            Condition::NotNeededLater
                .fails(format!("{script} installs packages without fetching them anew")),
        )
    }
}
