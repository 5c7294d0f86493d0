//! Compressions that are not read, or that are damaged: each is named, with what reads it.

use super::*;
use std::sync::Arc;

use layerscope::archive::{Extent, read_extent};
use layerscope::files::contents::{Contents, LayerContents};

use crate::support::build::{Bytes, Layer, open, other};

#[test]
fn a_compression_that_is_not_read_is_named_with_what_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let archive = tar(image().docker());
    let gzip = |bytes: &[u8]| compressed(bytes).remove(0).1;
    let zstd = |bytes: &[u8]| compressed(bytes).remove(2).1;
    let magic = |magic: &[u8]| [magic, &archive[..600]].concat();
    for (bytes, words) in [
        (
            magic(&[0x04, 0x22, 0x4d, 0x18, 0x64]),
            "it is lz4-compressed (decompress it first: lz4 -d)",
        ),
        (magic(&[0x02, 0x21, 0x4c, 0x18]), "it is lz4-compressed"),
        (magic(b"\x89LZO\0\r\n\x1a\n"), "it is lzop-compressed"),
        (magic(b"LZIP\x01"), "it is lzip-compressed"),
        (gzip(&gzip(&archive)), "it is a gzip file that holds a gzip file"),
        (gzip(&zstd(&archive)), "it is a gzip file that holds a zstd file"),
        (zstd(&gzip(&archive)), "it is a zstd file that holds a gzip file"),
        (gzip(&magic(&[0x04, 0x22, 0x4d, 0x18])), "it is a gzip file that holds lz4-compressed"),
    ] {
        let file = write(directory.path(), "odd", &bytes);
        for (arguments, input) in [(["report", &file], None), (["report", "-"], Some(&bytes[..]))] {
            let output = layerscope(&arguments, input);
            assert_eq!(output.status.code(), Some(2));
            assert!(text(&output.stderr).contains(words), "{words}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn a_layer_in_a_compression_that_is_not_read_is_named() {
    let lz4 = [&[0x04, 0x22, 0x4d, 0x18, 0x64][..], &[7; 600]].concat();
    let twice = compressed(&compressed(layer([file("f", 9)]).tar()).remove(0).1).remove(0).1;
    for (bytes, words) in [
        (lz4, "it is lz4-compressed (decompress it first: lz4 -d)"),
        (twice, "a gzip file that holds a gzip file"),
        (b"hsqs".repeat(200), "a squashfs filesystem"),
    ] {
        let layers = image().layers.into_iter().chain([Layer::of_tar(bytes)]);
        let archive = tar(Image::of(layers).docker());
        let opened =
            layerscope::image::open_source("x".into(), Arc::new(Bytes(archive)), None).unwrap();
        let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).unwrap();
        let said: Vec<_> = inspection.warnings.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|warning| warning.starts_with("layer 2") && warning.contains(words)),
            "{words}: {said:?}"
        );
        assert_eq!(inspection.totals.size, 5000);
    }
}

#[test]
fn damage_of_the_compression_around_an_archive_is_said() {
    let gzip = compressed(&tar(image().docker())).remove(0).1;
    let end = gzip.len();
    let mut wrong_checksum = gzip.clone();
    wrong_checksum[end - 8] ^= 1;
    let mut wrong_length = gzip.clone();
    wrong_length[end - 2] ^= 1;
    for (bytes, words) in [
        (wrong_checksum, "the checksum of the compressed archive is wrong"),
        (wrong_length, "the checksum of the compressed archive is wrong"),
        (gzip[..end - 8].to_vec(), "the compressed archive ends early, but its tar is complete"),
        (gzip[..end - 4].to_vec(), "the compressed archive ends early, but its tar is complete"),
        (gzip[..end - 1].to_vec(), "the compressed archive ends early, but its tar is complete"),
        ([&gzip[..], b"junk"].concat(), "there are more bytes after the compressed archive"),
    ] {
        let opened =
            layerscope::image::open_source("x".into(), Arc::new(Bytes(bytes)), None).unwrap();
        let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).unwrap();
        let said: Vec<_> = inspection.warnings.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|warning| warning.contains(words)), "{words}: {said:?}");
        assert_eq!(inspection.totals.size, 5000);
    }
}

