//! Extended headers, as Go's `archive/tar` and with it every engine reads them.

use super::claim::{bytes, layers};
use crate::support::build::{
    Entry, Image, dir, entries, file, hardlink, layer, other, record, symlink, tar,
};

/// A GNU header with a long name (`L`) or a long link (`K`) for the entry behind it.
fn gnu(flag: u8, text: &str) -> Entry {
    other(flag, "././@LongLink").holding(format!("{text}\0")).gnu()
}

/// A PAX header of its own, for the entry behind it.
fn pax<const N: usize>(records: [(&str, &str); N]) -> Entry {
    let records: Vec<u8> =
        records.iter().flat_map(|(key, value)| record(key.as_bytes(), value.as_bytes())).collect();
    other(b'x', "PaxHeaders/entry").holding(records)
}

#[test]
fn a_pax_record_with_an_empty_value_stands_for_nothing() {
    for key in [
        "size",
        "uid",
        "gid",
        "mtime",
        "path",
        "atime",
        "ctime",
        "uname",
        "GNU.sparse.major",
        "linkpath",
    ] {
        layers("pax-empty", [vec![file("real", 19).pax(key, "").owner(3, 4), file("second", 2)]])
            .ship([21])
            .tree(["real 19", "second 2"])
            .metadata("real", 0o644, (3, 4))
            .quiet();
    }
    layers("pax-empty-linkpath", [vec![file("t", 1), symlink("l", "t").pax("linkpath", "")]])
        .tree(["l -> t", "t 1"]);
}

#[test]
fn of_equal_pax_records_the_last_counts_and_an_empty_one_takes_it_back() {
    let twice = file("f", 5).pax("uid", "7").pax("uid", "8").pax("path", "other").pax("path", "");
    layers("pax-twice", [vec![twice, file("g", 1)]])
        .tree(["f 5", "g 1"])
        .metadata("f", 0o644, (8, 0))
        .quiet();
}

#[test]
fn a_long_name_of_gnu_wins_over_pax_in_either_order() {
    let named = |headers: Vec<Entry>, expected: &str| {
        let entries = [headers, vec![file("plain", 11), file("last", 1)]].concat();
        let expected = format!("{expected} 11");
        let mut tree = ["last 1", expected.as_str()];
        tree.sort_unstable();
        layers("gnu-and-pax", [entries]).tree(tree);
    };
    let path = || pax([("path", "from-pax")]);
    named(vec![gnu(b'L', "from-gnu"), path()], "from-gnu");
    named(vec![path(), gnu(b'L', "from-gnu")], "from-gnu");
    named(vec![gnu(b'L', "first"), path(), gnu(b'L', "second")], "second");
    named(vec![gnu(b'L', ""), path()], "from-pax");
    named(vec![path(), pax([("uid", "1")])], "plain");
    named(
        vec![gnu(b'L', "from-gnu"), other(b'g', "global").holding(record(b"comment", b"x"))],
        "plain",
    );
}

#[test]
fn a_long_link_of_gnu_wins_over_pax_in_either_order() {
    for headers in [
        [gnu(b'K', "from-gnu"), pax([("linkpath", "from-pax")])],
        [pax([("linkpath", "from-pax")]), gnu(b'K', "from-gnu")],
    ] {
        let entries = [headers.to_vec(), vec![symlink("l", "plain")]].concat();
        layers("gnu-link-and-pax", [entries]).tree(["l -> from-gnu"]).quiet();
    }
    let entries =
        vec![file("t", 9), gnu(b'K', "t"), pax([("linkpath", "nothing")]), hardlink("h", "plain")];
    layers("gnu-hardlink-and-pax", [entries]).ship([9]).tree(["h 9", "t 9"]).quiet();
}

#[test]
fn a_negative_size_matters_only_where_contents_may_follow() {
    let others =
        vec![dir("d").pax("size", "-1"), symlink("l", "d").pax("size", "-512"), file("f", 3)];
    layers("pax-negative-size", [others]).ship([3]).tree(["d/", "f 3", "l -> d"]).quiet();
    layers("pax-negative-file", [vec![file("a", 1), file("f", 3).pax("size", "-3")]])
        .ship([1])
        .tree(["a 1"])
        .warns("size is not a number");
}

#[test]
fn a_record_that_is_no_number_ends_the_layer_there() {
    for (key, value) in [
        ("size", "1.5"),
        ("size", "x"),
        ("uid", "1.0"),
        ("mtime", "1.x"),
        ("atime", "now"),
        ("gid", " 1"),
    ] {
        layers("pax-no-number", [vec![file("a", 1), file("f", 3).pax(key, value), file("z", 1)]])
            .tree(["a 1"])
            .warns("is not a number");
    }
}

#[test]
fn the_headers_of_the_archive_itself_are_read_alike() {
    let image = Image::of([layer([file("f", 5)])]);
    let members = image
        .docker()
        .into_iter()
        .map(|member| member.pax("size", "").pax("mtime", ""))
        .collect::<Vec<_>>();
    bytes("outer-pax-empty", tar(members)).tree(["f 5"]).quiet();
    let mut archive = Vec::new();
    for member in image.docker() {
        let name = String::from_utf8(member.name().to_vec()).unwrap();
        archive.extend(entries([
            pax([("path", "wrong")]),
            gnu(b'L', &name),
            member.named("also-wrong"),
        ]));
    }
    bytes("outer-gnu-and-pax", [archive, vec![0; 1024]].concat()).tree(["f 5"]).quiet();
}
