//! The marks that a layer's own tree leaves for the layers below: whiteouts, opaque directories, and
//! contents that AUFS stores separately.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::{NodeId, VersionId};

/// The marks of a layer, which affect the layers below.
///
/// Each is stored with the generation stamp of its directory: if the directory is replaced later in
/// the same layer, its marks are void.
#[derive(Default)]
pub(super) struct Own {
    /// The opaque directories.
    pub opaque: HashMap<NodeId, u32, RandomState>,
    /// The stamp of the last opaque mark of each directory.
    pub opaque_at: HashMap<NodeId, u32, RandomState>,
    /// The names removed by whiteouts, by directory.
    pub whiteouts: HashMap<NodeId, (u32, Vec<Gone>), RandomState>,
    /// The names that whiteouts removed, in any directory.
    pub gone: HashSet<NodeId, RandomState>,
    /// Nodes whose entry was found through a link of the layer. Container runtimes do not treat the
    /// same node under another path as a duplicate.
    pub behind_links: HashSet<NodeId, RandomState>,
    pub root_entry: bool,
    /// Contents that AUFS stores separately for hard links, by their number.
    pub aufs_links: HashMap<Vec<u8>, AufsLink>,
    pub said_aufs: bool,
    pub said_duplicate: bool,
}

/// A name that a layer removes.
#[derive(Clone, Copy)]
pub(super) struct Gone {
    pub node: NodeId,
    /// True if the layer already had something there when the whiteout was read.
    pub after_own: bool,
}

/// The contents that AUFS stores separately for hard links.
pub(super) struct AufsLink {
    pub group: u32,
    pub version: VersionId,
    pub referenced: bool,
}
