//! Builds the tree, layer by layer.
//!
//! A layer is first reduced to its own tree (`own`): its entries in order, where a later entry
//! replaces an earlier one at the same path. Whiteouts and opaque marks are kept apart, because
//! they only affect lower layers, wherever they are in the tar. Then the layer is laid over the
//! layers below (`overlay`). Both steps take time linear in the number of entries and of paths that
//! are removed, however many layers, whiteouts and removed siblings there are.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::own_tree::OwnTree;
use super::{
    ALIVE, ContentHashes, ENTRY_LIMIT, IMPLIED, KIND_SHIFT, Kind, NONE, Node, NodeId, OWNER_LIMIT,
    Reason, Removal, Tree, Version, VersionId,
};
use crate::image::LayerEntries;
use crate::layer_index::LayerIndex;
use crate::warning::{Warning, WarningKind};

/// The longest name in bytes.
const NAME_LIMIT: usize = u16::MAX as usize;
/// The number of paths up to which all that is known of them fits into the cache of a processor.
const SMALL: usize = 10_000;
/// The most remarks that are kept for one layer.
const REMARKS_PER_LAYER: usize = 50;

/// A tree under construction, with state that is only needed to build it.
pub struct Builder {
    pub(super) tree: Tree,
    /// The paths that earlier layers named, by directory and name.
    children: Children,
    /// The paths that the current layer is the first to name. Most of its entries are among them,
    /// and the list is small enough to be at hand.
    new_children: Children,
    /// The first path that the current layer is the first to name.
    first_new: NodeId,
    /// Directories, by two independent hashes of their full path. Most entries are in a directory
    /// that is already known.
    directories: HashTable<([u64; 2], NodeId)>,
    hasher: RandomState,
    second_hasher: RandomState,
    pub(super) state: Vec<NodeState>,
    /// The own tree of the current layer.
    pub(super) own: OwnTree,
    owners: HashMap<(u32, u32), u16, RandomState>,
    /// The owner of the entry before, who is mostly that of the next one, too.
    last_owner: Option<((u32, u32), u16)>,
    /// Content hashes by version, for layers that had to be decoded.
    pub(super) hashes: ContentHashes,
    /// The current layer.
    pub(super) layer: LayerIndex,
    /// The size of all files so far.
    pub(super) size: u64,
    remarks: Vec<Warning>,
    remarks_dropped: usize,
    /// The current layer had a path that is too long.
    pub(super) said_too_long: bool,
}

/// Paths, each with the hash of its directory and its name.
type Children = HashTable<(u32, NodeId)>;

/// Spreads the hash of a path over 64 bits, as a table needs it.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The building state of a node.
#[derive(Clone, Copy)]
pub(super) struct NodeState {
    /// The version that is visible below the current layer.
    pub below: VersionId,
    /// The sibling before it in the list of what is visible below the current layer.
    pub previous_visible: NodeId,
    /// Its number in the own tree of the layer that named it last.
    pub own: u32,
}

impl NodeState {
    const NEW: Self = Self { below: VersionId::NONE, previous_visible: NodeId::NONE, own: 0 };
}

/// An error: the image exceeds a stated limit.
#[derive(Debug)]
pub struct LimitExceeded {
    /// The name of the limited things.
    pub what: &'static str,
    /// The limit.
    pub limit: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// Makes an empty tree: a root directory and no layers.
    pub fn new() -> Self {
        let mut builder = Self {
            tree: Tree::default(),
            children: Children::new(),
            new_children: Children::new(),
            first_new: NodeId(1),
            directories: HashTable::new(),
            hasher: RandomState::default(),
            second_hasher: RandomState::default(),
            state: Vec::new(),
            own: OwnTree::default(),
            owners: HashMap::default(),
            last_owner: None,
            hashes: ContentHashes::default(),
            layer: LayerIndex::FIRST,
            size: 0,
            remarks: Vec::new(),
            remarks_dropped: 0,
            said_too_long: false,
        };
        builder.tree.nodes.push(Node {
            parent: NodeId::ROOT,
            name: 0,
            first_child: NodeId::NONE,
            next_sibling: NodeId::NONE,
            newest: VersionId::NONE,
        });
        builder.state.push(NodeState::NEW);
        let owner = builder.owner(0, 0);
        let root = builder.new_version(NodeId::ROOT, Kind::Directory, 0o755 | IMPLIED, owner, 0);
        builder.state[0].below = root;
        builder
    }

