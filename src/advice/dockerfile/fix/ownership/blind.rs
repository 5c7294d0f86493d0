//! Decides whether what runs between a copy and the rewrite sees owners or rights.

use super::Rewrite;
use crate::advice::dockerfile::fix::Work;
use crate::advice::dockerfile::parse::Keyword;
use crate::shell::{self, Command};
use crate::tree::VersionId;

/// Programs that do the same whoever owns the files that were copied, if root runs them.
const OWNER_BLIND: [&str; 34] = [
    ":",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "cd",
    "chgrp",
    "chown",
    "chpasswd",
    "curl",
    "dnf",
    "dpkg-reconfigure",
    "echo",
    "export",
    "groupadd",
    "groupmod",
    "ln",
    "locale-gen",
    "microdnf",
    "mkdir",
    "printf",
    "rm",
    "rmdir",
    "set",
    "sleep",
    "touch",
    "true",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "wget",
    "yum",
    "zypper",
];

impl Work<'_> {
    /// Returns whether the command took setuid or setgid bits from a file that was copied.
    pub(super) fn takes_rights(&self, rewrite: &Rewrite) -> bool {
        let tree = &self.inspection.tree;
        let rights = |version: VersionId| tree.mode(version) & RIGHTS;
        rewrite.wasted.iter().any(|&before| {
            tree.at(tree.node_of(before), rewrite.layer)
                .is_some_and(|now| rights(now) != rights(before))
        })
    }

    /// Returns the line of a `RUN` between the copies and the command that may do something else
    /// when the files have another owner or mode.
    pub(super) fn sees_owners(&self, rewrite: &Rewrite) -> Option<usize> {
        let first = rewrite.copies.iter().min().copied()?;
        let between = self.stage.iter().copied().filter(|&i| i > first && i < rewrite.run);
        let mut runs = between.filter(|&i| self.file.instructions[i].keyword == Keyword::Run);
        runs.find(|&i| {
            let is_blind = |command: &Command| {
                command
                    .program()
                    .first()
                    .is_none_or(|program| OWNER_BLIND.contains(&shell::base_name(program)))
                    && command.runs_as().is_some_and(|prefix| prefix.is_empty())
            };
            !self.is_root_at(i)
                || self.script(i).is_none_or(|script| !script.commands.iter().all(is_blind))
        })
        .map(|i| self.file.instructions[i].line)
    }
}

/// Setuid and setgid, which a change of the owner takes away.
const RIGHTS: u16 = 0o6000;

/// Returns whether a command may set setuid or setgid.
pub(super) fn gives_rights(command: &Command<'_>) -> bool {
    let [program, words @ ..] = command.program() else { return false };
    let mode = words.iter().find(|word| !word.starts_with("--")).copied().unwrap_or_default();
    let is_special =
        u16::from_str_radix(mode, 8).map_or(mode.contains(['s', '$']), |mode| mode & RIGHTS != 0);
    shell::base_name(program) == "install" || shell::base_name(program) == "chmod" && is_special
}
