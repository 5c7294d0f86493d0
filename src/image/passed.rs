//! Checkpoints and contents that are kept of a compressed layer while it passes for the first time.
//!
//! Positions at which decoding can start, so that any later read decodes little. And the contents
//! of files that are always wanted, so that nothing is decoded for them. `assets/kept.toml` names
//! those files; they stay in memory only, and take at most [`BUDGET`] bytes together. Files in which
//! a search found secrets while they passed take at most [`HITS`] bytes more, and small texts, in
//! which copies of a secret are looked for, at most [`TEXTS`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::Deserialize;

use super::compression::{CLOSE, Checkpoints, SPACING};
use super::searched::{Note, SearchNotes};
use crate::archive::{Entry, EntryKind};
use crate::path::without_start;
use crate::progress::{IdleCores, Progress, Searching};

/// The most bytes of contents that are kept of an image.
const BUDGET: u64 = 16 << 20;
/// The most bytes that are kept of files with secrets.
const HITS: u64 = 16 << 20;
/// The most bytes that are kept of small texts.
const TEXTS: u64 = 32 << 20;

/// Checkpoints and contents that were kept of a layer, or of an archive that is compressed as a
/// whole.
#[derive(Default)]
pub struct Passed {
    /// The positions at which decoding can start.
    pub checkpoints: Checkpoints,
    /// The notes of the search for secrets, if there was one.
    pub notes: Option<SearchNotes>,
    /// Runs of bytes of the tar, in order.
    pieces: Vec<Piece>,
}

/// A run of bytes of a tar.
struct Piece {
    offset: u64,
    bytes: Box<[u8]>,
}

impl Passed {
    /// Keeps bytes that lie behind all that were kept before.
    pub fn push(&mut self, offset: u64, bytes: Vec<u8>) {
        self.pieces.push(Piece { offset, bytes: bytes.into() });
    }

    /// Returns whether contents were kept.
    pub fn has_pieces(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Returns whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.checkpoints.is_empty() && self.notes.is_none()
    }

    /// Returns the note for the file whose contents begin at `data` in the tar; `None` if it was not
    /// searched.
    pub fn note(&self, data: u64) -> Option<Note> {
        self.notes.as_ref()?.note_at(data)
    }

    /// Reads kept bytes of the tar; 0 if those at `offset` were not kept.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> usize {
        let after = self.pieces.partition_point(|piece| piece.offset <= offset);
        let Some(piece) = after.checked_sub(1).map(|last| &self.pieces[last]) else { return 0 };
        let at = usize::try_from(offset - piece.offset).unwrap_or(usize::MAX);
        let bytes = piece.bytes.get(at..).unwrap_or_default();
        let n = bytes.len().min(buf.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        n
    }
}

impl From<Checkpoints> for Passed {
    fn from(checkpoints: Checkpoints) -> Self {
        Self { checkpoints, ..Self::default() }
    }
}

/// The checkpoints and contents that were kept of an image's layers, by member number.
#[derive(Clone, Default)]
pub struct PassedLayers(Arc<Mutex<HashMap<usize, Arc<Passed>>>>);

impl PassedLayers {
    /// Adds what was kept of a layer.
    pub fn insert(&self, member: usize, passed: &Arc<Passed>) {
        let mut layers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        layers.entry(member).or_insert_with(|| passed.clone());
    }

    /// Returns what was kept of a layer.
    pub fn of_member(&self, member: usize) -> Arc<Passed> {
        let layers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        layers.get(&member).cloned().unwrap_or_default()
    }
}

