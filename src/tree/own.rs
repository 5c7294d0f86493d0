//! Builds a layer's own tree from its entries, before it is laid over the layers below.

use super::build::{Builder, LimitExceeded};
use super::links::Shared;
use super::lookup::{LastDirectory, View};
use super::marks::{Gone, Own};
use super::{Kind, NONE, NodeId, Reason, Removal, VersionId};
use crate::archive::EntryKind;
use crate::display::escaped_str;
use crate::image::whiteout::{Spelling, is_aufs, spelling};
use crate::image::{DirectoryRef, EntryRef, LayerEntries};
use crate::path::{clean, leaves_root};
use crate::warning::{RuntimeDifference as Difference, WarningKind};

/// The largest file that is believed, in bytes: that of ext4. Only maps of holes can state more
/// than is stored.
const FILE_LIMIT: u64 = 16 << 40;

/// The number of entries that are looked up before they are added.
const AHEAD: usize = 256;

impl Builder {
    pub(super) fn take_own(&mut self, entries: &LayerEntries) -> Result<Own, LimitExceeded> {
        let mut own = Own::default();
        let mut last = LastDirectory::default();
        self.begin_own();
        self.said_too_long = false;
        let mut ahead = entries.iter();
        for (i, entry) in entries.iter().enumerate() {
            if i % AHEAD == 0 {
                self.look_ahead(ahead.by_ref().take(AHEAD));
            }
            self.add(&entry, &mut own, &mut last)?;
        }
        for link in own.aufs_links.values().filter(|link| !link.referenced) {
            let last_name = self.tree.version(link.version).node;
            self.tree.removals.push(Removal {
                version: link.version,
                last_name,
                layer: self.layer,
                reason: Reason::Deleted,
            });
        }
        Ok(own)
    }

    fn add(
        &mut self,
        entry: &EntryRef<'_>,
        own: &mut Own,
        last: &mut LastDirectory,
    ) -> Result<(), LimitExceeded> {
        match entry.directory {
            Some(directory) => self.add_in(directory, entry.name, entry, own, last),
            None => self.add_cleaned(entry, own, last),
        }
    }

