//! Replacement: a path that becomes something else, or comes again as it was.

use super::claim::layers;
use crate::support::build::{dir, file, gone};

#[test]
fn a_file_gives_way_to_a_directory_that_has_no_entry_of_its_own() {
    layers("file-to-implied-dir", [vec![file("x", 100)], vec![file("x/n", 5)]])
        .ship([100, 5])
        .visible([0, 5])
        .wasted(["x 100: 0 to 1, overwritten"])
        .tree(["x/", "x/n 5"])
        .metadata("x", 0o755, (0, 0))
        .warns("runtimes disagree");
}

#[test]
fn a_change_of_owner_ships_the_contents_again() {
    layers("chown-only", [vec![file("f", 1000)], vec![file("f", 1000).owner(1000, 1000)]])
        .ship([1000, 1000])
        .visible([0, 1000])
        .wasted(["f 1000: 0 to 1, rewritten-unchanged"])
        .tree(["f 1000"])
        .metadata("f", 0o644, (1000, 1000))
        .quiet();
}

#[test]
fn other_contents_of_the_same_size_are_not_recopied() {
    layers(
        "same-size",
        [vec![file("f", 1000)], vec![file("f", 1000).filled_with(b'y')], vec![gone("f")]],
    )
    .ship([1000, 1000, 0])
    .visible([0, 0, 0])
    .wasted(["f 1000: 0 to 1, overwritten", "f 1000: 1 to 2, deleted"])
    .tree([])
    .quiet();
}

#[test]
fn a_copy_that_its_own_layer_makes_a_directory_is_not_a_copy() {
    layers("copy-then-directory", [vec![file("f", 1000)], vec![file("f", 1000), dir("f")]])
        .ship([1000, 1000])
        .visible([0, 0])
        .wasted(["f 1000: 0 to 1, overwritten", "f 1000: 1 to 1, overwritten"])
        .tree(["f/"]);
}
