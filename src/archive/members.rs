//! The members of an archive: which name lies where.

use std::collections::HashMap;

use super::walk::{Fault, Limits, Walker};
use super::window::Window;
use super::{EntryKind, Extent, ReadAt, Source, read_extent};
use crate::path::clean;

/// Bytes of an archive, found by name.
#[derive(Clone)]
pub struct Member {
    /// Where the bytes are.
    pub source: Source,
    /// Which of them.
    pub extent: Extent,
}

impl Member {
    /// Reads the whole member.
    pub fn read(&self) -> std::io::Result<Vec<u8>> {
        read_extent(&*self.source, self.extent)
    }
}

/// What a name in the archive stands for.
enum Slot {
    Bytes(Extent),
    /// A symbolic link, read relative to its directory.
    Symlink(Vec<u8>),
    /// A hard link, read from the root of the archive.
    HardLink(Vec<u8>),
}

/// An index of the members of an archive.
pub struct Members {
    source: Source,
    slots: HashMap<Vec<u8>, Slot>,
    fault: Option<(u64, Fault)>,
}

/// Links that are followed for one name; docker writes one.
const LINK_LIMIT: usize = 16;
/// Read at a time: the members of an archive are mostly large, so headers lie far apart.
const HEADER_WINDOW: usize = 4 << 10;

impl Members {
    /// Walks the headers of the archive in `source`.
    ///
    /// A later member of the same name replaces an earlier one, as it does when
    /// the archive is unpacked. A fault ends the walk and is kept: what came
    /// before it is there.
    pub fn read(source: Source) -> Self {
        let mut slots = HashMap::new();
        let fault = index(&*source, &mut slots);
        Self { source, slots, fault }
    }
    /// Where the walk over the archive ended early, and why.
    pub fn fault(&self) -> Option<&(u64, Fault)> {
        self.fault.as_ref()
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the archive has no members.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The names of the members, in no order.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.slots.keys().map(Vec::as_slice)
    }

    /// Finds the member called `name`, through links, which may come before their targets.
    pub fn find(&self, name: &[u8]) -> Option<Member> {
        let mut name = clean(name);
        for _ in 0..LINK_LIMIT {
            name = match self.slots.get(&name)? {
                Slot::Bytes(extent) => return Some(Member { source: self.source.clone(), extent: *extent }),
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

    /// The source that the members lie in.
    pub fn source(&self) -> &dyn ReadAt {
        &*self.source
    }
}

/// Notes every member of the archive; says where a fault ended the walk.
fn index(source: &dyn ReadAt, slots: &mut HashMap<Vec<u8>, Slot>) -> Option<(u64, Fault)> {
    let whole = Extent::whole(source);
    let mut walker = Walker::new(Window::new(source, whole, HEADER_WINDOW), Limits::default());
    loop {
        match walker.advance() {
            Ok(true) => {}
            Ok(false) => return None,
            Err(fault) => return Some((walker.position(), fault)),
        }
        let entry = walker.entry();
        let slot = match entry.kind {
            EntryKind::File | EntryKind::Other(b'7') => Slot::Bytes(whole.part(entry.data, entry.stored)),
            EntryKind::Symlink => Slot::Symlink(entry.link.clone()),
            EntryKind::HardLink => Slot::HardLink(entry.link.clone()),
            _ => continue,
        };
        slots.insert(clean(&entry.name), slot);
    }
}
