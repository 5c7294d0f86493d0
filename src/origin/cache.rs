//! A cache of what was read of registries' images, which can be made anew at any time.
//!
//! A record's key names the bytes that it was made of by their digest, and only bytes that were
//! read and have that digest make a record. A manifest's claim makes none, so that no image can
//! change what is known of another.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::spool::cache_directory;
use crate::display::hex;

/// The most bytes that the cache takes, unless the configuration says otherwise.
pub const USUAL_LIMIT: u64 = 256 << 20;
/// The first bytes of a record. Another layout of records needs another number.
const MAGIC: &[u8] = b"layerscope cache 3\n";
/// The most bytes of a record after it was decompressed.
const RECORD_LIMIT: u64 = 4 << 30;
/// A temporary file of this age was left by a program that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
/// The start of the names of temporary files.
const TEMPORARY: &str = ".new-";

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// The digest that a tag had when it was asked for last. The key is the reference.
    Tag,
    /// A manifest, an index or a config, by its digest.
    Document,
    /// The entries of a layer, the places where its decoding can start, and notes of a search in its
    /// files, by the digest of its bytes.
    Layer,
}

impl Record {
    const ALL: [Self; 3] = [Self::Tag, Self::Document, Self::Layer];

    fn directory(self) -> &'static str {
        match self {
            Self::Tag => "tags",
            Self::Document => "documents",
            Self::Layer => "layers",
        }
    }
}

/// A directory with records of a bounded size.
///
/// Several programs may use it at once: a record appears whole or not at all, and one that is
/// damaged is ignored and removed.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
    limit: u64,
}

impl Cache {
    /// Returns the user's cache, which takes at most `limit` bytes; `None` if there is no directory
    /// for it, or nothing may be kept.
    pub fn usual(limit: u64) -> Option<Self> {
        cache_directory().filter(|_| limit > 0).map(|directory| Self::new(directory, limit))
    }

    /// Returns a cache in `directory`.
    pub fn new(directory: PathBuf, limit: u64) -> Self {
        Self { directory, limit }
    }

    /// Returns where the records lie.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the most bytes that the records may take.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Returns a record, if there is a good one.
    pub fn find(&self, kind: Record, key: &str) -> Option<Vec<u8>> {
        let path = self.path(kind, key);
        let file = File::open(&path).ok()?;
        let read = read_record(&file, key);
        if read.is_none() {
            let _ = fs::remove_file(&path);
        } else {
            // What is used stays longest.
            let _ = file.set_modified(SystemTime::now());
        }
        read
    }

    /// Keeps a record. A cache that cannot be written is no failure of what the user wants.
    pub fn keep(&self, kind: Record, key: &str, bytes: &[u8]) {
        let path = self.path(kind, key);
        if self.write(&path, key, bytes).is_ok() {
            self.shrink(&path);
        }
    }

    /// Returns the number of records, and their bytes.
    pub fn usage(&self) -> (usize, u64) {
        let records = self.records();
        (records.len(), records.iter().map(|record| record.bytes).sum())
    }

