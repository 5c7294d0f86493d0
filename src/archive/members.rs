//! Indexes the members of an archive by name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::absence::{Absence, Unreadable};
use super::expand::{SPARSE_LIMIT, SparseSource};
use super::fault::{Fault, Limits};
use super::member::Member;
use super::oddities::Oddities;
use super::outside::OutsideLinks;
use super::rest::Rest;
use super::sparse::Pieces;
use super::sparse_map::SparseMap;
use super::walk::Walker;
use super::window::Window;
use super::{Entry, EntryKind, Extent, FileSource, ReadAt, Source};
use crate::path::clean;
use crate::warning::ArchiveDifference;

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

impl Slot {
    /// Returns the same as seen from a directory; targets of links that start at the top are
    /// converted, too.
    fn below(&self, inside: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Self {
        let from_top = |target: &Vec<u8>| inside(&clean(target)).unwrap_or_else(|| target.clone());
        match self {
            Self::Bytes(member) => Self::Bytes(member.clone()),
            Self::File(path, id) => Self::File(path.clone(), *id),
            Self::HardLink(target) => Self::HardLink(from_top(target)),
            Self::Symlink(target) => Self::Symlink(target.clone()),
        }
    }
}

/// An index of the members of an archive.
pub struct Members {
    slots: HashMap<Vec<u8>, Slot>,
    /// Directories at the top that have entries of their own.
    directories: Vec<Vec<u8>>,
    fault: Option<(u64, Fault)>,
    /// The places where targets of links may be found, if the archive is a directory.
    outside: Option<OutsideLinks>,
    unreadable: Vec<Unreadable>,
    /// True unless the archive is a tar without its end marker.
    end_marker: bool,
    /// True if something else than zeros follows the end marker.
    is_followed: bool,
    oddities: Oddities,
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
        let window = Window::new(&**source, whole, HEADER_WINDOW);
        let mut walker = Walker::new(window, Limits::default()).keeping_pieces();
        let fault = loop {
            match walker.advance() {
                Ok(true) => {}
                Ok(false) => break None,
                Err(fault) => break Some((walker.position(), fault)),
            }
            let pieces = walker.take_pieces();
            let entry = walker.entry();
            match entry.kind {
                EntryKind::File | EntryKind::Other(b'7') => {
                    let has_holes = pieces.is_some();
                    let bytes = match pieces {
                        None => Ok((source.clone(), whole.part(entry.data, entry.stored))),
                        Some(pieces) => with_holes(source, entry, pieces),
                    };
                    match bytes {
                        Ok((source, extent)) => {
                            let missing = if has_holes {
                                0
                            } else {
                                entry.stored - extent.len.min(entry.stored)
                            };
                            builder.cut_bytes(&entry.name, source, extent, missing);
                        }
                        Err(fault) => break Some((walker.position(), fault)),
                    }
                }
                EntryKind::Symlink => builder.symlink(&entry.name, entry.link.clone()),
                EntryKind::HardLink => builder.hard_link(&entry.name, entry.link.clone()),
                EntryKind::Directory => builder.directory(&entry.name),
                _ => {}
            }
        };
        let is_followed =
            walker.saw_end_marker() && walker.rest().is_ok_and(|rest| rest == Rest::Other);
        Self { is_followed, ..builder.finish(fault, walker.saw_end_marker()) }
    }

    /// Returns the position where the walk over the archive ended early, and the reason.
    pub fn fault(&self) -> Option<&(u64, Fault)> {
        self.fault.as_ref()
    }

    /// Returns whether the archive has come to an end; a tar may do without its end marker, but one
    /// that was cut between two members cannot be told from it.
    pub fn has_end_marker(&self) -> bool {
        self.end_marker
    }

    /// Returns whether something follows the end of the tar.
    pub fn is_followed(&self) -> bool {
        self.is_followed
    }

    /// Notes that something follows the end of the tar.
    pub(crate) fn followed(self) -> Self {
        Self { is_followed: true, ..self }
    }

    /// Returns the paths of the directory that could not be read, if the archive is one.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
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

