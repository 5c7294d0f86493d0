//! Starts to inflate in the middle of a byte (RFC 1951, 3.2).
//!
//! zlib-rs takes whole bytes only. So that a block can begin at any bit, empty blocks of as many
//! bits as are missing come before it.

use zlib_rs::{Inflate, InflateFlush};

/// The order in which the lengths of code lengths are written, as far as it is needed: 18, and 1
/// last.
const ORDER: [u8; 18] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];

/// A sequence of bits, the first one first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    /// Appends the lowest `n` bits of a number, the lowest first.
    fn number(&mut self, value: u8, n: u8) {
        self.0.extend((0..n).map(|bit| value >> bit & 1 == 1));
    }

    /// Appends an empty block with the fixed codes: 10 bits.
    fn fixed_block(&mut self) {
        self.number(0b010, 3);
        // The end of the block.
        self.number(0, 7);
    }

    /// Appends an empty block with codes of its own: 91 bits.
    fn odd_block(&mut self) {
        self.number(0b100, 3);
        // 257 codes of literals and lengths, 2 of distances, 18 lengths of code lengths.
        self.number(0, 5);
        self.number(1, 5);
        self.number(14, 4);
        for symbol in ORDER {
            self.number(u8::from(matches!(symbol, 18 | 1)), 3);
        }
        // 138 and 118 codes are not there; the end of the block and both distances have 1 bit.
        for zeros in [138, 118] {
            self.number(1, 1);
            self.number(zeros - 11, 7);
        }
        self.number(0, 3);
        // The end of the block.
        self.number(0, 1);
    }

    fn bytes(&self) -> Vec<u8> {
        let byte =
            |bits: &[bool]| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit));
        self.0.chunks(8).map(byte).collect()
    }
}

/// Prepares to inflate from the bit `bits` of the byte `first` on, after the bytes in `window`;
/// false if that cannot be. Without `bits`, `first` does not count.
pub fn prime(inflate: &mut Inflate, window: &[u8], bits: u8, first: u8) -> bool {
    inflate.reset(false);
    if inflate.set_dictionary(window).is_err() {
        return false;
    }
    if bits == 0 {
        return true;
    }
    let mut before = Bits::default();
    if bits % 2 == 1 {
        before.odd_block();
    }
    while before.0.len() % 8 != usize::from(bits) {
        before.fixed_block();
    }
    before.number(first >> bits, 8 - bits);
    let bytes = before.bytes();
    let (from, mut nothing) = (inflate.total_in(), [0; 1]);
    let is_taken = inflate.decompress(&bytes, &mut nothing, InflateFlush::NoFlush).is_ok();
    is_taken && inflate.total_in() - from == bytes.len() as u64 && inflate.total_out() == 0
}
