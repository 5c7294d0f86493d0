//! Archives that were cut short, or of which a byte is wrong.

use proptest::prelude::*;

use super::{outcome, within};
use crate::support::build::{
    Entry, Image, Layer, dir, entries, file, gone, hardlink, layer, opaque, symlink, tar,
};

/// An image with something of everything.
fn image() -> Image {
    let first =
        vec![dir("d"), file("d/a", 300), file("b", 700), hardlink("c", "b"), symlink("l", "d/a")];
    let long = file("long/".repeat(30), 3).pax("SCHILY.xattr.user.x", "y").owner(1000, 1000);
    let second =
        vec![long, file("d/a", 300).mode(0o600), gone("b"), opaque("d"), file("big", 9).gnu()];
    Image::of([
        layer(first),
        layer(second).gzip_members(2),
        layer([file("n", 40), gone("c")]).zstd_frames(2),
    ])
}

fn docker() -> Vec<Entry> {
    image().docker()
}

/// The manifest first, as some tools have it, so that what is cut off is layers.
fn manifest_first() -> Vec<Entry> {
    let mut members = image().docker();
    members.rotate_right(1);
    members
}

/// With `index.json` at the end: without `oci-layout`, nothing would be missed.
fn oci() -> Vec<Entry> {
    let mut members = image().oci();
    members.rotate_right(1);
    members
}

const LAYOUTS: [fn() -> Vec<Entry>; 3] = [docker, manifest_first, oci];

/// Where the contents of the last member end: what is cut off behind it is not missed.
fn end_of_contents(members: &[Entry]) -> usize {
    let bytes = entries(members.iter().cloned());
    bytes.iter().rposition(|&b| b != 0).unwrap() + 1
}

#[test]
fn every_archive_that_was_cut_short_says_so() {
    within(60, || {
        for members in LAYOUTS.map(|layout| layout()) {
            let whole = tar(members.clone());
            let needed = end_of_contents(&members);
            let complete = outcome(whole.clone()).unwrap().totals;
            let blocks =
                (0..whole.len()).step_by(512).flat_map(|at| [at.saturating_sub(1), at, at + 1]);
            for cut in (0..whole.len()).step_by(37).chain(blocks) {
                match outcome(whole[..cut].to_vec()) {
                    Ok(found) if cut < needed => {
                        assert!(!found.warnings.is_empty(), "no word about the cut at {cut}");
                    }
                    Ok(found) => {
                        assert_eq!(found.totals, complete, "at {cut}, where nothing is missing");
                    }
                    Err(_) => assert!(cut < needed, "an error at {cut}, where nothing is missing"),
                }
            }
        }
    });
}

/// Writes a right checksum into a header, so that what is wrong with it is looked at.
fn with_checksum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&b| u32::from(b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// The offsets of the headers in a tar of `members`.
fn headers(members: &[Entry]) -> Vec<usize> {
    let starts = members.iter().scan(0, |at, member| {
        let start = *at;
        *at += entries([member.clone()]).len();
        Some(start)
    });
    starts.collect()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn one_wrong_byte_anywhere_is_survived(layout in 0..LAYOUTS.len(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut archive = tar(LAYOUTS[layout]());
        let at = at.index(archive.len());
        archive[at] = byte;
        within(10, || drop(outcome(archive)));
    }

    #[test]
    fn a_wrong_byte_in_a_header_is_survived_even_if_its_checksum_is_right(
        inner: bool,
        which in any::<prop::sample::Index>(),
        at in 0..512usize,
        byte: u8,
    ) {
        let spoil = |members: &[Entry]| {
            let mut bytes = tar(members.iter().cloned());
            let start = *which.get(&headers(members));
            bytes[start + at] = byte;
            with_checksum(&mut bytes[start..start + 512]);
            bytes
        };
        let archive = if inner {
            let below = vec![dir("d"), file("d/a", 300), file("b", 700)];
            let above = [hardlink("c", "b"), symlink("l", "d"), file("l/x", 9), gone("d/a"), opaque("d"), dir("b/e")];
            tar(Image::of([layer(below), Layer::of_tar(spoil(&above))]).docker())
        } else {
            spoil(&docker())
        };
        within(10, || drop(outcome(archive)));
    }
}