    /// Applies the next layer.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded`] if the image exceeds a limit of the tree.
    pub fn apply(&mut self, entries: &LayerEntries) -> Result<(), LimitExceeded> {
        if self.tree.layers >= super::LAYER_LIMIT {
            return Err(LimitExceeded { what: "layers", limit: super::LAYER_LIMIT });
        }
        self.layer = LayerIndex::new(self.tree.layers);
        if self.tree.versions.len() + entries.len() > ENTRY_LIMIT {
            return Err(LimitExceeded { what: "entries", limit: ENTRY_LIMIT });
        }
        self.new_children.reserve(entries.len(), |&(hash, _)| spread(hash));
        let own = self.take_own(entries)?;
        self.overlay(&own);
        self.keep_new_children();
        self.tree.layers += 1;
        if self.remarks_dropped > 0 {
            let kind = WarningKind::MoreRemarks { count: self.remarks_dropped };
            self.remarks.push(Warning::layer(self.layer, kind));
            self.remarks_dropped = 0;
        }
        Ok(())
    }

    /// Finishes the tree.
    pub fn finish(mut self) -> Built {
        self.tree.link_children();
        self.tree.sparse.sort_unstable();
        self.tree.sort_removals();
        Built { tree: self.tree, hashes: self.hashes, remarks: self.remarks }
    }

    /// Remembers a remark on the layer that is being applied, unless there are enough of them.
    pub(super) fn remark<K: Into<WarningKind>>(&mut self, kind: impl FnOnce(&Self) -> K) {
        let layer = self.layer;
        if self.remarks.iter().rev().take_while(|w| w.layer == Some(layer)).count()
            < REMARKS_PER_LAYER
        {
            let kind = kind(self);
            self.remarks.push(Warning::layer(layer, kind));
        } else {
            self.remarks_dropped += 1;
        }
    }

    /// Returns whether a remark tells that container runtimes differ about the current layer.
    pub(super) fn differs(&self) -> bool {
        let layer = self.layer;
        let mut of_layer =
            self.remarks.iter().rev().take_while(|remark| remark.layer == Some(layer));
        of_layer.any(|remark| matches!(remark.kind, WarningKind::RuntimesDiffer(_)))
    }

    /// Remembers a remark that says what is missing. The first on a layer is kept, be there enough
    /// remarks or not.
    pub(super) fn remark_gap(&mut self, kind: WarningKind) {
        let layer = self.layer;
        let mut of_layer =
            self.remarks.iter().rev().take_while(|warning| warning.layer == Some(layer));
        if of_layer.any(|warning| warning.gap().is_some()) {
            self.remark(|_| kind);
        } else {
            self.remarks.push(Warning::layer(layer, kind));
        }
    }

    // ---- nodes

    fn hash(&self, parent: NodeId, name: &[u8]) -> u32 {
        let hash = self.hasher.hash_one((parent.0, name));
        u32::try_from(hash >> 32).expect("the upper half")
    }

    /// Returns the child of `parent` called `name`, if any layer has named it.
    pub(super) fn child(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        let hash = self.hash(parent, name);
        self.find_child(hash, parent, name)
    }

    fn find_child(&self, hash: u32, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        let matches = |&(other, id): &(u32, NodeId)| {
            other == hash && self.tree.parent(id) == parent && self.tree.name(id) == name
        };
        // Below a new path, all paths are new.
        let old = (parent < self.first_new).then(|| self.children.find(spread(hash), matches));
        let found = old.flatten().or_else(|| self.new_children.find(spread(hash), matches));
        found.map(|&(_, id)| id)
    }

    /// Returns whether earlier layers have named so few paths that they are at hand anyway.
    pub(super) fn is_small(&self) -> bool {
        self.children.len() < SMALL
    }

    /// Returns the path of an earlier layer that is most likely called `name`, by its hash.
    pub(super) fn candidate(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        if parent >= self.first_new {
            return None;
        }
        let hash = self.hash(parent, name);
        let found = self.children.find(spread(hash), |&(other, _)| other == hash);
        found.map(|&(_, id)| id)
    }

    /// Touches what is known of some paths; the result has no meaning.
    pub(super) fn touch(&self, nodes: &[NodeId]) -> u64 {
        let starts: Vec<u32> = nodes.iter().map(|&node| self.tree.node(node).name).collect();
        let below: Vec<usize> =
            nodes.iter().map(|&node| self.state[node.index()].below.index()).collect();
        let name = |&start: &u32| self.tree.names.get(start as usize).map_or(0, |&b| u64::from(b));
        // What is needed of a version, its kind and its end, is not where its size is.
        let mode = |&version: &usize| self.tree.versions.get(version).map_or(0, |v| v.mode.into());
        let names = starts.iter().map(name).fold(0, u64::wrapping_add);
        below.iter().map(mode).fold(names, u64::wrapping_add)
    }

    /// Adds the paths that the current layer named first to those of earlier layers.
    fn keep_new_children(&mut self) {
        let new = std::mem::take(&mut self.new_children);
        self.first_new = NodeId(u32::try_from(self.tree.nodes.len()).expect("below the limit"));
        if self.children.is_empty() {
            self.children = new;
            return;
        }
        self.children.reserve(new.len(), |&(hash, _)| spread(hash));
        for child in new {
            self.children.insert_unique(spread(child.0), child, |&(hash, _)| spread(hash));
        }
    }

