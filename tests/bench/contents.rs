//! Contents of made files: pseudo-random, the same on every run, and about as compressible as real
//! files.

use std::io::Read;

/// Larger than the windows of gzip and zstd, so that coming round again does not compress.
const POOL: usize = 16 << 20;
/// How long repetitions are: with these, gzip leaves 0.36 of the bytes, as it does of real layers.
const SPREADS: [usize; 4] = [8, 12, 16, 48];

/// A small generator of pseudo-random numbers (splitmix64), so that a dependency cannot change the
/// images.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// What the contents of all files are cut from.
pub struct Pool(Vec<u8>);

impl Pool {
    /// Writes what a compressor would undo: short runs of skewed bytes, and repetitions of what is
    /// a little before.
    pub fn new() -> Self {
        let mut random = Random(1);
        let mut bytes = Vec::with_capacity(POOL + 256);
        while bytes.len() < POOL {
            let draw = random.next();
            for i in 0..1 + (draw & 7) {
                let byte = (draw >> (8 + 7 * i)).to_le_bytes();
                // The smaller of two: some bytes are more frequent than others.
                bytes.push((byte[0] & 0x7f).min(byte[1] & 0x7f) + 32);
            }
            let draw = random.next();
            let [low, high, length, spread, ..] = draw.to_le_bytes();
            let back = 1 + usize::from(u16::from_le_bytes([low, high]) & 0x3fff);
            let len = 4 + usize::from(length) % SPREADS[usize::from(spread & 3)];
            if let Some(from) = bytes.len().checked_sub(back.max(len)) {
                bytes.extend_from_within(from..from + len);
            }
        }
        bytes.truncate(POOL);
        Self(bytes)
    }

    /// The contents of a file of `size` bytes; another `salt` gives others.
    pub fn contents(&self, size: u64, salt: u64) -> impl Read {
        let offset = usize::try_from(Random(salt).below(POOL as u64)).expect("inside the pool");
        let pool = Cycle { left: &self.0[offset..], whole: &self.0 };
        std::io::Cursor::new(salt.to_le_bytes()).chain(pool).take(size)
    }
}

/// The pool from somewhere in it, and then again and again.
struct Cycle<'a> {
    left: &'a [u8],
    whole: &'a [u8],
}

impl Read for Cycle<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.left.is_empty() {
            self.left = self.whole;
        }
        self.left.read(buf)
    }
}
