//! Stores the entries of one layer's tar in a compact list.
//!
//! A reading thread passes the list to the merge. It has one buffer of bytes and one record per
//! entry, so that a layer of a hundred thousand entries takes a handful of allocations. Paths are
//! split here already, and a directory is listed once for all entries in it that follow each other:
//! the merge, which is done by one thread, then has little to do for most entries.

use serde::{Deserialize, Serialize};

use crate::archive::{Entry, EntryKind};
use crate::path::is_clean;

/// The most entries of an image, about 4 GiB of memory.
pub const ENTRY_LIMIT: usize = 1 << 25;
/// The message when [`LayerEntries::push`] returns false.
pub const FULL: &str = "it has more than 33,554,432 entries or 4 GiB of names";
/// The length of most names, with their part of a directory, in bytes.
const NAME_BYTES: usize = 32;
/// The most bytes of names in one layer.
const NAMES_LIMIT: usize = u32::MAX as usize;

/// An entry of a layer, with its names borrowed from the list.
#[derive(Debug, Clone, Copy)]
pub struct EntryRef<'a> {
    /// The directory, if the entry has an ordinary path; the name is the last component then.
    pub directory: Option<DirectoryRef<'a>>,
    /// The last component of an ordinary path, or all of any other, byte for byte.
    pub name: &'a [u8],
    /// The target of a link.
    pub link: &'a [u8],
    /// The fields of fixed size.
    pub record: &'a Record,
    /// The hash of the contents, for layers that had to be decoded.
    pub hash: Option<u128>,
}

/// The directory of an entry: a clean path without a leading slash, empty for the root.
#[derive(Debug, Clone, Copy)]
pub struct DirectoryRef<'a> {
    /// The path.
    pub path: &'a [u8],
    /// A number that it has in common with the entries in the same directory right before and
    /// after it; `None` if there is no saying.
    pub run: Option<usize>,
}

/// A run of entries in the same directory, or of entries whose paths are not ordinary.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Run {
    /// The number of entries before it.
    first: u32,
    /// The start of the directory in the buffer, and its length; `None` if paths are not split.
    directory: Option<(u32, u16)>,
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
    runs: Vec<Run>,
    /// Hashes of the contents: one per record, or none at all.
    hashes: Vec<u128>,
}

impl LayerEntries {
    /// Makes room for the entries that a tar of `bytes` bytes may have: for one a kibibyte, and for
    /// no more than a few thousand.
    pub(super) fn reserve(&mut self, bytes: u64) {
        const MOST: usize = 1 << 14;
        let entries = usize::try_from(bytes >> 10).unwrap_or(MOST).min(MOST);
        self.records.reserve(entries);
        self.bytes.reserve(NAME_BYTES * entries);
    }

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
        let mut runs = self.runs.iter().enumerate().peekable();
        let mut directory = None;
        self.records.iter().enumerate().map(move |(i, record)| {
            while let Some((run, of)) = runs.next_if(|(_, run)| run.first as usize <= i) {
                let path = of.directory.map(|(start, len)| self.slice(start, len));
                directory = path.map(|path| DirectoryRef { path, run: Some(run) });
            }
            let name = record.name as usize;
            let link = name + record.name_len as usize;
            EntryRef {
                directory,
                name: &self.bytes[name..link],
                link: &self.bytes[link..link + record.link_len as usize],
                record,
                hash: self.hashes.get(i).copied(),
            }
        })
    }

    fn slice(&self, start: u32, len: u16) -> &[u8] {
        &self.bytes[start as usize..start as usize + usize::from(len)]
    }

    /// Returns whether every record's names lie in the buffer, paths are split as
    /// [`LayerEntries::push`] splits them, and all records have a hash or none has. Entries that it
    /// did not make may be anything.
    pub(super) fn is_consistent(&self) -> bool {
        let end = |record: &Record| {
            record.name as usize + usize::from(record.name_len) + usize::from(record.link_len)
        };
        let has_all = self.hashes.is_empty() || self.hashes.len() == self.records.len();
        let is_directory = |run: &Run| {
            run.directory.is_none_or(|(start, len)| {
                let path = self.bytes.get(start as usize..start as usize + usize::from(len));
                path.is_some_and(|path| path.is_empty() || is_clean(path))
            })
        };
        has_all
            && self.records.len() <= ENTRY_LIMIT
            && self.records.iter().all(|record| end(record) <= self.bytes.len())
            && self.runs.first().is_none_or(|run| run.first == 0)
            && self.runs.is_sorted_by(|one, next| one.first < next.first)
            && self.runs.is_empty() == self.records.is_empty()
            && self.runs.iter().all(is_directory)
            && self.iter().all(|entry| {
                entry.directory.is_none() || is_clean(entry.name) && !entry.name.contains(&b'/')
            })
    }

    /// Adds the hash of the contents of the last entry.
    pub fn push_hash(&mut self, hash: u128) {
        self.hashes.push(hash);
    }

    /// Adds an entry; false if there are too many entries or bytes of names.
    pub fn push(&mut self, entry: &Entry) -> bool {
        let (run, part) = match self.in_last_directory(&entry.name) {
            Some(part) => (None, part),
            None => {
                let (directory, part) = split(&entry.name);
                (Some(directory), part)
            }
        };
        let lengths = [entry.name.len(), part.len(), entry.link.len()].map(u16::try_from);
        let [Ok(_), Ok(name_len), Ok(link_len)] = lengths else { return false };
        let full = self.records.len() >= ENTRY_LIMIT;
        // A directory and a name are no longer than the path.
        if full || self.bytes.len() + entry.name.len() + entry.link.len() > NAMES_LIMIT {
            return false;
        }
        if let Some(directory) = run {
            self.enter(directory);
        }
        let name = u32::try_from(self.bytes.len()).expect("below the limit");
        self.bytes.extend_from_slice(part);
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

    /// Returns the last component of an ordinary path in the directory of the entry before, as most
    /// are; `None` says nothing.
    fn in_last_directory<'a>(&self, name: &'a [u8]) -> Option<&'a [u8]> {
        let (start, len) = self.runs.last()?.directory?;
        let path = plain(name);
        let part = match self.slice(start, len) {
            b"" => path,
            directory => path.strip_prefix(directory)?.strip_prefix(b"/")?,
        };
        // A name that begins with a dot may be none.
        let is_name =
            part.first().is_some_and(|&b| b != b'.') && memchr::memchr(b'/', part).is_none();
        is_name.then_some(part)
    }

    /// Begins a run, if the next entry does not belong to the one before.
    fn enter(&mut self, directory: Option<&[u8]>) {
        let last = self.runs.last().map(|run| run.directory);
        let goes_on = match (last, directory) {
            (Some(Some((start, len))), Some(path)) => self.slice(start, len) == path,
            (Some(None), None) => true,
            _ => false,
        };
        if goes_on {
            return;
        }
        let first = u32::try_from(self.records.len()).expect("below the limit");
        let start = u32::try_from(self.bytes.len()).expect("below the limit");
        let directory = directory.map(|path| {
            self.bytes.extend_from_slice(path);
            (start, u16::try_from(path.len()).expect("shorter than the path"))
        });
        self.runs.push(Run { first, directory });
    }
}