    /// Returns the names of the directories at the top, in no order, some of them several times.
    pub fn top_directories(&self) -> impl Iterator<Item = &[u8]> {
        let of_members = self
            .slots
            .keys()
            .filter_map(|name| Some(&name[..name.iter().position(|&b| b == b'/')?]));
        of_members.chain(self.directories.iter().map(Vec::as_slice))
    }

    /// Returns the members below `directory`, by their names from there.
    pub fn below(&self, directory: &[u8]) -> Self {
        let inside = |name: &[u8]| Some(name.strip_prefix(directory)?.strip_prefix(b"/")?.to_vec());
        let slots = self
            .slots
            .iter()
            .filter_map(|(name, slot)| Some((inside(name)?, slot.below(inside))))
            .collect();
        Self { slots, end_marker: self.end_marker, ..MembersBuilder::default().finish(None, true) }
    }

    /// Returns whether the name of a member starts with a slash.
    pub fn has_absolute_names(&self) -> bool {
        self.oddities.absolute
    }

    /// Returns the reason why some container runtimes do not take the member called `name`, if
    /// there is one.
    pub fn difference(&self, name: &[u8]) -> Option<ArchiveDifference> {
        let name = clean(name);
        let slot = self.slots.get(&name)?;
        if self.oddities.twice.contains(&name) {
            return Some(ArchiveDifference::NamedTwice { name });
        }
        match slot {
            Slot::HardLink(_) => Some(ArchiveDifference::HardLink { name }),
            Slot::Symlink(_) if self.oddities.forward.contains(&name) => {
                Some(ArchiveDifference::LinkForward { name })
            }
            Slot::Symlink(_) | Slot::Bytes(_) | Slot::File(..) => None,
        }
    }

    /// Finds the member called `name`. Links are followed, even if they precede their targets.
    pub fn find(&self, name: &[u8]) -> Option<Member> {
        self.locate(name).ok()
    }

    /// Finds the member called `name`.
    ///
    /// # Errors
    ///
    /// The reason why the archive does not have it.
    pub fn locate(&self, name: &[u8]) -> Result<Member, Absence> {
        let wanted = clean(name);
        let mut name = wanted.clone();
        let mut link = None;
        for _ in 0..LINK_LIMIT {
            let Some(slot) = self.slots.get(&name) else {
                if let Some(through) = self.through_links(&name) {
                    link = Some(through.clone());
                    name = through;
                    continue;
                }
                if let Some(kind) = self.unreadable_at(&name) {
                    return Err(Absence::Unreadable(kind));
                }
                return match &self.outside {
                    Some(outside) => outside.find(&wanted, link),
                    None => Err(link.map_or(Absence::NotThere, Absence::Dangling)),
                };
            };
            name = match slot {
                Slot::Bytes(member) => return Ok(member.clone()),
                Slot::File(path, id) => {
                    let source = FileSource::open(path)
                        .map_err(|error| Absence::Unreadable(error.kind()))?;
                    let extent = Extent { offset: 0, len: source.len() };
                    return Ok(Member { source: Arc::new(source), extent, missing: 0, id: *id });
                }
                Slot::HardLink(target) => {
                    link = Some(target.clone());
                    clean(target)
                }
                Slot::Symlink(target) => {
                    link = Some(target.clone());
                    leads_to(&name, target)
                }
            };
        }
        Err(link.map_or(Absence::NotThere, Absence::Dangling))
    }
}

impl Members {
    /// Returns the name that another one leads to, if one of its directories is a symbolic link.
    fn through_links(&self, name: &[u8]) -> Option<Vec<u8>> {
        let slashes = name.iter().enumerate().filter(|&(_, &byte)| byte == b'/');
        slashes.map(|(at, _)| name.split_at(at)).find_map(|(directory, rest)| {
            match self.slots.get(directory) {
                Some(Slot::Symlink(target)) => {
                    Some(clean(&[&leads_to(directory, target)[..], rest].concat()))
                }
                _ => None,
            }
        })
    }

    /// Returns the error of the system if `name` lies in a part of the directory that cannot be
    /// read.
    fn unreadable_at(&self, name: &[u8]) -> Option<std::io::ErrorKind> {
        let root = self.outside.as_ref()?.root();
        let is_below = |part: &&Unreadable| {
            let inside = part
                .path
                .strip_prefix(root)
                .ok()
                .map(|path| clean(path.as_os_str().as_encoded_bytes()));
            inside.is_some_and(|part| {
                name.strip_prefix(&part[..]).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
            })
        };
        self.unreadable.iter().find(is_below).map(|part| part.error.kind())
    }
}

