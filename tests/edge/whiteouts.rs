//! Whiteouts: what `.wh.NAME` takes away, however it is spelled and wherever it stands.

use super::claim::{d, layers};
use crate::support::build::{dir, file, gone, hardlink, symlink};

#[test]
fn the_whiteout_of_a_link_takes_the_link_and_leaves_its_target() {
    layers("wh-symlink", [vec![dir("t"), file("t/f", 100), symlink("l", "t")], vec![gone("l")]])
        .ship([100, 0])
        .visible([100, 0])
        .wasted([])
        .tree(["t/", "t/f 100"])
        .quiet();
}

#[test]
fn a_whiteout_through_a_link_of_the_same_layer_acts_where_the_link_leads() {
    let below = vec![dir("t"), file("t/f", 100), dir("l"), file("l/f", 70)];
    layers("wh-via-same-layer-symlink", [below, vec![symlink("l", "t"), gone("l/f")]])
        .ship([170, 0])
        .visible([0, 0])
        .wasted(["l/f 70: 0 to 1, replaced", "t/f 100: 0 to 1, deleted"])
        .tree(["l -> t", "t/"])
        .warns("runtimes disagree");
}

#[test]
fn whiteouts_of_nothing_do_nothing_but_make_the_directory_that_they_are_in() {
    let upper = vec![gone("nothing"), gone("a/nothing"), gone("nodir/x")];
    layers("wh-nonexistent", [vec![dir("a"), file("a/f", 40)], upper])
        .ship([40, 0])
        .visible([40, 0])
        .wasted([])
        .tree(["a/", "a/f 40", "nodir/"])
        .metadata("nodir", 0o755, (0, 0))
        .warns("runtimes disagree");
}

#[test]
fn what_is_deleted_and_comes_again_in_the_next_layer_was_deleted_not_overwritten() {
    let below = [d(), vec![file("f", 10)]].concat();
    layers("wh-then-readd-next-layer", [below, vec![gone("f"), gone("d")], vec![file("f", 40)]])
        .ship([610, 0, 40])
        .visible([0, 0, 40])
        .wasted([
            "d/a 100: 0 to 1, deleted",
            "d/b 200: 0 to 1, deleted",
            "d/s/c 300: 0 to 1, deleted",
            "f 10: 0 to 1, deleted",
        ])
        .tree(["f 40"])
        .quiet();
}

#[test]
fn a_whiteout_behind_a_new_directory_still_empties_the_old_one_only() {
    layers("wh-readd-dir-after", [d(), vec![dir("d"), file("d/n", 7), gone("d")]])
        .ship([600, 7])
        .visible([0, 7])
        .wasted([
            "d/a 100: 0 to 1, deleted",
            "d/b 200: 0 to 1, deleted",
            "d/s/c 300: 0 to 1, deleted",
        ])
        .tree(["d/", "d/n 7"])
        .warns("runtimes disagree");
}

#[test]
fn the_contents_of_a_whiteout_are_not_contents_of_the_image() {
    let whiteout = gone("f").holding([b'x'; 100]);
    layers("wh-with-content", [vec![file("f", 40)], vec![whiteout]])
        .ship([40, 0])
        .visible([0, 0])
        .wasted(["f 40: 0 to 1, deleted"])
        .tree([])
        .quiet();
}

#[test]
fn a_whiteout_stored_as_a_link_is_a_whiteout() {
    let below = vec![file("f", 40), file("t", 9)];
    layers("wh-as-symlink", [below, vec![symlink(".wh.f", "t")]])
        .ship([49, 0])
        .visible([9, 0])
        .wasted(["f 40: 0 to 1, deleted"])
        .tree(["t 9"])
        .quiet();
}

#[test]
fn whiteouts_linked_to_each_other_as_aufs_left_them_are_whiteouts() {
    let below = vec![file("f", 40), file("g", 50), file("h", 60)];
    let upper = vec![gone("f"), hardlink(".wh.g", ".wh.f"), hardlink(".wh.h", ".wh.f")];
    layers("wh-as-hardlink", [below, upper])
        .ship([150, 0])
        .visible([0, 0])
        .wasted(["f 40: 0 to 1, deleted", "g 50: 0 to 1, deleted", "h 60: 0 to 1, deleted"])
        .tree([])
        .quiet();
}

#[test]
fn an_unknown_mark_below_the_root_is_the_whiteout_of_a_hidden_name() {
    let below = vec![dir("d"), file("d/foo", 40)];
    layers("wh-meta-unknown", [below, vec![file("d/.wh..wh.foo", 0)]])
        .ship([40, 0])
        .visible([40, 0])
        .wasted([])
        .tree(["d/", "d/foo 40"])
        .quiet();
}

#[test]
fn whiteouts_may_be_written_with_a_dot_or_a_slash_in_front() {
    let below = vec![file("f", 40), file("g", 50), file("h", 60)];
    layers("wh-dotslash-abs", [below, vec![file("./.wh.f", 0), file("/.wh.g", 0)]])
        .ship([150, 0])
        .visible([60, 0])
        .wasted(["f 40: 0 to 1, deleted", "g 50: 0 to 1, deleted"])
        .tree(["h 60"])
        .quiet();
}

#[test]
fn a_file_whose_name_makes_it_a_whiteout_ships_nothing() {
    let below = vec![file("keep", 30), file(".wh.x", 10)];
    layers("wh-of-hidden-name", [below, vec![file("n", 1), file(".wh.wh.x", 5)]])
        .ship([30, 1])
        .visible([30, 1])
        .wasted([])
        .tree(["keep 30", "n 1"])
        .quiet();
}
