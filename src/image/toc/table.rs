//! The entries of a table, as eStargz and zstd:chunked both write them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::LayerEntries;
use crate::archive::{Entry, EntryKind};
use crate::image::Compression;
use crate::image::chunked::Chunk;

/// The file that marks what is fetched ahead. Converters that write it also store the table as a
/// file of the tar.
const LANDMARKS: [&str; 2] = [".no.prefetch.landmark", ".prefetch.landmark"];
/// The bytes of a block of a tar.
const BLOCK: u64 = 512;

/// A table of contents.
#[derive(Deserialize)]
pub struct Table {
    #[serde(default)]
    version: u64,
    entries: Vec<TableEntry>,
    /// The length of the table, in bytes.
    #[serde(skip)]
    len: u64,
    #[serde(skip)]
    is_gzip: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TableEntry {
    name: String,
    r#type: String,
    #[serde(default)]
    size: u64,
    #[serde(default, alias = "modtime")]
    mod_time: Option<String>,
    #[serde(default)]
    link_name: String,
    #[serde(default)]
    mode: u32,
    #[serde(default)]
    uid: u32,
    #[serde(default)]
    gid: u32,
    #[serde(default)]
    dev_major: u32,
    #[serde(default)]
    dev_minor: u32,
    #[serde(default)]
    xattrs: BTreeMap<String, String>,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    offset: u64,
    #[serde(default)]
    end_offset: u64,
    #[serde(default)]
    inner_offset: u64,
    #[serde(default)]
    chunk_offset: u64,
    #[serde(default)]
    chunk_size: u64,
    #[serde(default)]
    chunk_digest: String,
    #[serde(default)]
    chunk_type: String,
}

impl Table {
    /// Reads a table; `None` if it is none.
    pub fn parse(json: &[u8], compression: Compression) -> Option<Self> {
        let mut table: Self =
            serde_json::from_slice(json).ok().filter(|table: &Self| table.version == 1)?;
        table.len = json.len() as u64;
        table.is_gzip = compression == Compression::Gzip;
        Some(table)
    }

    /// Returns the entries of the layer, the chunks of its files, and an estimate of the tar's
    /// length. Each file gets a place in a tar of files alone, by which its chunks are found.
    pub fn entries(self) -> Option<(LayerEntries, Vec<Chunk>, u64)> {
        let mut entries = LayerEntries::default();
        let mut chunks: Vec<Chunk> = Vec::new();
        let (mut place, mut tar) = (0_u64, 2 * BLOCK);
        // The file whose chunks follow: its place and its size.
        let mut file = (0, 0);
        let has_landmark = self.is_gzip
            && self.entries.iter().any(|entry| LANDMARKS.contains(&plain(&entry.name)));
        for entry in &self.entries {
            if entry.r#type == "chunk" {
                chunks.extend(entry.chunk(file.0, file.1)?);
                continue;
            }
            let kind = entry.kind()?;
            let size = if kind == EntryKind::File { entry.size } else { 0 };
            file = (place, size);
            if size > 0 {
                chunks.extend(entry.chunk(place, size)?);
            }
            let is_kept = entries.push(&Entry {
                name: entry.name.as_bytes().to_vec(),
                link: entry.link_name.as_bytes().to_vec(),
                kind,
                size,
                stored: size,
                mode: u16::try_from(entry.mode & 0o7777).ok()?,
                uid: entry.uid,
                gid: entry.gid,
                mtime: entry.seconds(),
                device: (entry.dev_major, entry.dev_minor),
                overlay_opaque: entry.is_opaque(),
                data: place,
                ..Entry::default()
            });
            entries.push_hash(hash(&entry.digest));
            place = place.checked_add(size.checked_next_multiple_of(BLOCK)?)?;
            tar = tar.checked_add(BLOCK + size.next_multiple_of(BLOCK))?;
            if !is_kept {
                return None;
            }
        }
        if has_landmark {
            // Its contents are not among the chunks.
            entries.push(&Entry {
                name: b"stargz.index.json".to_vec(),
                size: self.len,
                data: place,
                ..Entry::default()
            });
            entries.push_hash(u128::MAX);
        }
        chunks.sort_by_key(|chunk| chunk.start);
        Some((entries, chunks, tar))
    }
}

