//! The decoder of gzip (RFC 1951, RFC 1952), from the start or from a checkpoint.
//!
//! Bytes after the last member are ignored. A wrong checksum at the end of a member does not
//! invalidate the member. Container runtimes behave the same; both cases produce a remark.

mod ahead;
mod header;
mod marks;
mod members;
mod prime;

use std::io::{self, BufRead};

use flate2::Crc;
use zlib_rs::{Inflate, InflateFlush, Status};

use super::checkpoint::{Block, Checkpoint, Checkpoints, State};
use super::note::Note;
use crate::progress::IdleCores;
use ahead::Ahead;
use header::read_header;
use marks::Marks;
use members::{Made, SideBySide};
use prime::prime;

/// The size of the window, as zlib has it.
const WINDOW_BITS: u8 = 15;

/// A decoder of all members of a gzip file.
pub struct Gzip<B> {
    input: Ahead<B>,
    phase: Phase,
    inflate: Inflate,
    /// The number of bytes decoded so far, and of those taken from the compressed stream.
    decoded: u64,
    stored: u64,
    /// The last byte that was taken.
    last: u8,
    /// The checksum of the member; `None` if decoding started inside it.
    crc: Option<Crc>,
    members: u64,
    note: Option<Note>,
    marks: Option<Box<Marks>>,
    /// The members that other threads decode; `None` if none do.
    beside: Option<Box<SideBySide>>,
    /// True to return the bytes before a fault.
    to_the_fault: bool,
}

enum Phase {
    /// Inside a member, at the start of a block.
    Block(Box<Block>),
    Between,
    /// Members that were decoded side by side come next, from one of their bytes on.
    Made(Box<Made>, usize),
    Member,
    Trailer,
    Broken,
    Ended,
}

impl<B: BufRead> Gzip<B> {
    /// Makes a decoder of `input`, which begins at a checkpoint.
    pub fn new(input: B, at: &Checkpoint) -> Self {
        let phase = match &at.state {
            State::Fresh => Phase::Between,
            State::Block(block) => Phase::Block(Box::new(block.clone())),
        };
        Self {
            input: Ahead::new(input),
            phase,
            inflate: Inflate::new(false, WINDOW_BITS),
            decoded: at.decoded,
            stored: at.stored,
            last: 0,
            crc: None,
            // After a checkpoint, something else than a member is not the start of the file.
            members: u64::from(at.decoded > 0),
            note: None,
            marks: None,
            beside: None,
            to_the_fault: false,
        }
    }

    /// Makes checkpoints while decoding, `spacing` decoded bytes apart.
    pub fn mark(&mut self, spacing: u64) {
        self.marks = Some(Box::new(Marks::new(self.decoded, spacing)));
    }

    /// Lets cores without work decode members side by side.
    pub fn help_with(&mut self, idle: &IdleCores) {
        self.beside = Some(Box::new(SideBySide::new(idle.clone(), members::SIZES)));
    }

    /// Returns the bytes before a fault, too. Otherwise, those that were decoded together with it
    /// are lost.
    pub fn read_to_the_fault(&mut self) {
        self.to_the_fault = true;
    }

    /// Takes the checkpoints that were made.
    pub fn take_checkpoints(&mut self) -> Checkpoints {
        self.marks.as_mut().map(|marks| marks.take()).unwrap_or_default()
    }

    /// Returns the peculiarity of the stream, if there is one.
    pub fn note(&self) -> Option<Note> {
        self.note
    }

