//! Decides whether an instruction between two `RUN`s can be moved before both.

mod indifferent;
mod placeless;

use std::collections::HashSet;

use super::Work;
use super::condition::{Condition, Refusal};
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::display::Escaped;
use crate::layer_index::LayerIndex;
use crate::shell::{self, base_name};
use crate::tree::{Kind, NodeId};
use placeless::{is_placeless, is_placeless_command};

/// The smallest saving for which a copy is moved; the `RUN`s then run again whenever the copied
/// files change.
const WORTH_THE_CACHE: u64 = 1 << 20;
/// The most names in one instruction that are searched for.
const NAMES: usize = 100;
/// Variables that the shell or the loader reads for every program.
const READ_BY_ALL: [&str; 22] = [
    "BASH_ENV",
    "BASHOPTS",
    "BUSYBOX_OPTIONS",
    "ENV",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "GLOBIGNORE",
    "HOME",
    "IFS",
    "LANG",
    "LANGUAGE",
    "LOCPATH",
    "NLSPATH",
    "PATH",
    "POSIXLY_CORRECT",
    "PS4",
    "SHELL",
    "SHELLOPTS",
    "SIMPLE_BACKUP_SUFFIX",
    "TMPDIR",
    "TZ",
    "VERSION_CONTROL",
];
/// Beginnings of such names.
const BEGIN_READ_BY_ALL: [&str; 4] = ["BASH_", "LC_", "LD_", "MALLOC_"];
/// Programs that read no variables but those, and the ones of languages.
const READ_NOTHING: [&str; 24] = [
    ":", "[", "addgroup", "adduser", "cat", "chgrp", "chmod", "chown", "cp", "echo", "false",
    "groupadd", "ln", "mkdir", "mv", "printf", "rm", "rmdir", "set", "test", "touch", "true",
    "useradd", "usermod",
];

/// Directories in which programs look for configuration, libraries and other programs without being
/// told.
const SYSTEM: [&str; 13] = [
    "/bin",
    "/etc",
    "/lib",
    "/lib64",
    "/sbin",
    "/usr/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/libexec",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var/lib",
];

/// Place of an instruction that stands between two `RUN`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before both.
    Before,
    /// Behind both.
    Behind,
}

