//! A second Dockerfile in several stages, where a compiler ships and the program that it built is known.

use super::remark::Verdict;
use super::{Change, Work};
use crate::dockerfile::births::is_plain;
use crate::dockerfile::evidence::Closure;
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
        let (image, alias) = self.file.instructions[from].stage()?;
        let libraries: &[String] = if let Closure::Files(files) = &application.closure { files } else { &[] };
        if ![&application.path].into_iter().chain(libraries).all(|path| is_plain(path)) {
            self.say(
                Verdict::Left { would_save: 0 },
                None,
                "a file that another stage would copy has a name that needs quotes",
            );
            return None;
        }
        let name = alias.clone().unwrap_or_else(|| "build".into());
        let mut text = self.build_stage(from, &name, alias.is_none());
        text.push('\n');
        let same_base = !has_compiler_in_its_name(&image);
        let base = self.runtime_base(&mut text, &image, same_base, &application.closure);
        text.push_str(&format!("FROM {base}\n"));
        for path in [&application.path].into_iter().chain(libraries) {
            text.push_str(&format!("COPY --from={name} {path} {path}\n"));
        }
        self.runtime(&mut text, from);
        let file = super::Dockerfile::parse(text).ok()?;
        let names: Vec<_> = self.evidence.toolchains.iter().map(|toolchain| toolchain.name.as_str()).collect();
        let line = format!(
            "{}.multi-stage is a skeleton that ships only {} ({} bytes) on {base}, not what built it: {} takes {} ({} bytes) of this image",
            self.target.name,
            application.path,
            count(application.bytes),
            names.join(" and "),
            Units::Iec.size(toolchain),
            count(toolchain)
        );
        self.say(Verdict::Changed { saves: 0 }, Some(from), line);
        if application.closure == Closure::Unknown {
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

    fn runtime_base(&self, text: &mut String, image: &str, same: bool, closure: &Closure) -> String {
        if *closure == Closure::Static {
            text.push_str("# the program is static: it needs no other file to start\n");
            return "scratch".into();
        }
        if same && image == "scratch" {
            // Rebuilt: what lies under the build stage has no name.
            text.push_str("# put the base image's name here; layerscope does not know it\n");
            return "scratch".into();
        }
        if same {
            text.push_str("# what runs, on the same base, without what built it\n");
            return image.into();
        }
        text.push_str("# what runs, without what built it; take the release that the build image is based on\n");
        if image.contains("alpine") { "alpine".into() } else { "debian:stable-slim".into() }
    }

    /// What says how a container runs, as the file has it, and the values that the config has.
    fn runtime(&self, text: &mut String, from: usize) {
        let source = self.file.source();
        for instruction in &self.file.instructions[from + 1..] {
            let kept = match instruction.keyword {
                Keyword::Maintainer | Keyword::Onbuild => false,
                Keyword::Env | Keyword::Workdir | Keyword::User | Keyword::Volume => true,
                keyword => keyword.is_runtime(),
            };
            if !kept {
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
