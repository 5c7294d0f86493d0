//! Drafts a multi-stage Dockerfile, if the image has a compiler and the program that was built is
//! known, or run by an interpreter.

mod interpreted;
mod start;

use std::collections::HashSet;
use std::path::Path;

use super::condition::{Condition, Kind};
use super::remark::Verdict;
use super::{Change, Work};
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::evidence::{CopiedProgram, LooksFor, Needs};
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::advice::ladder::Certainty;
use crate::display::{count, escaped_str, files, listed};
use crate::runtime::command::unusual_path;
use crate::shell::{self, base_name};
use start::Start;

/// Programs that only remove files.
const REMOVERS: [&str; 3] = ["rm", "true", ":"];
/// Subcommands of package managers that only remove packages.
const REMOVING: [&str; 6] = ["del", "purge", "remove", "autoremove", "clean", "erase"];

/// The base of the final stage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Scratch,
    /// The base of the image.
    Same,
    /// A small base image.
    Small,
}

impl Work<'_> {
    /// Drafts a new file beside the Dockerfile, which builds in one stage and copies to another.
    pub(super) fn stages(&mut self) -> Option<Change> {
        // Of a file that is not that of the whole image, no other one can be made.
        if !self.target.lacking.is_empty() {
            return None;
        }
        let Some(application) = self.evidence.program.as_ref() else { return self.interpreted() };
        let toolchain: u64 = self.evidence.toolchains.iter().map(|toolchain| toolchain.bytes).sum();
        if toolchain < super::NOTEWORTHY {
            return None;
        }
        let from = self.file.last_from();
        let (_, alias) = self.file.instructions[from].stage()?;
        let image = self.file.image_below()?;
        let start = self.start(&image, application);
        let mut copied: Vec<&str> =
            [&application.path].into_iter().chain(&application.files).map(String::as_str).collect();
        let mut own = application.bytes.saturating_add(application.files_bytes);
        let mut besides = Vec::new();
        for LooksFor { kind, places } in &application.looks_for {
            let lacking = places.iter().filter(|place| start.lacks(*kind, place));
            besides.extend(lacking.clone().next().map(|_| kind.name()));
            // One place may be in the directory of another.
            for place in lacking {
                let is_there = |copied: &&str| Path::new(&place.path).starts_with(copied);
                if !copied.iter().any(is_there) {
                    copied.push(&place.path);
                    own = own.saturating_add(place.bytes);
                }
            }
        }
        if let Some(reason) = self.needs_more(application, &copied) {
            let text = format!(
                "the compiler that builds the program stays in the image; use a multi-stage build: {reason}"
            );
            let at = self.with_compilers(from);
            self.leave(Kind::Stages, 0, at, text, Condition::StandsAlone);
            return None;
        }
        if !copied.iter().all(|path| is_plain(path)) {
            let text = "a file that another stage would copy has a name that needs quotes".into();
            self.leave(Kind::Stages, 0, None, text, Condition::PlainNames);
            return None;
        }
        let size_after =
            start.size_after.clone().map(|(base, certainty)| (base.saturating_add(own), certainty));
        let size_after = size_after.map(|(size, certainty)| match certainty {
            Certainty::Exact => (size, self.certainty_of(size)),
            other => (size, other),
        });
        if size_after
            .as_ref()
            .is_some_and(|&(size_after, _)| size_after >= self.inspection.totals.size)
        {
            return None;
        }
        let (name, mut text) = self.two_stages(from, alias, &start, &[]);
        for path in &copied {
            text.push_str(&format!("COPY --from={name} {path} {path}\n"));
        }
        self.runtime(&mut text, &start, (&copied, None));
        let draft = self.second_file(text)?;
        let what = self.said_of_stages(application, &besides, &start, toolchain);
        let line = self.said_of_draft(&draft, &what);
        self.say(Kind::Stages, Verdict::Proposed { size_after }, from, line);
        let without: Vec<_> =
            application.looks_for.iter().filter(|looks_for| looks_for.places.is_empty()).collect();
        if !without.is_empty() {
            let things: Vec<_> = without.iter().map(|looks_for| looks_for.kind.name()).collect();
            let text = format!(
                "the program uses files that are missing in the image: {}",
                listed(&things)
            );
            self.say(Kind::Stages, Verdict::Unseen, None, text);
        }
        if application.needs == Needs::Unknown {
            self.say(
                Kind::Stages,
                Verdict::Unseen,
                None,
                "the program may need shared libraries or other \
                files: test the image of the second stage before you use it",
            );
        }
        Some(draft)
    }

    /// Returns the instruction that brings most of what another stage leaves out; else the `FROM`.
    fn with_compilers(&self, from: usize) -> usize {
        let stage = self.evidence.changes.iter().find(|change| change.is_own && change.is_stage);
        stage.and_then(|change| self.by_layer.get(&change.layer)).copied().unwrap_or(from)
    }

    /// Returns the name of the build stage, and the text up to the base of the last one.
    /// The build stage ends with some commands.
    fn two_stages(
        &self,
        from: usize,
        alias: Option<String>,
        start: &Start,
        commands: &[String],
    ) -> (String, String) {
        let is_unnamed = alias.is_none();
        let name = alias.unwrap_or_else(|| self.unused_name());
        let mut text = self.build_stage(from, &name, is_unnamed);
        text.extend(commands.iter().map(|command| format!("RUN {command}\n")));
        text.push_str(&format!("\n{}FROM {}\n", start.comment, start.image));
        if let Some(unnamed) = start.unnamed {
            text.push_str(&self.file.source()[self.file.instructions[unnamed].span.clone()]);
        }
        (name, text)
    }

    /// Returns the new file beside the Dockerfile; `None` if it would not parse.
    fn second_file(&self, text: String) -> Option<Change> {
        let file = super::Dockerfile::parse(text).ok()?;
        let name = match self.target.name.strip_suffix('"') {
            Some(quoted) => format!("{quoted}.multi-stage\""),
            None => format!("{}.multi-stage", self.target.name),
        };
        Some(Change { name, old: self.target.staged.clone(), new: file.source().into() })
    }

    /// Says what a draft is, and of a second file that exists whether it is that draft.
    fn said_of_draft(&self, draft: &Change, what: &str) -> String {
        let there = match &draft.old {
            None => "",
            Some(old) if *old == draft.new => " (it is there already)",
            Some(_) => {
                " (a file of this name is there and stays as it is: move it away to get the draft)"
            }
        };
        format!("{}.multi-stage{there} is {what}", self.target.name)
    }

    /// Returns how far a size without the build tools can be relied on: as far as that of the same
    /// files among the possible sizes.
    fn certainty_of(&self, size: u64) -> Certainty {
        let same = self.evidence.bare.iter().find(|(other, _)| *other == size);
        same.map_or(Certainty::Exact, |(_, certainty)| certainty.clone())
    }

    /// Returns why the program may need more than what is copied.
    fn needs_more(&self, application: &CopiedProgram, copied: &[&str]) -> Option<String> {
        let script = application
            .scripts
            .iter()
            .find(|file| self.evidence.texts.runs_others(file, &application.path));
        if let Some(script) = script {
            return Some(format!("{} runs other programs; copy them as well", escaped_str(script)));
        }
        let is_there =
            |file: &&String| !copied.iter().any(|path| Path::new(file.as_str()).starts_with(path));
        if let Some(named) = self.evidence.named.iter().find(is_there) {
            return Some(format!("it names {}; copy that file as well", escaped_str(named)));
        }
        if let Some(function) = application.starts_others {
            return Some(format!(
                "it starts other programs, whose names are not known ({function})"
            ));
        }
        let file = application.opens_others.as_ref()?;
        Some(format!("{file} loads libraries by names that cannot be known (dlopen)"))
    }

    fn said_of_stages(
        &self,
        application: &CopiedProgram,
        besides: &[&str],
        start: &Start,
        toolchain: u64,
    ) -> String {
        let names: Vec<_> =
            self.evidence.toolchains.iter().map(|toolchain| toolchain.name.as_str()).collect();
        let mut size = vec![format!("{} ({} bytes)", application.path, count(application.bytes))];
        if !application.files.is_empty() {
            let what = files(application.files.len());
            size.push(format!("{what} that it needs ({} bytes)", count(application.files_bytes)));
        }
        size.extend(besides.iter().map(|&thing| thing.to_owned()));
        format!(
            "a draft that copies only {} to {}, without the build tools: {} {} {} bytes of this image",
            listed(&size),
            start.called,
            listed(&names),
            if names.len() == 1 { "takes" } else { "take" },
            count(toolchain)
        )
    }

    /// Returns the build stage: the file with the last stage named, without instructions that only
    /// configure the container or only clean up.
    fn build_stage(&self, from: usize, name: &str, unnamed: bool) -> String {
        let source = self.file.source();
        let mut out = String::new();
        let mut at = 0;
        for (i, instruction) in self.file.instructions.iter().enumerate() {
            let runtime = matches!(instruction.keyword, Keyword::Volume | Keyword::User)
                || instruction.keyword.is_runtime();
            let goes = i > from && (runtime || only_removes(instruction));
            let start = if instruction.comments.is_empty() {
                instruction.span.start
            } else {
                instruction.comments.start
            };
            out.push_str(&source[at..start]);
            at = instruction.span.end;
            if i == from && unnamed {
                out.push_str(&source[start..instruction.arguments_span().end]);
                out.push_str(&format!(" AS {name}"));
                out.push_str(&source[instruction.arguments_span().end..at]);
            } else if !goes {
                out.push_str(&source[start..at]);
            }
        }
        out.push_str(&source[at..]);
        let mut out = out.trim_end().to_owned();
        out.push('\n');
        out
    }

    /// Returns a name that no stage has yet.
    fn unused_name(&self) -> String {
        let stages = self.file.instructions.iter().filter_map(|instruction| instruction.stage()?.1);
        let taken: Vec<_> = stages.map(|name| name.to_ascii_lowercase()).collect();
        let mut name = String::from("build");
        while taken.contains(&name) {
            name.push_str("-own");
        }
        name
    }

    /// Writes the instructions that configure the container. Only the last working directory
    /// counts, and is made absolute.
    fn runtime(
        &self,
        text: &mut String,
        start: &Start,
        (copied, command): (&[&str], Option<&str>),
    ) {
        let (source, run) = (self.file.source(), &self.inspection.run);
        // Those of the stages that the last one is built on count as well.
        let own: Vec<_> = self.stage.iter().map(|&i| &self.file.instructions[i]).collect();
        let kept = |instruction: &Instruction| match instruction.keyword {
            Keyword::Maintainer => false,
            Keyword::Env | Keyword::Workdir | Keyword::User | Keyword::Volume => true,
            keyword => keyword.is_runtime(),
        };
        let values = own
            .iter()
            .filter(|instruction| kept(instruction))
            .map(|instruction| instruction.arguments.as_str());
        let used: HashSet<_> = values.flat_map(variables).collect();
        text.extend(self.path_of_base(start, &own));
        let last = |keyword: Keyword| own.iter().rposition(|it| it.keyword == keyword);
        let has_no_shell = start.on == On::Scratch;
        for (i, instruction) in own.iter().enumerate() {
            let name = instruction.arguments.split(['=', ' ']).next().unwrap_or_default();
            let needed = instruction.keyword == Keyword::Arg && used.contains(name);
            let is_replaced = match instruction.keyword {
                // Another instruction starts the program.
                Keyword::Cmd | Keyword::Entrypoint if command.is_some() => true,
                // A stage that sets ENTRYPOINT resets the CMD of the stage below it.
                Keyword::Cmd if run.command.is_empty() && last(Keyword::Entrypoint) > Some(i) => {
                    true
                }
                // Of these the last one counts.
                only @ (Keyword::Workdir
                | Keyword::Cmd
                | Keyword::Entrypoint
                | Keyword::Healthcheck) => last(only) != Some(i),
                _ => false,
            };
            if is_replaced || !needed && !kept(instruction) {
                continue;
            }
            if instruction.keyword == Keyword::Workdir {
                let directory = run.directory.raw();
                if !instruction.arguments.starts_with('/') && is_plain(directory) {
                    text.push_str(&format!("WORKDIR {directory}\n"));
                    continue;
                }
            }
            if instruction.keyword == Keyword::Healthcheck
                && has_no_shell
                && !is_check_of(instruction, copied)
            {
                text.push_str("# the HEALTHCHECK is left out: this stage has no shell, and not the program that it runs\n");
                continue;
            }
            if instruction.keyword == Keyword::Onbuild
                && has_no_shell
                && instruction.arguments.trim_start().to_ascii_uppercase().starts_with("RUN")
            {
                text.push_str("# ONBUILD RUN is left out: this stage has no shell\n");
                continue;
            }
            let knows_users = copied.iter().any(|path| Path::new("/etc/passwd").starts_with(path));
            if instruction.keyword == Keyword::User
                && !knows_users
                && start.lacks_user(&instruction.arguments)
            {
                text.push_str("# create the user in this stage as well\n");
            }
            text.push_str(source[instruction.span.clone()].trim_end());
            text.push('\n');
        }
        if let Some(command) = command {
            text.push_str(&format!("{command}\n"));
        }
    }

    /// Returns the `ENV` of the directories in which the base of the image looks for programs, if
    /// the command is found in one that another base does not have.
    fn path_of_base(&self, start: &Start, own: &[&Instruction]) -> Option<String> {
        let is_set = |it: &&Instruction| {
            it.keyword == Keyword::Env && it.words().iter().any(|word| word.starts_with("PATH"))
        };
        if start.on == On::Same || own.iter().any(is_set) {
            return None;
        }
        let path = unusual_path(&self.inspection.run).filter(|path| is_plain(path))?;
        Some(format!("ENV PATH={path}\n"))
    }
}

