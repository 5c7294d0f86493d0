//! Finds what may use a file that a pattern would exclude.

use super::{ANEW, KNOWN, Kept, VERSIONS};
use crate::advice::dockerfile::fix::Work;
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::unneeded::mentions;
use crate::shell::{self, base_name};

impl Work<'_> {
    pub(super) fn is_run_in_file(&self, i: usize) -> bool {
        self.file.instructions[i].keyword == Keyword::Run
    }

    /// Returns the reason if a name may be in use.
    pub(super) fn used(&self, kept: &Kept, name: &str) -> Option<String> {
        let texts = &self.evidence.texts;
        let said = |file: Option<&str>, does: &str| file.map(|file| format!("{file} {does}"));
        if kept.what == VERSIONS {
            if self.later_runs(kept.copy, &["git", "hg", "svn"]).is_some() {
                return Some("a later RUN uses git, which may need it".into());
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
        if kept.what == ANEW {
            // What the command took away, it made again; what else it left may be needed.
            return None;
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

    /// Returns the line of a later instruction that runs one of these programs.
    fn later_runs(&self, after: usize, programs: &[&str]) -> Option<usize> {
        let later = self.stage.iter().filter(|&&i| i > after).map(|&i| &self.file.instructions[i]);
        let runs = |text: &str| match shell::read(text) {
            Some(script) => script.commands.iter().any(|command| {
                let program = command.name();
                programs.contains(&program)
                    || command.words.iter().any(|word| calls_inside(word, programs))
            }),
            // A text that cannot be followed may run anything that it names.
            None => programs.iter().any(|program| mentions(text, program)),
        };
        let mut found = later.filter(|instruction| match instruction.keyword {
            Keyword::Run => {
                let bodies = instruction
                    .heredocs
                    .iter()
                    .map(|heredoc| &self.file.source()[heredoc.body.clone()]);
                runs(&instruction.arguments) || bodies.into_iter().any(runs)
            }
            Keyword::Cmd | Keyword::Entrypoint => {
                instruction.words().iter().any(|word| programs.contains(&base_name(word)))
            }
            _ => false,
        });
        found.next().map(|instruction| instruction.line)
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
