//! Hard links: the bytes belong to the inode, once, and live as long as one of its names.

use super::claim::layers;
use crate::support::build::{dir, file, gone, hardlink, symlink};

#[test]
fn three_names_in_one_layer_ship_their_bytes_once() {
    layers("hl-same-layer", [vec![file("f", 1000), hardlink("g", "f"), hardlink("h", "g")]])
        .ship([1000])
        .visible([1000])
        .wasted([])
        .tree(["f 1000", "g 1000", "h 1000"])
        .quiet();
}

#[test]
fn bytes_live_on_through_the_second_name_when_the_first_is_deleted() {
    layers("hl-target-deleted-later", [vec![file("f", 1000), hardlink("g", "f")], vec![gone("f")]])
        .ship([1000, 0])
        .visible([1000, 0])
        .wasted([])
        .tree(["g 1000"])
        .quiet();
}

#[test]
fn bytes_die_in_the_layer_that_takes_their_last_name() {
    let below = vec![file("f", 1000), hardlink("g", "f")];
    layers("hl-all-deleted", [below, vec![gone("f")], vec![gone("g")]])
        .ship([1000, 0, 0])
        .visible([0, 0, 0])
        .wasted(["f 1000: 0 to 2, deleted"])
        .tree([])
        .quiet();
}

#[test]
fn overwriting_one_of_two_names_kills_nothing() {
    layers("hl-overwrite-one", [vec![file("f", 1000), hardlink("g", "f")], vec![file("g", 3)]])
        .ship([1000, 3])
        .visible([1000, 3])
        .wasted([])
        .tree(["f 1000", "g 3"])
        .quiet();
}

#[test]
fn a_link_keeps_the_contents_that_its_target_had_when_it_was_made() {
    layers(
        "hl-target-replaced-in-layer",
        [vec![file("f", 1000), hardlink("g", "f"), file("f", 7)]],
    )
    .ship([1007])
    .visible([1007])
    .wasted([])
    .tree(["f 7", "g 1000"])
    .warns("runtimes disagree: /f is in this layer more than once");
}

#[test]
fn no_contents_follow_a_hard_link_whatever_size_its_header_states() {
    layers(
        "hl-size-nonzero",
        [vec![file("f", 1000), hardlink("g", "f").stating(1000), file("h", 35)]],
    )
    .ship([1035])
    .visible([1035])
    .wasted([])
    .tree(["f 1000", "g 1000", "h 35"])
    .quiet();
}

#[test]
fn link_names_are_paths_from_the_root_of_the_image() {
    layers(
        "hl-linkname-forms",
        [vec![dir("d"), file("f", 30), hardlink("d/g", "./f"), hardlink("d/h", "/f")]],
    )
    .ship([30])
    .visible([30])
    .wasted([])
    .tree(["d/", "d/g 30", "d/h 30", "f 30"])
    .quiet();
}

#[test]
fn a_link_name_may_lead_through_a_symbolic_link_of_the_layer() {
    layers(
        "hl-via-symlink-dir",
        [vec![dir("t"), file("t/f", 20), symlink("l", "t"), hardlink("g", "l/f")]],
    )
    .ship([20])
    .visible([20])
    .wasted([])
    .tree(["g 20", "l -> t", "t/", "t/f 20"])
    .quiet();
}
