//! A gzip decoder that can stop anywhere and continue later (RFC 1951, RFC 1952).
//!
//! The first pass over a layer uses zlib-rs, which is faster but does not expose its state; the
//! state of miniz_oxide can be copied. Bytes after the last member and checksums are ignored,
//! because the first pass has already reported them.

use std::io::{self, BufRead};
use std::ops::Range;
use std::sync::Arc;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::checkpoints::{Checkpoint, State};
use super::decoder::Decode;
use super::input::Input;

/// The distance that matches may refer back to.
const WINDOW: usize = 32 << 10;
/// The size of the ring buffer for decoded bytes: a power of two that divides a block, so that a
/// block ends at the end of the ring.
const RING: usize = 64 << 10;

/// The state of a decoder inside a member.
pub struct Inside {
    inflate: DecompressorOxide,
    window: Box<[u8]>,
}

/// A decoder of all members of a gzip file.
pub struct Gzip {
    input: Input,
    phase: Phase,
    ring: Box<[u8]>,
    /// The position in the ring of the next decoded byte.
    at: usize,
    /// The decoded bytes that have not been returned.
    pending: Range<usize>,
    first: bool,
}

enum Phase {
    Between,
    Member(Box<DecompressorOxide>),
    Trailer,
    /// The pending bytes are valid, but the stream is broken after them.
    Broken,
    Ended,
}

impl Gzip {
    /// Makes a decoder that starts at `checkpoint`, which is the position of `input`.
    pub fn new(input: Input, checkpoint: &Checkpoint) -> Self {
        let mut ring = vec![0; RING].into_boxed_slice();
        let (phase, at) = match &checkpoint.state {
            State::Fresh => (Phase::Between, 0),
            State::Inside(inside) => {
                ring[RING - WINDOW..].copy_from_slice(&inside.window);
                (Phase::Member(Box::new(inside.inflate.clone())), RING)
            }
        };
        Self { input, phase, ring, at, pending: 0..0, first: checkpoint.decoded == 0 }
    }

    /// Reads the header of the next member; false if there is none.
    fn next_member(&mut self) -> io::Result<bool> {
        let head = self.input.fill_buf()?;
        let another = head.first() == Some(&0x1f) && head.get(1).is_none_or(|&b| b == 0x8b);
        if head.is_empty() || (!self.first && !another) {
            return Ok(false);
        }
        self.first = false;
        let [magic @ .., method, flags] = [self.byte()?, self.byte()?, self.byte()?, self.byte()?];
        if magic != [0x1f, 0x8b] || method != 8 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "this is no gzip header"));
        }
        self.skip(6)?;
        let has = |bit: u8| flags >> bit & 1 == 1;
        if has(2) {
            let extra = u16::from_le_bytes([self.byte()?, self.byte()?]);
            self.skip(usize::from(extra))?;
        }
        // The name and the comment.
        for _ in 0..u8::from(has(3)) + u8::from(has(4)) {
            while self.byte()? != 0 {}
        }
        if has(1) {
            self.skip(2)?;
        }
        Ok(true)
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.input.fill_buf()?.first().ok_or_else(cut_short)?;
        self.input.consume(1);
        Ok(byte)
    }

    fn skip(&mut self, n: usize) -> io::Result<()> {
        (0..n).try_for_each(|_| self.byte().map(drop))
    }

    /// Decodes a part of a member into the ring.
    fn inflate(&mut self, mut inflate: Box<DecompressorOxide>) -> io::Result<()> {
        self.at %= RING;
        let input = self.input.fill_buf()?;
        if input.is_empty() {
            return Err(cut_short());
        }
        let (status, used, made) =
            decompress(&mut inflate, input, &mut self.ring, self.at, TINFL_FLAG_HAS_MORE_INPUT);
        self.input.consume(used);
        self.pending = self.at..self.at + made;
        self.at += made;
        self.phase = match status {
            TINFLStatus::Done => Phase::Trailer,
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput if used + made > 0 => {
                Phase::Member(inflate)
            }
            _ => Phase::Broken,
        };
        Ok(())
    }
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the gzip stream ends early")
}

impl Decode for Gzip {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.pending.is_empty() {
            // A decoder that has failed is not used again.
            match std::mem::replace(&mut self.phase, Phase::Ended) {
                Phase::Ended => return Ok(0),
                Phase::Broken => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the gzip stream is damaged",
                    ));
                }
                Phase::Between if self.next_member()? => self.phase = Phase::Member(Box::default()),
                Phase::Between => return Ok(0),
                Phase::Member(inflate) => self.inflate(inflate)?,
                Phase::Trailer => {
                    self.skip(8)?;
                    self.phase = Phase::Between;
                }
            }
        }
        let n = buf.len().min(self.pending.len());
        buf[..n].copy_from_slice(&self.ring[self.pending.start..self.pending.start + n]);
        self.pending.start += n;
        Ok(n)
    }

    fn checkpoint(&self, decoded: u64) -> Option<Checkpoint> {
        if !self.pending.is_empty() {
            return None;
        }
        let state = match &self.phase {
            Phase::Between => State::Fresh,
            Phase::Member(inflate) if self.at == RING => {
                let window = self.ring[RING - WINDOW..].into();
                State::Inside(Arc::new(Inside {
                    inflate: DecompressorOxide::clone(inflate),
                    window,
                }))
            }
            _ => return None,
        };
        Some(Checkpoint { decoded, stored: self.input.position(), state })
    }

    fn resumable_at(&self, decoded: u64) -> u64 {
        decoded
    }
}