impl TableEntry {
    fn kind(&self) -> Option<EntryKind> {
        Some(match self.r#type.as_str() {
            "reg" => EntryKind::File,
            "dir" => EntryKind::Directory,
            "symlink" => EntryKind::Symlink,
            "hardlink" => EntryKind::HardLink,
            "char" => EntryKind::Char,
            "block" => EntryKind::Block,
            "fifo" => EntryKind::Fifo,
            _ => return None,
        })
    }

    /// Returns the chunk that the entry describes, of a file of `size` bytes at `place`.
    fn chunk(&self, place: u64, size: u64) -> Option<Option<Chunk>> {
        let rest = size.checked_sub(self.chunk_offset)?;
        let len = if self.chunk_size == 0 { rest } else { self.chunk_size.min(rest) };
        let digest = if self.chunk_digest.is_empty() { &self.digest } else { &self.chunk_digest };
        let is_hole = self.chunk_type == "zeros";
        // The digest of a file is not that of its first chunk.
        let is_whole = len == size || !self.chunk_digest.is_empty();
        Some((len > 0).then(|| Chunk {
            start: place + self.chunk_offset,
            len,
            offset: self.offset,
            end: self.end_offset,
            inner: self.inner_offset,
            digest: Some(digest.clone()).filter(|digest| is_whole && digest.starts_with("sha256:")),
            is_hole,
        }))
    }

    fn seconds(&self) -> i64 {
        let text = self.mod_time.as_deref().unwrap_or_default();
        OffsetDateTime::parse(text, &Rfc3339).map_or(0, OffsetDateTime::unix_timestamp)
    }

    fn is_opaque(&self) -> bool {
        let value = self
            .xattrs
            .get("trusted.overlay.opaque")
            .or_else(|| self.xattrs.get("user.overlay.opaque"));
        let decoded =
            value.and_then(|value| base64::engine::general_purpose::STANDARD.decode(value).ok());
        decoded.as_deref() == Some(b"y")
    }
}

/// Returns a name without `./` before it.
fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// The hash of no bytes.
static NOTHING: LazyLock<u128> = LazyLock::new(|| shortened(&Sha256::digest(b"")));

/// Turns a digest of the table into the hash that the merge compares.
fn hash(digest: &str) -> u128 {
    let digits = digest.strip_prefix("sha256:").and_then(|digits| digits.get(..32));
    digits.and_then(|digits| u128::from_str_radix(digits, 16).ok()).unwrap_or(*NOTHING)
}

fn shortened(digest: &[u8]) -> u128 {
    digest.iter().take(16).fold(0, |hash, &byte| hash << 8 | u128::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"{"version":1,"entries":[
        {"name":"./","type":"dir","mode":493,"modtime":"2023-11-14T22:13:20Z"},
        {"name":"./large","type":"reg","size":700,"mode":420,"uid":7,"offset":100,"chunkSize":512,"chunkDigest":"sha256:aa",
         "digest":"sha256:0123456789abcdef0123456789abcdef00000000000000000000000000000000"},
        {"name":"./large","type":"chunk","offset":300,"chunkOffset":512},
        {"name":"./empty","type":"reg"},
        {"name":"./link","type":"symlink","linkName":"large"}]}"#;

    #[test]
    fn every_entry_of_the_table_is_one_of_the_layer() {
        let (entries, chunks, tar) =
            Table::parse(TABLE.as_bytes(), Compression::Gzip).unwrap().entries().unwrap();
        let names: Vec<_> =
            entries.iter().map(|entry| String::from_utf8_lossy(entry.name).into_owned()).collect();
        assert_eq!(names, ["./", "large", "empty", "link"]);
        let large = entries.iter().nth(1).unwrap();
        assert_eq!((large.record.size, large.record.uid, large.record.mode), (700, 7, 0o644));
        assert_eq!(large.hash, Some(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef));
        assert_eq!(entries.iter().next().unwrap().record.mtime, 1_700_000_000);
        assert_eq!(entries.iter().nth(2).unwrap().hash, Some(*NOTHING));
        let places: Vec<_> =
            chunks.iter().map(|chunk| (chunk.start, chunk.len, chunk.offset)).collect();
        assert_eq!(places, [(0, 512, 100), (512, 188, 300)]);
        assert_eq!(tar, 1024 + 4 * 512 + 1024);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for json in ["", "{}", "[]", r#"{"version":2,"entries":[]}"#] {
            assert!(Table::parse(json.as_bytes(), Compression::Gzip).is_none(), "{json}");
        }
        for entry in [
            r#"{"name":"a","type":"door"}"#,
            r#"{"name":"a","type":"reg","size":3,"chunkOffset":9}"#,
        ] {
            let json = format!("{{\"version\":1,\"entries\":[{entry}]}}");
            assert!(
                Table::parse(json.as_bytes(), Compression::Gzip).unwrap().entries().is_none(),
                "{entry}"
            );
        }
    }
}