    /// Removes all records.
    ///
    /// # Errors
    ///
    /// The first error of removing a file.
    pub fn clear(&self) -> io::Result<()> {
        for record in self.files() {
            match fs::remove_file(&record.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn path(&self, kind: Record, key: &str) -> PathBuf {
        self.directory.join(kind.directory()).join(hex(&Sha256::digest(key.as_bytes())))
    }

    /// Writes a record beside its place, and moves it there.
    fn write(&self, path: &Path, key: &str, bytes: &[u8]) -> io::Result<()> {
        let directory = path.parent().unwrap_or(&self.directory);
        fs::create_dir_all(directory)?;
        let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(directory)?;
        file.write_all(MAGIC)?;
        file.write_all(&sum(key, bytes).to_le_bytes())?;
        let mut encoder = zstd::Encoder::new(&mut file, 1)?;
        encoder.write_all(bytes)?;
        encoder.finish()?;
        if file.as_file().metadata()?.len() > self.limit {
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Removes what was used longest ago until the rest is within the limit. The newest stays.
    fn shrink(&self, newest: &Path) {
        let mut records = self.records();
        let mut bytes: u64 = records.iter().map(|record| record.bytes).sum();
        if bytes <= self.limit {
            return;
        }
        records.sort_by_key(|record| record.used);
        for record in records.iter().filter(|record| record.path != newest) {
            if bytes <= self.limit {
                break;
            }
            if fs::remove_file(&record.path).is_ok() {
                bytes -= record.bytes;
            }
        }
    }

    fn records(&self) -> Vec<Kept> {
        let now = SystemTime::now();
        let (left, records): (Vec<_>, Vec<_>) =
            self.files().into_iter().partition(|file| file.is_temporary);
        for file in left {
            if now.duration_since(file.used).is_ok_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(file.path);
            }
        }
        records
    }

    fn files(&self) -> Vec<Kept> {
        let directories = Record::ALL.iter().map(|kind| self.directory.join(kind.directory()));
        let entries =
            directories.filter_map(|directory| fs::read_dir(directory).ok()).flatten().flatten();
        entries.filter_map(|entry| Kept::from_entry(&entry)).collect()
    }
}

/// A file of the cache.
struct Kept {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
    is_temporary: bool,
}

impl Kept {
    fn from_entry(entry: &fs::DirEntry) -> Option<Self> {
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let is_temporary = entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes());
        let used = metadata.modified().ok()?;
        Some(Self { path: entry.path(), bytes: metadata.len(), used, is_temporary })
    }
}

fn read_record(mut file: &File, key: &str) -> Option<Vec<u8>> {
    let mut magic = [0; MAGIC.len()];
    let mut stated = [0; 8];
    file.read_exact(&mut magic).ok()?;
    file.read_exact(&mut stated).ok()?;
    let mut bytes = Vec::new();
    zstd::Decoder::new(file).ok()?.take(RECORD_LIMIT).read_to_end(&mut bytes).ok()?;
    let is_good = magic == MAGIC && u64::from_le_bytes(stated) == sum(key, &bytes);
    is_good.then_some(bytes)
}

/// Returns the checksum of a record and its key.
fn sum(key: &str, bytes: &[u8]) -> u64 {
    let mut hasher = Xxh3::new();
    hasher.update(key.as_bytes());
    hasher.update(&[0]);
    hasher.update(bytes);
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(limit: u64) -> (tempfile::TempDir, Cache) {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path().join("cache"), limit);
        (directory, cache)
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_only_under_its_key() {
        let (_directory, cache) = cache(1 << 20);
        cache.keep(Record::Layer, "sha256:1", b"one");
        assert_eq!(cache.find(Record::Layer, "sha256:1").as_deref(), Some(&b"one"[..]));
        assert_eq!(cache.find(Record::Layer, "sha256:2"), None);
        assert_eq!(cache.find(Record::Document, "sha256:1"), None);
        assert_eq!(cache.usage().0, 1);
        cache.clear().unwrap();
        assert_eq!(cache.usage(), (0, 0));
    }

    #[test]
    fn a_damaged_record_is_ignored_and_removed() {
        let (_directory, cache) = cache(1 << 20);
        let contents: Vec<u8> = (0..5000_u32).flat_map(u32::to_le_bytes).collect();
        cache.keep(Record::Layer, "sha256:1", &contents);
        let path = cache.path(Record::Layer, "sha256:1");
        let good = fs::read(&path).unwrap();
        let changed = |at: usize, to: u8| {
            let mut other = good.clone();
            other[at] ^= to;
            other
        };
        // A record of the layout before this one.
        let old = changed(MAGIC.len() - 2, b'3' ^ b'2');
        assert!(old.starts_with(b"layerscope cache 2\n"), "change this with the number");
        for damaged in [
            good[..good.len() / 2].to_vec(),
            Vec::new(),
            b"something else".to_vec(),
            old,
            changed(good.len() / 2, 1),
        ] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(cache.find(Record::Layer, "sha256:1"), None);
            assert!(!path.exists(), "it is made anew next time");
        }
        // Under the name of another key it is worth nothing.
        fs::write(cache.path(Record::Layer, "sha256:2"), good).unwrap();
        assert_eq!(cache.find(Record::Layer, "sha256:2"), None);
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_when_there_is_no_room() {
        let (_directory, cache) = cache(1200);
        let random = |seed: u64| -> Vec<u8> {
            (0..60_u64)
                .flat_map(|i| {
                    xxhash_rust::xxh3::xxh3_64(&(seed * 100 + i).to_le_bytes()).to_le_bytes()
                })
                .collect()
        };
        let used = |key: &str, ago: u64| {
            let file = File::options().write(true).open(cache.path(Record::Layer, key)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(ago)).unwrap();
        };
        cache.keep(Record::Layer, "first", &random(1));
        cache.keep(Record::Layer, "second", &random(2));
        used("first", 20);
        used("second", 10);
        assert!(cache.find(Record::Layer, "first").is_some(), "reading it makes it young");
        cache.keep(Record::Layer, "third", &random(3));
        assert!(cache.find(Record::Layer, "second").is_none(), "the oldest had to go");
        assert!(
            cache.find(Record::Layer, "first").is_some()
                && cache.find(Record::Layer, "third").is_some()
        );
        assert!(cache.usage().1 <= 1200);
        cache.keep(Record::Layer, "huge", &[random(4), random(5), random(6)].concat());
        assert!(
            cache.find(Record::Layer, "huge").is_none(),
            "what is larger than the whole cache is not kept"
        );
    }

    #[test]
    fn what_a_killed_program_left_is_cleared_away() {
        let (_directory, cache) = cache(1 << 20);
        cache.keep(Record::Tag, "a", b"b");
        let left = cache.directory().join("layers").join(".new-abc");
        fs::create_dir_all(left.parent().unwrap()).unwrap();
        let file = File::create(&left).unwrap();
        assert_eq!(cache.usage().0, 1, "a file that is being written is no record");
        assert!(left.exists());
        file.set_modified(SystemTime::now() - 2 * ABANDONED).unwrap();
        cache.usage();
        assert!(!left.exists());
    }
}