    /// Adds an entry whose path has to be cleaned first.
    fn add_cleaned(
        &mut self,
        entry: &EntryRef<'_>,
        own: &mut Own,
        last: &mut LastDirectory,
    ) -> Result<(), LimitExceeded> {
        let path = clean(entry.name);
        if leaves_root(entry.name) {
            self.remark(|_| WarningKind::PathUpwards {
                path: entry.name.to_vec(),
                inside: path.clone(),
            });
        }
        if path.is_empty() {
            if entry.record.kind == EntryKind::Directory {
                if std::mem::replace(&mut own.root_entry, true) {
                    self.remark_duplicate(|_| b"/".to_vec(), own);
                }
                self.set_directory(NodeId::ROOT, entry);
            } else {
                let size = if entry.record.kind == EntryKind::File { entry.record.size } else { 0 };
                self.remark_gap(WarningKind::RootNotADirectory { path: entry.name.to_vec(), size });
            }
            return Ok(());
        }
        let (path, name) = match path.iter().rposition(|&b| b == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&b""[..], &*path),
        };
        self.add_in(DirectoryRef { path, run: None }, name, entry, own, last)
    }

    /// Adds an entry called `name` in a directory.
    fn add_in(
        &mut self,
        directory: DirectoryRef<'_>,
        name: &[u8],
        entry: &EntryRef<'_>,
        own: &mut Own,
        last: &mut LastDirectory,
    ) -> Result<(), LimitExceeded> {
        let path = || match directory.path {
            b"" => name.to_vec(),
            directory => [directory, b"/", name].concat(),
        };
        if directory.path.len() + name.len() >= super::too_long::NAME_LIMIT {
            self.remark_too_long(&path());
        }
        let first = if directory.path.is_empty() { name } else { directory.path };
        if first[0] == b'.' && is_aufs(first.split(|&b| b == b'/').next().unwrap_or(first)) {
            return self.add_aufs(entry, &path(), own);
        }
        let spelled = spelling(name);
        if spelled == Spelling::Invalid {
            self.remark(|_| WarningKind::EmptyWhiteout { path: path() });
            return Ok(());
        }
        let parent = self.parent(directory, last)?;
        match spelled {
            Spelling::Opaque => {
                let mark = self.mark(parent);
                let at = self.own.take_mark();
                own.opaque_at.insert(parent, at);
                if own.opaque.insert(parent, mark) == Some(mark) {
                    self.remark_duplicate(|_| [b"/", &*path()].concat(), own);
                }
            }
            Spelling::Whiteout(gone) => self.add_whiteout(parent, gone, own),
            Spelling::Ordinary => {
                let node = self.child_or_new(parent, name)?;
                if last.node.is_none() {
                    own.behind_links.insert(node);
                }
                self.add_ordinary(node, parent, entry, own)?;
            }
            Spelling::Invalid => {}
        }
        Ok(())
    }

    fn add_whiteout(&mut self, parent: NodeId, gone: &[u8], own: &mut Own) {
        // A name that no layer has added cannot be removed.
        let Some(node) = self.child(parent, gone) else { return };
        let after_own = self.is_own(node);
        if after_own {
            self.remark(|b| Difference::AddedAndDeleted { path: b.tree.path(node) });
        }
        let mark = self.mark(parent);
        let listed = own.whiteouts.entry(parent).or_insert((mark, Vec::new()));
        if listed.0 != mark {
            *listed = (mark, Vec::new());
        }
        listed.1.push(Gone { node, after_own });
        if !own.gone.insert(node) {
            let path = |b: &Self| {
                let mut path = b.tree.path(parent);
                if !path.ends_with(b"/") {
                    path.push(b'/');
                }
                [&path, &b".wh."[..], gone].concat()
            };
            self.remark_duplicate(path, own);
        }
    }

    fn add_ordinary(
        &mut self,
        node: NodeId,
        parent: NodeId,
        entry: &EntryRef<'_>,
        own: &mut Own,
    ) -> Result<(), LimitExceeded> {
        let record = entry.record;
        let old = self.kind_in(View::Own, node);
        if record.kind == EntryKind::Directory {
            match old {
                Some((Kind::Directory, version)) => {
                    if version.is_some() && !own.behind_links.contains(&node) {
                        self.remark_duplicate(|b| b.tree.path(node), own);
                    }
                    self.set_directory(node, entry);
                }
                _ => {
                    self.clear_way(node, parent, old, own);
                    self.set_directory(node, entry);
                }
            }
            return Ok(());
        }
        let shared = match record.kind {
            EntryKind::HardLink => match self.link_target(node, entry, own) {
                Some(shared) => Some(shared),
                None => return Ok(()),
            },
            EntryKind::Other(flag) => {
                self.remark(|b| {
                    let flag = escaped_str(&String::from_utf8_lossy(&[flag]));
                    WarningKind::UnknownType { path: b.tree.path(node), flag }
                });
                return Ok(());
            }
            _ => None,
        };
        self.clear_way(node, parent, old, own);
        let version = self.set_leaf(node, entry, shared);
        self.set_explicit(node, version);
        Ok(())
    }

    /// Removes what is in the way of a new entry at a node, and adds the node to the layer's own
    /// tree.
    fn clear_way(
        &mut self,
        node: NodeId,
        parent: NodeId,
        old: Option<(Kind, Option<VersionId>)>,
        own: &mut Own,
    ) {
        match old {
            None => self.become_own(node, parent),
            Some((_, version)) => {
                // A directory that is only implied by paths below it is not a duplicate: container
                // runtimes make room for the entry.
                if version.is_some() && !own.behind_links.contains(&node) {
                    self.remark_duplicate(|b| b.tree.path(node), own);
                }
                if self.drop_own(node) && version.is_none() {
                    self.remark(|b| Difference::Other {
                        path: b.tree.path(node),
                        how: "replaces directories that this layer made below it; docker, podman and containerd refuse the layer".into(),
                    });
                }
            }
        }
    }

    fn remark_duplicate(&mut self, path: impl FnOnce(&Self) -> Vec<u8>, own: &mut Own) {
        if !own.said_duplicate {
            own.said_duplicate = true;
            self.remark(|b| Difference::Twice { path: path(b) });
        }
    }

    /// Replaces a file or link of this layer that turns out to be the parent of another entry.
    pub(super) fn replace_by_implied_directory(&mut self, node: NodeId) {
        self.remark(|b| WarningKind::ParentNotADirectory { path: b.tree.path(node) });
        self.drop_own(node);
    }

    fn set_directory(&mut self, node: NodeId, entry: &EntryRef<'_>) {
        let record = entry.record;
        let owner = self.owner(record.uid, record.gid);
        match self.explicit(node) {
            // The same directory again: the last metadata counts.
            Some(version) => {
                let version = &mut self.tree.versions[version.index()];
                version.mode = record.mode | (Kind::Directory as u16) << super::KIND_SHIFT;
                version.owner = owner;
                version.mtime = record.mtime;
            }
            None => {
                let version =
                    self.new_version(node, Kind::Directory, record.mode, owner, record.mtime);
                self.set_explicit(node, version);
            }
        }
        // Where nothing is below, there is nothing that engines could hide.
        if record.overlay_opaque && self.tree.node(node).first_child.some().is_some() {
            self.remark(|b| Difference::OverlayOpaque { path: b.tree.path(node) });
        }
    }

    pub(super) fn set_leaf(
        &mut self,
        node: NodeId,
        entry: &EntryRef<'_>,
        shared: Option<Shared>,
    ) -> VersionId {
        let record = entry.record;
        let owner = self.owner(record.uid, record.gid);
        let shared = shared.unwrap_or_else(|| {
            let (kind, extra) = match record.kind {
                EntryKind::Symlink => (Kind::Symlink, self.add_target(entry.link)),
                EntryKind::Char => (Kind::Char, self.add_device(record.device)),
                EntryKind::Block => (Kind::Block, self.add_device(record.device)),
                EntryKind::Fifo => (Kind::Fifo, NONE),
                _ => (Kind::File, NONE),
            };
            Shared {
                kind,
                extra,
                size: self.counted(node, record.size),
                data: blocks(record.data),
                metadata_of: None,
            }
        });
        if shared.kind == Kind::Char && record.kind == EntryKind::Char && record.device == (0, 0) {
            self.remark(|b| Difference::WhiteoutDevice { path: b.tree.path(node) });
        }
        let mode = if shared.kind == Kind::Symlink { 0o777 } else { record.mode };
        let (mode, owner, mtime) =
            match shared.metadata_of.map(|version| self.tree.version(version)) {
                Some(like) => (like.mode & 0o7777, like.owner, like.mtime),
                None => (mode, owner, record.mtime),
            };
        let id = self.new_version(node, shared.kind, mode, owner, mtime);
        let version = &mut self.tree.versions[id.index()];
        version.size = shared.size;
        version.data = shared.data;
        version.extra = shared.extra;
        if record.gnu_sparse {
            self.remark(|b| WarningKind::GnuSparse { path: b.tree.path(node) });
        }
        if record.kind == EntryKind::File {
            if record.sparse {
                self.tree.sparse.push(id);
            }
            if let Some(hash) = entry.hash {
                self.hashes.push(id, hash);
            }
        }
        id
    }

    /// Returns the size of a new file, limited so that the sum over the image fits a 64-bit number.
    fn counted(&mut self, node: NodeId, size: u64) -> u64 {
        match self.size.checked_add(size) {
            Some(sum) if size <= FILE_LIMIT => {
                self.size = sum;
                size
            }
            _ => {
                self.remark_gap(WarningKind::SizeOverflow { path: self.tree.path(node), size });
                0
            }
        }
    }

    fn add_target(&mut self, target: &[u8]) -> u32 {
        self.tree.targets.push(target.into());
        u32::try_from(self.tree.targets.len() - 1).expect("below the limit on entries")
    }

    fn add_device(&mut self, numbers: (u32, u32)) -> u32 {
        self.tree.devices.push(numbers);
        u32::try_from(self.tree.devices.len() - 1).expect("below the limit on entries")
    }
}

/// Converts an offset to blocks; contents start at a multiple of 512 bytes.
fn blocks(offset: u64) -> u32 {
    u32::try_from(offset / 512).unwrap_or(u32::MAX)
}
