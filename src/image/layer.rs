//! Stores the entries of one layer's tar in a compact list.
//!
//! A reading thread passes the list to the merge. It has one buffer of bytes and one record per
//! entry, so that a layer of a hundred thousand entries takes a handful of allocations.

use serde::{Deserialize, Serialize};

use crate::archive::{Entry, EntryKind};

/// The most entries of an image, about 4 GiB of memory.
pub const ENTRY_LIMIT: usize = 1 << 25;
/// The message when [`LayerEntries::push`] returns false.
pub const FULL: &str = "it has more than 33,554,432 entries or 4 GiB of names";
/// The most bytes of names in one layer.
const NAMES_LIMIT: usize = u32::MAX as usize;

/// An entry of a layer, with its names borrowed from the list.
#[derive(Debug, Clone, Copy)]
pub struct EntryRef<'a> {
    /// The name, byte for byte.
    pub name: &'a [u8],
    /// The target of a link.
    pub link: &'a [u8],
    /// The fields of fixed size.
    pub record: &'a Record,
    /// The hash of the contents, for layers that had to be decoded.
    pub hash: Option<u128>,
}

/// The fields of an entry that have a fixed size.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Record {
    /// The logical size of a regular file in bytes.
    pub size: u64,
    /// Offset of the contents in the tar.
    pub data: u64,
    /// The modification time in seconds since 1970.
    pub mtime: i64,
    /// The numeric owner.
    pub uid: u32,
    /// The numeric group.
    pub gid: u32,
    /// Device numbers.
    pub device: (u32, u32),
    name: u32,
    name_len: u16,
    link_len: u16,
    /// The permission bits.
    pub mode: u16,
    /// The kind of file.
    pub kind: EntryKind,
    /// True if the file is stored with holes.
    pub sparse: bool,
    /// The holes are in the old GNU format.
    pub gnu_sparse: bool,
    /// True if the entry has the overlay filesystem's opaque attribute.
    pub overlay_opaque: bool,
}

/// The entries of a layer, in order.
#[derive(Default, Serialize, Deserialize)]
pub struct LayerEntries {
    bytes: Vec<u8>,
    records: Vec<Record>,
    /// Hashes of the contents: one per record, or none at all.
    hashes: Vec<u128>,
}

impl LayerEntries {
    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Returns the entries in the order of the tar.
    pub fn iter(&self) -> impl Iterator<Item = EntryRef<'_>> {
        self.records.iter().enumerate().map(|(i, record)| {
            let name = record.name as usize;
            let link = name + record.name_len as usize;
            EntryRef {
                name: &self.bytes[name..link],
                link: &self.bytes[link..link + record.link_len as usize],
                record,
                hash: self.hashes.get(i).copied(),
            }
        })
    }

    /// Returns whether every record's names lie in the buffer, and all records have a hash or none
    /// has. Entries that were not made by [`LayerEntries::push`] may be anything.
    pub(super) fn is_consistent(&self) -> bool {
        let end = |record: &Record| {
            record.name as usize + usize::from(record.name_len) + usize::from(record.link_len)
        };
        let has_all = self.hashes.is_empty() || self.hashes.len() == self.records.len();
        has_all
            && self.records.len() <= ENTRY_LIMIT
            && self.records.iter().all(|record| end(record) <= self.bytes.len())
    }

    /// Adds the hash of the contents of the last entry.
    pub fn push_hash(&mut self, hash: u128) {
        self.hashes.push(hash);
    }

    /// Adds an entry; false if there are too many entries or bytes of names.
    pub fn push(&mut self, entry: &Entry) -> bool {
        let (Ok(name_len), Ok(link_len)) =
            (u16::try_from(entry.name.len()), u16::try_from(entry.link.len()))
        else {
            return false;
        };
        let full = self.records.len() >= ENTRY_LIMIT;
        if full || self.bytes.len() + entry.name.len() + entry.link.len() > NAMES_LIMIT {
            return false;
        }
        let name = u32::try_from(self.bytes.len()).expect("below the limit");
        self.bytes.extend_from_slice(&entry.name);
        self.bytes.extend_from_slice(&entry.link);
        self.records.push(Record {
            size: entry.size,
            data: entry.data,
            mtime: entry.mtime,
            uid: entry.uid,
            gid: entry.gid,
            device: entry.device,
            name,
            name_len,
            link_len,
            mode: entry.mode,
            kind: entry.kind,
            sparse: entry.sparse,
            gnu_sparse: entry.gnu_sparse,
            overlay_opaque: entry.overlay_opaque,
        });
        true
    }
}
