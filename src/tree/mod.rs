//! The merged filesystem with its history, in one arena of path nodes.
//!
//! A node keeps all versions that layers gave it, each with the layer that added it and the layer
//! that removed it. From these follow the final tree, the tree as of any layer, the changes of a
//! layer, and the wasted bytes, without copying a tree.

mod build;
mod content_hashes;
mod follow;
mod history;
mod links;
mod lookup;
mod marks;
mod overlay;
mod own;
mod own_paths;
mod own_tree;
mod query;
mod snapshot;
mod sums;
mod too_long;

use crate::image::whiteout;
use crate::layer_index::LayerIndex;

/// The most entries, and the most distinct paths, of an image.
pub use crate::image::ENTRY_LIMIT;

pub use build::{Builder, LimitExceeded};
pub use content_hashes::ContentHashes;
pub use follow::{Found, Last, Paths};
pub use history::{History, Sizes};
pub use snapshot::Snapshot;
pub use sums::{Change, Changes, Totals};

/// A path in the image, whether or not it exists in the final filesystem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A version of a path, made by one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(u32);

const NONE: u32 = u32::MAX;

macro_rules! id {
    ($name:ident) => {
        impl $name {
            /// Returns the index in lists that have an item for each id.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            fn some(self) -> Option<Self> {
                (self.0 != NONE).then_some(self)
            }

            const NONE: Self = Self(NONE);
        }
    };
}
id!(NodeId);
id!(VersionId);

impl NodeId {
    /// The root directory.
    pub const ROOT: Self = Self(0);
}

/// The layer of a removal that has not happened.
const ALIVE: LayerIndex = LayerIndex::NEVER;

/// The most layers of an image.
pub const LAYER_LIMIT: usize = u16::MAX as usize - 1;
/// The most distinct pairs of owner and group in an image.
pub const OWNER_LIMIT: usize = u16::MAX as usize;

/// A path: its parent and name, and the newest version. It has 20 bytes.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: NodeId,
    /// The start of the name in the list of names. The name ends where that of the next node begins.
    name: u32,
    /// The first of the paths directly below. While the tree is built, only those are listed that
    /// are visible below the current layer.
    first_child: NodeId,
    next_sibling: NodeId,
    newest: VersionId,
}

/// The kind of file at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A regular file, or another name of one.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A character device.
    Char,
    /// A block device.
    Block,
    /// A named pipe.
    Fifo,
}

const KINDS: [Kind; 6] =
    [Kind::File, Kind::Directory, Kind::Symlink, Kind::Char, Kind::Block, Kind::Fifo];
/// Flag in [`Version::mode`] for a directory without an entry.
const IMPLIED: u16 = 1 << 15;
const KIND_SHIFT: u16 = 12;

/// A version of a path. It has 40 bytes, because a large image has a million versions.
#[derive(Debug, Clone, Copy)]
struct Version {
    size: u64,
    mtime: i64,
    /// Offset of a file's contents in its layer's tar, in blocks of 512 bytes.
    data: u32,
    node: NodeId,
    /// The next older version of the same path.
    older: VersionId,
    /// By kind: a file's group of hard links, a link's target, or a device's numbers.
    extra: u32,
    /// Permission bits, kind, and the flag for implied directories.
    mode: u16,
    owner: u16,
    added_in: LayerIndex,
    removed_in: LayerIndex,
}

impl Version {
    fn kind(&self) -> Kind {
        KINDS[usize::from(self.mode >> KIND_SHIFT & 7)]
    }

    fn is_directory(&self) -> bool {
        self.kind() == Kind::Directory
    }
}

/// An inode with more than one name, now or in an earlier layer.
#[derive(Debug, Clone, Copy)]
struct LinkGroup {
    /// The version whose entry has the bytes.
    owner: VersionId,
    /// The number of names that still exist.
    alive: u32,
}

/// The reason why an inode is wasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A whiteout of the path itself or of a directory above it.
    Deleted,
    /// A directory above the path was made opaque.
    Opaque,
    /// A directory above the path became a file or a link.
    Replaced,
    /// The layer that removed it has an entry at the same path.
    Overwritten,
    /// The layer that removed it has an entry at the same path with the same contents.
    RewrittenUnchanged,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 5] =
        [Self::Deleted, Self::Opaque, Self::Replaced, Self::Overwritten, Self::RewrittenUnchanged];

    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Opaque => "opaque",
            Self::Replaced => "replaced",
            Self::Overwritten => "overwritten",
            Self::RewrittenUnchanged => "rewritten-unchanged",
        }
    }

    /// Returns the reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::RewrittenUnchanged => "rewritten unchanged",
            _ => self.name(),
        }
    }

    /// Returns what a layer does to the files: `deletes`, `replaces`, `rewrites`.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Deleted | Self::Opaque | Self::Replaced => "deletes",
            Self::Overwritten => "replaces",
            Self::RewrittenUnchanged => "rewrites",
        }
    }

    /// Returns what happened to the files in a layer, as it stands before `in layer 3`: `removed`,
    /// `rewritten`.
    pub fn past(self) -> &'static str {
        match self {
            Self::RewrittenUnchanged => "rewritten",
            Self::Deleted | Self::Opaque | Self::Replaced | Self::Overwritten => "removed",
        }
    }

    /// Returns the same of a reason that may be unknown.
    pub fn past_of(reason: Option<Self>) -> &'static str {
        reason.map_or("removed", Self::past)
    }

    /// Returns the reason of a word that reports use.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The death of an inode: the removal of its last name.
#[derive(Debug, Clone, Copy)]
pub struct Removal {
    /// The version whose entry has the bytes.
    pub version: VersionId,
    /// The path of the last name.
    pub last_name: NodeId,
    /// The layer that removed the last name.
    pub layer: LayerIndex,
    /// The reason.
    pub reason: Reason,
}

/// The merged tree of all layers with its history. It does not change after it is built.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    names: Vec<u8>,
    versions: Vec<Version>,
    groups: Vec<LinkGroup>,
    owners: Vec<(u32, u32)>,
    targets: Vec<Box<[u8]>>,
    devices: Vec<(u32, u32)>,
    sparse: Vec<VersionId>,
    removals: Vec<Removal>,
    layers: usize,
}

impl Tree {
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    fn version(&self, id: VersionId) -> &Version {
        &self.versions[id.index()]
    }

    /// Lists at every path all paths directly below it.
    fn link_children(&mut self) {
        for node in &mut self.nodes {
            (node.first_child, node.next_sibling) = (NodeId::NONE, NodeId::NONE);
        }
        for i in 1..self.nodes.len() {
            let parent = self.nodes[i].parent.index();
            let child = NodeId(u32::try_from(i).expect("below the limit"));
            let next = std::mem::replace(&mut self.nodes[parent].first_child, child);
            self.nodes[i].next_sibling = next;
        }
    }

    /// Returns whether a path is AUFS bookkeeping, which is never part of the image.
    fn is_aufs(&self, node: NodeId) -> bool {
        let parent = self.node(node).parent;
        parent != NodeId::ROOT
            && self.node(parent).parent == NodeId::ROOT
            && whiteout::is_aufs(self.name(parent))
    }
}
