//! Answers questions about paths, versions, and the tree as of a layer.

use std::ops::RangeInclusive;

use super::{ALIVE, IMPLIED, Kind, NONE, NodeId, Removal, Tree, Version, VersionId};
use crate::layer_index::LayerIndex;

impl Tree {
    /// Returns the number of layers.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// Returns the number of distinct paths, including the root.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Returns all paths that layers have named, without the root and AUFS bookkeeping.
    ///
    /// A directory comes before its contents.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.all_nodes().filter(|&node| !self.is_aufs(node))
    }

    /// Returns all paths without the root but with AUFS bookkeeping, in the order of their indices.
    pub fn all_nodes(&self) -> impl Iterator<Item = NodeId> {
        let count = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        (1..count).map(NodeId)
    }

    /// Returns the last component of a path; empty for the root.
    pub fn name(&self, node: NodeId) -> &[u8] {
        let start = self.node(node).name as usize;
        let end = self.nodes.get(node.index() + 1).map_or(self.names.len(), |n| n.name as usize);
        &self.names[start..end]
    }

    /// Returns whether the last component of some path is one of some names, none of which is empty.
    pub fn has_name_among<N: AsRef<[u8]>>(&self, names: &[N]) -> bool {
        let names = || names.iter().map(AsRef::as_ref);
        let mut firsts = [false; 256];
        names().filter_map(<[u8]>::first).for_each(|&first| firsts[usize::from(first)] = true);
        self.all_nodes().map(|node| self.name(node)).any(|name| {
            name.first().is_some_and(|&first| firsts[usize::from(first)])
                && names().any(|other| other == name)
        })
    }

    /// Returns the parent directory of a path; the root is its own parent.
    pub fn parent(&self, node: NodeId) -> NodeId {
        self.node(node).parent
    }

    /// Returns the full path, starting with a slash.
    pub fn path(&self, node: NodeId) -> Vec<u8> {
        let above = |&node: &NodeId| Some(self.parent(node));
        let nodes =
            || std::iter::successors(Some(node), above).take_while(|&it| it != NodeId::ROOT);
        let len: usize = nodes().map(|node| self.name(node).len() + 1).sum();
        let mut path = vec![b'/'; len.max(1)];
        let mut end = len;
        for name in nodes().map(|node| self.name(node)) {
            let start = end - name.len();
            path[start..end].copy_from_slice(name);
            end = start - 1;
        }
        path
    }

    /// Compares two paths byte by byte.
    pub fn compare_paths(&self, one: NodeId, other: NodeId) -> std::cmp::Ordering {
        if self.parent(one) == self.parent(other) && one != NodeId::ROOT && other != NodeId::ROOT {
            return self.name(one).cmp(self.name(other));
        }
        // A directory has a lower number than what lies below it.
        let (mut a, mut b) = ((one, None), (other, None));
        while a.0 != b.0 {
            let lower = if a.0 > b.0 { &mut a } else { &mut b };
            *lower = (self.parent(lower.0), Some(lower.0));
        }
        let (Some(a), Some(b)) = (a.1, b.1) else {
            return a.1.is_some().cmp(&b.1.is_some());
        };
        let (first, second) = (self.name(a), self.name(b));
        let common = first.len().min(second.len());
        // A slash follows each directory of the path, so that the order is that of the full paths.
        let next = |name: &[u8], node, end| {
            name.get(common).copied().or_else(|| (node != end).then_some(b'/'))
        };
        let rest = || next(first, a, one).cmp(&next(second, b, other));
        first[..common].cmp(&second[..common]).then_with(rest)
    }

    /// Returns the paths directly below a path, whether or not they exist in the final filesystem,
    /// in no particular order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.node(node).first_child.some(), |&child| {
            self.node(child).next_sibling.some()
        })
    }

    /// Returns the path itself and all paths below it.
    pub fn at_and_below(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let mut work = vec![node];
        std::iter::from_fn(move || {
            let node = work.pop()?;
            work.extend(self.children(node));
            Some(node)
        })
    }

    /// Finds the path with these components, if any layer has named it.
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        let mut here = NodeId::ROOT;
        for part in crate::path::components(path) {
            here = self.children(here).find(|&child| self.name(child) == part)?;
        }
        Some(here)
    }

    /// Returns the versions of a path, the newest first.
    pub fn versions(&self, node: NodeId) -> impl Iterator<Item = VersionId> {
        std::iter::successors(self.node(node).newest.some(), |&version| {
            self.version(version).older.some()
        })
    }

    /// Returns the version at a path after layer `layer`.
    pub fn at(&self, node: NodeId, layer: LayerIndex) -> Option<VersionId> {
        let version = self.versions(node).find(|&v| {
            let v = self.version(v);
            v.added_in <= layer && v.removed_in != v.added_in
        })?;
        (self.version(version).removed_in > layer).then_some(version)
    }

    /// Returns the version at a path in the final filesystem.
    pub fn last(&self, node: NodeId) -> Option<VersionId> {
        self.at(node, LayerIndex::FINAL)
    }

    /// Returns the kind of a version.
    pub fn kind(&self, version: VersionId) -> Kind {
        self.version(version).kind()
    }

    /// Returns the size of a file in bytes; it is the same for each of its names.
    pub fn size(&self, version: VersionId) -> u64 {
        self.version(version).size
    }

    /// Returns the permission bits.
    pub fn mode(&self, version: VersionId) -> u16 {
        self.version(version).mode & 0o7777
    }

    /// Returns the owner and the group.
    pub fn owner(&self, version: VersionId) -> (u32, u32) {
        self.owners.get(usize::from(self.version(version).owner)).copied().unwrap_or_default()
    }

    /// Returns the modification time in seconds since 1970.
    pub fn mtime(&self, version: VersionId) -> i64 {
        self.version(version).mtime
    }

    /// Returns the path of a version.
    pub fn node_of(&self, version: VersionId) -> NodeId {
        self.version(version).node
    }

    /// Returns the layer that added a version.
    pub fn added_in(&self, version: VersionId) -> LayerIndex {
        self.version(version).added_in
    }

    /// Returns the layer that removed a version.
    pub fn removed_in(&self, version: VersionId) -> Option<LayerIndex> {
        let removed_in = self.version(version).removed_in;
        (removed_in != ALIVE).then_some(removed_in)
    }

    /// Returns whether a directory has no entry in the layer that made it.
    pub fn is_implied(&self, version: VersionId) -> bool {
        self.version(version).mode & IMPLIED != 0
    }

    /// Returns whether a file is stored with holes.
    pub fn is_sparse(&self, version: VersionId) -> bool {
        self.sparse.binary_search(&version).is_ok()
    }

    /// Returns the target of a symbolic link.
    pub fn target(&self, version: VersionId) -> Option<&[u8]> {
        let version = self.version(version);
        (version.kind() == Kind::Symlink).then(|| &*self.targets[version.extra as usize])
    }

    /// Returns the major and minor number of a device.
    pub fn device(&self, version: VersionId) -> Option<(u32, u32)> {
        let version = self.version(version);
        matches!(version.kind(), Kind::Char | Kind::Block)
            .then(|| self.devices[version.extra as usize])
    }

    /// Returns the version whose entry has the bytes of a file: the version itself, or the first of
    /// its hard links.
    pub fn inode(&self, version: VersionId) -> VersionId {
        let v = self.version(version);
        match (v.kind(), v.extra) {
            (Kind::File, group) if group != NONE => self.groups[group as usize].owner,
            _ => version,
        }
    }

    /// Returns whether a file has, or once had, more than one name.
    pub fn is_linked(&self, version: VersionId) -> bool {
        let version = self.version(version);
        version.kind() == Kind::File && version.extra != NONE
    }

    /// Returns the inodes that have, or once had, more than one name, in no particular order.
    pub fn linked_inodes(&self) -> impl Iterator<Item = VersionId> {
        self.groups.iter().map(|group| group.owner)
    }

    /// Returns the paths of the final filesystem whose file has, or once had, more than one name, in
    /// no particular order. It goes through the versions, which lie one after the other.
    pub fn linked_names(&self) -> impl Iterator<Item = (NodeId, VersionId)> {
        self.file_names().filter(|&id| self.is_linked(id)).filter_map(|id| {
            let node = self.version(id).node;
            (self.last(node) == Some(id) && !self.is_aufs(node)).then_some((node, id))
        })
    }

    /// Returns the offset of a file's contents in the uncompressed tar of its layer
    /// ([`Tree::added_in`] of its inode).
    pub fn data_offset(&self, version: VersionId) -> u64 {
        u64::from(self.version(self.inode(version)).data) * 512
    }

    /// Returns all inodes: the versions whose entries have bytes.
    pub fn inodes(&self) -> impl Iterator<Item = VersionId> {
        self.file_names().filter(|&id| self.inode(id) == id)
    }

    /// Returns the number of versions of all paths. Every [`VersionId::index`] is smaller.
    pub fn version_count(&self) -> usize {
        self.versions.len()
    }

    /// Returns all versions that some layers added, ordered by layer and entry.
    pub fn versions_of(
        &self,
        layers: RangeInclusive<LayerIndex>,
    ) -> impl Iterator<Item = VersionId> + use<> {
        let before =
            |layer: LayerIndex| self.versions.partition_point(|version| version.added_in < layer);
        let range = before(*layers.start())..before(layers.end().next());
        range.map(|i| VersionId(u32::try_from(i).expect("below the limit")))
    }

    /// Returns all versions that are names of files, ordered by layer and entry.
    pub fn file_names(&self) -> impl Iterator<Item = VersionId> {
        let is_file = |(_, v): &(usize, &Version)| v.kind() == Kind::File;
        self.versions
            .iter()
            .enumerate()
            .filter(is_file)
            .map(|(i, _)| VersionId(u32::try_from(i).expect("below the limit")))
    }

    /// Returns the wasted inodes, ordered by version.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// Returns all inodes with their deaths. It is faster than a lookup for each, because both
    /// lists are ordered by version.
    pub fn inodes_with_removals(&self) -> impl Iterator<Item = (VersionId, Option<&Removal>)> {
        let mut removals = self.removals.iter().peekable();
        self.inodes().map(move |inode| {
            while removals.next_if(|removal| removal.version < inode).is_some() {}
            (inode, removals.next_if(|removal| removal.version == inode))
        })
    }

    /// Returns the death of an inode.
    pub fn removal(&self, inode: VersionId) -> Option<&Removal> {
        self.removals
            .binary_search_by_key(&inode, |removal| removal.version)
            .ok()
            .map(|i| &self.removals[i])
    }

    pub(crate) fn sort_removals(&mut self) {
        // An inode that AUFS stores separately can lose its last name and get a new one in the
        // same layer; the last death counts.
        let mut removals = std::mem::take(&mut self.removals);
        removals.retain(|removal| match self.version(removal.version).extra {
            NONE => true,
            group => self.groups[group as usize].alive == 0,
        });
        removals.reverse();
        removals.sort_by_key(|removal| removal.version);
        removals.dedup_by_key(|removal| removal.version);
        self.removals = removals;
    }

    pub(crate) fn removals_mut(&mut self) -> &mut [Removal] {
        &mut self.removals
    }

    /// Returns the number of names of each kind in the final filesystem, without the root.
    pub fn count_kinds(&self) -> Vec<(Kind, u64)> {
        let mut counts = [0; super::KINDS.len()];
        for version in &self.versions {
            if version.removed_in == ALIVE && version.node != NodeId::ROOT {
                counts[version.kind() as usize] += 1;
            }
        }
        super::KINDS.into_iter().zip(counts).collect()
    }

    /// Returns every path of the final filesystem except the root, ordered by components.
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
