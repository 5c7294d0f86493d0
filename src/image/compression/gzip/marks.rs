//! Makes checkpoints while a gzip member is decoded.
//!
//! Decoding can start where a block begins, with the 32 KiB before it. zlib-rs stops there, but
//! does not say how many bits of the last byte belong to the block before. So all eight are tried
//! against the bytes that follow: the right one always fits them, and if no other does, it is the
//! right one.

use zlib_rs::{Inflate, InflateFlush};

use crate::image::compression::checkpoint::{Checkpoint, Checkpoints, Packer, State, WINDOW};

/// The number of stored bytes after the start of a block that it is tried with. The codes of a
/// block take less than 300.
const TRIED: usize = 1 << 10;
/// The number of decoded bytes that are compared at most.
const COMPARED: usize = 256;
/// The number of decoded bytes that are compared at least.
const LEAST: usize = 64;
/// The distance after which it is tried again where the start of a block was not certain.
const AGAIN: u64 = 128 << 10;
/// The size of the window, as zlib has it.
const WINDOW_BITS: u8 = 15;

/// The checkpoints of a gzip stream, while it is decoded.
pub struct Marks {
    made: Checkpoints,
    /// The number of decoded bytes after which the next checkpoint is wanted.
    due: u64,
    /// The last decoded bytes, once one is wanted.
    before: Vec<u8>,
    found: Option<Found>,
    /// A decoder to try with, and a compressor; `None` until they are needed.
    tools: Option<(Inflate, Packer)>,
}

/// The start of a block of which the bit is not known yet.
struct Found {
    decoded: u64,
    /// Offset of the next byte, and the byte before it.
    stored: u64,
    last: u8,
    window: Vec<u8>,
    next: Vec<u8>,
}

impl Marks {
    /// Makes checkpoints from the position `decoded` on, `spacing` bytes apart.
    pub fn new(decoded: u64, spacing: u64) -> Self {
        let made = Checkpoints::apart(spacing);
        let due = decoded + made.spacing();
        Self { made, due, before: Vec::new(), found: None, tools: None }
    }

    /// Takes the checkpoints that were made.
    pub fn take(&mut self) -> Checkpoints {
        self.made.take()
    }

    /// Notes that a member begins.
    pub fn member(&mut self, decoded: u64, stored: u64) {
        self.found = None;
        if decoded >= self.due {
            self.add(Checkpoint { decoded, stored, state: State::Fresh });
        }
    }

    /// Returns how to decode on: to where a block begins, if a checkpoint is wanted.
    pub fn flush(&self) -> InflateFlush {
        let is_wanted = self.before.len() >= WINDOW && self.found.is_none();
        if is_wanted { InflateFlush::Block } else { InflateFlush::NoFlush }
    }

    /// Sees the bytes that were just decoded, which end at `decoded`.
    pub fn see(&mut self, bytes: &[u8], decoded: u64) {
        if bytes.is_empty() {
            return;
        }
        if let Some(found) = self.found.take() {
            self.settle(&found, bytes);
        }
        if decoded >= self.due {
            self.before.extend_from_slice(&bytes[bytes.len().saturating_sub(WINDOW)..]);
            self.before.drain(..self.before.len().saturating_sub(WINDOW));
        }
    }

    /// Notes that a block begins before the bytes in `next`, and after the byte `last`.
    pub fn block(&mut self, decoded: u64, stored: u64, last: u8, next: &[u8]) {
        if let Some(next) = next.get(..TRIED) {
            let (window, next) = (self.before.clone(), next.to_vec());
            self.found = Some(Found { decoded, stored, last, window, next });
        }
    }

    /// Makes a checkpoint, if only one bit fits the bytes that follow.
    fn settle(&mut self, found: &Found, bytes: &[u8]) {
        self.before.clear();
        self.due = found.decoded + AGAIN;
        if bytes.len() < LEAST {
            return;
        }
        let bytes = &bytes[..bytes.len().min(COMPARED)];
        let tools = self.tools.take();
        let made = || Some((Inflate::new(false, WINDOW_BITS), Packer::new().ok()?));
        let Some((mut trial, mut packer)) = tools.or_else(made) else { return };
        let mut fitting = (0..8).filter(|&bits| fits(&mut trial, found, bits, bytes));
        if let (Some(bits), None) = (fitting.next(), fitting.next())
            && let Ok(block) = packer.block(bits, &found.window)
        {
            let stored = found.stored - u64::from(bits > 0);
            self.add(Checkpoint { decoded: found.decoded, stored, state: State::Block(block) });
        }
        self.tools = Some((trial, packer));
    }

    fn add(&mut self, checkpoint: Checkpoint) {
        self.before.clear();
        self.due = checkpoint.decoded + self.made.spacing();
        self.made.add(checkpoint);
    }
}

/// Returns whether the bytes that follow can be what is decoded from a bit on.
fn fits(trial: &mut Inflate, found: &Found, bits: u8, bytes: &[u8]) -> bool {
    if !super::prime(trial, &found.window, bits, found.last) {
        return false;
    }
    let mut made = [0; COMPARED];
    let made = &mut made[..bytes.len()];
    let result = trial.decompress(&found.next, made, InflateFlush::NoFlush);
    let n = usize::try_from(trial.total_out()).unwrap_or(0).min(made.len());
    (result.is_ok() || n == bytes.len()) && made[..n] == bytes[..n]
}
