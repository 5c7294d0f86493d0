//! Suggests `.dockerignore` lines for unneeded files that a `COPY` or `ADD` took from the build
//! context.

mod context;
mod elsewhere;
mod used;

use std::collections::{BTreeMap, HashSet};

use super::Work;
use super::condition::{Condition, Kind as Change};
use super::listed::Listed;
use super::remark::Verdict;
use crate::advice::change::{Removed, is_removal};
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::layer_index::LayerIndex;
use crate::shell::base_name;
use crate::tree::{NodeId, Reason, VersionId};
use context::{Copied, at_root_or_anywhere};
use elsewhere::is_made_by;
use used::is_input_of;

pub(super) use context::is_whole_context;

/// Name that a build context has and an image rarely runs from.
struct ContextName {
    name: &'static str,
    what: &'static str,
    /// Programs that look for it without being told.
    programs: &'static [&'static str],
}

const fn known(
    name: &'static str,
    what: &'static str,
    programs: &'static [&'static str],
) -> ContextName {
    ContextName { name, what, programs }
}

const KNOWN: [ContextName; 17] = [
    known(".git", VERSIONS, &["git"]),
    known(".hg", VERSIONS, &["hg"]),
    known(".svn", VERSIONS, &["svn"]),
    known(".DS_Store", "a file manager's notes", &[]),
    known(".idea", "an editor's files", &[]),
    known(".vscode", "an editor's files", &[]),
    known(".github", "continuous integration", &[]),
    known("__pycache__", BYTE_CODE, &[]),
    known(".pytest_cache", "a test cache", &[]),
    known(".mypy_cache", "a type checker's cache", &[]),
    known(".ruff_cache", "a linter's cache", &[]),
    known(".tox", "test environments", &["tox"]),
    known(".nyc_output", "coverage reports", &["nyc"]),
    known(".gradle", "a build cache", &["gradle", "gradlew"]),
    known(".terraform", "downloaded providers", &["terraform", "tofu", "terragrunt"]),
    known(
        ".venv",
        "the host's Python environment",
        &["uv", "poetry", "pipenv", "pdm", "hatch", "rye"],
    ),
    known("Thumbs.db", "a file manager's notes", &[]),
];
const VERSIONS: &str = "version control";
const BYTE_CODE: &str = "Python's byte code";
/// A command that creates a directory again: a program, and its subcommands if not any will do.
type Maker = (&'static str, &'static [&'static str]);

/// Directories that a `RUN` creates again, with the commands that do.
const MADE_ANEW: [(&str, &[Maker]); 2] = [
    (
        "node_modules",
        &[
            ("npm", &["ci", "install", "i", "clean-install"]),
            ("yarn", &["install"]),
            ("pnpm", &["install", "i"]),
        ],
    ),
    ("target", &[("cargo", &["build"]), ("mvn", &["clean"])]),
];

/// Reason for a directory that a command makes anew.
const ANEW: &str = "which a RUN makes anew";

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
        let anew = MADE_ANEW.map(|(name, _)| name);
        let binaries: HashSet<_> = self.evidence.binaries.iter().map(String::as_bytes).collect();
        let (mut elsewhere, mut named) = (Vec::new(), Vec::new());
        for &i in &self.stage {
            let instruction = &self.file.instructions[i];
            let copies = matches!(instruction.keyword, Keyword::Copy | Keyword::Add)
                && instruction.flag("from").is_none()
                && !self.may_be_of_another_stage(instruction);
            if let (true, Some(layer)) = (copies, self.layer(i)) {
                if self.comes_from_elsewhere(instruction) {
                    elsewhere.push((i, layer));
                    continue;
                }
                if self.copies_by_name(instruction) {
                    named.push((i, layer));
                    continue;
                }
                let copied = self.copied(i);
                for &inode in self.births().in_layer(layer) {
                    if let Some((pattern, what)) = self.pattern(&copied, inode, &anew, &binaries) {
                        let kept = patterns.entry(pattern).or_insert_with(|| Kept {
                            what,
                            copy: i,
                            ..Kept::default()
                        });
                        kept.inodes.push(inode);
                    }
                }
            }
        }
        for (i, layer) in elsewhere {
            self.say_of_another_place(i, layer);
        }
        for (i, layer) in named {
            self.say_of_named_copy(i, layer);
        }
        let listed = Listed::read(self.target.ignore.as_deref().unwrap_or_default());
        let mut lines = Vec::new();
        for (pattern, kept) in patterns {
            // A file that is listed and exists nonetheless came by another way, or before it was
            // listed.
            if listed.has(&pattern) {
                continue;
            }
            let inodes = match MADE_ANEW
                .iter()
                .find(|(name, _)| kept.what == ANEW && pattern.ends_with(name))
            {
                Some((_, makers)) => self.made_twice(&kept.inodes, makers),
                None => self.with_copies(&kept.inodes),
            };
            let refusal = match listed.wants(&pattern) {
                true => Some(
                    Condition::NotWanted.fails(format!("{} asks for it", self.target.ignore_name)),
                ),
                false => self
                    .used(&kept, pattern.trim_start_matches("**/"))
                    .map(|why| Condition::NotUsed.fails(why)),
            };
            let would_save = inodes.iter().map(|&inode| self.inspection.tree.size(inode)).sum();
            if let Some(refusal) = refusal {
                let text = format!("copies {pattern}, {}, but {}", kept.what, refusal.reason);
                self.leave(Change::Ignore, would_save, kept.copy, text, refusal.condition).inodes =
                    inodes;
                continue;
            }
            let saves = self.claims.claim(&self.inspection.tree, inodes.iter().copied());
            // Without bytes to save there is nothing that would excuse a mistake.
            if saves == 0 {
                continue;
            }
            let mut text = format!(
                "copies {pattern}, {}; exclude it in {}",
                kept.what, self.target.ignore_name
            );
            if let Some(line) = self.stamps_version(&kept) {
                text.push_str(&format!(
                    ", unless you need the version that go build in line {line} takes from it"
                ));
            }
            self.say(Change::Ignore, Verdict::saves(saves), kept.copy, text).inodes = inodes;
            lines.push(pattern);
        }
        lines
    }

    /// Returns the line that keeps a second Dockerfile out of the image, where a copy of the whole
    /// build context would bring it; `None` if the ignore file lists it already.
    pub(super) fn ignoring_draft(&self, name: &str) -> Option<String> {
        let is_brought = |&&i: &&usize| is_whole_context(&self.file.instructions[i]);
        let base = base_name(name);
        if self.target.is_rebuilt || !self.stage.iter().any(|i| is_brought(&i)) || !is_plain(base) {
            return None;
        }
        // Patterns are relative to the build context. An ignore file of this Dockerfile alone may be
        // for any context.
        let (directory, ignore) = match self.target.ignore_name.rsplit_once('/') {
            Some((directory, ignore)) => (directory, ignore),
            None => ("", self.target.ignore_name.as_str()),
        };
        let is_of_context = ignore == ".dockerignore";
        let inside =
            name.strip_prefix(directory).filter(|_| is_of_context && !directory.is_empty());
        let is_at_top = inside.unwrap_or(name).trim_start_matches('/') == base;
        let pattern = if is_at_top { base.into() } else { format!("**/{base}") };
        let listed = Listed::read(self.target.ignore.as_deref().unwrap_or_default());
        let has = listed.has(&pattern) || !is_of_context && listed.has(base);
        (!has && !listed.wants(&pattern)).then_some(pattern)
    }

    /// Says what a `RUN` removes that a copy brought: it ships all the same.
    pub(super) fn removed(&mut self) {
        let text = |layer: LayerIndex| self.inspection.layers[layer].instruction.text.raw();
        let mut pairs: BTreeMap<(LayerIndex, LayerIndex), Vec<VersionId>> = BTreeMap::new();
        for wasted in self
            .inspection
            .wasted
            .iter()
            .filter(|wasted| is_removal(wasted.reason) && !self.claims.has(wasted.version))
        {
            let copied = text(wasted.added_in).starts_with("COPY ")
                || text(wasted.added_in).starts_with("ADD ");
            let by_run =
                self.by_layer.get(&wasted.removed_in).is_some_and(|&i| self.is_run_in_file(i));
            if copied && by_run && wasted.added_in < wasted.removed_in {
                pairs.entry((wasted.added_in, wasted.removed_in)).or_default().push(wasted.version);
            }
        }
        for ((added_in, removed_in), inodes) in pairs {
            let tree = &self.inspection.tree;
            let bytes = inodes.iter().map(|&inode| tree.size(inode)).fold(0, u64::saturating_add);
            let (Some(&run), true) = (self.by_layer.get(&removed_in), bytes >= super::NOTEWORTHY)
            else {
                continue;
            };
            let from = self.by_layer.get(&added_in).map(|&i| &self.file.instructions[i]);
            let what = from.map_or("what the base image copies".into(), |i| {
                format!("what line {} copies", i.line)
            });
            let removed = match from {
                Some(copy) if copy.flag("from").is_some() => Removed::OfStage,
                _ => Removed::find(self.inspection, added_in, removed_in),
            };
            let name = |layer: LayerIndex| match self.by_layer.get(&layer) {
                Some(&i) => format!("line {}", self.file.instructions[i].line),
                None => format!("layer {layer}"),
            };
            let how = removed.what_in_full(name);
            let text = format!("removes {what}, which stays in an earlier layer; {how}");
            self.leave(Change::Ignore, bytes, run, text, Condition::NotUsed).inodes = inodes;
        }
    }

    /// Returns the inodes that were removed by a command which creates them again; empty if it left
    /// any of them, or if another one removed them.
    fn made_twice(&self, inodes: &[VersionId], makers: &[Maker]) -> Vec<VersionId> {
        let makes = |layer: LayerIndex| {
            let run = self
                .by_layer
                .get(&layer)
                .filter(|&&i| self.file.instructions[i].keyword == Keyword::Run);
            run.and_then(|&i| self.script(i)).is_some_and(|script| {
                script.commands.iter().any(|command| is_made_by(command, makers))
            })
        };
        let tree = &self.inspection.tree;
        let taken =
            |inode: &VersionId| tree.removal(*inode).is_some_and(|removal| makes(removal.layer));
        if inodes.iter().all(taken) { inodes.to_vec() } else { Vec::new() }
    }

    /// Returns the inodes and their later copies with unchanged contents.
    fn with_copies(&self, inodes: &[VersionId]) -> Vec<VersionId> {
        let tree = &self.inspection.tree;
        let mut all = Vec::new();
        for &inode in inodes {
            let mut next = Some(inode);
            while let Some(this) = next.take() {
                all.push(this);
                if let Some(removal) = tree
                    .removal(this)
                    .filter(|removal| removal.reason == Reason::RewrittenUnchanged)
                {
                    let successor = tree
                        .at(removal.last_name, removal.layer)
                        .map(|version| tree.inode(version));
                    next = successor
                        .filter(|&successor| tree.added_in(successor) > tree.added_in(this));
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
            if let Some(known) = KNOWN.iter().find(|known| known.name.as_bytes() == name) {
                // Byte code without its source is what runs.
                if known.what == BYTE_CODE && !self.has_source(part, node) {
                    return None;
                }
                return Some((at_root_or_anywhere(copied, depth, known.name), known.what));
            }
            if let Some(name) =
                anew.iter().find(|known| known.as_bytes() == name).filter(|_| part != node)
            {
                return Some((at_root_or_anywhere(copied, depth, name), ANEW));
            }
        }
        let removal = tree.removal(inode)?;
        let by_run = self
            .by_layer
            .get(&removal.layer)
            .is_some_and(|&i| self.file.instructions[i].keyword == Keyword::Run);
        let program = tree.mode(inode) & 0o111 != 0 && tree.size(inode) >= super::NOTEWORTHY;
        let known = !binaries.is_empty() && binaries.contains(&*tree.path(node));
        let name = String::from_utf8_lossy(tree.name(node)).into_owned();
        let is_input = || {
            let run = self.by_layer.get(&removal.layer).map(|&i| &self.file.instructions[i]);
            run.is_some_and(|run| is_input_of(&run.arguments, &name))
        };
        if by_run && (program || known) && removal.reason == Reason::Overwritten && !is_input() {
            let pattern = self.in_context(copied, &path)?;
            return Some((pattern, "a program that a RUN builds again"));
        }
        None
    }
}
