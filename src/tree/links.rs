//! Resolves hard links, including those whose contents AUFS stores separately.

use super::build::{Builder, LimitExceeded};
use super::lookup::View;
use super::marks::{AufsLink, Own};
use super::{Kind, LinkGroup, NONE, NodeId, Reason, Removal, VersionId};
use crate::archive::EntryKind;
use crate::image::EntryRef;
use crate::image::whiteout::AUFS_LINKS;
use crate::path::components;
use crate::warning::{RuntimeDifference as Difference, WarningKind};

/// The inode that a hard link shares with its target.
pub(super) struct Shared {
    pub kind: Kind,
    pub extra: u32,
    pub size: u64,
    pub data: u32,
    /// The version whose mode, owner and time the new name gets instead of its own, for contents
    /// that AUFS stores separately.
    pub metadata_of: Option<VersionId>,
}

impl Builder {
    /// Finds the target of a hard link, and adds a name to its inode.
    pub(super) fn link_target(
        &mut self,
        node: NodeId,
        entry: &EntryRef<'_>,
        own: &mut Own,
    ) -> Option<Shared> {
        let target = components(entry.link);
        if target.first() == Some(&AUFS_LINKS) {
            if let Some(link) = target.last().and_then(|name| own.aufs_links.get_mut(*name)) {
                link.referenced = true;
                let version = self.tree.version(link.version);
                let shared = Shared {
                    kind: Kind::File,
                    extra: link.group,
                    size: version.size,
                    data: version.data,
                    metadata_of: Some(link.version),
                };
                self.tree.groups[link.group as usize].alive += 1;
                return Some(shared);
            }
            self.remark_missing_target(node, entry);
            return None;
        }
        let found = match self.resolve(View::Own, entry.link) {
            Some(found) if found == node => {
                self.remark(|b| WarningKind::LinkToItself { path: b.tree.path(node) });
                return None;
            }
            Some(found) => self.explicit(found),
            None => {
                let below = self.resolve(View::Below, entry.link);
                let below = below.and_then(|found| self.state[found.index()].below.some());
                if below.is_some() {
                    self.remark(|b| Difference::LinkBelow { path: b.tree.path(node) });
                }
                below
            }
        };
        let Some(version) = found.filter(|&version| !self.tree.version(version).is_directory())
        else {
            self.remark_missing_target(node, entry);
            return None;
        };
        if self.tree.version(version).kind() == Kind::File {
            self.take_share(version);
        }
        let version = self.tree.version(version);
        Some(Shared {
            kind: version.kind(),
            extra: version.extra,
            size: version.size,
            data: version.data,
            metadata_of: None,
        })
    }

    fn remark_missing_target(&mut self, node: NodeId, entry: &EntryRef<'_>) {
        self.remark(|b| {
            let (path, target) = (b.tree.path(node), entry.link.to_vec());
            WarningKind::LinkTargetAbsent { path, target }
        });
    }

    fn take_share(&mut self, version: VersionId) {
        let group = match self.tree.version(version).extra {
            NONE => {
                let group =
                    u32::try_from(self.tree.groups.len()).expect("below the limit on entries");
                self.tree.groups.push(LinkGroup { owner: version, alive: 1 });
                self.tree.versions[version.index()].extra = group;
                group
            }
            group => group,
        };
        self.tree.groups[group as usize].alive += 1;
    }

    pub(super) fn add_aufs(
        &mut self,
        entry: &EntryRef<'_>,
        path: &[u8],
        own: &mut Own,
    ) -> Result<(), LimitExceeded> {
        if !own.said_aufs {
            own.said_aufs = true;
            self.remark(|_| Difference::Aufs { path: path.to_vec() });
        }
        let parts = components(path);
        if parts[0] != AUFS_LINKS || parts.len() < 2 || entry.record.kind != EntryKind::File {
            return Ok(());
        }
        let directory = self.child_or_new(NodeId::ROOT, AUFS_LINKS)?;
        let name = parts[parts.len() - 1];
        let node = self.child_or_new(directory, name)?;
        let version = self.set_leaf(node, entry, None);
        let group = u32::try_from(self.tree.groups.len()).expect("below the limit on entries");
        self.tree.groups.push(LinkGroup { owner: version, alive: 0 });
        let v = &mut self.tree.versions[version.index()];
        v.removed_in = self.layer;
        v.extra = group;
        if let Some(before) =
            own.aufs_links.insert(name.to_vec(), AufsLink { group, version, referenced: false })
            && !before.referenced
        {
            self.tree.removals.push(Removal {
                version: before.version,
                last_name: node,
                layer: self.layer,
                reason: Reason::Deleted,
            });
        }
        Ok(())
    }
}