    /// Returns the child of `parent` called `name`; creates it if it is new.
    pub(super) fn child_or_new(
        &mut self,
        parent: NodeId,
        name: &[u8],
    ) -> Result<NodeId, LimitExceeded> {
        let hash = self.hash(parent, name);
        if let Some(id) = self.find_child(hash, parent, name) {
            return Ok(id);
        }
        let over = |what, limit| LimitExceeded { what, limit };
        if self.tree.nodes.len() >= ENTRY_LIMIT {
            return Err(over("distinct paths", ENTRY_LIMIT));
        }
        let id = NodeId(u32::try_from(self.tree.nodes.len()).expect("below the limit"));
        let at = u32::try_from(self.tree.names.len())
            .map_err(|_| over("bytes of names", NONE as usize))?;
        if name.len() > NAME_LIMIT {
            return Err(over("bytes of a name", NAME_LIMIT));
        }
        self.tree.names.extend_from_slice(name);
        self.tree.nodes.push(Node {
            parent,
            name: at,
            first_child: NodeId::NONE,
            next_sibling: NodeId::NONE,
            newest: VersionId::NONE,
        });
        self.state.push(NodeState::NEW);
        self.new_children.insert_unique(spread(hash), (hash, id), |&(hash, _)| spread(hash));
        Ok(id)
    }

    /// Computes the two hashes of a directory's path. With 128 bits and keys that only this process
    /// knows, a collision is not to be expected.
    pub(super) fn directory_key(&self, path: &[u8]) -> [u64; 2] {
        [self.hasher.hash_one(path), self.second_hasher.hash_one(path)]
    }

    /// Returns the node of a directory that was visited before.
    pub(super) fn known_directory(&self, key: [u64; 2]) -> Option<NodeId> {
        self.directories.find(key[0], |(other, _)| *other == key).map(|&(_, node)| node)
    }

    /// Records the node of a directory.
    pub(super) fn remember_directory(&mut self, key: [u64; 2], node: NodeId) {
        self.directories.insert_unique(key[0], (key, node), |(key, _)| key[0]);
    }

    // ---- versions

    /// Adds a version to a node's history. The caller sets the fields that depend on the kind.
    pub(super) fn new_version(
        &mut self,
        node: NodeId,
        kind: Kind,
        mode: u16,
        owner: u16,
        mtime: i64,
    ) -> VersionId {
        let id = VersionId(u32::try_from(self.tree.versions.len()).expect("below the limit"));
        self.tree.versions.push(Version {
            size: 0,
            mtime,
            data: 0,
            node,
            older: self.tree.node(node).newest,
            extra: NONE,
            mode: mode | (kind as u16) << KIND_SHIFT,
            owner,
            added_in: self.layer,
            removed_in: ALIVE,
        });
        self.tree.nodes[node.index()].newest = id;
        id
    }

    /// Returns the index of a pair of owner and group. The last index stands for all pairs over the
    /// limit.
    pub(super) fn owner(&mut self, uid: u32, gid: u32) -> u16 {
        if let Some((_, owner)) = self.last_owner.filter(|&(ids, _)| ids == (uid, gid)) {
            return owner;
        }
        if let Some(&owner) = self.owners.get(&(uid, gid)) {
            self.last_owner = Some(((uid, gid), owner));
            return owner;
        }
        if self.tree.owners.len() >= OWNER_LIMIT {
            self.remark(|_| WarningKind::TooManyOwners { limit: OWNER_LIMIT, uid, gid });
            return u16::MAX - 1;
        }
        let owner = u16::try_from(self.tree.owners.len()).expect("below the limit");
        self.tree.owners.push((uid, gid));
        self.owners.insert((uid, gid), owner);
        owner
    }

    /// Removes the name at `node` from a version's inode. The inode is wasted when its last name is
    /// removed.
    pub(super) fn release(&mut self, version: VersionId, node: NodeId, reason: Reason) {
        let v = *self.tree.version(version);
        if v.kind() != Kind::File {
            return;
        }
        let inode = match v.extra {
            NONE => version,
            group => {
                let group = &mut self.tree.groups[group as usize];
                group.alive -= 1;
                if group.alive > 0 {
                    return;
                }
                group.owner
            }
        };
        self.tree.removals.push(Removal {
            version: inode,
            last_name: node,
            layer: self.layer,
            reason,
        });
    }
}

/// The result of a build.
pub struct Built {
    /// The tree.
    pub tree: Tree,
    /// Content hashes by version, for layers that had to be decoded.
    pub hashes: ContentHashes,
    /// Remarks on unusual layers.
    pub remarks: Vec<Warning>,
}
