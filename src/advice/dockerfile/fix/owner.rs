//! Decides who owns what a copy brings: the value of `--chown`, and what stands against one.

use std::collections::HashSet;

use super::Work;
use super::condition::{Condition, Refusal};
use super::ownership::Rewrite;
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::parse::Keyword;
use crate::shell;

/// Words of commands that make users, directly or by installing packages.
const MAKE_USERS: [&str; 10] = [
    "useradd",
    "adduser",
    "groupadd",
    "addgroup",
    "/etc/passwd",
    "/etc/group",
    "install ",
    "apk add",
    "groupmod",
    "usermod",
];

impl Work<'_> {
    /// Returns a clause on how to copy a part of what one instruction copies by itself, if its
    /// source is one directory.
    pub(super) fn split(
        &self,
        rewrite: &Rewrite,
        program: &str,
        value: &str,
        paths: &[&str],
    ) -> Option<String> {
        let ([path], Some(&at)) =
            (paths, rewrite.copies.iter().next().filter(|_| rewrite.copies.len() == 1))
        else {
            return None;
        };
        let copy = &self.file.instructions[at];
        let (sources, to) = copy.copied()?;
        let ([source], to, path) =
            (&*sources, self.absolute(at, &to)?, self.absolute(rewrite.run, path)?)
        else {
            return None;
        };
        let part = path.strip_prefix(to.trim_end_matches(['/', '.']))?.trim_matches('/');
        let part = Some(part).filter(|part| is_plain(part) && copy.heredocs.is_empty())?;
        let inside = match source.trim_end_matches('/').trim_start_matches("./") {
            "." | "" => part.to_owned(),
            source => format!("{source}/{part}"),
        };
        let from = copy.flag("from").map(|from| format!("--from={from} ")).unwrap_or_default();
        Some(format!(
            "; split it: COPY {from}--exclude={part} {source} {to} (from Dockerfile syntax 1.19 on) and \
                COPY {from}--{program}={value} {inside} {path}"
        ))
    }

    /// Returns whether root runs an instruction, as far as the file and the image tell.
    pub(super) fn is_root_at(&self, at: usize) -> bool {
        let is_user = |&i: &usize| self.file.instructions[i].keyword == Keyword::User;
        let user = match self.stage.iter().copied().filter(|&i| i < at).rfind(is_user) {
            Some(i) => self.file.instructions[i].arguments.trim(),
            None if self.stage.iter().any(is_user) => "",
            None => self.inspection.run.user.raw(),
        };
        matches!(user.split(':').next().unwrap_or_default(), "" | "0" | "root")
    }

    /// Returns whether an `ADD` unpacked an archive: its layer does not have the file that it
    /// names.
    pub(super) fn unpacks(&self, add: usize) -> bool {
        let tree = &self.inspection.tree;
        let (Some((sources, _)), Some(layer)) =
            (self.file.instructions[add].copied(), self.layer(add))
        else {
            return true;
        };
        let names: HashSet<_> = self
            .births()
            .in_layer(layer)
            .iter()
            .map(|&inode| tree.name(tree.node_of(inode)).to_vec())
            .collect();
        let is_archive = |source: &str| {
            [".tar", ".tgz", ".tar.gz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst"]
                .iter()
                .any(|end| source.ends_with(end))
        };
        sources.iter().any(|source| {
            let name = shell::base_name(source);
            is_archive(source) || (!names.contains(name.as_bytes()) && source.starts_with("file:"))
        })
    }

    /// Returns the value of `--chown`: as written if it names user and group, which both exist
    /// before the copy. A user alone keeps root's group. Numbers of names hold only for the image
    /// as it is, so they stand only where the instruction takes nothing else.
    pub(super) fn owner(
        &self,
        rewrite: &Rewrite,
        copies: &[usize],
        written: &str,
        paths: &[&str],
    ) -> Result<String, Refusal> {
        let unknown = |reason: String| Err(Condition::KnownValue.fails(reason));
        let is_number = |name: &str| name.bytes().all(|b| b.is_ascii_digit());
        let (user, group) = written.split_once(':').unwrap_or((written, ""));
        let all_numbers = is_number(user) && is_number(group);
        let made_since = self.makes_users(rewrite, copies);
        if !is_plain(written) || (made_since && !all_numbers) {
            return unknown(format!(
                "{written} is made behind the copy, with a number that packages decide; make the user first"
            ));
        }
        let tree = &self.inspection.tree;
        let tops =
            paths.iter().filter_map(|path| tree.find(self.absolute(rewrite.run, path)?.as_bytes()));
        let versions = tops
            .flat_map(|top| tree.at_and_below(top))
            .filter_map(|node| tree.at(node, rewrite.layer));
        let owners: HashSet<_> = versions
            .filter(|&version| tree.added_in(version) == rewrite.layer && !tree.is_implied(version))
            .map(|version| tree.owner(version))
            .collect();
        let (Some(&(uid, gid)), true) = (owners.iter().next(), owners.len() == 1) else {
            return unknown("not all of these files have the same owner in the end".into());
        };
        let linked = copies.iter().any(|&copy| self.file.instructions[copy].flag("link").is_some());
        match (user, group) {
            _ if linked && !all_numbers => Ok(format!("{uid}:{gid}")),
            ("", "") => unknown(format!("{written} names nobody")),
            ("", group) if uid == 0 => Ok(format!("0:{group}")),
            (user, "") if gid == 0 && !written.ends_with(':') => Ok(format!("{user}:0")),
            ("", _) | (_, "") => unknown(format!("{written} does not name both user and group")),
            _ => Ok(written.into()),
        }
    }

    /// Returns whether users or groups change between the copies and the end of the `RUN`.
    pub(super) fn makes_users(&self, rewrite: &Rewrite, copies: &[usize]) -> bool {
        let first = copies.iter().min().copied().unwrap_or_default();
        let tree = &self.inspection.tree;
        let by_words = (first..=rewrite.run).any(|i| {
            let run = &self.file.instructions[i];
            run.keyword == Keyword::Run
                && MAKE_USERS.iter().any(|word| run.arguments.contains(word))
        });
        let from = self.layer(first);
        let changed = |path: &str| {
            let node = tree.find(path.as_bytes());
            node.is_some_and(|node| {
                let mut layers = tree.versions(node).map(|version| tree.added_in(version));
                layers.any(|layer| Some(layer) > from && layer <= rewrite.layer)
            })
        };
        by_words || changed("/etc/passwd") || changed("/etc/group")
    }
}
