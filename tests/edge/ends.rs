//! Where a layer's tar ends, and layers that are compressed.

use super::claim::stored;
use crate::support::build::{Layer, dir, entries, file, layer, zeros};

/// An image of a layer with one file, the layer in question and another layer with one file.
fn between(case: &'static str, middle: Layer) -> super::claim::Shown {
    stored(case, [layer([file("a", 10)]), middle, layer([file("b", 20)])])
}

#[test]
fn one_zero_block_is_an_empty_layer() {
    between("empty-512", Layer::of_tar(zeros(512)))
        .ship([10, 0, 20])
        .visible([10, 0, 20])
        .tree(["a 10", "b 20"])
        .quiet();
}

#[test]
fn a_record_of_zeros_is_an_empty_layer() {
    let shown = between("empty-10240", Layer::of_tar(zeros(10240)));
    shown.ship([10, 0, 20]).visible([10, 0, 20]).tree(["a 10", "b 20"]).quiet();
    shown.same("tar bytes", shown.inspection.layers[1].tar_bytes, 10240);
}

#[test]
fn what_follows_the_end_of_a_tar_is_ignored_but_counts_as_tar_bytes() {
    let layer =
        Layer::of_tar([entries([file("f", 30)]), zeros(1024), b"garbage".repeat(100)].concat());
    let shown = between("trailing-garbage", layer);
    shown.ship([10, 30, 20]).visible([10, 30, 20]).tree(["a 10", "b 20", "f 30"]).quiet();
    shown.same("tar bytes", shown.inspection.layers[1].tar_bytes, 1024 + 1024 + 700);
}

#[test]
fn a_zero_block_among_the_entries_ends_the_layer_with_a_warning() {
    let layer = Layer::of_tar(
        [entries([file("f", 30)]), zeros(512), entries([file("g", 40)]), zeros(1024)].concat(),
    );
    between("zero-block-inside", layer)
        .ship([10, 30, 20])
        .visible([10, 30, 20])
        .tree(["a 10", "b 20", "f 30"])
        .warns("layer 1: a zero block is followed by data");
}

fn three_files() -> Layer {
    layer([dir("d"), file("d/a", 5000), file("d/b", 700).filled_with(b'y'), file("d/c", 1)])
}

#[test]
fn gzip_is_told_by_its_bytes_not_by_the_name_of_the_layer() {
    stored("layer-gzip", [three_files().gzip(), layer([file("d/a", 5000).mode(0o600)]).gzip()])
        .compressed(["gzip", "gzip"])
        .ship([5701, 5000])
        .visible([701, 5000])
        .wasted(["d/a 5000: 0 to 1, rewritten-unchanged"])
        .tree(["d/", "d/a 5000", "d/b 700", "d/c 1"])
        .quiet();
}

#[test]
fn zeros_behind_a_gzip_layer_are_ignored() {
    stored("layer-gzip-trailing-zeros", [three_files().gzip().followed_by(&zeros(1000))])
        .compressed(["gzip"])
        .ship([5701])
        .visible([5701])
        .tree(["d/", "d/a 5000", "d/b 700", "d/c 1"])
        .warns("runtimes disagree: there are more bytes after the compressed stream");
}

#[test]
fn a_gzip_layer_that_was_cut_short_is_shown_up_to_the_cut() {
    let noise: Vec<u8> =
        (0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let layer = layer([file("d/a", 50), file("d/noise", 0).holding(noise), file("d/c", 1)]);
    let cut = layer.gzip().damaged(|bytes| bytes.truncate(bytes.len() / 2));
    stored("layer-gzip-truncated", [cut])
        .compressed(["gzip"])
        .ship([40_050])
        .visible([40_050])
        .tree(["d/", "d/a 50", "d/noise 40000"])
        .warns("only the part before is shown");
}

#[test]
fn a_wrong_gzip_checksum_is_remarked_and_costs_nothing() {
    let damaged = three_files().gzip().damaged(|bytes| {
        let at = bytes.len() - 8;
        bytes[at] ^= 1;
    });
    stored("layer-gzip-badcrc", [damaged])
        .ship([5701])
        .visible([5701])
        .tree(["d/", "d/a 5000", "d/b 700", "d/c 1"])
        .warns("runtimes disagree: a gzip checksum is wrong");
}

#[test]
fn members_frames_and_plain_layers_of_one_image_are_each_read_as_they_are() {
    let again = |size| layer([file("d/a", size)]);
    stored(
        "layer-each-its-own",
        [three_files(), again(1).gzip_members(3), again(2).zstd(), again(3).zstd_frames(3), again(4)],
    )
    .compressed(["none", "gzip", "zstd", "zstd", "none"])
    .ship([5701, 1, 2, 3, 4])
    .visible([701, 0, 0, 0, 4])
    .tree(["d/", "d/a 4", "d/b 700", "d/c 1"])
    .warns("layer 3: runtimes disagree: the layer is compressed with zstd and begins with a frame to be skipped");
}
