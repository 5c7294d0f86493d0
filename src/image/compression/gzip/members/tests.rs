use std::io::{BufReader, Write};

use proptest::prelude::*;

use super::*;
use crate::image::compression::checkpoint::Checkpoints;

/// Parts of some thousand bytes.
const SMALL: Sizes = Sizes { least: 2_000, most: 40_000, decoded: 100_000 };

/// The outcome of decoding.
#[derive(Debug, PartialEq)]
struct Outcome {
    bytes: Vec<u8>,
    error: Option<(std::io::ErrorKind, String)>,
    note: Option<Note>,
}

/// Decodes, with as many helpers; returns also the checkpoints, and how many parts were handed over.
fn decoded(stored: &[u8], piece: usize, helpers: usize) -> (Outcome, Checkpoints, usize) {
    let mut gzip = Gzip::new(BufReader::with_capacity(piece, stored), &Checkpoint::START);
    gzip.mark(10_000);
    let idle = IdleCores::default();
    idle.set(helpers);
    if helpers > 0 {
        gzip.beside = Some(Box::new(SideBySide::new(idle, SMALL)));
    }
    let (mut bytes, mut buf) = (Vec::new(), vec![0; 30_000]);
    let error = loop {
        match gzip.read(&mut buf) {
            Ok(0) => break None,
            Ok(n) => bytes.extend_from_slice(&buf[..n]),
            Err(error) => break Some((error.kind(), error.to_string())),
        }
    };
    let parts = gzip.beside.as_ref().map_or(0, |beside| beside.shared.lock().first);
    let checkpoints = gzip.take_checkpoints();
    (Outcome { bytes, error, note: gzip.note() }, checkpoints, parts)
}

/// Decodes in both ways, which must not differ; returns the outcome and the number of parts.
fn both(stored: &[u8], piece: usize) -> (Outcome, usize) {
    let (plain, _, none) = decoded(stored, piece, 0);
    let (beside, checkpoints, parts) = decoded(stored, piece, 2);
    assert!(plain.bytes == beside.bytes, "{} and {}", plain.bytes.len(), beside.bytes.len());
    assert_eq!((&plain.error, plain.note, none), (&beside.error, beside.note, 0));
    for checkpoint in checkpoints.list() {
        let at = |n: u64| usize::try_from(n).unwrap();
        let mut from = Gzip::new(&stored[at(checkpoint.stored)..], checkpoint);
        let mut again = vec![0; 1000.min(plain.bytes.len() - at(checkpoint.decoded))];
        let mut n = 0;
        while n < again.len() {
            match from.read(&mut again[n..]) {
                // It was the same before: a fault takes some bytes before it along.
                Ok(0) | Err(_) => break,
                Ok(step) => n += step,
            }
        }
        assert!(again[..n] == plain.bytes[at(checkpoint.decoded)..][..n]);
        assert!(n == again.len() || plain.error.is_some());
    }
    (plain, parts)
}

fn member(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that cannot be compressed.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn members(count: u64, len: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| member(&noise(len, i + 7), 6)).collect()
}

#[test]
fn members_are_decoded_side_by_side_and_nothing_is_different() {
    let stored = members(200, 1500).concat();
    let (outcome, parts) = both(&stored, 8192);
    assert_eq!((outcome.bytes.len(), outcome.error), (300_000, None));
    assert!(parts > 50, "all of them but the first or last: {parts}");
}

#[test]
fn one_member_and_members_that_are_too_large_are_decoded_in_the_plain_way() {
    for stored in [member(&noise(500_000, 3), 6), members(5, 90_000).concat()] {
        let (outcome, parts) = both(&stored, 8192);
        assert!(outcome.error.is_none());
        assert_eq!(parts, 0);
    }
}

#[test]
fn without_idle_cores_nothing_is_decoded_side_by_side() {
    let stored = members(20, 1500).concat();
    let mut gzip = Gzip::new(&stored[..], &Checkpoint::START);
    gzip.beside = Some(Box::new(SideBySide::new(IdleCores::default(), SMALL)));
    let mut buf = [0; 50_000];
    while gzip.read(&mut buf).unwrap() > 0 {}
    assert_eq!(gzip.beside.unwrap().shared.lock().first, 0);
}

