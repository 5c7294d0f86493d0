//! Where engines differ, and where they do not: each case was tried on Docker 20.10 (overlay2),
//! Podman 4.3 (vfs and overlay), umoci 0.4.7 and containerd 1.6 (overlayfs).

use super::claim::{Shown, d, layers};
use crate::support::build::{Entry, dir, file, gone, opaque, symlink};

const DIFFER: &str = "runtimes disagree";

fn two(upper: Vec<Entry>) -> Shown {
    layers("engines", [[d(), vec![dir("t"), file("t/f", 40), file("x", 75)]].concat(), upper])
}

/// Some engine refuses the layer, or makes another tree of it.
fn differ(upper: Vec<Entry>, words: &str) {
    let shown = two(upper);
    shown.warns(DIFFER).warns(words);
    let count = shown.inspection.warnings.len();
    assert_eq!(count, 1, "one remark is enough: {:?}", shown.inspection.warnings);
}

/// All engines load the layer and agree.
fn agree(upper: Vec<Entry>) {
    two(upper).quiet();
}

#[test]
fn a_path_below_what_is_a_file_in_a_lower_layer() {
    // Podman on vfs and umoci: not a directory. umoci keeps the file below an opaque mark.
    differ(vec![gone("x/y")], "/x was no directory below");
    differ(vec![gone("x/y/z")], "/x was no directory below");
    differ(vec![opaque("x")], "/x was no directory below");
    differ(vec![file("x/y", 1)], "/x was no directory below");
    differ(vec![dir("x/y")], "/x was no directory below");
    agree(vec![dir("x"), file("x/y", 1)]);
}

#[test]
fn a_path_through_a_link_that_leads_to_nothing_of_the_layer() {
    for target in ["nowhere", "t", "/t", "../t", "./t/"] {
        differ(vec![symlink("l", target), gone("l/f")], "leads through a link to");
        differ(vec![symlink("l", target), file("l/f", 1)], "leads through a link to");
    }
    differ(
        vec![symlink("l", "nowhere"), file("l/d/f", 1)],
        "/nowhere, which the layer does not have",
    );
    differ(vec![symlink("l", "t"), gone("l/f"), dir("t")], "/t, which the layer does not have");
    agree(vec![dir("t"), symlink("l", "t"), file("l/f", 1)]);
    agree(vec![dir("t"), symlink("l", "t"), file("l/d/f", 1)]);
}

#[test]
fn a_directory_without_an_entry_before_an_opaque_mark() {
    // Docker and Podman on vfs delete what is there and was no entry of the layer.
    differ(
        vec![file("d/s/n", 5), opaque("d")],
        "/d/s has no entry and is listed before the opaque mark",
    );
    differ(vec![dir("d"), dir("d/s"), file("d/s/t/n", 5), opaque("d")], "/d/s/t has no entry");
    differ(vec![file("d/p/q/r/n", 5), opaque("d")], "/d/p has no entry");
    agree(vec![opaque("d"), file("d/s/n", 5)]);
    agree(vec![dir("d/s"), file("d/s/n", 5), opaque("d")]);
    agree(vec![file("d/n", 5), opaque("d")]);
}

#[test]
fn a_directory_that_only_a_whiteout_or_an_opaque_mark_names() {
    differ(
        vec![gone("nodir/x")],
        "/nodir exists only because a whiteout names it; umoci does not create it",
    );
    differ(vec![opaque("nodir")], "/nodir exists only because a whiteout names it");
    agree(vec![gone("d/nothing"), gone("nothing")]);
    agree(vec![dir("nodir"), opaque("nodir")]);
}

#[test]
fn a_global_header_is_passed_over() {
    use crate::support::build::{other, record};
    differ(
        vec![other(b'g', "global").holding(record(b"comment", b"x")), file("n", 1)],
        "umoci refuses the layer",
    );
}

#[test]
fn a_whiteout_before_the_link_that_takes_the_place_of_its_directory() {
    agree(vec![gone("d/a"), symlink("d", "t"), dir("t")]);
    agree(vec![gone("d/a"), dir("."), symlink("d", "t")]);
    agree(vec![gone("d/a"), file("d", 3)]);
    agree(vec![file("n/f", 3), file("n", 5)]);
    agree(vec![file("n/f", 3), symlink("n", "t")]);
    // Docker, Podman and containerd set the times of directories at the end, and find something
    // else.
    differ(
        vec![dir("n/s"), file("n/s/f", 3), file("n", 5)],
        "/n replaces directories that this layer made below it",
    );
}

#[test]
fn a_whiteout_and_the_same_directory_in_one_layer() {
    differ(
        vec![gone("d"), dir("d"), file("d/n", 1)],
        "overlayfs runtimes bring its old contents back",
    );
    differ(vec![gone("d"), file("d/n", 1)], "/d is deleted, and then paths below it follow");
    differ(vec![gone("d"), gone("d/a")], "/d is deleted, and then paths below it follow");
    differ(vec![dir("d"), file("d/n", 1), gone("d")], "and then deletes it; it stays");
    differ(vec![file("d/n", 1), gone("d")], "and then deletes it; it stays");
    differ(vec![dir("d"), opaque("d"), gone("d")], "and then deletes it; it stays");
    agree(vec![gone("d"), dir("d"), opaque("d"), file("d/n", 1)]);
    agree(vec![gone("x"), file("x", 3)]);
    agree(vec![gone("d"), file("d", 3)]);
}

#[test]
fn one_path_more_than_once() {
    let words = "is in this layer more than once";
    differ(vec![file("n", 1), file("n", 2)], words);
    differ(vec![file("n", 1), file("./n", 2)], words);
    differ(vec![dir("n"), dir("n")], words);
    differ(vec![dir("."), dir(".")], words);
    differ(vec![dir("d"), gone("d/a"), gone("d/a")], words);
    differ(vec![dir("d"), opaque("d"), opaque("d")], words);
    // The same file by two paths: no path is there twice.
    agree(vec![dir("t"), symlink("l", "t"), file("t/f", 3), file("l/f", 4)]);
    agree(vec![dir("t"), symlink("l", "t"), file("l/f", 4), file("t/f", 3)]);
}

#[test]
fn a_path_below_what_is_a_link_in_a_lower_layer() {
    for upper in [
        vec![gone("l/f")],
        vec![file("l/n", 1)],
        vec![opaque("l")],
        vec![dir("l/s")],
        vec![gone("l/s/x")],
    ] {
        layers("engines-link-below", [vec![dir("t"), file("t/f", 40), symlink("l", "t")], upper])
            .warns(DIFFER)
            .warns("/l is a link in an earlier layer");
    }
}
