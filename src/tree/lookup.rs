//! Resolves paths during the build: in the layer's own tree, or in the layers below it.

use std::collections::VecDeque;

use super::build::{Builder, LimitExceeded};
use super::{Kind, NodeId, VersionId};
use crate::display::{escaped, shown};
use crate::image::whiteout::PREFIX;
use crate::image::{DirectoryRef, EntryRef};
use crate::path::components;
use crate::warning::RuntimeDifference as Difference;

/// The most symbolic links that are followed in one path; the kernel follows 40.
const HOPS: usize = 255;
/// The most components of one path, including those added by links.
const STEPS: usize = 4096;

/// The tree in which a path is looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The current layer's own tree.
    Own,
    /// The merged tree of the layers below.
    Below,
}

/// The directory of the previous entry, which is usually the directory of the next one too.
#[derive(Default)]
pub(super) struct LastDirectory {
    run: Option<usize>,
    pub node: Option<(NodeId, u32)>,
}

impl Builder {
    /// Returns the kind and the version of a node in `view`; `None` if there is nothing.
    pub(super) fn kind_in(&self, view: View, node: NodeId) -> Option<(Kind, Option<VersionId>)> {
        let version = match view {
            View::Below => Some(self.state[node.index()].below.some()?),
            View::Own => self.own.at(self.own_id(node)?).explicit(),
        };
        Some((version.map_or(Kind::Directory, |v| self.tree.version(v).kind()), version))
    }

    /// Finds `path` as `link(2)` would: links are followed in its parents but not at its end.
    pub(super) fn resolve(&self, view: View, path: &[u8]) -> Option<NodeId> {
        let mut todo: VecDeque<&[u8]> = components(path).into();
        let mut stack = vec![NodeId::ROOT];
        let (mut hops, mut steps) = (0, 0);
        while let Some(part) = todo.pop_front() {
            let here = *stack.last()?;
            if part == b".." {
                if stack.len() > 1 {
                    stack.pop();
                }
                continue;
            }
            let next = self.child(here, part)?;
            let (kind, version) = self.kind_in(view, next)?;
            match kind {
                Kind::Symlink if !todo.is_empty() => {
                    let target = self.tree.target(version?)?;
                    hops += 1;
                    steps += prepend(&mut todo, target);
                    if hops > HOPS || steps > STEPS {
                        return None;
                    }
                    if target.starts_with(b"/") {
                        stack.truncate(1);
                    }
                }
                Kind::Directory => stack.push(next),
                _ if todo.is_empty() => stack.push(next),
                _ => return None,
            }
        }
        stack.last().copied()
    }

