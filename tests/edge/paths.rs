//! Paths and order inside a layer, and the types that entries have.

use super::claim::{d, layers};
use crate::support::build::{block, char, dir, fifo, file, symlink};

#[test]
fn of_two_files_at_one_path_the_last_counts_and_the_first_is_dead() {
    layers("dup-file", [vec![file("f", 100), file("f", 7)]])
        .ship([107])
        .visible([7])
        .wasted(["f 100: 0 to 0, overwritten"])
        .tree(["f 7"])
        .warns("runtimes disagree: /f is in this layer more than once");
}

#[test]
fn a_file_at_the_path_of_a_directory_of_the_same_layer_takes_all_that_is_in_it() {
    layers("dup-dir-file", [[d(), vec![file("d", 7)]].concat()])
        .ship([607])
        .visible([7])
        .wasted([
            "d/a 100: 0 to 0, replaced",
            "d/b 200: 0 to 0, replaced",
            "d/s/c 300: 0 to 0, replaced",
        ])
        .tree(["d 7"])
        .warns("runtimes disagree: /d is in this layer more than once");
}

#[test]
fn a_file_at_the_path_of_a_link_of_the_same_layer_replaces_the_link() {
    layers("dup-symlink-file", [vec![dir("t"), symlink("l", "t"), file("l", 5)]])
        .ship([5])
        .visible([5])
        .wasted([])
        .tree(["l 5", "t/"])
        .warns("runtimes disagree: /l is in this layer more than once");
}

#[test]
fn directories_that_are_only_passed_through_keep_their_mode_and_owner() {
    let below = vec![dir("tmp").mode(0o1777), dir("root").mode(0o700).owner(7, 8)];
    layers("no-parents-existing", [below, vec![file("tmp/x", 10), file("root/y", 20)]])
        .ship([0, 30])
        .visible([0, 30])
        .wasted([])
        .tree(["root/", "root/y 20", "tmp/", "tmp/x 10"])
        .metadata("tmp", 0o1777, (0, 0))
        .metadata("root", 0o700, (7, 8))
        .warns("runtimes disagree");
}

#[test]
fn a_link_that_leads_out_of_the_image_ends_at_its_root() {
    layers("symlink-escape", [vec![symlink("e", "../../../../tmp"), file("e/f", 10)]])
        .ship([10])
        .visible([10])
        .wasted([])
        .tree(["e -> ../../../../tmp", "tmp/", "tmp/f 10"])
        .warns("runtimes disagree");
}

#[test]
fn a_path_through_a_link_of_a_lower_layer_makes_it_a_directory() {
    let below = vec![dir("usr"), dir("usr/bin"), file("usr/bin/a", 10), symlink("bin", "usr/bin")];
    layers("symlink-parent-lower", [below, vec![file("bin/foo", 20)]])
        .ship([10, 20])
        .visible([10, 20])
        .wasted([])
        .tree(["bin/", "bin/foo 20", "usr/", "usr/bin/", "usr/bin/a 10"])
        .warns("runtimes disagree");
}

#[test]
fn an_absolute_link_of_the_same_layer_is_followed_from_the_root_of_the_image() {
    let only = vec![
        dir("usr"),
        dir("usr/bin"),
        file("usr/bin/a", 10),
        symlink("bin", "/usr/bin"),
        file("bin/foo", 20),
    ];
    layers("symlink-parent-same-abs", [only]).quiet().ship([30]).visible([30]).wasted([]).tree([
        "bin -> /usr/bin",
        "usr/",
        "usr/bin/",
        "usr/bin/a 10",
        "usr/bin/foo 20",
    ]);
}

#[test]
fn where_a_link_leads_may_change_with_every_entry() {
    layers(
        "symlink-parent-changes",
        [vec![symlink("l", "."), file("l/x", 10), file("l/l", 20), file("l/y", 30)]],
    )
    .ship([60])
    .visible([40])
    .wasted(["l 20: 0 to 0, overwritten"])
    .tree(["l/", "l/y 30", "x 10"]);
}

#[test]
fn the_size_in_a_pax_record_wins_over_the_header() {
    let big = file("f", 1000).stating(0).pax("size", "1000");
    layers("pax-size", [vec![big, file("g", 5)]])
        .ship([1005])
        .visible([1005])
        .wasted([])
        .tree(["f 1000", "g 5"])
        .quiet();
}

#[test]
fn owners_and_times_in_pax_records_win_over_the_header() {
    let owned = file("f", 1).pax("uid", "3000000").pax("gid", "4000000000").pax("mtime", "-1.5");
    let shown = layers("pax-ids", [vec![owned, file("g", 1).pax("mtime", "1350244992.023960108")]]);
    shown.ship([2]).visible([2]).metadata("f", 0o644, (3_000_000, 4_000_000_000)).quiet();
    let times = ["f", "g"].map(|path| shown.inspection.tree.mtime(shown.at(path)));
    shown.same("times", times, [-2, 1_350_244_992]);
}

#[test]
fn devices_and_pipes_have_no_bytes() {
    layers("devices", [vec![char("c", 1, 3), block("b", 8, 0), fifo("p")]])
        .ship([0])
        .visible([0])
        .wasted([])
        .tree(["b block 8:0", "c char 1:3", "p fifo"])
        .quiet();
}

#[test]
fn a_file_that_stands_for_the_root_ships_bytes_that_have_no_place() {
    for name in ["/", ".", "./", "..", "../..", "a/.."] {
        let shown = layers("root-file", [vec![file("f", 2), file(name, 5000)]]);
        shown.ship([2]).tree(["f 2"]).warns(
            "stands for the root directory and is a file of 5,000 bytes; it is ignored here, but",
        );
        let completeness = &shown.inspection.completeness;
        assert!(!completeness.is_whole() && !completeness.sizes_are_exact(), "{name}");
        let link = layers("root-link", [vec![file("f", 2), symlink(name, "/etc")]]);
        link.ship([2])
            .tree(["f 2"])
            .warns("stands for the root directory and is not a directory; it is ignored here, but");
        assert!(link.inspection.completeness.is_whole(), "{name}");
    }
}

#[test]
fn only_a_path_that_leads_above_the_root_is_said_to_do_so() {
    let below = vec![dir("bin"), file("old", 7)];
    layers("inside", [below, vec![file("bin/../x", 1), crate::support::build::gone("bin/../old")]])
        .ship([7, 1])
        .visible([0, 1])
        .quiet();
    layers("above", [vec![file("bin/../../x", 1)]])
        .ship([1])
        .tree(["x 1"])
        .warns("the path bin/../../x points outside the root; it is read as /x");
}
