//! A second Dockerfile in several stages, where a compiler ships and the program that it built is known.

use std::collections::HashSet;

use super::remark::Verdict;
use super::{Change, Work};
use crate::dockerfile::births::is_plain;
use crate::dockerfile::evidence::Needs;
use crate::dockerfile::parse::{Instruction, Keyword};
use crate::dockerfile::shell;
use crate::units::{Units, count};

/// Programs that only remove.
const REMOVERS: [&str; 3] = ["rm", "true", ":"];
/// Subcommands of package managers that only remove.
const REMOVING: [&str; 6] = ["del", "purge", "remove", "autoremove", "clean", "erase"];

impl Work<'_> {
    /// A new file beside the Dockerfile, which builds in one stage and ships another.
    pub(super) fn stages(&mut self) -> Option<Change> {
        let application = self.evidence.application.as_ref()?;
        let toolchain: u64 = self.evidence.toolchains.iter().map(|toolchain| toolchain.bytes).sum();
        if toolchain < super::NOTEWORTHY {
            return None;
        }
        let from = self.file.last_from();
        let (_, alias) = self.file.instructions[from].stage()?;
        let image = self.file.image_below()?;
        let libraries: &[String] = if let Needs::Files(files) = &application.needs { files } else { &[] };
        if ![&application.path].into_iter().chain(libraries).all(|path| is_plain(path)) {
            self.say(
                Verdict::Left { would_save: 0 },
                None,
                "a file that another stage would copy has a name that needs quotes",
            );
            return None;
        }
        let name = alias.clone().unwrap_or_else(|| self.unused_name());
        let mut text = self.build_stage(from, &name, alias.is_none());
        text.push('\n');
        let same_base = !has_compiler_in_its_name(&image);
        let base = self.runtime_base(&mut text, &image, same_base, &application.needs);
        text.push_str(&format!("FROM {base}\n"));
        if let (Some(unnamed), "scratch", true) =
            (self.target.unnamed_base, base.as_str(), application.needs != Needs::Nothing)
        {
            text.push_str(&self.file.source()[self.file.instructions[unnamed].span.clone()]);
        }
        for path in [&application.path].into_iter().chain(libraries) {
            text.push_str(&format!("COPY --from={name} {path} {path}\n"));
        }
        self.runtime(&mut text, from);
        let file = super::Dockerfile::parse(text).ok()?;
        let names: Vec<_> = self.evidence.toolchains.iter().map(|toolchain| toolchain.name.as_str()).collect();
        let unnamed = self.target.unnamed_base.is_some() && base == "scratch" && application.needs != Needs::Nothing;
        let shown = if unnamed { "the same base" } else { &base };
        let line = format!(
            "{}.multi-stage is a skeleton that ships only {} ({} bytes) on {shown}, not what built it: {} {} {} ({} bytes) of this image",
            self.target.name,
            application.path,
            count(application.bytes),
            names.join(" and "),
            if names.len() == 1 { "takes" } else { "take" },
            Units::Iec.size(toolchain),
            count(toolchain)
        );
        self.say(Verdict::Changed { saves: 0 }, Some(from), line);
        if !application.looks_for.is_empty() {
            let text = format!(
                "whether the program can do without what it looks for besides: {}",
                application.looks_for.join(", ")
            );
            self.say(Verdict::Unseen, None, text);
        }
        if application.needs == Needs::Unknown {
            self.say(Verdict::Unseen, None, "whether the program needs shared libraries or other files at run time: run what the second stage makes before you rely on it");
        }
        Some(Change { name: format!("{}.multi-stage", self.target.name), old: None, new: file.source().into() })
    }

    /// The file up to its end with the last stage named, and without what says how a container runs or only cleans up.
    fn build_stage(&self, from: usize, name: &str, unnamed: bool) -> String {
        let source = self.file.source();
        let mut out = String::new();
        let mut at = 0;
        for (i, instruction) in self.file.instructions.iter().enumerate() {
            let runtime =
                matches!(instruction.keyword, Keyword::Volume | Keyword::User) || instruction.keyword.is_runtime();
            let goes = i > from && (runtime || only_removes(instruction));
            let start =
                if instruction.comments.is_empty() { instruction.span.start } else { instruction.comments.start };
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

    fn runtime_base(&self, text: &mut String, image: &str, same: bool, needs: &Needs) -> String {
        if *needs == Needs::Nothing {
            text.push_str("# the program is static: it needs no other file to start\n");
            return "scratch".into();
        }
        if same && image == "scratch" {
            text.push_str("# what runs, on the same base, without what built it\n");
            return "scratch".into();
        }
        if same {
            text.push_str("# what runs, on the same base, without what built it\n");
            return image.into();
        }
        text.push_str("# what runs, without what built it; take the release that the build image is based on\n");
        if image.contains("alpine") { "alpine".into() } else { "debian:stable-slim".into() }
    }

    /// A name that no stage has yet.
    fn unused_name(&self) -> String {
        let stages = self.file.instructions.iter().filter_map(|instruction| instruction.stage()?.1);
        let taken: Vec<_> = stages.map(|name| name.to_ascii_lowercase()).collect();
        let mut name = String::from("build");
        while taken.contains(&name) {
            name.push_str("-own");
        }
        name
    }

    /// What says how a container runs, as the file has it.
    fn runtime(&self, text: &mut String, from: usize) {
        let source = self.file.source();
        let own = &self.file.instructions[from + 1..];
        let kept = |instruction: &Instruction| match instruction.keyword {
            Keyword::Maintainer | Keyword::Onbuild => false,
            Keyword::Env | Keyword::Workdir | Keyword::User | Keyword::Volume => true,
            keyword => keyword.is_runtime(),
        };
        let values =
            own.iter().filter(|instruction| kept(instruction)).map(|instruction| instruction.arguments.as_str());
        let used: HashSet<_> = values.flat_map(variables).collect();
        for instruction in own {
            let name = instruction.arguments.split(['=', ' ']).next().unwrap_or_default();
            let needed = instruction.keyword == Keyword::Arg && used.contains(name);
            if !needed && !kept(instruction) {
                continue;
            }
            if instruction.keyword == Keyword::User && !instruction.arguments.starts_with(|c: char| c.is_ascii_digit())
            {
                text.push_str("# the user has to be made in this stage, too\n");
            }
            text.push_str(source[instruction.span.clone()].trim_end());
            text.push('\n');
        }
    }
}

/// The names behind dollar signs.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether an image's name says that it holds a compiler.
fn has_compiler_in_its_name(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or_default();
    ["golang", "go", "gcc", "rust", "buildpack-deps", "clang"].contains(&name)
}

/// Whether a `RUN` only takes away, which is of no use in a stage that does not ship.
fn only_removes(instruction: &Instruction) -> bool {
    instruction.keyword == Keyword::Run
        && shell::read(&instruction.arguments).is_some_and(|script| {
            script.commands.iter().all(|command| {
                let [program, words @ ..] = command.program() else { return command.words.is_empty() };
                let verb = words.iter().find(|word| !word.starts_with('-'));
                REMOVERS.contains(program) || verb.is_some_and(|verb| REMOVING.contains(verb))
            })
        })
}