/// Returns whether a `HEALTHCHECK` is none, or runs a program that is copied, without a shell.
fn is_check_of(instruction: &Instruction, copied: &[&str]) -> bool {
    let arguments = instruction.arguments.trim();
    if arguments.eq_ignore_ascii_case("none") {
        return true;
    }
    let command = arguments.to_ascii_uppercase().find("CMD").map(|at| arguments[at + 3..].trim());
    let words = command.and_then(|command| serde_json::from_str::<Vec<String>>(command).ok());
    words.and_then(|words| words.first().cloned()).is_some_and(|program| {
        copied.iter().any(|&path| path == program || base_name(path) == program)
    })
}

/// Returns the names of variables in a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Returns whether an image's name suggests that it has a compiler.
fn has_compiler_in_its_name(image: &str) -> bool {
    let name = base_name(image).split([':', '@']).next().unwrap_or_default();
    ["golang", "go", "gcc", "rust", "buildpack-deps", "clang"].contains(&name)
}

/// Returns whether a `RUN` only removes files, which is useless in a build stage.
fn only_removes(instruction: &Instruction) -> bool {
    instruction.keyword == Keyword::Run
        && shell::read(&instruction.arguments).is_some_and(|script| {
            script.commands.iter().all(|command| {
                let [program, words @ ..] = command.program() else {
                    return command.words.is_empty();
                };
                let verb = words.iter().find(|word| !word.starts_with('-'));
                REMOVERS.contains(program) || verb.is_some_and(|verb| REMOVING.contains(verb))
            })
        })
}