#[test]
fn gzip_files_inside_a_layer_are_taken_for_members_at_most_for_a_while() {
    // Stored as they are, so that their headers stand in the layer.
    let inner = (0..300).map(|i| member(&noise(1000, i), 6));
    let tar = inner.flat_map(|file| [vec![0; 512], file].concat()).collect::<Vec<_>>();
    let stored: Vec<_> = tar.chunks(1500).flat_map(|chunk| member(chunk, 0)).collect();
    let (outcome, parts) = both(&stored, 8192);
    assert!(outcome.bytes == tar);
    assert!(parts > 50, "zeros before a file tell that it is no member: {parts}");
    // Without zeros, they look like members to the last byte.
    let files = members(300, 1000).concat();
    let stored: Vec<_> = files.chunks(9000).flat_map(|chunk| member(chunk, 0)).collect();
    assert!(both(&stored, 8192).0.bytes == files);
}

#[test]
fn damage_is_found_where_the_plain_way_finds_it() {
    let list = members(100, 1500);
    let stored = list.concat();
    for at in (0..stored.len()).step_by(997) {
        assert!(both(&stored[..at], 4096).0.bytes.len() <= at, "cut at {at}");
        let mut flipped = stored.clone();
        flipped[at] ^= 0x55;
        both(&flipped, 4096);
    }
    let junk = [stored.clone(), noise(30_000, 5)].concat();
    assert_eq!(both(&junk, 4096).0.note, Some(Note::Leftovers));
    let zeros = [list[..50].concat(), vec![0; 20_000], list[50..].concat()].concat();
    assert_eq!(both(&zeros, 4096).0.bytes.len(), 50 * 1500);
}

#[test]
fn a_wrong_checksum_is_remarked_and_decoding_goes_on() {
    let mut list = members(100, 1500);
    let end = list[40].len();
    list[40][end - 7] ^= 1;
    let (outcome, parts) = both(&list.concat(), 4096);
    assert_eq!((outcome.bytes.len(), outcome.note), (150_000, Some(Note::Checksum)));
    assert!(parts > 20, "{parts}");
}

#[test]
fn what_decodes_to_very_much_takes_no_more_room_than_a_part_may() {
    let bomb = member(&vec![0; 3_000_000], 9);
    let stored = [members(50, 1500).concat(), bomb.repeat(3), members(50, 1500).concat()].concat();
    let (outcome, parts) = both(&stored, 8192);
    assert_eq!(outcome.bytes.len(), 9_000_000 + 150_000);
    assert!(parts > 10, "{parts}");
    let many = member(&vec![0; 60_000], 9).repeat(300);
    assert_eq!(both(&many, 8192).0.bytes.len(), 300 * 60_000);
}

/// The contents of a member and how they are compressed.
fn any_member() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        (0..9000_usize, any::<u64>()).prop_map(|(len, seed)| noise(len, seed)),
        (0..60_000_usize).prop_map(|len| vec![b'a'; len]),
        (0..3000_usize, any::<u64>()).prop_map(|(len, seed)| member(&noise(len, seed), 6)),
        Just(Vec::new()),
    ];
    (bytes, 0..7_u32).prop_map(|(bytes, level)| member(&bytes, level))
}

/// Something that happens to a file.
#[derive(Debug, Clone)]
enum Harm {
    None,
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Append(Vec<u8>),
}

fn harm() -> impl Strategy<Value = Harm> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..50);
    prop_oneof![
        Just(Harm::None),
        any::<prop::sample::Index>().prop_map(Harm::Cut),
        (any::<prop::sample::Index>(), 1..=255_u8).prop_map(|(at, by)| Harm::Flip(at, by)),
        (any::<prop::sample::Index>(), bytes()).prop_map(|(at, more)| Harm::Insert(at, more)),
        bytes().prop_map(Harm::Append),
    ]
}

fn harmed(mut stored: Vec<u8>, harm: Harm) -> Vec<u8> {
    match harm {
        Harm::None => {}
        Harm::Cut(at) => stored.truncate(at.index(stored.len())),
        Harm::Flip(at, by) => {
            let at = at.index(stored.len());
            stored[at] ^= by;
        }
        Harm::Insert(at, more) => {
            let at = at.index(stored.len());
            stored.splice(at..at, more);
        }
        Harm::Append(more) => stored.extend(more),
    }
    stored
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_members_with_any_harm_are_decoded_as_in_the_plain_way(
        list in prop::collection::vec(any_member(), 1..40),
        harm in harm(),
        piece in 64..9000_usize,
    ) {
        both(&harmed(list.concat(), harm), piece);
    }
}
