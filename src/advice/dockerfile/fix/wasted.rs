//! Counts what is wasted after the changes: a command that cleans up deletes files of the base image
//! as well, and their bytes stay.

use std::collections::HashSet;

use super::Work;
use crate::advice::dockerfile::births::Claims;
use crate::advice::tool::Tool;
use crate::tree::VersionId;

/// Bytes that are wasted after the changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WastedAfter {
    /// All of them.
    pub bytes: u64,
    /// Those of the base image's files.
    pub of_base: u64,
    /// Those of the base image's files that commands of the changes delete as well.
    pub cleaned: u64,
    /// These commands.
    pub commands: Vec<String>,
}

/// Files of the base image that commands of the changes delete: their bytes stay.
#[derive(Default)]
pub(super) struct Cleaned {
    inodes: HashSet<VersionId>,
    commands: Vec<String>,
}

impl Cleaned {
    /// Adds the files that a tool's command deletes.
    pub fn add(&mut self, tool: &Tool, inodes: impl Iterator<Item = VersionId>) {
        let before = self.inodes.len();
        self.inodes.extend(inodes);
        let is_new = |command: &&String| !self.commands.contains(command);
        let command = tool.clean.as_ref().filter(is_new).cloned();
        self.commands.extend(command.filter(|_| self.inodes.len() > before));
    }
}

impl Work<'_> {
    /// Adds up the files that stay wasted, and those that the changes delete.
    pub(super) fn wasted_after(&self, saved: &Claims) -> WastedAfter {
        let tree = &self.inspection.tree;
        let stay = self.inspection.wasted.iter().map(|wasted| wasted.version);
        let stay = stay.filter(|&inode| !saved.has(inode));
        let deleted = &self.deleted;
        let cleaned = deleted.inodes.iter().map(|&inode| tree.size(inode)).sum();
        let commands = deleted.commands.clone();
        let mut wasted = WastedAfter { cleaned, commands, ..WastedAfter::default() };
        for inode in stay.chain(deleted.inodes.iter().copied()) {
            wasted.bytes += tree.size(inode);
            if tree.added_in(inode) < self.target.base_layers {
                wasted.of_base += tree.size(inode);
            }
        }
        wasted
    }
}