impl Work<'_> {
    /// Returns where instruction `i` can stand when the `RUN`s `before` and `behind` it become one;
    /// else why not.
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
        let named = |what: &str| {
            Err(Condition::Movable
                .fails(format!("{} in line {line} {what}", instruction.keyword.name())))
        };
        match instruction.keyword {
            keyword if keyword.is_runtime() => Ok(Side::Before),
            Keyword::Env | Keyword::Arg => {
                let names = set_by(instruction);
                if names.len() > NAMES {
                    return named("sets many names");
                }
                let unread =
                    |runs: &[usize]| names.iter().all(|name| !self.may_be_read(name, runs));
                // Behind it, neither a RUN nor a COPY may use the names; the cache is then as good
                // as before.
                let others = rest.iter().filter(|&&other| !behind.contains(&other));
                let mentioned = others.into_iter().any(|&other| {
                    names
                        .iter()
                        .any(|name| self.file.instructions[other].arguments.contains(name.as_str()))
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
                let absolute =
                    instruction.arguments.starts_with('/') && !instruction.arguments.contains('$');
                if !absolute
                    || !before.iter().all(|&run| is_placeless(&self.file.instructions[run]))
                {
                    return named(
                        "changes the directory, and the RUN before it may depend on that",
                    );
                }
                match self.makes_first(instruction.arguments.trim(), before) {
                    Some(path) => {
                        named(&format!("would make {path} before the RUN that makes it now"))
                    }
                    None => Ok(Side::Before),
                }
            }
            Keyword::Copy | Keyword::Add => {
                if bytes < WORTH_THE_CACHE {
                    return named("stands between them");
                }
                let Some(layer) = self.layer(i) else {
                    return named("could not be matched with a layer");
                };
                let layers: HashSet<_> = before.iter().filter_map(|&run| self.layer(run)).collect();
                if let Some(path) = self.meets(layer, &layers) {
                    return named(&format!("brings {path}, where the RUN before it was at work"));
                }
                let to = instruction.copied().and_then(|(_, to)| self.absolute(i, &to));
                let Some(to) = to else { return named("has a destination that is not known") };
                let to = to.trim_end_matches('/').trim_end_matches("/.");
                if let Some(what) = self.needs_before(i, to, &layers) {
                    return named(&what);
                }
                let is_of_system = below_system(to);
                let other = |run: &&usize| !self.is_indifferent(**run, i, to, is_of_system);
                match before.iter().find(other) {
                    Some(&run) => {
                        let run = self.file.instructions[run].line;
                        named(&format!("brings what the RUN in line {run} may read or change"))
                    }
                    None => Ok(Side::Before),
                }
            }
            _ => named("stands between them"),
        }
    }

    /// Returns whether a `RUN` may read a variable: it names it, or a program that it runs may read
    /// any.
    fn may_be_read(&self, name: &str, runs: &[usize]) -> bool {
        let reads = |&run: &usize| {
            let run = &self.file.instructions[run];
            let script = shell::read(&run.arguments);
            let is_deaf = script.is_some_and(|script| {
                script.commands.iter().all(|command| {
                    command
                        .program()
                        .first()
                        .is_none_or(|program| READ_NOTHING.contains(&base_name(program)))
                })
            });
            !is_deaf || !run.heredocs.is_empty() || run.arguments.contains(name)
        };
        is_read_by_all(name) || runs.iter().any(reads)
    }

    /// Returns a directory that a `WORKDIR` would make before the `RUN` that makes it now, which
    /// may fail then, or leave it as it is.
    fn makes_first(&self, directory: &str, before: &[usize]) -> Option<Escaped> {
        let tree = &self.inspection.tree;
        let layers: HashSet<_> = before.iter().filter_map(|&run| self.layer(run)).collect();
        let first = *layers.iter().min()?;
        let is_touched = |node: NodeId| {
            tree.versions(node).any(|version| {
                layers.contains(&tree.added_in(version))
                    || tree
                        .removed_in(version)
                        .is_some_and(|removed_in| layers.contains(&removed_in))
            })
        };
        let was_there = |node: NodeId| {
            let before = first.previous().and_then(|below| tree.at(node, below));
            before.is_some_and(|before| tree.kind(before) == Kind::Directory)
        };
        let mut path = String::new();
        for part in directory.trim_matches(['"', '\'']).split('/').filter(|part| !part.is_empty()) {
            path.push('/');
            path.push_str(part);
            let node = tree.find(path.as_bytes())?;
            if !was_there(node)
                && is_touched(node)
                && !before.iter().all(|&run| self.makes_anyway(run, &path))
            {
                return Some(crate::display::escaped(&tree.path(node)));
            }
        }
        None
    }

    /// Returns whether a `RUN` does the same to a directory if it is there already: it has nothing
    /// to do with it, or calls `mkdir -p`.
    fn makes_anyway(&self, run: usize, directory: &str) -> bool {
        self.script(run).is_some_and(|script| {
            script.every().iter().all(|command| {
                let [program, words @ ..] = command.program() else { return true };
                let named = words.iter().any(|word| word.contains(directory));
                match base_name(program) {
                    "mkdir" => {
                        let modes = words
                            .iter()
                            .any(|word| word.starts_with("-m") || word.starts_with("--mode"));
                        !named
                            || words
                                .iter()
                                .any(|word| ["-p", "--parents", "-pv", "-vp"].contains(word))
                                && !modes
                    }
                    "useradd" | "adduser" => false,
                    _ => !named,
                }
            })
        })
    }

    /// Returns a path that both a copy's layer and one of the earlier layers have created or
    /// removed.
    fn meets(&self, copy: LayerIndex, earlier: &HashSet<LayerIndex>) -> Option<Escaped> {
        let tree = &self.inspection.tree;
        let first = *earlier.iter().min()?;
        let touched = |node: NodeId| {
            tree.versions(node).any(|version| {
                earlier.contains(&tree.added_in(version))
                    || tree
                        .removed_in(version)
                        .is_some_and(|removed_in| earlier.contains(&removed_in))
            })
        };
        // The copy may change the time of an existing directory, and would create a missing one.
        let is_new = |node: NodeId| {
            let before = first.previous().and_then(|below| tree.at(node, below));
            before.is_none_or(|before| tree.kind(before) != Kind::Directory)
        };
        let mut seen = HashSet::new();
        for &file in self.births().in_layer(copy) {
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

/// Returns whether the shell or the loader reads a variable for every program.
fn is_read_by_all(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    READ_BY_ALL.contains(&name.as_str())
        || BEGIN_READ_BY_ALL.iter().any(|beginning| name.starts_with(beginning))
}

fn below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns whether programs look at a path without being told: a directory of the system, or
/// settings in a home.
fn below_system(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let of_home = match *parts {
        ["root", ref rest @ ..] | ["home", _, ref rest @ ..] => {
            rest.first().is_none_or(|first| first.starts_with('.'))
        }
        ["home"] => true,
        _ => false,
    };
    of_home || SYSTEM.iter().any(|place| below(path, place))
}

/// Returns the names that an `ENV` or `ARG` sets.
fn set_by(instruction: &Instruction) -> Vec<String> {
    let words = instruction.words();
    let is_old = instruction.keyword == Keyword::Env
        && words.first().is_some_and(|first| !first.contains('='));
    let is_name =
        |word: &&String| instruction.keyword == Keyword::Arg || is_old || word.contains('=');
    let names = words
        .iter()
        .filter(is_name)
        .map(|word| word.split('=').next().unwrap_or_default().to_owned());
    names.take(if is_old { 1 } else { usize::MAX }).collect()
}
