//! Resolves paths while building: in the layer's own tree, or in what is below it.

use std::collections::VecDeque;

use super::build::{Builder, LimitExceeded};
use super::{Kind, NodeId, VersionId};
use crate::path::components;

/// Symbolic links that are followed in one path; the kernel follows 40.
const HOPS: usize = 255;
/// Components that one path may grow to by following links.
const STEPS: usize = 4096;

/// Which tree a path is looked up in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// What the layer itself has.
    Own,
    /// What the layers below it show.
    Below,
}

impl Builder {
    /// Whether the node is part of the tree of the layer that is being applied.
    pub(super) fn is_own(&self, node: NodeId) -> bool {
        self.state[node.index()].mark >= self.first_mark
    }

    /// The version that an entry of this layer gave to a node of its own tree; `None` for implied directories.
    pub(super) fn explicit(&self, node: NodeId) -> Option<VersionId> {
        let newest = self.tree.node(node).newest.some()?;
        let version = self.tree.version(newest);
        (version.born == self.layer && version.died == super::ALIVE && newest != self.state[node.index()].below)
            .then_some(newest)
    }

    /// What stands at a node in `view`; `None` if nothing does.
    pub(super) fn kind_in(&self, view: View, node: NodeId) -> Option<(Kind, Option<VersionId>)> {
        let version = match view {
            View::Below => Some(self.state[node.index()].below.some()?),
            View::Own if !self.is_own(node) => return None,
            View::Own => self.explicit(node),
        };
        Some((version.map_or(Kind::Directory, |v| self.tree.version(v).kind()), version))
    }

    /// Finds `path` as `link(2)` would: through links in its parents, not at its end.
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

    /// Walks to the directory `path` of the layer's own tree, making what is missing; `None` if a link or a file is in
    /// the way.
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
                let (part, after) = rest.split_at(rest.iter().position(|&b| b == b'/').unwrap_or(rest.len()));
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

    /// Makes a directory that earlier entries came to part of this layer's own tree, with the directories above it;
    /// false if a link or a file of this layer is in the way.
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

    /// The same, following the layer's own links and replacing files that are in the way.
    pub(super) fn own_directory_through_links(&mut self, path: &[u8]) -> Result<NodeId, LimitExceeded> {
        let mut todo: VecDeque<Vec<u8>> = components(path).into_iter().map(Into::into).collect();
        let mut stack = vec![NodeId::ROOT];
        let (mut hops, mut steps) = (0, 0);
        while let Some(part) = todo.pop_front() {
            let here = *stack.last().expect("the root stays");
            if part == b".." {
                if stack.len() > 1 {
                    stack.pop();
                }
                continue;
            }
            let next = self.child_or_new(here, &part)?;
            match self.kind_in(View::Own, next) {
                Some((Kind::Directory, _)) => {}
                None => self.become_own(next, here),
                Some((Kind::Symlink, Some(version))) if hops < HOPS && steps < STEPS => {
                    let target = self.tree.target(version).unwrap_or_default().to_vec();
                    hops += 1;
                    let mut parts: VecDeque<&[u8]> = VecDeque::new();
                    steps += prepend(&mut parts, &target);
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
        Ok(*stack.last().expect("the root stays"))
    }
}

/// Puts the components of a link's target before what is left to walk; says how many they are.
fn prepend<'a>(todo: &mut VecDeque<&'a [u8]>, target: &'a [u8]) -> usize {
    let parts: Vec<_> = target.split(|&b| b == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    for part in parts.iter().rev() {
        todo.push_front(part);
    }
    parts.len()
}
