//! Files that a layer stores with holes: a map that engines refuse is damage, and a size that no
//! file has is not believed.

use super::*;
use crate::support::build::other;

/// The records and the contents of a sparse file in the format 1.0: `map` in lines before `stored`
/// bytes.
fn sparse(map: &str, stored: usize, size: &str) -> Entry {
    let mut contents = map.as_bytes().to_vec();
    contents.resize(contents.len().next_multiple_of(512), 0);
    contents.extend(vec![b'y'; stored]);
    other(b'0', "GNUSparseFile.0/member")
        .holding(contents)
        .pax("GNU.sparse.major", "1")
        .pax("GNU.sparse.minor", "0")
        .pax("GNU.sparse.name", "sparse")
        .pax("GNU.sparse.realsize", size)
}

/// The format 0.1: the map in a record.
fn sparse_0_1(blocks: &str, map: &str, stored: usize, size: &str) -> Entry {
    let entry = other(b'0', "GNUSparseFile.0/member").holding("y".repeat(stored));
    let entry = entry.pax("GNU.sparse.size", size).pax("GNU.sparse.numblocks", blocks);
    entry.pax("GNU.sparse.name", "sparse").pax("GNU.sparse.map", map)
}

fn archive(entry: Entry, packed: bool) -> Vec<u8> {
    let plain = layer([file("a", 700), entry, file("b", 9)]);
    tar(Image::of([if packed { plain.gzip() } else { plain }]).docker())
}

#[test]
fn a_map_that_go_refuses_is_damage_of_the_layer() {
    for (what, entry) in [
        ("fewer numbers than are stated", sparse("9\n0\n512\n", 512, "100000")),
        ("no number", sparse("1\nx\n512\n", 512, "100000")),
        ("a negative number", sparse("1\n-5\n512\n", 512, "100000")),
        ("pieces that overlap", sparse("2\n0\n512\n256\n512\n", 1024, "100000")),
        ("pieces in the wrong order", sparse("2\n1024\n512\n0\n512\n", 1024, "100000")),
        ("a piece outside the file", sparse("1\n0\n512\n", 512, "100")),
        ("a piece that is not stored", sparse("1\n0\n1024\n", 512, "100000")),
        ("more stored than the pieces", sparse("1\n0\n512\n", 1024, "100000")),
        ("a size that is none", sparse("1\n0\n512\n", 512, "many")),
        ("a size beyond 63 bits", sparse("1\n0\n512\n", 512, "18446744073709551616")),
        ("a wrong count", sparse_0_1("3", "0,512", 512, "9000")),
        ("no count", sparse_0_1("", "0,512", 512, "9000")),
        ("an offset without a length", sparse_0_1("1", "0", 512, "9000")),
        ("pieces of 0.1 that overlap", sparse_0_1("2", "0,512,256,512", 1024, "9000")),
    ] {
        for packed in [false, true] {
            let found = inspect(archive(entry.clone(), packed)).unwrap();
            assert_eq!(found.completeness.gaps().len(), 1, "{what}: {:?}", found.warnings);
            assert_eq!(
                found.completeness.gaps()[0].gap(),
                Some(Gap::Damaged),
                "{what}: {:?}",
                found.warnings
            );
            assert_eq!(found.totals.size, 700, "{what}: what lies before is shown");
        }
    }
}

#[test]
fn a_map_that_go_takes_is_a_file_of_its_full_size() {
    for (what, entry) in [
        ("a hole before", sparse("2\n512\n512\n100000\n0\n", 512, "100000")),
        ("an end that is marked", sparse("2\n0\n512\n100000\n0\n", 512, "100000")),
        ("only a hole", sparse("1\n100000\n0\n", 0, "100000")),
        ("format 0.1", sparse_0_1("2", "0,512,100000,0", 512, "100000")),
    ] {
        for packed in [false, true] {
            let found = inspect(archive(entry.clone(), packed)).unwrap();
            assert!(
                found.completeness.is_whole() && found.warnings.is_empty(),
                "{what}: {:?}",
                found.warnings
            );
            assert_eq!(found.totals.size, 100_709, "{what}");
            assert_eq!(found.layers[0].entries, 3, "{what}");
        }
    }
}

#[test]
fn what_the_map_does_not_reach_is_said_and_what_no_file_has_is_not_believed() {
    let short = inspect(archive(sparse("1\n0\n512\n", 512, "100000"), false)).unwrap();
    let said = short.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    assert!(short.completeness.is_whole() && short.totals.size == 100_709, "{said}");
    assert!(said.contains("sparse says 100,000 bytes, but its map of holes ends at 512"), "{said}");
    for size in ["4611686018427387904", "17592186044417"] {
        let huge = inspect(archive(sparse("1\n0\n512\n", 512, size), false)).unwrap();
        assert_eq!(huge.completeness.gaps()[0].gap(), Some(Gap::OverLimit), "{:?}", huge.warnings);
        assert_eq!(huge.totals.size, 709, "counted as empty");
    }
}
