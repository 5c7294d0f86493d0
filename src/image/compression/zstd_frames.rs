//! The decoder of zstd, frame by frame (RFC 8878).

use std::io::{self, BufRead};

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::checkpoint::{Checkpoint, Checkpoints, State};
use super::note::Note;

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
    /// True once a frame was decoded.
    has_frames: bool,
    /// True if something follows the last frame that is no frame.
    is_followed: bool,
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
        let (inside, has_frames, is_followed) = (false, stored > 0, false);
        Ok(Self { input, decoder, decoded, stored, inside, has_frames, is_followed, starts: None })
    }

    /// Makes checkpoints while decoding, at least `spacing` decoded bytes apart.
    pub fn mark(&mut self, spacing: u64) {
        self.starts = Some(Checkpoints::apart(spacing));
    }

    /// Returns the peculiarity of the stream, if there is one.
    pub fn note(&self) -> Option<Note> {
        self.is_followed.then_some(Note::Leftovers)
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
            if ended && !self.inside || self.is_followed {
                return Ok(0);
            }
            if !self.inside && self.has_frames && !may_begin_frame(input) {
                self.is_followed = true;
                return Ok(0);
            }
            let status = self.decoder.run_on_buffers(input, buf)?;
            self.input.consume(status.bytes_read);
            self.stored += status.bytes_read as u64;
            self.decoded += status.bytes_written as u64;
            self.inside = status.remaining != 0;
            self.has_frames |= !self.inside;
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

/// Returns whether bytes begin a frame, or may be the part of its beginning that is at hand (RFC 8878,
/// sections 3.1.1 and 3.1.2).
fn may_begin_frame(bytes: &[u8]) -> bool {
    const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    const SKIPPED: [u8; 3] = [0x2a, 0x4d, 0x18];
    let begins = |magic: &[u8], bytes: &[u8]| {
        let len = magic.len().min(bytes.len());
        magic[..len] == bytes[..len]
    };
    match bytes {
        [0x50..=0x5f, rest @ ..] => begins(&SKIPPED, rest),
        bytes => begins(&FRAME, bytes),
    }
}
