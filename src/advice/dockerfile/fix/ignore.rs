//! Suggests `.dockerignore` lines for unneeded files that a `COPY` or `ADD` took from the build
//! context.

use std::collections::{BTreeMap, HashSet};

use super::Work;
use super::condition::{Condition, Kind as Change};
use super::listed::Listed;
use super::remark::Verdict;
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::evidence::mentions;
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::advice::tool::find_verb;
use crate::layer_index::LayerIndex;
use crate::shell::{self, base_name};
use crate::tree::{Kind, NodeId, Reason, VersionId};

/// Name that a build context has and an image rarely runs from.
struct Known {
    name: &'static str,
    what: &'static str,
    /// Programs that look for it without being told.
    programs: &'static [&'static str],
}

const fn known(name: &'static str, what: &'static str, programs: &'static [&'static str]) -> Known {
    Known { name, what, programs }
}

const KNOWN: [Known; 17] = [
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
        let anew = MADE_ANEW.map(|(name, _)| name);
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
            let saves = self.claims.claim(&self.inspection.tree, inodes);
            // Without bytes to save there is nothing that would excuse a mistake.
            if saves == 0 {
                continue;
            }
            let text = format!(
                "copies {pattern}, {}; exclude it in {}",
                kept.what, self.target.ignore_name
            );
            self.say(Change::Ignore, Verdict::saves(saves), kept.copy, text);
            lines.push(pattern);
        }
        lines
    }

    /// Says what a `RUN` removes that a copy brought: it ships all the same.
    pub(super) fn removed(&mut self) {
        let is_removed =
            |reason: Reason| matches!(reason, Reason::Deleted | Reason::Opaque | Reason::Replaced);
        let text = |layer: LayerIndex| self.inspection.layers[layer].instruction.text.as_str();
        let mut pairs: BTreeMap<(LayerIndex, LayerIndex), Vec<VersionId>> = BTreeMap::new();
        for wasted in self
            .inspection
            .wasted
            .iter()
            .filter(|wasted| is_removed(wasted.reason) && !self.claims.has(wasted.version))
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
            let how = match from {
                Some(copy) if copy.flag("from").is_some() => "copy only the files that stay",
                _ => {
                    "exclude it in .dockerignore, or copy it in a build stage, unless a line in between needs it"
                }
            };
            let text = format!("removes {what}, which stays in an earlier layer: {how}");
            self.leave(Change::Ignore, bytes, run, text, Condition::NotUsed).inodes = inodes;
        }
    }

    fn is_run_in_file(&self, i: usize) -> bool {
        self.file.instructions[i].keyword == Keyword::Run
    }

    /// Returns the reason if a name may be in use.
    fn used(&self, kept: &Kept, name: &str) -> Option<String> {
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
            let script = || said(texts.running(known.programs), "may use it");
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
            words().any(|word| mentions(word, name))
                || run.environment.texts().any(|text| mentions(&text, name))
        };
        let by_config = || is_configured().then(|| "the configuration names it".into());
        by_line.or_else(by_config).or_else(|| said(texts.mentioning(name), "names it"))
    }

    /// Returns the line of a later instruction that runs one of these programs.
    fn later_runs(&self, after: usize, programs: &[&str]) -> Option<usize> {
        let later = self.stage.iter().filter(|&&i| i > after).map(|&i| &self.file.instructions[i]);
        let runs = |text: &str| match shell::read(text) {
            Some(script) => script.commands.iter().any(|command| {
                let program = command.program().first().map_or("", |program| base_name(program));
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

    /// Returns the inodes that were removed by a command which creates them again; empty if it left
    /// any of them, or if another one removed them.
    fn made_twice(&self, inodes: &[VersionId], makers: &[Maker]) -> Vec<VersionId> {
        let makes = |layer: LayerIndex| {
            let run = self
                .by_layer
                .get(&layer)
                .filter(|&&i| self.file.instructions[i].keyword == Keyword::Run);
            run.and_then(|&i| self.script(i)).is_some_and(|script| {
                script.commands.iter().any(|command| {
                    let makes = |(program, verbs): &(&str, &[&str])| {
                        // `yarn` alone installs.
                        find_verb(command.program(), &[program], verbs).is_some()
                            || command.program() == ["yarn"] && *program == "yarn"
                    };
                    makers.iter().any(makes)
                })
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

    /// Returns whether the module that a file in `__pycache__` was compiled from lies beside that
    /// directory.
    fn has_source(&self, cache: NodeId, file: NodeId) -> bool {
        let tree = &self.inspection.tree;
        let module = tree.name(file).split(|&byte| byte == b'.').next().unwrap_or_default();
        let source = [module, b".py"].concat();
        tree.children(tree.parent(cache)).any(|child| tree.name(child) == source)
    }

    fn copied(&self, instruction: usize) -> Copied {
        let destination =
            self.file.instructions[instruction].copied().map(|(_, destination)| destination);
        let absolute = destination.and_then(|destination| self.absolute(instruction, &destination));
        Copied {
            depth: absolute.map(|path| crate::path::components(path.as_bytes()).len()),
            whole: self.target.sources_known
                && is_whole_context(&self.file.instructions[instruction]),
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
        Some(if joined.starts_with('/') {
            joined
        } else {
            format!("{}/{joined}", self.base_directory())
        })
    }

    fn base_directory(&self) -> &str {
        let own = self.stage.iter().any(|&i| self.file.instructions[i].keyword == Keyword::Workdir);
        if own { "" } else { self.inspection.run.directory.trim_end_matches('/') }
    }

    /// Returns the path in the context of a file that was added by a copy of the whole context.
    fn in_context(&self, copied: &Copied, path: &[NodeId]) -> Option<String> {
        let depth = copied.depth.filter(|_| copied.whole)?;
        let names = path
            .iter()
            .skip(depth + 1)
            .map(|&node| std::str::from_utf8(self.inspection.tree.name(node)).ok());
        let names: Vec<_> = names.collect::<Option<_>>()?;
        let file = path.last().and_then(|&node| self.inspection.tree.versions(node).next());
        let is_file = file.is_some_and(|version| self.inspection.tree.kind(version) == Kind::File);
        (is_file && names.iter().all(|name| is_plain(name))).then(|| names.join("/"))
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
fn is_input_of(arguments: &str, name: &str) -> bool {
    let words: Vec<_> =
        arguments.split(|c: char| c.is_whitespace() || ";&|()".contains(c)).collect();
    (0..words.len()).any(|at| {
        let is_output = at > 0 && matches!(words[at - 1], "-o" | ">" | "--output");
        base_name(words[at].trim_matches(['"', '\''])) == name && !is_output
    })
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
