//! The decoder of zstd, frame by frame (RFC 8878).

use std::io::{self, BufRead};

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::checkpoint::{Checkpoint, Checkpoints, State};

/// The most memory that a zstd stream may ask for its window, as a power of two (128 MiB, as `zstd
/// -d` has it).
pub const ZSTD_WINDOW_LOG: u32 = 27;

/// A decoder of the frames of a zstd file. Decoding can start at any frame.
pub struct Frames<B> {
    input: B,
    decoder: Decoder<'static>,
    /// The number of bytes decoded so far, and of those taken from the compressed stream.
    decoded: u64,
    stored: u64,
    /// True inside a frame.
    inside: bool,
    /// The starts of frames; `None` if they are not wanted.
    starts: Option<Checkpoints>,
}

impl<B: BufRead> Frames<B> {
    /// Makes a decoder of `input`, which begins at a checkpoint.
    ///
    /// # Errors
    ///
    /// An error if the decoder cannot be created.
    pub fn new(input: B, at: &Checkpoint) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
        let (decoded, stored) = (at.decoded, at.stored);
        Ok(Self { input, decoder, decoded, stored, inside: false, starts: None })
    }

    /// Makes checkpoints while decoding, at least `spacing` decoded bytes apart.
    pub fn mark(&mut self, spacing: u64) {
        self.starts = Some(Checkpoints::apart(spacing));
    }

    /// Takes the checkpoints that were made.
    pub fn take_checkpoints(&mut self) -> Checkpoints {
        self.starts.as_mut().map(Checkpoints::take).unwrap_or_default()
    }

    /// Reads the next bytes into `buf`; returns their number, which is 0 at the end.
    pub fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let input = self.input.fill_buf()?;
            let ended = input.is_empty();
            if ended && !self.inside {
                return Ok(0);
            }
            let status = self.decoder.run_on_buffers(input, buf)?;
            self.input.consume(status.bytes_read);
            self.stored += status.bytes_read as u64;
            self.decoded += status.bytes_written as u64;
            self.inside = status.remaining != 0;
            if let (false, Some(starts)) = (self.inside, &mut self.starts) {
                let (decoded, stored) = (self.decoded, self.stored);
                starts.add(Checkpoint { decoded, stored, state: State::Fresh });
            }
            if status.bytes_written > 0 || buf.is_empty() {
                return Ok(status.bytes_written);
            }
            if ended && self.inside {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
