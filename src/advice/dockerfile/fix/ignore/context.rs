//! Finds what a `COPY` or `ADD` takes from the build context.

use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::fix::Work;
use crate::advice::dockerfile::parse::{Instruction, Keyword};
use crate::tree::{Kind, NodeId};

/// A `COPY` or `ADD` of the build context.
pub(super) struct Copied {
    /// The depth of the destination, if known.
    pub depth: Option<usize>,
    /// True if the whole context is copied.
    pub whole: bool,
}

impl Work<'_> {
    /// Returns whether the module that a file in `__pycache__` was compiled from lies beside that
    /// directory.
    pub(super) fn has_source(&self, cache: NodeId, file: NodeId) -> bool {
        let tree = &self.inspection.tree;
        let module = tree.name(file).split(|&byte| byte == b'.').next().unwrap_or_default();
        let source = [module, b".py"].concat();
        tree.children(tree.parent(cache)).any(|child| tree.name(child) == source)
    }

    pub(super) fn copied(&self, instruction: usize) -> Copied {
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
    pub(in crate::advice::dockerfile::fix) fn absolute(
        &self,
        at: usize,
        path: &str,
    ) -> Option<String> {
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
        if own { "" } else { self.inspection.run.directory.raw().trim_end_matches('/') }
    }

    /// Returns the path in the context of a file that was added by a copy of the whole context.
    pub(super) fn in_context(&self, copied: &Copied, path: &[NodeId]) -> Option<String> {
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

/// Returns the bare name for a file at the root of the context, and otherwise a pattern for any
/// depth.
pub(super) fn at_root_or_anywhere(copied: &Copied, depth: usize, name: &str) -> String {
    let top = copied.whole && copied.depth == Some(depth - 1);
    if top { name.into() } else { format!("**/{name}") }
}

/// Returns whether an instruction copies the whole build context.
pub fn is_whole_context(instruction: &Instruction) -> bool {
    let sources = instruction.copied().map(|(sources, _)| sources).unwrap_or_default();
    instruction.flag("from").is_none()
        && matches!(&*sources, [one] if matches!(one.as_str(), "." | "./" | "/" | "*" | "./*"))
}
