//! Reads the database of rpm in its SQLite format: a header for each package (rpm.org, "RPM V4
//! Package format", "Header").

use super::sqlite::{Database, Value};
use crate::archive::ReadAt;

/// The paths of the database.
pub const DATABASES: [&[u8]; 2] =
    [b"var/lib/rpm/rpmdb.sqlite", b"usr/lib/sysimage/rpm/rpmdb.sqlite"];

/// The longest path in bytes; longer paths are ignored.
const PATH_LIMIT: usize = 4096;

/// The tags of a header that are used here.
const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const DIRECTORY_INDEXES: u32 = 1116;
const BASENAMES: u32 = 1117;
const DIRECTORIES: u32 = 1118;

/// Calls `found` with the package and the path (with a leading slash) of every file. Returns the
/// rest of `budget`, the number of bytes that may be read.
pub fn each(source: &dyn ReadAt, budget: u64, mut found: impl FnMut(&[u8], &[u8])) -> u64 {
    each_header(source, budget, |header| files(header, &mut found))
}

/// Calls `found` with the name of every package, and its version with the release. Returns the rest
/// of `budget`.
pub fn versions(source: &dyn ReadAt, budget: u64, mut found: impl FnMut(&[u8], &[u8])) -> u64 {
    each_header(source, budget, |header| {
        let first = |tag| header.strings(tag)?.next();
        let name = first(NAME)?;
        let version = [first(VERSION)?, first(RELEASE)?].join(&b'-');
        found(name, &version);
        Some(())
    })
}

fn each_header(
    source: &dyn ReadAt,
    budget: u64,
    mut found: impl FnMut(&Header<'_>) -> Option<()>,
) -> u64 {
    let Some(mut database) = Database::open(source, budget) else { return budget };
    database.each_row("Packages", |row| {
        if let Some(Value::Bytes(bytes)) = row.get(1) {
            Header::read(bytes).and_then(|header| found(&header));
        }
    });
    database.budget()
}

/// The header of a package: its tags with their values.
struct Header<'a> {
    entries: &'a [u8],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (entries, rest) = number(bytes)?;
        let (len, rest) = number(rest)?;
        let (entries, data) =
            rest.split_at_checked(usize::try_from(entries).ok()?.checked_mul(16)?)?;
        Some(Self { entries, data: data.get(..usize::try_from(len).ok()?)? })
    }

    /// Returns the offset of a tag's values, and their number.
    fn values(&self, tag: u32) -> Option<(&'a [u8], usize)> {
        let is_meant = |entry: &&[u8]| number(entry).is_some_and(|(is, _)| is == tag);
        let entry = self.entries.chunks_exact(16).find(is_meant)?;
        let (offset, count) = number(&entry[8..])?;
        let count = usize::try_from(number(count)?.0).ok()?;
        Some((self.data.get(usize::try_from(offset).ok()?..)?, count))
    }

    fn strings(&self, tag: u32) -> Option<impl Iterator<Item = &'a [u8]>> {
        self.values(tag).map(|(data, count)| data.split(|&byte| byte == 0).take(count))
    }
}

fn files(header: &Header<'_>, found: &mut impl FnMut(&[u8], &[u8])) -> Option<()> {
    let name = header.strings(NAME)?.next()?;
    let directories: Vec<_> = header.strings(DIRECTORIES)?.collect();
    let (indexes, count) = header.values(DIRECTORY_INDEXES)?;
    let indexes = indexes.chunks_exact(4).take(count).filter_map(number);
    let mut path = Vec::new();
    for ((index, _), base) in indexes.zip(header.strings(BASENAMES)?) {
        let Some(directory) = usize::try_from(index).ok().and_then(|index| directories.get(index))
        else {
            continue;
        };
        if directory.len() + base.len() <= PATH_LIMIT {
            path.clear();
            path.extend_from_slice(directory);
            path.extend_from_slice(base);
            found(name, &path);
        }
    }
    Some(())
}

/// Splits off a four-byte number.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}