/// Returns a path without the `./` or `/` at its start and the slash at its end.
fn plain(name: &[u8]) -> &[u8] {
    let path = name.strip_prefix(b"./").or(name.strip_prefix(b"/")).unwrap_or(name);
    path.strip_suffix(b"/").unwrap_or(path)
}

/// Splits an ordinary path into the directory and the last component; any other stays whole.
fn split(name: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let path = plain(name);
    if !is_clean(path) {
        return (None, name);
    }
    match path.iter().rposition(|&b| b == b'/') {
        Some(slash) => (Some(&path[..slash]), &path[slash + 1..]),
        None => (Some(b""), path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[&str]) -> LayerEntries {
        let mut entries = LayerEntries::default();
        for name in names {
            assert!(entries.push(&Entry { name: name.as_bytes().into(), ..Entry::default() }));
        }
        entries
    }

    #[test]
    fn paths_are_split_and_neighbours_have_one_directory() {
        let entries = entries(&["./usr/bin/", "usr/bin/a", "/usr/bin/b", "../x", "./", "top"]);
        let text = |bytes: &[u8]| String::from_utf8(bytes.into()).unwrap();
        let split: Vec<_> = entries
            .iter()
            .map(|entry| {
                let directory = entry.directory.map(|of| (text(of.path), of.run.unwrap()));
                (directory, text(entry.name))
            })
            .collect();
        let of = |path: &str, run| Some((path.to_owned(), run));
        let expected = [
            (of("usr", 0), "bin"),
            (of("usr/bin", 1), "a"),
            (of("usr/bin", 1), "b"),
            (None, "../x"),
            (None, "./"),
            (of("", 3), "top"),
        ];
        assert_eq!(split, expected.map(|(directory, name)| (directory, name.to_owned())));
        assert!(entries.is_consistent());
    }

    #[test]
    fn entries_whose_paths_are_split_otherwise_are_not_consistent() {
        let good = || entries(&["usr/bin/a", "etc/b"]);
        assert!(good().is_consistent() && LayerEntries::default().is_consistent());
        let broken: [fn(&mut LayerEntries); 5] = [
            |entries| entries.runs.clear(),
            |entries| entries.runs[1].first = 0,
            |entries| entries.runs[0].directory = Some((u32::MAX, 9)),
            |entries| entries.runs[0].directory = Some((3, 4)),
            |entries| entries.bytes[7] = b'/',
        ];
        for (i, break_it) in broken.iter().enumerate() {
            let mut entries = good();
            break_it(&mut entries);
            assert!(!entries.is_consistent(), "{i}");
        }
    }
}