/// The tasks of a pass over a layer, besides listing its entries.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// True to compute the digests.
    pub verify: bool,
    /// The distance of the places at which decoding can start, in decoded bytes; `None` to note
    /// none.
    pub marks: Option<u64>,
    /// The cores that may help to decode.
    pub idle: Option<&'a IdleCores>,
    /// The bytes of contents that were kept so far; `None` to keep nothing.
    kept: Option<&'a AtomicU64>,
    /// True to search files for secrets.
    pub searches: bool,
    /// True to search files for secrets if the layer is downloaded.
    searches_downloads: bool,
    /// The bytes of files with secrets that were kept so far.
    hits: &'a AtomicU64,
    /// The bytes of small texts that were kept so far.
    texts: &'a AtomicU64,
}

impl<'a> Pass<'a> {
    /// Makes a pass that keeps what later readers want, unless there are none.
    pub fn new(progress: &'a Progress) -> Self {
        let kept = (!progress.account_only).then_some(&progress.kept);
        Self {
            verify: progress.verify,
            marks: kept.map(|_| SPACING),
            idle: Some(&progress.idle),
            kept,
            searches: progress.wants_secrets(),
            searches_downloads: kept.is_some() && progress.searching == Searching::Downloads,
            hits: &progress.kept_hits,
            texts: &progress.kept_texts,
        }
    }

    /// Makes a pass for the digests.
    pub fn digests() -> Self {
        static NONE: AtomicU64 = AtomicU64::new(0);
        Self {
            verify: true,
            marks: None,
            idle: None,
            kept: None,
            searches: false,
            searches_downloads: false,
            hits: &NONE,
            texts: &NONE,
        }
    }

    /// Returns the same pass, which also computes the digests if `verify` is true.
    pub fn verifying(self, verify: bool) -> Self {
        Self { verify, ..self }
    }

    /// Returns the same pass, which also makes what the cache keeps of a layer if it is downloaded:
    /// where decoding can start, and notes of a search.
    pub fn caching(self, is_download: bool) -> Self {
        Self {
            marks: if is_download { Some(CLOSE) } else { self.marks },
            // The network is slower than one core.
            idle: self.idle.filter(|_| !is_download),
            searches: self.searches || is_download && self.searches_downloads,
            ..self
        }
    }

    /// Returns whether to keep the contents of an entry because they are always wanted, and counts
    /// them.
    pub fn takes(&self, entry: &Entry) -> bool {
        let bytes = entry.stored;
        self.kept.is_some_and(|kept| {
            entry.kind == EntryKind::File
                && bytes > 0
                && is_wanted(&entry.name, bytes)
                && has_room(kept, bytes, BUDGET)
        })
    }

    /// Returns whether to keep a file of `bytes` bytes with secrets, and counts it.
    pub fn takes_hit(&self, bytes: u64) -> bool {
        self.kept.is_some() && has_room(self.hits, bytes, HITS)
    }

    /// Returns whether to keep a small text of `bytes` bytes, because it may have a copy of a secret
    /// that is found elsewhere, and counts it.
    pub fn takes_text(&self, bytes: u64) -> bool {
        self.kept.is_some() && has_room(self.texts, bytes, TEXTS)
    }
}

/// Returns whether `bytes` more are within the budget, and counts them if they are.
fn has_room(kept: &AtomicU64, bytes: u64, budget: u64) -> bool {
    let fits = kept.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= budget;
    if !fits {
        kept.fetch_sub(bytes, Ordering::Relaxed);
    }
    fits
}

/// The table of files that are kept.
#[derive(Deserialize)]
struct KeptFiles {
    kept: Vec<KeptFile>,
}

#[derive(Deserialize)]
struct KeptFile {
    paths: Vec<String>,
    kib: u64,
}

/// A pattern of paths, before and after its `*`, and the most bytes of a file.
struct Pattern {
    start: &'static [u8],
    end: Option<&'static [u8]>,
    most: u64,
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let table: KeptFiles =
        toml::from_str(include_str!("../../assets/kept.toml")).expect("a test reads it");
    let pattern = |path: String, most| {
        let path: &'static str = path.leak();
        match path.split_once('*') {
            None => Pattern { start: path.as_bytes(), end: None, most },
            Some((start, end)) => {
                Pattern { start: start.as_bytes(), end: Some(end.as_bytes()), most }
            }
        }
    };
    let rows = table.kept.into_iter();
    rows.flat_map(|row| row.paths.into_iter().map(move |path| pattern(path, row.kib << 10)))
        .collect()
});

