//! Layers with a table of contents: eStargz, and zstd:chunked.
//!
//! Such a layer names every entry in a table at its end, and says where each file's bytes lie. In a
//! registry, the account is made of the table alone, and a file's bytes are fetched when they are
//! wanted. The manifest names the digest of the table, so the table is the builder's. Nothing
//! proves that it describes the layer's tar, so an account that is made of it says so.

mod estargz;
mod table;
mod zstd_chunked;

use std::sync::Arc;

use super::chunked::ChunkedLayer;
use super::digest::has;
use super::layer::LayerEntries;
use super::{Compression, Layer, ReadLayer};
use crate::archive::{Extent, Member};
use crate::origin::{Cache, Record};
use table::Table;

/// The most bytes of a table, compressed or not.
const TABLE_LIMIT: u64 = 256 << 20;
/// A layer below this size is read whole: asking for its table would cost as much.
const SMALL: u64 = 1024;

/// The place of a layer's table, as the annotations of its descriptor tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TocPlace {
    /// eStargz: a gzip member that a footer points to.
    Estargz {
        /// The digest of the table in JSON.
        digest: String,
        /// The length of the tar, if the builder noted it.
        tar_bytes: Option<u64>,
    },
    /// zstd:chunked: a frame that the annotation points to.
    ZstdChunked {
        /// The digest of the compressed table.
        digest: String,
        /// The compressed table.
        table: Extent,
        /// The compressed list of the tar's headers, from which the length of the tar follows.
        headers: Option<Extent>,
    },
}

impl TocPlace {
    /// Reads the place from the annotations of a layer's descriptor.
    pub fn from_annotations<'a>(get: &dyn Fn(&str) -> Option<&'a str>) -> Option<Self> {
        if let Some(digest) = get("containerd.io/snapshot/stargz/toc.digest") {
            let tar_bytes =
                get("io.containers.estargz.uncompressed-size").and_then(|size| size.parse().ok());
            return Some(Self::Estargz { digest: digest.to_owned(), tar_bytes });
        }
        let either = |name: &str| {
            let prefixes = ["io.github.containers.zstd-chunked.", "io.containers.zstd-chunked."];
            prefixes.iter().find_map(|prefix| get(&format!("{prefix}{name}")))
        };
        let extent = |text: &str| {
            let mut numbers = text.split(':').map(|number| number.parse::<u64>().ok());
            let (offset, len) = (numbers.next()??, numbers.next()??);
            (len <= TABLE_LIMIT).then_some(Extent { offset, len })
        };
        Some(Self::ZstdChunked {
            digest: either("manifest-checksum")?.to_owned(),
            table: extent(either("manifest-position")?)?,
            headers: either("tarsplit-position").and_then(extent),
        })
    }

    fn digest(&self) -> &str {
        match self {
            Self::Estargz { digest, .. } | Self::ZstdChunked { digest, .. } => digest,
        }
    }

    fn compression(&self) -> Compression {
        match self {
            Self::Estargz { .. } => Compression::Gzip,
            Self::ZstdChunked { .. } => Compression::Zstd,
        }
    }
}

/// Makes the accounts of an image's layers from their tables, by member number; none if one of the
/// layers has no table, or a table is not what it should be. Then all of them are read.
///
/// Files are compared by the hashes in the tables, which other layers do not have.
pub(super) fn read_all(
    layers: &[Layer],
    cache: Option<&Cache>,
) -> Option<Vec<(usize, Arc<ReadLayer>)>> {
    let tabled =
        |layer: &&Layer| layer.member.as_ref().is_some_and(|member| member.extent.len >= SMALL);
    let large: Vec<&Layer> = layers.iter().filter(tabled).collect();
    let is_served = !large.is_empty()
        && large.iter().all(|layer| {
            layer.table.is_some()
                && layer.member.as_ref().is_some_and(|member| member.source.costs_a_download())
        });
    if !is_served {
        return None;
    }
    large
        .into_iter()
        .map(|layer| {
            let (member, place) = (layer.member.as_ref()?, layer.table.as_ref()?);
            Some((member.id, Arc::new(read(member, place, cache)?)))
        })
        .collect()
}

/// Makes the account of a layer from its table.
fn read(member: &Member, place: &TocPlace, cache: Option<&Cache>) -> Option<ReadLayer> {
    let key = format!("{} table", place.digest());
    let known = cache.and_then(|cache| cache.find(Record::Document, &key));
    let json = match known {
        Some(record) => record,
        None => {
            let record = match place {
                TocPlace::Estargz { digest, .. } => {
                    estargz::fetch(member).filter(|json| has(json, digest))?
                }
                TocPlace::ZstdChunked { digest, table, headers } => {
                    zstd_chunked::fetch(member, *table, *headers, |packed| has(packed, digest))?
                }
            };
            if let Some(cache) = cache {
                cache.keep(Record::Document, &key, &record);
            }
            record
        }
    };
    let (noted, json) = match place {
        TocPlace::Estargz { tar_bytes, .. } => (*tar_bytes, &json[..]),
        TocPlace::ZstdChunked { .. } => {
            zstd_chunked::split(&json).map(|(length, json)| (Some(length), json))?
        }
    };
    let table = Table::parse(json, place.compression())?;
    let mut layer = ReadLayer::new(place.compression(), member.extent.len);
    let (entries, chunks, estimate) = table.entries()?;
    layer.tar_bytes = noted.unwrap_or(estimate);
    layer.entries = entries;
    layer.table = Some(Arc::new(ChunkedLayer::new(member, place.compression(), chunks)));
    Some(layer)
}

/// Reads a run of bytes of a member.
fn part(member: &Member, extent: Extent) -> Option<Vec<u8>> {
    let is_within = extent.offset.checked_add(extent.len)? <= member.extent.len;
    is_within.then(|| member.source.fetch(member.extent.part(extent.offset, extent.len)).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_table_is_read_from_either_spelling() {
        let read = |annotations: &[(&str, &'static str)]| {
            let annotations = annotations.to_vec();
            let get = move |name: &str| {
                annotations.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
            };
            TocPlace::from_annotations(&get)
        };
        let expected = TocPlace::ZstdChunked {
            digest: "sha256:1".into(),
            table: Extent { offset: 87983, len: 776 },
            headers: Some(Extent { offset: 88767, len: 613 }),
        };
        for prefix in ["io.github.containers.zstd-chunked.", "io.containers.zstd-chunked."] {
            let name = |name: &str| format!("{prefix}{name}");
            let (sum, at, headers) =
                (name("manifest-checksum"), name("manifest-position"), name("tarsplit-position"));
            let found = read(&[
                (&sum, "sha256:1"),
                (&at, "87983:776:2265:1"),
                (&headers, "88767:613:10381"),
            ]);
            assert_eq!(found.as_ref(), Some(&expected));
            assert_eq!(read(&[(&sum, "sha256:1"), (&at, "x")]), None);
        }
        let stargz = [
            ("containerd.io/snapshot/stargz/toc.digest", "sha256:2"),
            ("io.containers.estargz.uncompressed-size", "3584"),
        ];
        assert_eq!(
            read(&stargz),
            Some(TocPlace::Estargz { digest: "sha256:2".into(), tar_bytes: Some(3584) })
        );
        assert_eq!(read(&[]), None);
    }
}
