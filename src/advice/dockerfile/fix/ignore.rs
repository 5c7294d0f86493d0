//! Suggests `.dockerignore` lines for unneeded files that a `COPY` or `ADD` took from the build
//! context.

use std::collections::{BTreeMap, HashSet};

use super::Work;
use super::remark::Verdict;
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::tree::{Cause, Kind, NodeId, VersionId};

/// Names that no image needs to run, with descriptions.
const NEVER: [(&str, &str); 18] = [
    (".git", "version control"),
    (".hg", "version control"),
    (".svn", "version control"),
    (".DS_Store", "a file manager's notes"),
    (".idea", "an editor's files"),
    (".vscode", "an editor's files"),
    (".github", "continuous integration"),
    ("__pycache__", "Python's byte code"),
    (".pytest_cache", "a test cache"),
    (".mypy_cache", "a type checker's cache"),
    (".ruff_cache", "a linter's cache"),
    (".tox", "test environments"),
    (".nyc_output", "coverage reports"),
    (".gradle", "a build cache"),
    (".terraform", "downloaded providers"),
    (".venv", "the host's Python environment"),
    ("Thumbs.db", "a file manager's notes"),
    (".cache", "a cache"),
];
/// Directories that a `RUN` creates again, with the commands that do.
const MADE_ANEW: [(&str, &[&str]); 2] = [
    ("node_modules", &["npm ci", "npm install", "npm i", "yarn", "pnpm install", "pnpm i"]),
    ("target", &["cargo build", "mvn"]),
];

/// The description of such a directory.
const ANEW: &str = "which a RUN makes anew";

/// A `COPY` or `ADD` of the build context.
struct Copied {
    /// The depth of the destination, if known.
    depth: Option<usize>,
    /// True if the whole context is copied.
    whole: bool,
}

/// The files that a pattern excludes.
#[derive(Default)]
struct Kept {
    what: &'static str,
    inodes: Vec<VersionId>,
    copy: usize,
}