/// Returns the name that the symbolic link `name` leads to.
fn leads_to(name: &[u8], target: &[u8]) -> Vec<u8> {
    if target.starts_with(b"/") {
        return clean(target);
    }
    let directory = name.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    clean(&[&name[..directory], target].concat())
}

/// Returns the bytes of a member that the archive stores with holes.
fn with_holes(tar: &Source, entry: &Entry, pieces: Pieces) -> Result<(Source, Extent), Fault> {
    check_sparse(entry)?;
    let map = SparseMap::read(&**tar, entry, pieces)?.into();
    let file: Source = Arc::new(SparseSource { tar: tar.clone(), map, len: entry.size });
    let extent = Extent::whole(&*file);
    Ok((file, extent))
}

/// Refuses a member that states more than is read with its holes filled.
pub(crate) fn check_sparse(entry: &Entry) -> Result<(), Fault> {
    if entry.size > SPARSE_LIMIT {
        return Err(Fault::Limit {
            what: "a sparse member",
            found: entry.size,
            limit: SPARSE_LIMIT,
        });
    }
    Ok(())
}

/// A collector of an archive's members.
#[derive(Default)]
pub struct MembersBuilder {
    slots: HashMap<Vec<u8>, Slot>,
    directories: Vec<Vec<u8>>,
    next: usize,
    oddities: Oddities,
}

impl MembersBuilder {
    fn id(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    fn insert(&mut self, name: &[u8], slot: Slot) {
        self.oddities.absolute |= name.starts_with(b"/");
        let name = clean(name);
        self.oddities.forward.remove(&name);
        if let Slot::Symlink(target) = &slot
            && !self.slots.contains_key(&leads_to(&name, target))
        {
            self.oddities.forward.insert(name.clone());
        }
        if self.slots.insert(name.clone(), slot).is_some() {
            self.oddities.twice.insert(name);
        }
    }

    /// Adds a run of bytes under a name; returns the number of the member.
    pub fn bytes(&mut self, name: &[u8], source: Source, extent: Extent) -> usize {
        self.cut_bytes(name, source, extent, 0)
    }

    /// Adds a run of bytes of which `missing` further ones are not there.
    fn cut_bytes(&mut self, name: &[u8], source: Source, extent: Extent, missing: u64) -> usize {
        let id = self.id();
        self.insert(name, Slot::Bytes(Member { source, extent, missing, id }));
        id
    }

    /// Adds a file of the host under a name.
    pub fn file(&mut self, name: &[u8], path: PathBuf) {
        let id = self.id();
        self.insert(name, Slot::File(path, id));
    }

    /// Adds a directory; only those at the top are kept.
    pub fn directory(&mut self, name: &[u8]) {
        let name = clean(name);
        if !name.is_empty() && !name.contains(&b'/') {
            self.directories.push(name);
        }
    }

    /// Adds a symbolic link.
    pub fn symlink(&mut self, name: &[u8], target: Vec<u8>) {
        self.insert(name, Slot::Symlink(target));
    }

    /// Adds a hard link.
    pub fn hard_link(&mut self, name: &[u8], target: Vec<u8>) {
        self.insert(name, Slot::HardLink(target));
    }

    /// Finishes the collection. `fault` is the one that ended it early, and `end_marker` tells
    /// whether the tar has one.
    pub fn finish(self, fault: Option<(u64, Fault)>, end_marker: bool) -> Members {
        let Self { slots, directories, oddities, .. } = self;
        let (outside, unreadable, is_followed) = (None, Vec::new(), false);
        Members {
            slots,
            directories,
            fault,
            outside,
            unreadable,
            end_marker,
            is_followed,
            oddities,
        }
    }

    /// Finishes the collection of a directory of the host.
    pub(super) fn finish_directory(self, root: &Path, unreadable: Vec<Unreadable>) -> Members {
        let outside = Some(OutsideLinks::new(root, self.next));
        Members { outside, unreadable, oddities: Oddities::default(), ..self.finish(None, true) }
    }
}