    /// Reads the next bytes into `buf`; returns their number, which is 0 at the end.
    pub fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(n) = self.step(buf)? {
                return Ok(n);
            }
        }
    }

    /// Does what the phase asks for; returns the number of bytes that it made, which is 0 at the
    /// end, or `None` if there is more to do before.
    fn step(&mut self, buf: &mut [u8]) -> io::Result<Option<usize>> {
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Ended => return Ok(Some(0)),
            Phase::Broken => return Err(damaged()),
            Phase::Between if self.take_made() => {}
            Phase::Between => self.next_member()?,
            Phase::Block(block) => self.start(&block)?,
            Phase::Trailer => self.trailer()?,
            Phase::Made(made, at) => return Ok(self.hand_over(made, at, buf)),
            Phase::Member => return self.inflate(buf).map(|n| (n > 0).then_some(n)),
        }
        Ok(None)
    }

    /// Takes the next members that were decoded side by side; false if there are none.
    fn take_made(&mut self) -> bool {
        let Some(beside) = &mut self.beside else { return false };
        let Some(made) = beside.next(&mut self.input, self.stored) else { return false };
        if let Some(marks) = &mut self.marks {
            for start in &made.starts {
                marks
                    .member(self.decoded + start.decoded as u64, self.stored + start.stored as u64);
            }
        }
        self.members += made.starts.len() as u64;
        self.note = made.end.note.or(self.note);
        self.input.skip(made.end.stored);
        self.stored += made.end.stored as u64;
        self.decoded += made.end.decoded as u64;
        self.phase = Phase::Made(made, 0);
        true
    }

    /// Copies bytes that were decoded side by side, from `at` on.
    fn hand_over(&mut self, made: Box<Made>, at: usize, buf: &mut [u8]) -> Option<usize> {
        let bytes = &made.bytes[at..made.end.decoded];
        let n = bytes.len().min(buf.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        if n < bytes.len() {
            self.phase = Phase::Made(made, at + n);
        } else {
            self.phase = Phase::Between;
            if let Some(beside) = &mut self.beside {
                beside.reuse(made.bytes);
            }
        }
        (n > 0).then_some(n)
    }

    /// Reads the header of the next member, if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        let head = self.input.fill_buf()?;
        let another = head.first() == Some(&0x1f) && head.get(1).is_none_or(|&b| b == 0x8b);
        if head.is_empty() || (self.members > 0 && !another) {
            if self.members > 0 && !head.is_empty() {
                self.note = Some(Note::Leftovers);
            }
            return Ok(());
        }
        if let Some(marks) = &mut self.marks {
            marks.member(self.decoded, self.stored);
        }
        self.members += 1;
        match read_header(&mut self.input) {
            Ok(len) => {
                self.stored += len;
                self.inflate.reset(false);
                self.crc = Some(Crc::new());
                self.phase = Phase::Member;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Starts at a block inside a member.
    fn start(&mut self, block: &Block) -> io::Result<()> {
        let first = if block.bits > 0 { self.byte()? } else { 0 };
        let is_primed = prime(&mut self.inflate, &block.window()?, block.bits, first);
        self.phase = if is_primed { Phase::Member } else { Phase::Broken };
        Ok(())
    }

    /// Decodes a part of a member; 0 does not mean its end.
    fn inflate(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let input = self.input.fill_buf()?;
        let flush = self.marks.as_ref().map_or(InflateFlush::NoFlush, |marks| marks.flush());
        let (taken, made) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, buf, flush);
        let used = usize::try_from(self.inflate.total_in() - taken).unwrap_or(input.len());
        let made = usize::try_from(self.inflate.total_out() - made).unwrap_or(buf.len());
        let (stored, decoded) = (self.stored + used as u64, self.decoded + made as u64);
        self.last = used.checked_sub(1).map_or(self.last, |last| input[last]);
        if let Some(marks) = self.marks.as_mut().filter(|_| status.is_ok()) {
            marks.see(&buf[..made], decoded);
            // Neither the input nor the room for output is used up.
            let is_at_block = flush == InflateFlush::Block
                && status == Ok(Status::Ok)
                && used < input.len()
                && made < buf.len();
            if is_at_block {
                marks.block(decoded, stored, self.last, &input[used..]);
            }
        }
        let is_over = input.is_empty() && made == 0;
        self.input.consume(used);
        (self.stored, self.decoded) = (stored, decoded);
        if let Some(crc) = &mut self.crc {
            crc.update(&buf[..made]);
        }
        self.phase = match status {
            Ok(Status::StreamEnd) => Phase::Trailer,
            Ok(_) if is_over => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Phase::Member,
            Err(_) if self.to_the_fault => Phase::Broken,
            Err(_) => return Err(damaged()),
        };
        Ok(made)
    }

    /// Compares the checksum and the length after a member.
    fn trailer(&mut self) -> io::Result<()> {
        let mut stated = [0; 8];
        for byte in &mut stated {
            *byte = self.byte()?;
        }
        self.phase = Phase::Between;
        if let Some(crc) = self.crc.take() {
            let found = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
            if found != stated {
                self.note = Some(Note::Checksum);
            }
        }
        Ok(())
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.input.fill_buf()?.first().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.input.consume(1);
        self.stored += 1;
        Ok(byte)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "corrupt deflate stream")
}

#[cfg(test)]
mod tests;
