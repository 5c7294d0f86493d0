//! The database of rpm, where it is SQLite: a header for each package (rpm.org, "RPM V4 Package format", "Header").

use super::sqlite::{Database, Value};
use crate::archive::ReadAt;

/// Where distributions have it.
pub const DATABASES: [&[u8]; 2] = [b"var/lib/rpm/rpmdb.sqlite", b"usr/lib/sysimage/rpm/rpmdb.sqlite"];

/// A longer path is no path, in bytes.
const PATH_LIMIT: usize = 4096;

/// The tags of a header that matter here.
const NAME: u32 = 1000;
const DIRECTORY_INDEXES: u32 = 1116;
const BASENAMES: u32 = 1117;
const DIRECTORIES: u32 = 1118;

/// Calls `found` with the package and the path, with its leading slash, of every file; gives what is left of `budget`,
/// the bytes that may be read.
pub fn each(source: &dyn ReadAt, budget: u64, mut found: impl FnMut(&[u8], &[u8])) -> u64 {
    let Some(mut database) = Database::open(source, budget) else { return budget };
    database.each_row("Packages", |row| {
        if let Some(Value::Bytes(header)) = row.get(1) {
            files(header, &mut found);
        }
    });
    database.budget()
}

fn files(header: &[u8], found: &mut impl FnMut(&[u8], &[u8])) -> Option<()> {
    let (entries, rest) = number(header)?;
    let (len, rest) = number(rest)?;
    let (entries, data) = rest.split_at_checked(usize::try_from(entries).ok()?.checked_mul(16)?)?;
    let data = data.get(..usize::try_from(len).ok()?)?;
    // Where the values of a tag begin, and how many there are.
    let values = |tag: u32| {
        let entry = entries.chunks_exact(16).find(|entry| number(entry).is_some_and(|(is, _)| is == tag))?;
        let (offset, count) = number(&entry[8..])?;
        let count = usize::try_from(number(count)?.0).ok()?;
        Some((data.get(usize::try_from(offset).ok()?..)?, count))
    };
    let strings = |tag| values(tag).map(|(data, count)| data.split(|&byte| byte == 0).take(count));
    let name = strings(NAME)?.next()?;
    let directories: Vec<_> = strings(DIRECTORIES)?.collect();
    let (indexes, count) = values(DIRECTORY_INDEXES)?;
    let indexes = indexes.chunks_exact(4).take(count).filter_map(number);
    let mut path = Vec::new();
    for ((index, _), base) in indexes.zip(strings(BASENAMES)?) {
        let Some(directory) = usize::try_from(index).ok().and_then(|index| directories.get(index)) else { continue };
        if directory.len() + base.len() <= PATH_LIMIT {
            path.clear();
            path.extend_from_slice(directory);
            path.extend_from_slice(base);
            found(name, &path);
        }
    }
    Some(())
}

/// A number of four bytes, and what follows it.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}
