//! Forward decoders for every compression, with positions at which decoding can start again.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::checkpoints::{Checkpoint, State};
use super::gzip::Gzip;
use super::input::{Attribution, Input};
use crate::image::compression::{Compression, Decoded, Region, ZSTD_WINDOW_LOG, decode};

/// A forward decoder.
pub trait Decode: Send {
    /// Reads the next bytes into `buf`; returns their number, which is 0 at the end.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize>;

    /// Returns the latest position at which decoding could start, with `decoded` bytes decoded so
    /// far.
    fn checkpoint(&self, decoded: u64) -> Option<Checkpoint>;

    /// Returns the number of bytes decoded at that position, without building its state.
    fn resumable_at(&self, decoded: u64) -> u64;
}

/// Makes a decoder of `stored` that starts at a checkpoint.
///
/// # Errors
///
/// An error if the decoder cannot be created.
pub fn decoder(
    stored: &Region,
    compression: Compression,
    checkpoint: &Checkpoint,
    attribution: Arc<Attribution>,
) -> io::Result<Box<dyn Decode>> {
    let input = Input::new(stored.clone(), checkpoint.stored, attribution);
    Ok(match compression {
        Compression::Gzip => Box::new(Gzip::new(input, checkpoint)),
        Compression::Zstd => Box::new(Zstd::new(input, checkpoint)?),
        Compression::None | Compression::Xz | Compression::Bzip2 => {
            Box::new(Forwards(decode(compression, input)?))
        }
    })
}

/// A decoder that can only start at the beginning.
struct Forwards(Decoded<Input>);

impl Decode for Forwards {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }

    fn checkpoint(&self, _: u64) -> Option<Checkpoint> {
        None
    }

    fn resumable_at(&self, _: u64) -> u64 {
        0
    }
}

/// A decoder of the frames of a zstd file. Decoding can start at any frame.
struct Zstd {
    input: Input,
    decoder: Decoder<'static>,
    position: u64,
    /// True inside a frame.
    inside: bool,
    /// The start of the latest frame: decoded and stored bytes before it.
    frame: (u64, u64),
}

impl Zstd {
    fn new(input: Input, checkpoint: &Checkpoint) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
        let frame = (checkpoint.decoded, checkpoint.stored);
        Ok(Self { input, decoder, position: checkpoint.decoded, inside: false, frame })
    }
}

impl Decode for Zstd {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let input = self.input.fill_buf()?;
            let ended = input.is_empty();
            if ended && !self.inside {
                return Ok(0);
            }
            let status = self.decoder.run_on_buffers(input, buf)?;
            self.input.consume(status.bytes_read);
            self.position += status.bytes_written as u64;
            self.inside = status.remaining != 0;
            if !self.inside {
                self.frame = (self.position, self.input.position());
            }
            if status.bytes_written > 0 {
                return Ok(status.bytes_written);
            }
            if ended && self.inside {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the zstd stream ends early",
                ));
            }
        }
    }

    fn checkpoint(&self, _: u64) -> Option<Checkpoint> {
        Some(Checkpoint { decoded: self.frame.0, stored: self.frame.1, state: State::Fresh })
    }

    fn resumable_at(&self, _: u64) -> u64 {
        self.frame.0
    }
}
