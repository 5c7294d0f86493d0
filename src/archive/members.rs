//! Indexes the members of an archive by name.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::walk::{Fault, Limits, Walker};
use super::window::Window;
use super::{EntryKind, Extent, FileSource, ReadAt, Source, read_extent};
use crate::path::clean;

/// Bytes of an archive, found by name.
#[derive(Clone)]
pub struct Member {
    /// The source that has the bytes.
    pub source: Source,
    /// The place of the bytes in the source.
    pub extent: Extent,
    /// Number of the member in its archive. Two names of the same bytes have the same number.
    pub id: usize,
}

impl Member {
    /// Returns a member that consists of the whole `source`.
    pub fn whole(source: Source) -> Self {
        let extent = Extent::whole(&*source);
        Self { source, extent, id: 0 }
    }

    /// Reads the whole member.
    pub fn read(&self) -> std::io::Result<Vec<u8>> {
        read_extent(&*self.source, self.extent)
    }
}

/// The target of a name in the archive.
enum Slot {
    Bytes(Member),
    /// A file of the host, opened when it is needed.
    File(PathBuf, usize),
    /// A symbolic link, relative to its own directory.
    Symlink(Vec<u8>),
    /// A hard link, relative to the root of the archive.
    HardLink(Vec<u8>),
}

/// An index of the members of an archive.
pub struct Members {
    slots: HashMap<Vec<u8>, Slot>,
    fault: Option<(u64, Fault)>,
}

/// The most links that are followed for one name; docker writes one.
const LINK_LIMIT: usize = 16;
/// Number of bytes that are read at a time. It is small, because most members are large and headers
/// are far apart.
const HEADER_WINDOW: usize = 4 << 10;

impl Members {
    /// Reads the headers of the tar in `source`.
    ///
    /// A later member replaces an earlier one with the same name, as when the archive is unpacked.
    /// A fault ends the walk and is recorded; the members before it are kept.
    pub fn read(source: &Source) -> Self {
        let mut builder = MembersBuilder::default();
        let whole = Extent::whole(&**source);
        let mut walker = Walker::new(Window::new(&**source, whole, HEADER_WINDOW), Limits::default());
        let fault = loop {
            match walker.advance() {
                Ok(true) => {}
                Ok(false) => break None,
                Err(fault) => break Some((walker.position(), fault)),
            }
            let entry = walker.entry();
            match entry.kind {
                EntryKind::File | EntryKind::Other(b'7') => {
                    builder.bytes(&entry.name, source.clone(), whole.part(entry.data, entry.stored));
                }
                EntryKind::Symlink => builder.symlink(&entry.name, entry.link.clone()),
                EntryKind::HardLink => builder.hard_link(&entry.name, entry.link.clone()),
                _ => {}
            }
        };
        builder.finish(fault)
    }

    /// Returns the position where the walk over the archive ended early, and the reason.
    pub fn fault(&self) -> Option<&(u64, Fault)> {
        self.fault.as_ref()
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns whether the archive has no members.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Returns the names of the members, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.slots.keys().map(Vec::as_slice)
    }

    /// Finds the member called `name`. Links are followed, even if they precede their targets.
    pub fn find(&self, name: &[u8]) -> Option<Member> {
        let mut name = clean(name);
        for _ in 0..LINK_LIMIT {
            name = match self.slots.get(&name)? {
                Slot::Bytes(member) => return Some(member.clone()),
                Slot::File(path, id) => {
                    let source = FileSource::open(path).ok()?;
                    let extent = Extent { offset: 0, len: source.len() };
                    return Some(Member { source: Arc::new(source), extent, id: *id });
                }
                Slot::HardLink(target) => clean(target),
                Slot::Symlink(target) if target.starts_with(b"/") => clean(target),
                Slot::Symlink(target) => {
                    let directory = name.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
                    clean(&[&name[..directory], target].concat())
                }
            };
        }
        None
    }
}

/// A collector of an archive's members.
#[derive(Default)]
pub struct MembersBuilder {
    slots: HashMap<Vec<u8>, Slot>,
    next: usize,
}

impl MembersBuilder {
    fn id(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    /// Adds a run of bytes under a name; returns the number of the member.
    pub fn bytes(&mut self, name: &[u8], source: Source, extent: Extent) -> usize {
        let id = self.id();
        self.slots.insert(clean(name), Slot::Bytes(Member { source, extent, id }));
        id
    }

    /// Adds a file of the host under a name.
    pub fn file(&mut self, name: &[u8], path: PathBuf) {
        let id = self.id();
        self.slots.insert(clean(name), Slot::File(path, id));
    }

    /// Adds a symbolic link.
    pub fn symlink(&mut self, name: &[u8], target: Vec<u8>) {
        self.slots.insert(clean(name), Slot::Symlink(target));
    }

    /// Adds a hard link.
    pub fn hard_link(&mut self, name: &[u8], target: Vec<u8>) {
        self.slots.insert(clean(name), Slot::HardLink(target));
    }

    /// Finishes the collection. `fault` is the one that ended it early.
    pub fn finish(self, fault: Option<(u64, Fault)>) -> Members {
        Members { slots: self.slots, fault }
    }
}
