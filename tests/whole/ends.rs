//! Where a layer was cut or overwritten at the border of its entries, Go's reader ends as after a
//! whole one. The layer's digests tell the difference.

use super::*;
use crate::support::build::{entries, other, zeros};

/// The end marker of a tar.
const END: [u8; 1024] = [0; 1024];

/// An image of one layer, of which the archive holds something else than the config says.
fn held(whole: &[u8], held: &[u8]) -> Vec<u8> {
    let (whole, held) = (Layer::of_tar(whole.to_vec()), held.to_vec());
    let mut members = Image::of([whole]).docker();
    members[1] = crate::support::build::member("0.tar", held);
    tar(members)
}

/// Checks how much of an archive is known, from a file, a pipe and a compressed file.
fn ends(what: &str, archive: &[u8], gap: Option<(Gap, &str)>) {
    let directory = tempfile::tempdir().unwrap();
    let path = written(directory.path(), "image.tar", archive);
    let packed = written(directory.path(), "image.tar.gz", &gzip(archive));
    let outcomes =
        [run(&["report", &path]), run_with(&["report", "-"], archive), run(&["report", &packed])];
    for (code, text, error) in outcomes {
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match gap {
            Some((gap, words)) => {
                assert_eq!(code, Some(2), "{what}: {text}{error}");
                assert!(
                    plain.contains(words) && error.contains(gap.word()),
                    "{what}: {text}{error}"
                );
            }
            None => {
                assert!(code == Some(0) && !plain.contains("end marker"), "{what}: {text}{error}");
            }
        }
    }
}

/// Extended headers of each kind, each without its entry.
fn loose_headers() -> [(&'static str, Vec<u8>); 3] {
    [
        ("PAX", other(b'x', "PaxHeaders/f").holding("12 path=abc\n")),
        ("a long name", other(b'L', "././@LongLink").holding("x".repeat(200))),
        ("a long link", other(b'K', "././@LongLink").holding("x".repeat(200))),
    ]
    .map(|(what, header)| (what, entries([header])))
}

#[test]
fn an_extended_header_without_its_entry_is_whole_with_a_remark_where_marker_or_digest_say_so() {
    let file = entries([file("f", 30)]);
    for (what, header) in loose_headers() {
        for end in [&[][..], &END] {
            let layer = [&file, &header, end].concat();
            let archive = tar(Image::of([Layer::of_tar(layer)]).docker());
            let (code, text, error) = run_with(&["report", "-"], &archive);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(code == Some(0) && text.contains("size 30 B"), "{what}: {text}{error}");
            assert!(
                text.contains("an extended header that belongs to no entry; it is ignored"),
                "{what}: {text}"
            );
            ends(what, &archive, None);
        }
    }
}

#[test]
fn an_extended_header_without_its_entry_is_a_cut_where_the_digest_says_so_or_nothing_does() {
    let (first, last) = (entries([file("f", 30)]), entries([file("g", 40)]));
    for (what, header) in loose_headers() {
        let whole = [&first, &header, &last, &END[..]].concat();
        let cut = [&first[..], &header].concat();
        ends(what, &held(&whole, &cut), Some((Gap::Cut, "it was cut short")));
        let marked = [&cut[..], &END].concat();
        let words =
            "the tar ends after an extended header without its entry, and it is not the one";
        ends(what, &held(&whole, &marked), Some((Gap::Cut, words)));
        let mut unnamed = Image::of([Layer::of_tar(cut)]);
        unnamed.config.as_object_mut().unwrap().remove("rootfs");
        ends(what, &tar(unnamed.docker()), Some((Gap::Cut, "so it may have been cut short")));
    }
}

#[test]
fn a_layer_without_an_end_marker_is_whole_if_its_digest_is_right() {
    let layer = entries([file("a", 600), file("b", 600)]);
    ends("right", &held(&layer, &layer), None);
    let whole = [&layer[..], &END].concat();
    let words = "the tar has no end marker, and it is not the one that config and manifest name: it was cut short";
    ends("cut at an entry", &held(&whole, &layer[..1536]), Some((Gap::Cut, words)));
    ends("cut before the marker", &held(&whole, &layer), Some((Gap::Cut, words)));
    ends("empty", &held(&whole, b""), Some((Gap::Cut, words)));
    ends("an empty layer that is named so", &held(b"", b""), None);
    let mut unnamed = Image::of([Layer::of_tar(layer)]);
    unnamed.config.as_object_mut().unwrap().remove("rootfs");
    ends(
        "without a digest",
        &tar(unnamed.docker()),
        Some((Gap::Cut, "so it may have been cut short")),
    );
}

#[test]
fn zeros_are_an_empty_layer_only_where_the_config_says_so() {
    let whole = [entries([file("a", 600), file("b", 600)]), END.to_vec()].concat();
    for len in [512, 1024, 10_240, 40_000_usize.next_multiple_of(512)] {
        ends("zeros", &held(&zeros(len), &zeros(len)), None);
        let words = "the tar has no entries, and it is not the one that config and manifest name";
        ends("zeros instead of a layer", &held(&whole, &zeros(len)), Some((Gap::Damaged, words)));
    }
}

#[test]
fn zeros_in_the_middle_of_a_layer_hide_the_rest_and_are_damage() {
    let whole = [entries([file("a", 600), file("b", 600), file("c", 600)]), END.to_vec()].concat();
    let mut hole = whole.clone();
    hole[1536..1536 + 1536].fill(0);
    let words = "the tar ends before the end of the layer, and it is not the one that config and manifest name";
    ends("a hole", &held(&whole, &hole), Some((Gap::Damaged, words)));
    ends("what engines see", &held(&hole, &hole), None);
}

#[test]
fn a_stream_that_was_cut_in_the_header_of_its_next_member_or_frame_is_cut() {
    let whole = [entries([file("a", 600)]), END.to_vec()].concat();
    let words = "the compressed data end early";
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    for (what, pack) in [("gzip", &gzip as &dyn Fn(&[u8]) -> Vec<u8>), ("zstd", &zstd)] {
        let (first, next) = (pack(&whole), pack(&[0; 512]));
        for cut in [1, 2, 3, 5, 9, 12] {
            let bytes = [&first[..], &next[..cut]].concat();
            // The archive states no digest of the compressed bytes, and the tar is the one that the
            // config names.
            ends(&format!("{what} {cut}"), &held(&whole, &bytes), Some((Gap::Cut, words)));
            let archive = tar(Image::of([Layer::of_tar(whole.clone())]).docker());
            let archive = [&pack(&archive)[..], &next[..cut]].concat();
            let (code, text, error) = run_with(&["report", "--verify", "-"], &archive);
            assert!(code == Some(2) && error.contains("(cut)"), "{what} {cut}: {text}{error}");
        }
    }
}