/// Bytes that cannot be compressed.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}

#[test]
fn a_large_layer_of_many_gzip_members_is_read_like_one_of_one_member() {
    // On a machine with several cores, its members are decoded side by side.
    let files: Vec<_> = (1..41_u64).map(|i| noise(300_000, i)).collect();
    let entry = |(i, bytes): (usize, &Vec<u8>)| other(b'0', format!("f{i}")).holding(bytes.clone());
    let whole = || layer(files.iter().enumerate().map(entry));
    for (layer, members) in [(whole().gzip(), 1), (whole().gzip_members(90), 90)] {
        assert!(layer.stored().len() > 8 << 20, "it is large");
        let opened = open(tar(Image::of([layer]).docker())).unwrap();
        let progress = layerscope::Progress { verify: true, ..layerscope::Progress::default() };
        let inspection = layerscope::inspect(&opened, &progress).unwrap();
        assert_eq!((inspection.warnings.len(), &inspection.mismatches), (0, &Some(Vec::new())));
        let (tree, contents) = (&inspection.tree, LayerContents::new(&opened));
        for (i, bytes) in files.iter().enumerate() {
            let version = tree.last(tree.find(format!("f{i}").as_bytes()).unwrap()).unwrap();
            let source = contents.open(tree, version, &Arc::default()).unwrap();
            let all = Extent { offset: 0, len: bytes.len() as u64 };
            assert!(read_extent(&*source, all).unwrap() == *bytes, "f{i} of {members} members");
        }
    }
}

/// A zstd frame that asks for a window of a power of two, and stores bytes as they are.
fn zstd_frame(log: u8, bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3];
    let chunks = bytes.chunks(100_000).count();
    for (i, chunk) in bytes.chunks(100_000).enumerate() {
        let header = u32::try_from(chunk.len()).unwrap() << 3 | u32::from(i + 1 == chunks);
        frame.extend(&header.to_le_bytes()[..3]);
        frame.extend(chunk);
    }
    frame
}

#[test]
fn a_zstd_window_over_the_limit_names_both_and_is_no_wrong_digest() {
    for (log, window) in [(28, "256 MiB"), (29, "512 MiB"), (30, "1.00 GiB"), (31, "2.00 GiB")] {
        for skipped in [&b""[..], &[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]] {
            let mut image = image();
            let first = image.layers.remove(0);
            let stored = [skipped, &zstd_frame(log, first.tar())].concat();
            image.layers.insert(0, first.damaged(|bytes| *bytes = stored.clone()));
            let archive = Arc::new(Bytes(tar(image.docker())));
            let opened = layerscope::image::open_source("x".into(), archive, None).unwrap();
            let progress = layerscope::Progress { verify: true, ..layerscope::Progress::default() };
            let inspection = layerscope::inspect(&opened, &progress).unwrap();
            let said: Vec<_> = inspection.warnings.iter().map(ToString::to_string).collect();
            let words = format!("its zstd window of {window} is over the limit of 128 MiB");
            assert!(
                said.iter()
                    .any(|warning| warning.starts_with("layer 0") && warning.contains(&words)),
                "{said:?}"
            );
            let verification = inspection.verification.unwrap();
            assert!(
                verification.unverified.iter().any(|part| part.layer == Some(0.into())),
                "{:?}",
                verification.unverified
            );
            assert_eq!(inspection.mismatches, Some(Vec::new()));
        }
    }
    let within = zstd_frame(27, &tar(image().docker()));
    let opened = layerscope::image::open_source("x".into(), Arc::new(Bytes(within)), None).unwrap();
    assert!(
        layerscope::inspect(&opened, &layerscope::Progress::default()).unwrap().warnings.is_empty()
    );
    let over = zstd_frame(30, &tar(image().docker()));
    let error =
        layerscope::image::open_source("x".into(), Arc::new(Bytes(over)), None).err().unwrap();
    assert!(
        error.to_string().contains("its zstd window of 1.00 GiB is over the limit of 128 MiB"),
        "{error}"
    );
}