    /// Looks up what earlier layers have at the paths of some entries, and drops it.
    ///
    /// When the entries are added, one after the other, what is needed is at hand then. Each step
    /// does the same for all of them, so that the processor waits for many places in the memory at
    /// once: with a million paths, most of the time of a merge went into waiting for one after the
    /// other.
    pub(super) fn look_ahead<'a>(&self, entries: impl Iterator<Item = EntryRef<'a>>) {
        if self.is_small() {
            return;
        }
        let (mut run, mut parent) = (None, None);
        let found = entries.filter_map(|entry| {
            let directory = entry.directory?;
            if run != directory.run {
                run = directory.run;
                parent = match directory.path {
                    b"" => Some(NodeId::ROOT),
                    path => self.known_directory(self.directory_key(path)),
                };
            }
            self.candidate(parent?, entry.name.strip_prefix(PREFIX).unwrap_or(entry.name))
        });
        let found: Vec<NodeId> = found.collect();
        std::hint::black_box(self.touch(&found));
    }

    /// Returns the directory of the next entry in the layer's own tree, and creates it if it is
    /// missing.
    pub(super) fn parent(
        &mut self,
        directory: DirectoryRef<'_>,
        last: &mut LastDirectory,
    ) -> Result<NodeId, LimitExceeded> {
        if let Some((node, mark)) = last.node
            && last.run.is_some()
            && last.run == directory.run
            && self.mark(node) == mark
        {
            return Ok(node);
        }
        let path = directory.path;
        let plain = if path.is_empty() { Some(NodeId::ROOT) } else { self.own_directory(path)? };
        // A path through links may lead elsewhere after the next entry.
        let Some(node) = plain else {
            last.node = None;
            return self.own_directory_through_links(path);
        };
        *last = LastDirectory { run: directory.run, node: Some((node, self.mark(node))) };
        Ok(node)
    }

    /// Walks to the directory `path` of the layer's own tree, creating missing directories; `None`
    /// if a link or a file is in the way.
    pub(super) fn own_directory(&mut self, path: &[u8]) -> Result<Option<NodeId>, LimitExceeded> {
        let key = self.directory_key(path);
        let known = self.known_directory(key);
        if let Some(node) = known {
            return Ok(self.own_again(node).then_some(node));
        }
        let mut here = NodeId::ROOT;
        if crate::path::is_clean(path) {
            let mut rest = path;
            loop {
                let (part, after) =
                    rest.split_at(rest.iter().position(|&b| b == b'/').unwrap_or(rest.len()));
                let next = self.child_or_new(here, part)?;
                match self.kind_in(View::Own, next) {
                    Some((Kind::Directory, _)) => {}
                    None => self.become_own(next, here),
                    Some(_) => break,
                }
                here = next;
                match after {
                    [] => {
                        self.remember_directory(key, here);
                        return Ok(Some(here));
                    }
                    [_, after @ ..] => rest = after,
                }
            }
        }
        Ok(None)
    }

    /// Adds a known directory and its parents to this layer's own tree; false if a link or a file
    /// of this layer is in the way.
    fn own_again(&mut self, node: NodeId) -> bool {
        let mut missing = Vec::new();
        let mut here = node;
        loop {
            match self.kind_in(View::Own, here) {
                Some((Kind::Directory, _)) => break,
                Some(_) => return false,
                None => missing.push(here),
            }
            here = self.tree.node(here).parent;
        }
        for node in missing.into_iter().rev() {
            self.become_own(node, self.tree.node(node).parent);
        }
        true
    }

    /// Does the same, but follows the layer's own links and replaces files that are in the way.
    pub(super) fn own_directory_through_links(
        &mut self,
        path: &[u8],
    ) -> Result<NodeId, LimitExceeded> {
        let mut todo: VecDeque<Vec<u8>> = components(path).into_iter().map(Into::into).collect();
        let mut stack = vec![NodeId::ROOT];
        let (mut hops, mut steps) = (0, 0);
        // The number of the next components that come from the target of a link.
        let mut of_link = 0_usize;
        let mut leads_nowhere = None;
        while let Some(part) = todo.pop_front() {
            let here = *stack.last().expect("the root stays");
            let in_link = of_link > 0;
            of_link = of_link.saturating_sub(1);
            if part == b".." {
                if stack.len() > 1 {
                    stack.pop();
                }
                continue;
            }
            let next = self.child_or_new(here, &part)?;
            match self.kind_in(View::Own, next) {
                Some((Kind::Directory, _)) => {}
                None => {
                    if in_link {
                        leads_nowhere.get_or_insert(next);
                    }
                    self.become_own(next, here);
                }
                Some((Kind::Symlink, Some(version))) if hops < HOPS && steps < STEPS => {
                    let target = self.tree.target(version).unwrap_or_default().to_vec();
                    hops += 1;
                    let mut parts: VecDeque<&[u8]> = VecDeque::new();
                    let more = prepend(&mut parts, &target);
                    steps += more;
                    of_link += more;
                    for part in parts.into_iter().rev() {
                        todo.push_front(part.to_vec());
                    }
                    if target.starts_with(b"/") {
                        stack.truncate(1);
                    }
                    continue;
                }
                Some(_) => self.replace_by_implied_directory(next),
            }
            stack.push(next);
        }
        if let Some(target) = leads_nowhere {
            self.remark(|b| {
                let target = escaped(&b.tree.path(target));
                Difference::Other {
                    path: [b"/", path].concat(),
                    how: shown!("leads through a link to {}, which the layer does not have; docker and podman on overlay refuse the layer, others follow the link", target),
                }
            });
        }
        Ok(*stack.last().expect("the root stays"))
    }
}

/// Puts the components of a link's target in front of the remaining path; returns their number.
fn prepend<'a>(todo: &mut VecDeque<&'a [u8]>, target: &'a [u8]) -> usize {
    let parts: Vec<_> =
        target.split(|&b| b == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    for part in parts.iter().rev() {
        todo.push_front(part);
    }
    parts.len()
}
