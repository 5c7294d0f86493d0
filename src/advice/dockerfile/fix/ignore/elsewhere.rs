//! Copies that no line of an ignore file changes as one would expect: of archives, of addresses, and
//! of a directory by its name.

use super::{Change, KNOWN, Maker, VERSIONS};
use crate::advice::dockerfile::fix::condition::Condition;
use crate::advice::dockerfile::fix::{NOTEWORTHY, Work};
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::advice::tool::find_verb;
use crate::advice::unneeded::mentions;
use crate::layer_index::LayerIndex;
use crate::shell::{Command, base_name};
use crate::tree::VersionId;

/// Endings of archives that `ADD` unpacks.
const ARCHIVES: [&str; 11] = [
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz", ".tbz2", ".tar.zst", ".tzst",
    ".taz",
];
/// Programs that use nothing of a project's files, unless they name them.
const QUIET: [&str; 27] = [
    "[", "apk", "apt", "apt-get", "cd", "chgrp", "chmod", "chown", "corepack", "cp", "curl", "dnf",
    "echo", "export", "groupadd", "ln", "mkdir", "mv", "printf", "rm", "set", "test", "touch",
    "true", "useradd", "wget", "yum",
];

impl Work<'_> {
    /// Returns whether an `ADD` brings files that the build context does not have as they are.
    pub(super) fn comes_from_elsewhere(&self, instruction: &Instruction) -> bool {
        let sources = instruction.copied().map(|(sources, _)| sources).unwrap_or_default();
        let is_archive = |source: &str| {
            let name = source.to_ascii_lowercase();
            ARCHIVES.iter().any(|ending| name.ends_with(ending))
        };
        instruction.keyword == Keyword::Add
            && (instruction.flag("unpack").is_some()
                || sources.iter().any(|it| is_address(it) || is_archive(it) || it.contains('$')))
    }

    /// Returns whether an instruction copies a directory of version control by its name.
    pub(super) fn copies_by_name(&self, instruction: &Instruction) -> bool {
        let sources = instruction.copied().map(|(sources, _)| sources).unwrap_or_default();
        let is_named = |source: &String| {
            let name = base_name(source.trim_end_matches('/'));
            KNOWN.iter().any(|known| known.what == VERSIONS && known.name == name)
        };
        matches!(&*sources, [one] if is_named(one))
    }

    /// Says of an `ADD` from another place what it brings of version control.
    pub(super) fn say_of_another_place(&mut self, i: usize, layer: LayerIndex) {
        let inodes = self.of_version_control(layer);
        let bytes = self.unclaimed(&inodes);
        if bytes < NOTEWORTHY {
            return;
        }
        let instruction = &self.file.instructions[i];
        let how = match instruction.flag("keep-git-dir") {
            Some(_) => "drop --keep-git-dir, unless something reads it",
            None => "leave it out of what is added, since an ignore file does not apply to it",
        };
        let text = format!("brings version control; {how}");
        self.leave(Change::Ignore, bytes, i, text, Condition::NotUsed).inodes = inodes;
    }

    /// Says of a copy of a directory by its name that an ignore file would only make it fail.
    pub(super) fn say_of_named_copy(&mut self, i: usize, layer: LayerIndex) {
        let inodes = self.births().in_layer(layer).to_vec();
        let bytes = self.unclaimed(&inodes);
        if bytes < NOTEWORTHY {
            return;
        }
        let text =
            "copies version control by its name; drop this instruction, unless something reads it";
        self.leave(Change::Ignore, bytes, i, text.into(), Condition::NotUsed).inodes = inodes;
    }

    fn of_version_control(&self, layer: LayerIndex) -> Vec<VersionId> {
        let tree = &self.inspection.tree;
        let is_it = |inode: &VersionId| {
            let path = tree.path(tree.node_of(*inode));
            path.split(|&byte| byte == b'/').any(|part| {
                KNOWN.iter().any(|it| it.what == VERSIONS && it.name.as_bytes() == part)
            })
        };
        self.births().in_layer(layer).iter().copied().filter(is_it).collect()
    }

    /// Returns what may use a directory after it was copied and before a RUN makes it again, as a clause.
    pub(super) fn used_before(&self, copy: usize, name: &str, makers: &[Maker]) -> Option<String> {
        let later = self.stage.iter().copied().filter(|&i| i > copy);
        for i in later.filter(|&i| self.is_run_in_file(i)) {
            let line = self.file.instructions[i].line;
            let used = Some(format!("line {line} may use it before a RUN makes it again"));
            let Some(script) = self.script(i) else { return used };
            for command in &script.commands {
                if is_made_by(command, makers) {
                    return None;
                }
                if !is_quiet(command, name) {
                    return used;
                }
            }
        }
        None
    }
}

/// Returns whether a command makes a directory anew.
pub(super) fn is_made_by(command: &Command, makers: &[Maker]) -> bool {
    let is_global = command.words.iter().any(|word| matches!(*word, "-g" | "--global"));
    let makes = |(program, verbs): &(&str, &[&str])| {
        // `yarn` alone installs.
        find_verb(command.program(), &[program], verbs).is_some()
            || command.program() == ["yarn"] && *program == "yarn"
    };
    !is_global && makers.iter().any(makes)
}

fn is_quiet(command: &Command, name: &str) -> bool {
    let program = command.name();
    let names_it = command.words.iter().any(|word| mentions(word, name));
    let copies_all = matches!(program, "cp" | "mv" | "ln")
        && command.words.iter().any(|word| word.starts_with('-') || *word == ".");
    let sets = || {
        let verbs = ["config", "set", "cache", "version", "--version", "-v", "-g", "--global"];
        matches!(program, "npm" | "yarn" | "pnpm" | "node")
            && command.program().iter().skip(1).take(2).any(|word| verbs.contains(word))
    };
    let is_known = QUIET.contains(&program) && !copies_all || program.is_empty() || sets();
    is_known && (!names_it || program == "rm")
}

fn is_address(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/")
}
