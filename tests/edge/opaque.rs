//! Opaque directories, and what AUFS left in layers.

use super::claim::{d, layers};
use crate::support::build::{dir, file, gone, hardlink, opaque};

#[test]
fn an_opaque_mark_may_stand_behind_what_it_leaves_in_place() {
    layers("opq-after", [d(), vec![dir("d"), file("d/n", 7), opaque("d")]])
        .ship([600, 7])
        .visible([0, 7])
        .wasted(["d/a 100: 0 to 1, opaque", "d/b 200: 0 to 1, opaque", "d/s/c 300: 0 to 1, opaque"])
        .tree(["d/", "d/n 7"])
        .quiet();
}

#[test]
fn an_opaque_directory_without_an_entry_keeps_its_mode() {
    layers("opq-no-dir-entry", [vec![dir("d").mode(0o700), file("d/a", 100)], vec![opaque("d")]])
        .ship([100, 0])
        .visible([0, 0])
        .wasted(["d/a 100: 0 to 1, opaque"])
        .tree(["d/"])
        .metadata("d", 0o700, (0, 0))
        .warns("runtimes disagree");
}

#[test]
fn an_opaque_mark_in_a_directory_that_is_nowhere_makes_it() {
    layers("opq-nonexistent", [vec![file("f", 40)], vec![opaque("nodir")]])
        .ship([40, 0])
        .visible([40, 0])
        .wasted([])
        .tree(["f 40", "nodir/"])
        .metadata("nodir", 0o755, (0, 0))
        .warns("runtimes disagree");
}

#[test]
fn an_old_name_that_comes_again_in_an_opaque_directory_was_overwritten() {
    layers("opq-readd", [d(), vec![dir("d"), opaque("d"), file("d/a", 7)]])
        .ship([600, 7])
        .visible([0, 7])
        .wasted([
            "d/a 100: 0 to 1, overwritten",
            "d/b 200: 0 to 1, opaque",
            "d/s/c 300: 0 to 1, opaque",
        ])
        .tree(["d/", "d/a 7"])
        .quiet();
}

#[test]
fn what_lies_deeper_than_an_opaque_mark_behind_it_stays() {
    layers("opq-nested-after", [d(), vec![file("d/s/n", 5), opaque("d")]])
        .ship([600, 5])
        .visible([0, 5])
        .wasted(["d/a 100: 0 to 1, opaque", "d/b 200: 0 to 1, opaque", "d/s/c 300: 0 to 1, opaque"])
        .tree(["d/", "d/s/", "d/s/n 5"])
        .warns("runtimes disagree");
}

#[test]
fn an_opaque_directory_over_a_file_overwrites_it() {
    layers("opq-over-file", [vec![file("d", 40)], vec![dir("d"), opaque("d"), file("d/n", 3)]])
        .ship([40, 3])
        .visible([0, 3])
        .wasted(["d 40: 0 to 1, overwritten"])
        .tree(["d/", "d/n 3"])
        .quiet();
}

#[test]
fn aufs_leftovers_are_not_part_of_the_image_but_feed_its_hard_links() {
    let below = vec![
        file(".wh..wh.aufs", 0),
        dir(".wh..wh.orph"),
        dir(".wh..wh.plnk"),
        file(".wh..wh.plnk/1234.5", 800).mode(0o755),
        file(".wh..wh.plnk/99.5", 60),
        dir("bin"),
        hardlink("bin/a", ".wh..wh.plnk/1234.5").mode(0o755),
        hardlink("bin/b", ".wh..wh.plnk/1234.5").mode(0o755),
    ];
    layers("aufs-meta", [below, vec![gone("bin/a")]])
        .ship([860, 0])
        .visible([800, 0])
        .wasted([".wh..wh.plnk/99.5 60: 0 to 0, deleted"])
        .tree(["bin/", "bin/b 800"])
        .metadata("bin/b", 0o755, (0, 0))
        .warns("runtimes disagree: the layer has AUFS bookkeeping");
}

#[test]
fn a_pseudo_link_that_loses_its_name_and_gets_another_one_dies_once() {
    let below = vec![
        file(".wh..wh.plnk/1", 800),
        hardlink("b", ".wh..wh.plnk/1"),
        // The directory that this needs takes the place of the first name.
        hardlink("b/a", ".wh..wh.plnk/1"),
    ];
    layers("aufs-renamed", [below.clone()])
        .ship([800])
        .visible([800])
        .wasted([])
        .tree(["b/", "b/a 800"]);
    layers("aufs-renamed-and-deleted", [below, vec![gone("b")]])
        .ship([800, 0])
        .visible([0, 0])
        .wasted([".wh..wh.plnk/1 800: 0 to 1, deleted"])
        .tree([]);
}

#[test]
fn a_name_of_a_pseudo_link_has_the_mode_and_the_owner_of_the_pseudo_link() {
    let contents = file(".wh..wh.plnk/1", 800).mode(0o755).owner(7, 8);
    layers("aufs-metadata", [vec![contents, hardlink("a", ".wh..wh.plnk/1")]]).metadata(
        "a",
        0o755,
        (7, 8),
    );
}