impl Work<'_> {
    /// Returns the lines that the `.dockerignore` lacks.
    pub(super) fn ignore(&mut self) -> Vec<String> {
        let mut patterns: BTreeMap<String, Kept> = BTreeMap::new();
        let made = |(name, commands): &(&'static str, &[&str])| {
            commands.iter().any(|command| self.runs_mention(0, command)).then_some(*name)
        };
        let anew: Vec<_> = MADE_ANEW.iter().filter_map(made).collect();
        let binaries: HashSet<_> = self.evidence.binaries.iter().map(String::as_bytes).collect();
        for &i in &self.stage {
            let instruction = &self.file.instructions[i];
            let copies = matches!(instruction.keyword, Keyword::Copy | Keyword::Add)
                && instruction.flag("from").is_none()
                && !self.may_be_of_another_stage(instruction);
            if let (true, Some(layer)) = (copies, self.layer(i)) {
                let copied = self.copied(i);
                for &inode in self.births.in_layer(layer) {
                    if let Some((pattern, what)) = self.pattern(&copied, inode, &anew, &binaries) {
                        let kept = patterns.entry(pattern).or_insert_with(|| Kept { what, copy: i, ..Kept::default() });
                        kept.inodes.push(inode);
                    }
                }
            }
        }
        let known: Vec<_> = self
            .target
            .ignore
            .iter()
            .flat_map(|text| text.lines())
            .map(|line| line.trim().trim_matches('/').to_owned())
            .collect();
        let mut lines = Vec::new();
        for (pattern, kept) in patterns {
            // A file that is listed and exists nonetheless came by another way, or before it was
            // listed.
            if known.contains(&pattern) || known.iter().any(|line| line.strip_prefix("**/") == Some(&pattern)) {
                continue;
            }
            let uses_git = kept.what == "version control" && self.runs_git(kept.copy);
            let inodes = match MADE_ANEW.iter().find(|(name, _)| kept.what == ANEW && pattern.ends_with(name)) {
                Some((_, commands)) => self.made_twice(&kept.inodes, commands),
                None => self.with_copies(&kept.inodes),
            };
            if uses_git {
                let would_save = inodes.iter().map(|&inode| self.inspection.tree.size(inode)).sum();
                self.say(
                    Verdict::Left { would_save },
                    Some(kept.copy),
                    format!("brings {pattern}, but a later RUN uses git, perhaps on it"),
                );
                continue;
            }
            let saves = self.claims.claim(&self.inspection.tree, inodes);
            self.say(
                Verdict::saves(saves),
                Some(kept.copy),
                format!("brings {pattern}, {}: a line in {} keeps it out", kept.what, self.target.ignore_name),
            );
            lines.push(pattern);
        }
        lines
    }

    /// Returns the inodes that a `RUN` with one of the commands removed. The others would be
    /// created and stored by it anyway if they were not copied.
    fn made_twice(&self, inodes: &[VersionId], commands: &[&str]) -> Vec<VersionId> {
        let makes = |layer: usize| {
            let run = self.by_layer.get(&layer).map(|&i| &self.file.instructions[i]);
            run.is_some_and(|run| commands.iter().any(|command| run.arguments.contains(command)))
        };
        let tree = &self.inspection.tree;
        let taken = |inode: &VersionId| tree.death(*inode).is_some_and(|death| makes(usize::from(death.layer)));
        inodes.iter().copied().filter(taken).collect()
    }

    /// Returns the inodes and their later copies with unchanged contents.
    fn with_copies(&self, inodes: &[VersionId]) -> Vec<VersionId> {
        let tree = &self.inspection.tree;
        let mut all = Vec::new();
        for &inode in inodes {
            let mut next = Some(inode);
            while let Some(this) = next.take() {
                all.push(this);
                if let Some(death) = tree.death(this).filter(|death| death.cause == Cause::Recopied) {
                    let successor =
                        tree.at(death.last_name, usize::from(death.layer)).map(|version| tree.inode(version));
                    next = successor.filter(|&successor| tree.born(successor) > tree.born(this));
                }
            }
        }
        all
    }

    /// Returns whether a copy may come from another stage. A history without `--from` does not show
    /// it, but paths in the context rarely begin with a slash.
    fn may_be_of_another_stage(&self, instruction: &Instruction) -> bool {
        let sources = instruction.copied().map(|(sources, _)| sources).unwrap_or_default();
        self.target.is_rebuilt && sources.iter().any(|source| source.starts_with('/'))
    }

    /// Returns whether a later `RUN` runs git, and does not only install or remove it.
    fn runs_git(&self, after: usize) -> bool {
        let later = self.stage.iter().filter(|&&i| i > after).map(|&i| &self.file.instructions[i]);
        later
            .filter(|run| run.keyword == Keyword::Run)
            .any(|run| run.arguments.match_indices("git ").any(|(at, _)| is_start_of_command(&run.arguments[..at])))
    }

    fn runs_mention(&self, after: usize, text: &str) -> bool {
        let later = self.stage.iter().filter(|&&i| i > after);
        later
            .map(|&i| &self.file.instructions[i])
            .any(|run| run.keyword == Keyword::Run && run.arguments.contains(text))
    }

    /// Returns the pattern that excludes a file from the context, and its description, if the file
    /// is not needed.
    fn pattern(
        &self,
        copied: &Copied,
        inode: VersionId,
        anew: &[&'static str],
        binaries: &HashSet<&[u8]>,
    ) -> Option<(String, &'static str)> {
        let tree = &self.inspection.tree;
        let node = tree.node_of(inode);
        let mut path = vec![node];
        while *path.last()? != NodeId::ROOT {
            path.push(tree.parent(*path.last()?));
        }
        path.reverse();
        for (depth, &part) in path.iter().enumerate().skip(1) {
            let name = tree.name(part);
            // The file is at the destination itself, which happens to be called `.cache`.
            if copied.depth.is_some_and(|destination| depth <= destination) {
                continue;
            }
            if let Some((name, what)) = NEVER.iter().find(|(known, _)| known.as_bytes() == name) {
                return Some((at_root_or_anywhere(copied, depth, name), what));
            }
            if let Some(name) = anew.iter().find(|known| known.as_bytes() == name).filter(|_| part != node) {
                return Some((at_root_or_anywhere(copied, depth, name), ANEW));
            }
        }
        let death = tree.death(inode)?;
        let by_run = self
            .by_layer
            .get(&usize::from(death.layer))
            .is_some_and(|&i| self.file.instructions[i].keyword == Keyword::Run);
        let program = tree.mode(inode) & 0o111 != 0 && tree.size(inode) >= super::NOTEWORTHY;
        let known = !binaries.is_empty() && binaries.contains(&*tree.path(node));
        if by_run && (program || known) && death.cause == Cause::Overwritten {
            let pattern = self.in_context(copied, &path)?;
            return Some((pattern, "a program that a RUN builds again"));
        }
        None
    }

    fn copied(&self, instruction: usize) -> Copied {
        let destination = self.file.instructions[instruction].copied().map(|(_, destination)| destination);
        let absolute = destination.and_then(|destination| self.absolute(instruction, &destination));
        Copied {
            depth: absolute.map(|path| crate::path::components(path.as_bytes()).len()),
            whole: self.target.sources_known && is_whole_context(&self.file.instructions[instruction]),
        }
    }

    /// Returns an instruction's path made absolute, relative to the last `WORKDIR`.
    pub(super) fn absolute(&self, at: usize, path: &str) -> Option<String> {
        if path.contains('$') {
            return None;
        }
        let mut parts = vec![path.to_owned()];
        for &i in self.stage.iter().rev().filter(|&&i| i < at) {
            if parts.last().is_some_and(|part| part.starts_with('/')) {
                break;
            }
            let instruction = &self.file.instructions[i];
            if instruction.keyword == Keyword::Workdir {
                if instruction.arguments.contains('$') {
                    return None;
                }
                parts.push(instruction.arguments.trim().trim_matches('"').to_owned());
            }
        }
        parts.reverse();
        let joined = parts.join("/");
        // Without a WORKDIR in this file, that of the base image counts, which is usually the
        // root.
        Some(if joined.starts_with('/') { joined } else { format!("{}/{joined}", self.base_directory()) })
    }

    fn base_directory(&self) -> &str {
        let own = self.stage.iter().any(|&i| self.file.instructions[i].keyword == Keyword::Workdir);
        if own { "" } else { self.inspection.run.directory.trim_end_matches('/') }
    }

    /// Returns the path in the context of a file that was added by a copy of the whole context.
    fn in_context(&self, copied: &Copied, path: &[NodeId]) -> Option<String> {
        let depth = copied.depth.filter(|_| copied.whole)?;
        let names = path.iter().skip(depth + 1).map(|&node| std::str::from_utf8(self.inspection.tree.name(node)).ok());
        let names: Vec<_> = names.collect::<Option<_>>()?;
        let file = path.last().and_then(|&node| self.inspection.tree.versions(node).next());
        let is_file = file.is_some_and(|version| self.inspection.tree.kind(version) == Kind::File);
        (is_file && names.iter().all(|name| is_plain(name))).then(|| names.join("/"))
    }
}

/// Returns whether a command begins after this text.
fn is_start_of_command(before: &str) -> bool {
    const WORDS: [&str; 9] = ["do", "else", "env", "exec", "if", "sudo", "then", "time", "xargs"];
    let before = before.trim_end_matches([' ', '\t']);
    let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    before.is_empty() || before.ends_with([';', '&', '|', '(', '`', '\n', '{', '!']) || WORDS.contains(&word)
}

/// Returns the bare name for a file at the root of the context, and otherwise a pattern for any
/// depth.
fn at_root_or_anywhere(copied: &Copied, depth: usize, name: &str) -> String {
    let top = copied.whole && copied.depth == Some(depth - 1);
    if top { name.into() } else { format!("**/{name}") }
}

/// Returns whether an instruction copies the whole build context.
pub fn is_whole_context(instruction: &Instruction) -> bool {
    let sources = instruction.copied().map(|(sources, _)| sources).unwrap_or_default();
    instruction.flag("from").is_none()
        && matches!(&*sources, [one] if matches!(one.as_str(), "." | "./" | "/" | "*" | "./*"))
}
