//! The merged filesystem with its history: one arena of path nodes.
//!
//! A node keeps the versions that layers gave it, each with the layer it was
//! born in and the layer it died in. From that follow the final tree, the tree
//! as of any layer, what a layer added, changed and removed, and what is dead,
//! without copying a tree.

mod build;
mod course;
mod follow;
mod links;
mod lookup;
mod moment;
mod overlay;
mod own;
mod query;
mod sums;

use crate::image::whiteout;

/// The most entries, and the most distinct paths, that an image may have.
pub use crate::image::ENTRY_LIMIT;

pub use build::{Builder, LimitExceeded};
pub use course::{Course, Held};
pub use follow::{Found, Last, Paths};
pub use moment::Moment;
pub use sums::{Change, Changes, Totals};

/// A path in the image, whether or not something is there at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// What one layer put at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(u32);

const NONE: u32 = u32::MAX;

macro_rules! id {
    ($name:ident) => {
        impl $name {
            /// The position in lists that have an item for each of these.
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

/// A version that no layer has killed.
const ALIVE: u16 = u16::MAX;

/// The most layers that an image may have.
pub const LAYER_LIMIT: usize = ALIVE as usize - 1;
/// The most distinct pairs of owner and group that an image may have.
pub const OWNER_LIMIT: usize = u16::MAX as usize;

/// A path: its place in the tree and the head of its history.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: NodeId,
    name: u32,
    name_len: u16,
    first_child: NodeId,
    next_sibling: NodeId,
    newest: VersionId,
}

/// What stands at a path.
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

const KINDS: [Kind; 6] = [Kind::File, Kind::Directory, Kind::Symlink, Kind::Char, Kind::Block, Kind::Fifo];
/// Set in [`Version::mode`] for a directory that no entry made.
const IMPLIED: u16 = 1 << 15;
const KIND_SHIFT: u16 = 12;

/// What one layer put at a path: 40 bytes, since a large image has a million.
#[derive(Debug, Clone, Copy)]
struct Version {
    size: u64,
    mtime: i64,
    /// Where a file's contents start in its layer's tar, in blocks of 512 bytes.
    data: u32,
    node: NodeId,
    /// The next older version of the same path.
    older: VersionId,
    /// A file's group of hard links, a link's target or a device's numbers, by kind.
    extra: u32,
    /// Permission bits, kind, and whether the directory is implied.
    mode: u16,
    owner: u16,
    born: u16,
    died: u16,
}

impl Version {
    fn kind(&self) -> Kind {
        KINDS[usize::from(self.mode >> KIND_SHIFT & 7)]
    }

    fn is_directory(&self) -> bool {
        self.kind() == Kind::Directory
    }
}

/// The names of one inode, where it has had more than one.
#[derive(Debug, Clone, Copy)]
struct LinkGroup {
    /// The version whose entry carries the bytes.
    owner: VersionId,
    /// Names that have not died.
    alive: u32,
}

/// Why an inode is dead (design: "born in, died in, why").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A whiteout, of itself or of a directory above it.
    Deleted,
    /// A directory above it was made opaque.
    Opaque,
    /// A directory above it became a file or a link.
    Replaced,
    /// The layer that killed it has an entry at the same path.
    Overwritten,
    /// The same, and the contents did not change.
    Recopied,
}

impl Cause {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Opaque => "opaque",
            Self::Replaced => "replaced",
            Self::Overwritten => "overwritten",
            Self::Recopied => "recopied",
        }
    }
}

/// The death of an inode: of its last name.
#[derive(Debug, Clone, Copy)]
pub struct Death {
    /// The version whose entry carries the bytes.
    pub version: VersionId,
    /// The path of the name that went last.
    pub last_name: NodeId,
    /// The layer that took it away.
    pub layer: u16,
    /// How.
    pub cause: Cause,
}

/// The merged tree of all layers, with its history. Immutable once built.
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
    deaths: Vec<Death>,
    layers: usize,
}

impl Tree {
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    fn version(&self, id: VersionId) -> &Version {
        &self.versions[id.index()]
    }

    fn name_bytes(&self, node: &Node) -> &[u8] {
        &self.names[node.name as usize..node.name as usize + usize::from(node.name_len)]
    }

    /// Whether a path is AUFS bookkeeping, which is never part of the image.
    fn is_aufs(&self, node: NodeId) -> bool {
        let parent = self.node(node).parent;
        parent != NodeId::ROOT && self.node(parent).parent == NodeId::ROOT && whiteout::is_aufs(self.name(parent))
    }
}
