//! What the tree is asked: paths, versions, the tree as of a layer, sums.

use std::collections::HashSet;

use super::{ALIVE, Death, IMPLIED, Kind, NONE, NodeId, Tree, Version, VersionId};

/// Bytes at a path and below it, as of a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of files that are there.
    pub visible: u64,
    /// Bytes that still ship although a layer up to this one took them away.
    pub dead: u64,
}

impl Totals {
    /// All bytes that ship.
    pub fn shipped(self) -> u64 {
        self.visible + self.dead
    }
}

/// What one layer did at a path and anywhere below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Something is there that was not.
    pub added: bool,
    /// Something is there that was another.
    pub modified: bool,
    /// Something is gone.
    pub removed: bool,
}

impl Changes {
    /// Whether anything changed.
    pub fn any(self) -> bool {
        self.added || self.modified || self.removed
    }

    fn add(&mut self, other: Self) {
        self.added |= other.added;
        self.modified |= other.modified;
        self.removed |= other.removed;
    }
}

/// What a layer did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Nothing was there before.
    Added,
    /// Something was there before.
    Modified,
    /// Something was there before, and nothing is now.
    Removed,
    /// The layer did not touch it.
    Unchanged,
}

impl Tree {
    /// The number of layers that were merged.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// The number of distinct paths, with the root.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// All paths that layers have named, but for the root; not those that are AUFS bookkeeping.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        let count = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        (1..count).map(NodeId).filter(|&node| !self.is_aufs(node))
    }

    /// The name of a path's last component; empty for the root.
    pub fn name(&self, node: NodeId) -> &[u8] {
        self.name_bytes(self.node(node))
    }

    /// The directory that a path lies in; the root lies in itself.
    pub fn parent(&self, node: NodeId) -> NodeId {
        self.node(node).parent
    }

    /// The full path, beginning with a slash.
    pub fn path(&self, node: NodeId) -> Vec<u8> {
        let mut parts = Vec::new();
        let mut here = node;
        while here != NodeId::ROOT {
            parts.push(self.name(here));
            here = self.node(here).parent;
        }
        if parts.is_empty() {
            return b"/".to_vec();
        }
        parts.iter().rev().fold(Vec::new(), |mut path, part| {
            path.push(b'/');
            path.extend_from_slice(part);
            path
        })
    }

    /// Which of two paths comes first, byte by byte.
    pub fn compare_paths(&self, one: NodeId, other: NodeId) -> std::cmp::Ordering {
        let depth = |mut node: NodeId| {
            let mut depth = 0;
            while node != NodeId::ROOT {
                node = self.parent(node);
                depth += 1;
            }
            depth
        };
        let (one_depth, other_depth) = (depth(one), depth(other));
        let lift = |node, by: usize| (0..by).fold(node, |node, _| self.parent(node));
        let mut a = lift(one, usize::saturating_sub(one_depth, other_depth));
        let mut b = lift(other, usize::saturating_sub(other_depth, one_depth));
        if a == b {
            return one_depth.cmp(&other_depth);
        }
        while self.parent(a) != self.parent(b) {
            (a, b) = (self.parent(a), self.parent(b));
        }
        // A slash follows where the path goes on, so that the order is that of the whole paths.
        let named = |node, end| self.name(node).iter().chain(if node == end { &b""[..] } else { b"/" });
        named(a, one).cmp(named(b, other))
    }

    /// The paths directly below a path, whether or not something is there at last, in no order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.node(node).first_child.some(), |&child| self.node(child).next_sibling.some())
    }

    /// The path that components lead to, if any layer has named it.
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        let mut here = NodeId::ROOT;
        for part in crate::path::components(path) {
            here = self.children(here).find(|&child| self.name(child) == part)?;
        }
        Some(here)
    }

    /// The versions of a path, the newest first.
    pub fn versions(&self, node: NodeId) -> impl Iterator<Item = VersionId> {
        std::iter::successors(self.node(node).newest.some(), |&version| self.version(version).older.some())
    }

    /// What is at a path after layer `layer`.
    pub fn at(&self, node: NodeId, layer: usize) -> Option<VersionId> {
        let layer = u16::try_from(layer).unwrap_or(ALIVE - 1);
        let version = self.versions(node).find(|&v| {
            let v = self.version(v);
            v.born <= layer && v.died != v.born
        })?;
        (self.version(version).died > layer).then_some(version)
    }

    /// What is at a path at last.
    pub fn last(&self, node: NodeId) -> Option<VersionId> {
        self.at(node, usize::from(ALIVE - 1))
    }

    /// What layer `layer` did to a path.
    pub fn change(&self, node: NodeId, layer: usize) -> Change {
        let now = self.at(node, layer);
        let before = layer.checked_sub(1).and_then(|below| self.at(node, below));
        match (before, now) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(before), Some(now)) if before != now => Change::Modified,
            _ => Change::Unchanged,
        }
    }

    /// What kind of thing a version is.
    pub fn kind(&self, version: VersionId) -> Kind {
        self.version(version).kind()
    }

    /// The size of a file in bytes, under each of its names.
    pub fn size(&self, version: VersionId) -> u64 {
        self.version(version).size
    }

    /// The permission bits.
    pub fn mode(&self, version: VersionId) -> u16 {
        self.version(version).mode & 0o7777
    }

    /// The owner and the group.
    pub fn owner(&self, version: VersionId) -> (u32, u32) {
        self.owners.get(usize::from(self.version(version).owner)).copied().unwrap_or_default()
    }

    /// The modification time in seconds since 1970.
    pub fn mtime(&self, version: VersionId) -> i64 {
        self.version(version).mtime
    }

    /// The path a version is of.
    pub fn node_of(&self, version: VersionId) -> NodeId {
        self.version(version).node
    }

    /// The layer that brought a version.
    pub fn born(&self, version: VersionId) -> usize {
        usize::from(self.version(version).born)
    }

    /// The layer that took a version away.
    pub fn died(&self, version: VersionId) -> Option<usize> {
        let died = self.version(version).died;
        (died != ALIVE).then_some(usize::from(died))
    }

    /// Whether a directory has no entry of its own in the layer that made it.
    pub fn is_implied(&self, version: VersionId) -> bool {
        self.version(version).mode & IMPLIED != 0
    }

    /// Whether a file is stored with holes.
    pub fn is_sparse(&self, version: VersionId) -> bool {
        self.sparse.binary_search(&version).is_ok()
    }

    /// The target of a symbolic link.
    pub fn target(&self, version: VersionId) -> Option<&[u8]> {
        let version = self.version(version);
        (version.kind() == Kind::Symlink).then(|| &*self.targets[version.extra as usize])
    }

    /// The numbers of a device.
    pub fn device(&self, version: VersionId) -> Option<(u32, u32)> {
        let version = self.version(version);
        matches!(version.kind(), Kind::Char | Kind::Block).then(|| self.devices[version.extra as usize])
    }

    /// The version whose entry carries the bytes of a file: itself, or the first name of its hard links.
    pub fn inode(&self, version: VersionId) -> VersionId {
        let v = self.version(version);
        match (v.kind(), v.extra) {
            (Kind::File, group) if group != NONE => self.groups[group as usize].owner,
            _ => version,
        }
    }

    /// Whether a file has, or has had, more names than one.
    pub fn is_linked(&self, version: VersionId) -> bool {
        let version = self.version(version);
        version.kind() == Kind::File && version.extra != NONE
    }

    /// Where the contents of a file start in the uncompressed tar of the layer [`Tree::born`] of its inode.
    pub fn data_offset(&self, version: VersionId) -> u64 {
        u64::from(self.version(self.inode(version)).data) * 512
    }

    /// All inodes: the versions whose entries carry bytes.
    pub fn inodes(&self) -> impl Iterator<Item = VersionId> {
        self.files().filter(|&id| self.inode(id) == id)
    }

    fn files(&self) -> impl Iterator<Item = VersionId> {
        let is_file = |(_, v): &(usize, &Version)| v.kind() == Kind::File;
        self.versions
            .iter()
            .enumerate()
            .filter(is_file)
            .map(|(i, _)| VersionId(u32::try_from(i).expect("below the limit")))
    }

    /// The dead inodes, in the order of their versions.
    pub fn deaths(&self) -> &[Death] {
        &self.deaths
    }

    /// How an inode died.
    pub fn death(&self, inode: VersionId) -> Option<&Death> {
        self.deaths.binary_search_by_key(&inode, |death| death.version).ok().map(|i| &self.deaths[i])
    }

    pub(crate) fn sort_deaths(&mut self) {
        // What AUFS keeps apart can lose its last name and get another one in the same layer: the last death counts.
        let mut deaths = std::mem::take(&mut self.deaths);
        deaths.retain(|death| match self.version(death.version).extra {
            NONE => true,
            group => self.groups[group as usize].alive == 0,
        });
        deaths.reverse();
        deaths.sort_by_key(|death| death.version);
        deaths.dedup_by_key(|death| death.version);
        self.deaths = deaths;
    }

    pub(crate) fn deaths_mut(&mut self) -> &mut [Death] {
        &mut self.deaths
    }

    /// Sums at every path as of layer `layer`, indexed like [`NodeId`].
    ///
    /// The bytes of a file with several names count once: at the first that is
    /// there, or where its entry was once it is dead.
    pub fn totals(&self, layer: usize) -> Vec<Totals> {
        let layer = u16::try_from(layer).unwrap_or(ALIVE - 1);
        let mut totals = vec![Totals::default(); self.nodes.len()];
        let mut counted = HashSet::new();
        for (i, version) in self.versions.iter().enumerate() {
            if version.size == 0 || version.born > layer || version.kind() != Kind::File {
                continue;
            }
            let total = &mut totals[version.node.index()];
            if version.extra == NONE {
                if version.died > layer {
                    total.visible += version.size;
                } else {
                    total.dead += version.size;
                }
                continue;
            }
            let owner = self.groups[version.extra as usize].owner;
            let dead = self.death(owner).is_some_and(|death| death.layer <= layer);
            if dead && owner.index() == i {
                total.dead += version.size;
            } else if !dead && version.died > layer && counted.insert(version.extra) {
                total.visible += version.size;
            }
        }
        self.sum_up(&mut totals);
        totals
    }

    /// Sums of what layer `layer` itself did, indexed like [`NodeId`]: `visible` is what it
    /// ships, `dead` what it hid of earlier layers.
    pub fn layer_totals(&self, layer: usize) -> Vec<Totals> {
        let mut totals = vec![Totals::default(); self.nodes.len()];
        for inode in self.inodes().filter(|&inode| self.born(inode) == layer) {
            totals[self.node_of(inode).index()].visible += self.size(inode);
        }
        for death in self.deaths.iter().filter(|death| usize::from(death.layer) == layer) {
            if self.born(death.version) < layer {
                totals[self.node_of(death.version).index()].dead += self.size(death.version);
            }
        }
        self.sum_up(&mut totals);
        totals
    }

    /// What layer `layer` did at every path and below it, indexed like [`NodeId`].
    pub fn changes(&self, layer: usize) -> Vec<Changes> {
        let mut changes = vec![Changes::default(); self.nodes.len()];
        for version in &self.versions {
            if usize::from(version.born) == layer || usize::from(version.died) == layer {
                let here = &mut changes[version.node.index()];
                match self.change(version.node, layer) {
                    Change::Added => here.added = true,
                    Change::Modified => here.modified = true,
                    Change::Removed => here.removed = true,
                    Change::Unchanged => {}
                }
            }
        }
        for i in (1..self.nodes.len()).rev() {
            let below = changes[i];
            changes[self.nodes[i].parent.index()].add(below);
        }
        changes
    }

    /// Adds every path's sum to its directory's; a child is always made after its parent.
    fn sum_up(&self, totals: &mut [Totals]) {
        for i in (1..self.nodes.len()).rev() {
            let Totals { visible, dead } = totals[i];
            let parent = &mut totals[self.nodes[i].parent.index()];
            parent.visible += visible;
            parent.dead += dead;
        }
    }

    /// How many names of each kind are there at last, without the root.
    pub fn count_kinds(&self) -> Vec<(Kind, u64)> {
        let mut counts = [0; super::KINDS.len()];
        for version in &self.versions {
            if version.died == ALIVE && version.node != NodeId::ROOT {
                counts[version.kind() as usize] += 1;
            }
        }
        super::KINDS.into_iter().zip(counts).collect()
    }

    /// Every path that is there at last, but for the root, in the order of their components.
    pub fn final_paths(&self) -> Vec<(NodeId, VersionId)> {
        let mut out = Vec::new();
        let mut work = vec![NodeId::ROOT];
        let mut children = Vec::new();
        while let Some(node) = work.pop() {
            if let Some(version) = self.last(node)
                && node != NodeId::ROOT
            {
                out.push((node, version));
            }
            children.extend(self.children(node));
            children.sort_by(|&a, &b| self.name(b).cmp(self.name(a)));
            work.append(&mut children);
        }
        out.retain(|&(node, _)| !self.is_aufs(node));
        out
    }
}
