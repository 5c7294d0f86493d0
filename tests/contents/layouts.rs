//! The same file, from the same image in every layout and compression.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use layerscope::archive::Source;
use layerscope::files::contents::{Contents, LayerContents};
use layerscope::tree::VersionId;
use layerscope::{Inspection, Opened, Progress};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::build::{Entry, Image, Layer, dir, file, gone, gzip, layer, tar};

/// Bytes that compress somewhat, so that decoders have matches to follow.
pub fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(len);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        match bytes.len() {
            n if n > 40_000 && state.is_multiple_of(4) => {
                let from = n - 1 - usize::try_from(state >> 8).unwrap() % 30_000;
                bytes.extend_from_within(from..(from + 100).min(n));
            }
            _ => bytes.extend_from_slice(&state.to_le_bytes()),
        }
    }
    bytes.truncate(len);
    bytes
}

/// An image, with everything that reading contents needs.
pub struct Subject {
    pub inspection: Inspection,
    pub contents: LayerContents,
}

impl Subject {
    pub fn of(opened: &Opened) -> Self {
        let inspection = layerscope::inspect(opened, &Progress::default()).unwrap();
        Self { inspection, contents: LayerContents::new(opened) }
    }

    pub fn open(path: &Path) -> Self {
        Self::of(&layerscope::open(path, None).unwrap())
    }

    /// The newest version of a path, be it dead.
    pub fn newest(&self, path: &str) -> VersionId {
        let node = self.inspection.tree.find(path.as_bytes()).unwrap();
        self.inspection.tree.versions(node).next().unwrap()
    }

    pub fn source(&self, path: &str) -> Source {
        self.contents.open(&self.inspection.tree, self.newest(path), &Arc::default()).unwrap()
    }
}

/// Reads until `len` bytes are there or no more come.
pub fn read(source: &Source, offset: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let mut done = 0;
    while done < len {
        match source.read_at(&mut bytes[done..], offset + done as u64).unwrap() {
            0 => break,
            n => done += n,
        }
    }
    bytes.truncate(done);
    bytes
}

pub fn whole(source: &Source) -> Vec<u8> {
    read(source, 0, usize::try_from(source.len()).unwrap())
}

const SMALL: usize = 3_000;
const LARGE: usize = 9 << 20;

struct Plain {
    small: Vec<u8>,
    large: Vec<u8>,
}

fn plain() -> &'static Plain {
    static PLAIN: OnceLock<Plain> = OnceLock::new();
    PLAIN.get_or_init(|| Plain { small: noise(SMALL, 7), large: noise(LARGE, 99) })
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer =
        lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    std::io::Write::write_all(&mut writer, bytes).unwrap();
    writer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    std::io::Write::write_all(&mut writer, bytes).unwrap();
    writer.finish().unwrap()
}

/// A large file between small ones, and a layer that deletes some.
fn image(compress: impl Fn(Layer) -> Layer) -> Image {
    let Plain { small, large } = plain();
    let first = layer([
        dir("d"),
        file("d/small", 0).holding(small.clone()),
        file("d/large", 0).holding(large.clone()),
        file("d/last", 0).holding(b"the end".to_vec()),
    ]);
    Image::of([compress(first), compress(layer([gone("d/small")]))])
}

fn stored_as(stored: fn(&[u8]) -> Vec<u8>) -> impl Fn(Layer) -> Layer {
    move |layer| {
        let compressed = stored(layer.tar());
        layer.damaged(|bytes| *bytes = compressed)
    }
}

fn images() -> Vec<(&'static str, Vec<Entry>)> {
    vec![
        ("plain", image(|layer| layer).docker()),
        ("oci", image(|layer| layer).oci()),
        ("gzip", image(Layer::gzip).oci()),
        ("gzip of several members", image(|layer| layer.gzip_members(5)).docker()),
        ("gzip and junk", image(|layer| layer.gzip_members(2).followed_by(b"junk")).docker()),
        (
            "gzip with a wrong checksum",
            image(|layer| {
                layer.gzip().damaged(|bytes| {
                    let at = bytes.len() - 8;
                    bytes[at] ^= 1;
                })
            })
            .docker(),
        ),
        ("zstd", image(Layer::zstd).oci()),
        ("zstd of several frames", image(|layer| layer.zstd_frames(7)).docker()),
        ("xz", image(stored_as(xz)).docker()),
        ("bzip2", image(stored_as(bzip2)).docker()),
    ]
}

/// The image in every form, opened, and the directory where the forms are.
fn subjects() -> (tempfile::TempDir, Vec<(String, Subject)>) {
    let directory = tempfile::tempdir().unwrap();
    let mut subjects = Vec::new();
    let mut add = |name: String, path: &Path| subjects.push((name, Subject::open(path)));
    for (name, members) in images() {
        let path = directory.path().join(name);
        std::fs::write(&path, tar(members)).unwrap();
        add(name.into(), &path);
    }
    for (name, members) in images()
        .into_iter()
        .filter(|(name, _)| matches!(*name, "plain" | "gzip" | "zstd of several frames"))
    {
        let bytes = tar(members);
        let path = directory.path().join(format!("{name}.tar.gz"));
        std::fs::write(&path, gzip(&bytes)).unwrap();
        add(format!("{name} in gzip"), &path);
        let path = directory.path().join(format!("{name} unpacked"));
        tar::Archive::new(&bytes[..]).unpack(&path).unwrap();
        add(format!("{name} in a directory"), &path);
    }
    let root = tar([
        dir("d"),
        file("d/small", 0).holding(&plain().small[..]),
        file("d/large", 0).holding(&plain().large[..]),
        file("d/last", 0).holding("the end"),
        dir("etc"),
        dir("usr"),
    ]);
    let path = directory.path().join("root.tar.zst");
    std::fs::write(&path, zstd::encode_all(&root[..], 1).unwrap()).unwrap();
    add("a compressed root filesystem".into(), &path);
    let path = directory.path().join("root");
    tar::Archive::new(&root[..]).unpack(&path).unwrap();
    let root = Subject::open(&path);
    subjects.push(("a root filesystem in a directory".into(), root));
    (directory, subjects)
}

#[test]
fn every_file_is_the_same_in_every_layout_and_compression() {
    let (_directory, subjects) = subjects();
    for (name, subject) in subjects {
        for (path, expected) in [
            ("/d/last", &b"the end"[..]),
            ("/d/large", &plain().large),
            ("/d/small", &plain().small),
        ] {
            assert!(whole(&subject.source(path)) == expected, "{name}: {path}");
        }
    }
}

#[test]
fn any_part_of_a_file_is_read_from_anywhere_in_any_order() {
    let (_directory, subjects) = subjects();
    for (name, subject) in subjects {
        let source = subject.source("/d/large");
        let config =
            ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
        TestRunner::new(config)
            .run(&(0..LARGE + 10, 0_usize..600_000), |(offset, len)| {
                let end = (offset + len).min(LARGE);
                prop_assert!(
                    read(&source, offset as u64, len) == plain().large[offset.min(end)..end],
                    "{}",
                    name
                );
                Ok(())
            })
            .unwrap();
    }
}