/// Returns whether later readers want a file of `bytes` bytes.
fn is_wanted(name: &[u8], bytes: u64) -> bool {
    let name = without_start(name);
    PATTERNS.iter().any(|pattern| {
        let matches = match (name.strip_prefix(pattern.start), pattern.end) {
            (Some(rest), Some(end)) => rest.ends_with(end),
            (Some(rest), None) => rest.is_empty(),
            (None, _) => false,
        };
        matches && bytes <= pattern.most
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_of_packages_are_wanted_and_other_files_are_not() {
        for name in ["var/lib/dpkg/status", "./var/lib/dpkg/status", "/lib/apk/db/installed"] {
            assert!(is_wanted(name.as_bytes(), 1000), "{name}");
            assert!(!is_wanted(name.as_bytes(), 1 << 30), "{name} is too large");
        }
        assert!(is_wanted(b"var/lib/dpkg/info/libc6:amd64.list", 1000));
        assert!(is_wanted(b"usr/local/bin/docker-entrypoint.sh", 1000));
        for name in ["var/lib/dpkg/info/libc6.md5sums", "home/var/lib/dpkg/status", "etc/passwd-"] {
            assert!(!is_wanted(name.as_bytes(), 10), "{name}");
        }
    }

    #[test]
    fn what_is_kept_stays_within_its_budget() {
        let progress = Progress::default();
        let pass = Pass::new(&progress);
        let entry = |stored| Entry {
            name: b"var/lib/dpkg/status".to_vec(),
            kind: EntryKind::File,
            stored,
            ..Entry::default()
        };
        let kept = (0..10).filter(|_| pass.takes(&entry(5 << 20))).count();
        assert_eq!(kept, 3, "three of ten fit");
        assert!(pass.takes(&entry(1 << 20)), "a smaller one still fits");
        assert!(!pass.takes(&Entry { name: b"app/.env".to_vec(), ..entry(100) }));
        assert!(pass.takes_hit(16 << 20), "files with secrets have a budget of their own");
        assert!(!pass.takes_hit(1));
        let account = Progress { account_only: true, ..Progress::default() };
        assert!(!Pass::new(&account).takes(&entry(5)) && !Pass::new(&account).takes_hit(5));
    }

    #[test]
    fn layers_are_searched_if_somebody_wants_it_or_the_cache_keeps_it() {
        let passes = |searching, account_only| {
            let progress = Progress { searching, account_only, ..Progress::default() };
            [false, true].map(|is_download| Pass::new(&progress).caching(is_download).searches)
        };
        assert_eq!(passes(Searching::Everything, false), [true, true]);
        assert_eq!(passes(Searching::Downloads, false), [false, true]);
        assert_eq!(passes(Searching::Nothing, false), [false, false]);
        for searching in [Searching::Everything, Searching::Downloads] {
            assert_eq!(passes(searching, true), [false, false], "only the account is wanted");
        }
    }

    #[test]
    fn kept_bytes_are_read_where_they_were() {
        let mut passed = Passed::default();
        passed.push(10, b"first".to_vec());
        passed.push(100, b"second".to_vec());
        let read = |offset, n| {
            let mut buf = vec![0; n];
            let n = passed.read_at(&mut buf, offset);
            buf.truncate(n);
            String::from_utf8(buf).unwrap()
        };
        assert_eq!((read(10, 3), read(12, 9)), ("fir".into(), "rst".into()));
        assert_eq!((read(105, 9), read(100, 6)), ("d".into(), "second".into()));
        assert_eq!([read(9, 3), read(15, 3), read(106, 1), read(0, 1)].concat(), "");
    }
}
