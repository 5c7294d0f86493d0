//! Decides whether an instruction between two `RUN`s can be moved before both.

use std::collections::HashSet;

use super::Work;
use super::condition::{Condition, Refusal};
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::shell::{self, base_name};
use crate::tree::{Kind, NodeId};

/// The smallest saving for which a copy is moved; the `RUN`s then run again whenever the copied
/// files change.
const WORTH_THE_CACHE: u64 = 1 << 20;
/// The most names in one instruction that are searched for.
const NAMES: usize = 100;
/// Variables that the shell or the loader reads for every program.
const READ_BY_ALL: [&str; 8] = ["BASH_ENV", "ENV", "HOME", "IFS", "PATH", "POSIXLY_CORRECT", "SHELL", "TMPDIR"];
/// Programs that read no variables but those, and the ones of languages.
const READ_NOTHING: [&str; 24] = [
    ":", "[", "addgroup", "adduser", "cat", "chgrp", "chmod", "chown", "cp", "echo", "false", "groupadd", "ln",
    "mkdir", "mv", "printf", "rm", "rmdir", "set", "test", "touch", "true", "useradd", "usermod",
];
/// Programs whose effect does not depend on the working directory.
const PLACELESS: [&str; 16] = [
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "dnf",
    "groupadd",
    "microdnf",
    "set",
    "true",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "yum",
    "zypper",
    ":",
];
/// Programs whose effect does not depend on the working directory if their paths are absolute.
const ON_PATHS: [&str; 6] = ["chmod", "chown", "ln", "mkdir", "rm", "touch"];

/// Place of an instruction that stands between two `RUN`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before both.
    Before,
    /// Behind both.
    Behind,
}

impl Work<'_> {
    /// Returns where instruction `i` can stand when the `RUN`s `before` and `behind` it become one; else why not.
    ///
    /// `rest` are the instructions from it to the last of the `RUN`s.
    pub(super) fn side(
        &self,
        i: usize,
        before: &[usize],
        behind: &[usize],
        rest: &[usize],
        bytes: u64,
    ) -> Result<Side, Refusal> {
        let instruction = &self.file.instructions[i];
        let line = instruction.line;
        let named =
            |what: &str| Err(Condition::Movable.fails(format!("{} in line {line} {what}", instruction.keyword.name())));
        match instruction.keyword {
            keyword if keyword.is_runtime() => Ok(Side::Before),
            Keyword::Env | Keyword::Arg => {
                let names = set_by(instruction);
                if names.len() > NAMES {
                    return named("sets many names");
                }
                let unread = |runs: &[usize]| names.iter().all(|name| !self.may_be_read(name, runs));
                // Behind it, neither a RUN nor a COPY may use the names; the cache is then as good as before.
                let others = rest.iter().filter(|&&other| !behind.contains(&other));
                let mentioned = others.into_iter().any(|&other| {
                    names.iter().any(|name| self.file.instructions[other].arguments.contains(name.as_str()))
                });
                if unread(behind) && !mentioned {
                    return Ok(Side::Behind);
                }
                if instruction.keyword == Keyword::Env && unread(before) {
                    return Ok(Side::Before);
                }
                let name = names.first().map_or("a name", String::as_str);
                named(&format!("sets {name}, which the RUN before it may read"))
            }
            Keyword::Workdir => {
                let absolute = instruction.arguments.starts_with('/') && !instruction.arguments.contains('$');
                if absolute && before.iter().all(|&run| is_placeless(&self.file.instructions[run])) {
                    return Ok(Side::Before);
                }
                named("changes the directory, and the RUN before it may depend on that")
            }
            Keyword::Copy | Keyword::Add => {
                if bytes < WORTH_THE_CACHE {
                    return named("stands between them");
                }
                let Some(layer) = self.layer(i) else {
                    return named("could not be matched with a layer");
                };
                let layers: HashSet<_> = before.iter().filter_map(|&run| self.layer(run)).collect();
                match self.meets(layer, &layers) {
                    Some(path) => named(&format!("brings {path}, where the RUN before it was at work")),
                    None => Ok(Side::Before),
                }
            }
            _ => named("stands between them"),
        }
    }

    /// Returns whether a `RUN` may read a variable: it names it, or a program that it runs may read any.
    fn may_be_read(&self, name: &str, runs: &[usize]) -> bool {
        let upper = name.to_ascii_uppercase();
        let by_all = READ_BY_ALL.contains(&upper.as_str()) || upper.starts_with("LD_") || upper.starts_with("LC_");
        let reads = |&run: &usize| {
            let run = &self.file.instructions[run];
            let script = shell::read(&run.arguments);
            let is_deaf = script.is_some_and(|script| {
                script.commands.iter().all(|command| {
                    command.program().first().is_none_or(|program| READ_NOTHING.contains(&base_name(program)))
                })
            });
            !is_deaf || !run.heredocs.is_empty() || run.arguments.contains(name)
        };
        by_all || runs.iter().any(reads)
    }

    /// Returns a path that both a copy's layer and one of the earlier layers have created or
    /// removed.
    fn meets(&self, copy: usize, earlier: &HashSet<usize>) -> Option<String> {
        let tree = &self.inspection.tree;
        let first = *earlier.iter().min()?;
        let touched = |node: NodeId| {
            tree.versions(node).any(|version| {
                earlier.contains(&tree.added_in(version))
                    || tree.removed_in(version).is_some_and(|removed_in| earlier.contains(&removed_in))
            })
        };
        // The copy may change the time of an existing directory, and would create a missing one.
        let is_new = |node: NodeId| {
            let before = first.checked_sub(1).and_then(|below| tree.at(node, below));
            before.is_none_or(|before| tree.kind(before) != Kind::Directory)
        };
        let mut seen = HashSet::new();
        for &file in self.births.in_layer(copy) {
            let node = tree.node_of(file);
            if touched(node) {
                return Some(crate::display::escaped(&tree.path(node)));
            }
            let mut above = tree.parent(node);
            while above != NodeId::ROOT && seen.insert(above) {
                if touched(above) && is_new(above) {
                    return Some(crate::display::escaped(&tree.path(above)));
                }
                above = tree.parent(above);
            }
        }
        None
    }
}

/// Returns the names that an `ENV` or `ARG` sets.
fn set_by(instruction: &Instruction) -> Vec<String> {
    let words = instruction.words();
    let with_value = words.iter().any(|word| word.contains('='));
    let names = words.iter().filter(|word| !with_value || word.contains('='));
    names
        .map(|word| word.split('=').next().unwrap_or_default().to_owned())
        .take(if with_value { usize::MAX } else { 1 })
        .collect()
}

/// Returns whether the effect of a command does not depend on the working directory.
fn is_placeless(run: &Instruction) -> bool {
    shell::read(&run.arguments).is_some_and(|script| {
        script.commands.iter().filter(|command| !command.words.is_empty()).all(|command| {
            let [program, words @ ..] = command.program() else { return false };
            let mut words = words.iter().filter(|word| !word.starts_with('-'));
            // The first argument of these programs is a mode or an owner.
            if matches!(*program, "chmod" | "chown") {
                words.next();
            }
            match () {
                () if PLACELESS.contains(program) => words.all(|word| !word.contains('>') && !word.starts_with('.')),
                () if ON_PATHS.contains(program) => words.all(|word| word.starts_with('/')),
                () => false,
            }
        })
    })
}
