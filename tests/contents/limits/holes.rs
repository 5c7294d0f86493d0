//! Files that are stored with holes.

use super::subject;
use crate::contents::layouts::{read, whole};
use crate::support::build::{Entry, Image, Layer, file, layer, other};

/// A sparse file in the old GNU format: "one" at 0, "two" at 100,000, and a hole at the end.
fn old_gnu() -> Entry {
    let mut stored = vec![b'1'; 512];
    stored.extend([b'2'; 300]);
    other(b'S', "sparse").gnu().holding(stored).tweak(|header| {
        let bytes = header.as_mut_bytes();
        for (i, (offset, len)) in [(0, 512), (100_000, 300), (200_000, 0)].into_iter().enumerate() {
            bytes[386 + 24 * i..][..12].copy_from_slice(format!("{offset:011o}\0").as_bytes());
            bytes[398 + 24 * i..][..12].copy_from_slice(format!("{len:011o}\0").as_bytes());
        }
        bytes[483..495].copy_from_slice(format!("{:011o}\0", 200_000).as_bytes());
    })
}

fn pax(map: &[(&str, &str)], stored: Vec<u8>) -> Entry {
    map.iter().fold(file("sparse", 0).holding(stored), |entry, (key, value)| entry.pax(key, value))
}

#[test]
fn a_sparse_file_has_its_logical_contents_in_every_format() {
    let mut expected = vec![0; 200_000];
    expected[..512].fill(b'1');
    expected[100_000..100_300].fill(b'2');
    let pieces = [vec![b'1'; 512], vec![b'2'; 300]].concat();
    let mut with_map = b"2\n0\n512\n100000\n300\n".to_vec();
    with_map.resize(512, 0);
    with_map.extend(&pieces);
    let size = ("GNU.sparse.size", "200000");
    let one_zero = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", "sparse"),
        ("GNU.sparse.realsize", "200000"),
    ];
    let numbers = [
        ("GNU.sparse.numblocks", "2"),
        ("GNU.sparse.offset", "0"),
        ("GNU.sparse.numbytes", "512"),
        ("GNU.sparse.offset", "100000"),
        ("GNU.sparse.numbytes", "300"),
    ];
    let formats = [
        ("GNU", old_gnu()),
        ("0.0", pax(&[&[size], &numbers[..]].concat(), pieces.clone())),
        (
            "0.1",
            pax(
                &[size, ("GNU.sparse.numblocks", "2"), ("GNU.sparse.map", "0,512,100000,300")],
                pieces,
            ),
        ),
        ("1.0", pax(&one_zero, with_map)),
    ];
    for (format, entry) in formats {
        for compress in [|layer: Layer| layer, Layer::gzip] {
            let entries = [file("before", 700), entry.clone(), file("after", 5)];
            let subject = subject(&Image::of([compress(layer(entries))]));
            let source = subject.source("/sparse");
            assert_eq!(source.len(), 200_000, "{format}");
            assert!(whole(&source) == expected, "{format}");
            assert_eq!(read(&source, 99_990, 20), expected[99_990..100_010], "{format}");
            assert_eq!(whole(&subject.source("/after")), b"xxxxx", "{format}");
        }
    }
}

#[test]
fn a_map_of_holes_that_lies_ends_the_layer_before_its_file() {
    let size = ("GNU.sparse.size", "1000");
    for map in [
        "0,600,500,100",
        "18446744073709551615,5",
        "0,a",
        "9223372036854775807,9223372036854775807",
    ] {
        let count = ("GNU.sparse.numblocks", if map == "0,600,500,100" { "2" } else { "1" });
        let sparse = pax(&[size, count, ("GNU.sparse.map", map)], vec![b'1'; 600]);
        let subject = subject(&Image::of([layer([file("before", 5), sparse])]));
        assert_eq!(whole(&subject.source("/before")), b"xxxxx", "{map}");
        let tree = &subject.inspection.tree;
        assert!(tree.find(b"sparse").is_none(), "{map}: nothing of it is shown");
        let said = subject.inspection.completeness.gaps()[0].to_string();
        assert!(said.contains("layer 0") && said.contains("map of holes"), "{map}: {said}");
    }
}
