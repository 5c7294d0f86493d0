//! Finds what may use a file that a pattern would exclude.

use super::{ANEW, KNOWN, Kept, MADE_ANEW, VERSIONS};
use crate::advice::dockerfile::fix::Work;
use crate::advice::dockerfile::fix::needed::runs_something;
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::advice::tool::find_verb;
use crate::advice::unneeded::mentions;
use crate::shell::{self, base_name};

/// Programs that take a version, or what changed, from a repository.
const READERS: [&str; 19] = [
    "bump2version",
    "bumpversion",
    "conventional-changelog",
    "git-cliff",
    "gitversion",
    "goreleaser",
    "lerna",
    "minver",
    "nbgv",
    "np",
    "pre-commit",
    "release-it",
    "semantic-release",
    "setuptools_scm",
    "standard-version",
    "svu",
    "versioneer",
    "GIT_DIR",
    "git-describe",
];

impl Work<'_> {
    pub(super) fn is_run_in_file(&self, i: usize) -> bool {
        self.file.instructions[i].keyword == Keyword::Run
    }

    /// Returns the reason if a name may be in use.
    pub(super) fn used(&self, kept: &Kept, name: &str) -> Option<String> {
        let texts = &self.evidence.texts;
        let said = |file: Option<&str>, does: &str| file.map(|file| format!("{file} {does}"));
        if kept.what == VERSIONS {
            if let Some(at) = self.later_use(kept.copy, &["git", "hg", "svn"]) {
                let instruction = &self.file.instructions[at];
                return Some(match instruction.keyword {
                    Keyword::Run if self.stage.contains(&at) => {
                        "a later RUN uses git, which may need it".into()
                    }
                    _ => format!("line {} uses git, which may need it", instruction.line),
                });
            }
            let reads = |&i: &usize| {
                let instruction = &self.file.instructions[i];
                let text = &instruction.arguments;
                self.may_read_context(i, kept.copy)
                    && runs_something(instruction.keyword)
                    && READERS.iter().any(|reader| mentions(text, reader))
            };
            if let Some(i) = (0..self.file.instructions.len()).find(reads) {
                let line = self.file.instructions[i].line;
                return Some(format!("line {line} may take the version from it"));
            }
            let stamps = |&&i: &&usize| {
                let text = &self.file.instructions[i].arguments;
                i > kept.copy && text.contains("-buildvcs") && !text.contains("-buildvcs=false")
            };
            if let Some(&i) = self.stage.iter().find(stamps) {
                return Some(format!(
                    "line {} builds its version into the program",
                    self.file.instructions[i].line
                ));
            }
            let builds = self
                .stage
                .iter()
                .any(|&i| i > kept.copy && self.file.instructions[i].keyword == Keyword::Run);
            if let Some(reason) = said(
                texts.needing_repository().filter(|_| builds),
                "takes something from the repository",
            ) {
                return Some(reason);
            }
            if let Some(file) = texts.asking_repository() {
                return Some(format!("{file} may ask it"));
            }
        }
        if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
            let line = self
                .later_runs(kept.copy, known.programs)
                .map(|line| format!("line {line} may use it"));
            let script = || said(texts.of_project_running(known.programs), "may use it");
            if let Some(reason) = line.or_else(script) {
                return Some(reason);
            }
        }
        if let Some(line) = self.mounted_by_name(name) {
            return Some(format!("line {line} names it"));
        }
        if kept.what == ANEW {
            // What the command took away, it made again; what else it left may be needed.
            let (_, makers) = MADE_ANEW.iter().find(|(made, _)| *made == name)?;
            return self.used_before(kept.copy, name, makers);
        }
        let mentioned = self
            .stage
            .iter()
            .filter(|&&i| i != kept.copy)
            .find(|&&i| mentions(&self.file.instructions[i].arguments, name));
        let by_line =
            mentioned.map(|&i| format!("line {} names it", self.file.instructions[i].line));
        let run = &self.inspection.run;
        let words = || run.entrypoint.iter().chain(&run.command).chain([&run.directory]);
        let is_configured = || {
            words().any(|word| mentions(word.raw(), name))
                || run.environment.texts().any(|text| mentions(text.raw(), name))
        };
        let by_config = || is_configured().then(|| "the configuration names it".into());
        by_line.or_else(by_config).or_else(|| said(texts.mentioning(name), "names it"))
    }

    /// Returns the line of the `go build` that takes its version from the repository, unless it says
    /// that it does.
    pub(super) fn stamps_version(&self, kept: &Kept) -> Option<usize> {
        let builds = |&&i: &&usize| {
            i > kept.copy
                && self.script(i).is_some_and(|script| {
                    script.every().iter().any(|command| {
                        find_verb(command.program(), &["go"], &["build", "install"]).is_some()
                            && !command.words.contains(&"-buildvcs=false")
                    })
                })
        };
        let of_versions = kept.what == VERSIONS;
        let build = self.stage.iter().filter(|_| of_versions).find(builds)?;
        Some(self.file.instructions[*build].line)
    }

    /// Returns whether an instruction may read what a copy brought, or copies from the same context in
    /// another stage.
    fn may_read_context(&self, i: usize, copy: usize) -> bool {
        if self.stage.contains(&i) {
            return i > copy;
        }
        let before = self.file.instructions[..i].iter().rev();
        let mut own = before.take_while(|instruction| instruction.keyword != Keyword::From);
        own.any(|instruction| {
            matches!(instruction.keyword, Keyword::Copy | Keyword::Add)
                && instruction.flag("from").is_none()
        })
    }

    /// Returns the line of an instruction that mounts a file of the context by this name, or copies it.
    fn mounted_by_name(&self, name: &str) -> Option<usize> {
        let names = |instruction: &&Instruction| {
            let mut mounts = instruction.flags.iter().filter(|flag| flag.name == "mount");
            let of_context = |value: &str| {
                let mut parts =
                    value.split(',').map(|part| part.split_once('=').unwrap_or((part, "")));
                let is_bind = !value.contains("from=")
                    && (value.contains("type=bind") || !value.contains("type="));
                is_bind
                    && parts.any(|(key, part)| {
                        matches!(key.trim(), "source" | "src") && mentions(part, name)
                    })
            };
            let is_mounted = mounts.any(|flag| flag.value.as_deref().is_some_and(of_context));
            let sources = instruction.copied().filter(|_| instruction.flag("from").is_none());
            is_mounted
                || sources.is_some_and(|(sources, _)| sources.iter().any(|it| mentions(it, name)))
        };
        self.file.instructions.iter().find(names).map(|instruction| instruction.line)
    }

    /// Returns the line of a later instruction that runs one of these programs.
    fn later_runs(&self, after: usize, programs: &[&str]) -> Option<usize> {
        let at = self.later_use(after, programs)?;
        Some(self.file.instructions[at].line)
    }

    /// Returns the later instruction, or the one of another stage, that runs one of these programs.
    fn later_use(&self, after: usize, programs: &[&str]) -> Option<usize> {
        let later = (0..self.file.instructions.len()).filter(|&i| self.may_read_context(i, after));
        let runs = |text: &str| match shell::read(text) {
            Some(script) => script.commands.iter().any(|command| {
                let program = command.name();
                programs.contains(&program)
                    || command.words.iter().any(|word| calls_inside(word, programs))
            }),
            // A text that cannot be followed may run anything that it names.
            None => programs.iter().any(|program| mentions(text, program)),
        };
        let mut found = later.filter(|&i| self.file.instructions[i].keyword != Keyword::From);
        found.find(|&i| {
            let instruction = &self.file.instructions[i];
            match instruction.keyword {
                Keyword::Run => {
                    runs(&instruction.arguments) || self.file.documents(instruction).any(runs)
                }
                Keyword::Cmd | Keyword::Entrypoint => {
                    let runs = |word: &String| {
                        programs.contains(&base_name(word)) || calls_inside(word, programs)
                    };
                    instruction.words().iter().any(runs)
                }
                Keyword::Healthcheck | Keyword::Onbuild => runs(&instruction.arguments),
                _ => false,
            }
        })
    }
}

/// Returns whether a word runs one of the programs in a command of its own, such as `$(git
/// describe)`.
fn calls_inside(word: &str, programs: &[&str]) -> bool {
    word.contains(['`', '$', ' ', '\'', '"'])
        && word
            .split(|c: char| c.is_whitespace() || "`$(){}|&;'\"".contains(c))
            .any(|part| programs.contains(&part))
}

/// Returns whether a command names a file other than as what it makes.
pub(super) fn is_input_of(arguments: &str, name: &str) -> bool {
    let words: Vec<_> =
        arguments.split(|c: char| c.is_whitespace() || ";&|()".contains(c)).collect();
    (0..words.len()).any(|at| {
        let is_output = at > 0 && matches!(words[at - 1], "-o" | ">" | "--output");
        base_name(words[at].trim_matches(['"', '\''])) == name && !is_output
    })
}
