use std::io::{Read, Write};

use super::*;
use crate::image::Compression;
use crate::image::compression::checkpoint::SPACING;
use crate::image::compression::decode::Decoder;

/// Bytes that compress like text: words of a small vocabulary, in an order that never repeats.
fn text(len: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut bytes = Vec::with_capacity(len + 16);
    while bytes.len() < len {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = state >> 50;
        bytes.extend_from_slice(format!("{:x} ", word * word).as_bytes());
        if word.is_multiple_of(8192) {
            // What cannot be compressed is stored as it is.
            bytes.extend((0..100_000_u64).map(|i| (state.wrapping_mul(i | 1) >> 37) as u8));
        }
    }
    bytes
}

fn gz(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Decodes with checkpoints.
fn marked(stored: &[u8]) -> (Vec<u8>, Vec<Checkpoint>) {
    let mut decoder = Decoder::starting(Compression::Gzip, stored, &Checkpoint::START).unwrap();
    decoder.mark(SPACING);
    let (mut out, mut piece) = (Vec::new(), vec![0; 256 << 10]);
    loop {
        match decoder.read(&mut piece).unwrap() {
            0 => break,
            n => out.extend_from_slice(&piece[..n]),
        }
    }
    (out, decoder.take_checkpoints().list().to_vec())
}

#[test]
fn decoding_starts_at_every_checkpoint_whatever_bit_it_is_at() {
    let bytes = text(40 << 20);
    let mut bits = [0; 8];
    // At its lowest level, zlib-rs makes one block of everything.
    for level in [2, 6, 9] {
        let stored = gz(&bytes, level);
        let (out, checkpoints) = marked(&stored);
        assert!(out == bytes, "level {level}");
        assert!(checkpoints.len() >= 5, "level {level}: only {}", checkpoints.len());
        let mut last = 0;
        for checkpoint in &checkpoints {
            assert!(checkpoint.decoded - last <= SPACING + (1 << 20), "they are apart evenly");
            last = checkpoint.decoded;
            let State::Block(block) = &checkpoint.state else { panic!("it is inside a member") };
            bits[usize::from(block.bits)] += 1;
            let rest = &stored[usize::try_from(checkpoint.stored).unwrap()..];
            let mut decoder = Decoder::starting(Compression::Gzip, rest, checkpoint).unwrap();
            let mut again = vec![0; 300_000];
            let at = usize::try_from(checkpoint.decoded).unwrap();
            let n = again.len().min(bytes.len() - at);
            decoder.read_exact(&mut again[..n]).unwrap();
            assert!(again[..n] == bytes[at..at + n], "level {level} at {at}");
        }
    }
    assert!(bits.iter().all(|&n| n > 0), "every bit occurred: {bits:?}");
}

#[test]
fn a_checkpoint_leads_to_the_end_through_all_members() {
    // The first member ends where a checkpoint is due.
    let first = usize::try_from(SPACING).unwrap();
    let parts = [text(first), text(4 << 20), Vec::new(), text(18 << 20)];
    let stored = parts.iter().map(|part| gz(part, 6)).collect::<Vec<_>>().concat();
    let (out, checkpoints) = marked(&stored);
    assert!(out == parts.concat());
    assert!(checkpoints.iter().any(|checkpoint| checkpoint.state == State::Fresh));
    for checkpoint in &checkpoints {
        let rest = &stored[usize::try_from(checkpoint.stored).unwrap()..];
        let mut decoder = Decoder::starting(Compression::Gzip, rest, checkpoint).unwrap();
        let mut again = Vec::new();
        decoder.read_to_end(&mut again).unwrap();
        assert!(again == out[usize::try_from(checkpoint.decoded).unwrap()..]);
    }
}

#[test]
fn where_the_bit_is_not_certain_there_is_no_checkpoint() {
    // The codes of zeros fit from more than one bit on, and there are no others.
    let zeros = vec![0; 64 << 20];
    let stored = gz(&zeros, 6);
    let (out, checkpoints) = marked(&stored);
    assert_eq!(out.len(), zeros.len());
    for checkpoint in &checkpoints {
        let rest = &stored[usize::try_from(checkpoint.stored).unwrap()..];
        let mut decoder = Decoder::starting(Compression::Gzip, rest, checkpoint).unwrap();
        let mut again = Vec::new();
        decoder.read_to_end(&mut again).unwrap();
        assert_eq!(again.len() as u64, zeros.len() as u64 - checkpoint.decoded);
    }
}

#[test]
fn bytes_before_damage_are_read_if_they_are_wanted() {
    let mut stored = gz(&text(7 << 20), 6);
    let checkpoint = marked(&stored).1.remove(0);
    // No block has the type 3.
    let at = usize::try_from(checkpoint.stored).unwrap();
    let State::Block(block) = &checkpoint.state else { panic!("it is inside a member") };
    stored[at] |= 0xff << block.bits;
    stored[at + 1] = 0xff;
    let read = |to_the_fault: bool| {
        let mut gzip = Gzip::new(&stored[..], &Checkpoint::START);
        if to_the_fault {
            gzip.read_to_the_fault();
        }
        let (mut out, mut piece) = (Vec::new(), vec![0; 16 << 20]);
        let error = loop {
            match gzip.read(&mut piece) {
                Ok(0) => panic!("it is damaged"),
                Ok(n) => out.extend_from_slice(&piece[..n]),
                Err(error) => break error,
            }
        };
        (out, error.to_string())
    };
    let (few, (more, error)) = (read(false).0.len(), read(true));
    assert_eq!((few, more.len() as u64), (0, checkpoint.decoded));
    assert_eq!(error, "corrupt deflate stream");
}
