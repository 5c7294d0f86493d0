//! Decodes compressed layers and archives as forward readers.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use lzma_rust2::XzReader;

use super::checkpoint::{Checkpoint, Checkpoints};
use super::gzip::Gzip;
use super::note::Note;
use super::sniff::Compression;
use super::zstd_frames::{Frames, ZSTD_WINDOW_LOG};
use crate::archive::Forward;
use crate::display::Units;
use crate::progress::IdleCores;

/// The most memory that an xz stream may ask for, in KiB.
const XZ_MEMORY: u32 = 128 << 10;
/// The size of the buffer for decoded bytes; measurements favour 256 KiB to 1 MiB.
const DECODED_BUFFER: usize = 256 << 10;

/// A stream of bytes that can only be read in order.
pub struct Stream<B>(pub B);

impl<B: BufRead> Read for Stream<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl<B: BufRead> BufRead for Stream<B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.0.consume(n);
    }
}

impl<B: BufRead> Forward for Stream<B> {
    fn skip(&mut self, n: u64) -> io::Result<u64> {
        let mut left = n;
        while left > 0 {
            let available = self.0.fill_buf()?.len();
            if available == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(available);
            self.0.consume(step);
            left -= step as u64;
        }
        Ok(n - left)
    }
}

/// The output of a decoder, with a buffer.
pub type Decoded<B> = BufReader<Decoder<B>>;

/// Decodes `reader`, whose format is `compression`.
///
/// # Errors
///
/// An error if the decoder cannot be created.
pub fn decode<B: BufRead>(compression: Compression, reader: B) -> io::Result<Decoded<B>> {
    let decoder = Decoder::starting(compression, reader, &Checkpoint::START)?;
    Ok(BufReader::with_capacity(DECODED_BUFFER, decoder))
}

/// A decoder for any compression; uncompressed bytes are passed through.
///
/// After an error, every read fails with it again. Some decoders report an error once and then a
/// clean end, which would make a stream that was cut look whole to whoever reads on.
pub struct Decoder<B: BufRead> {
    format: Format<B>,
    /// The error that ended the stream.
    failed: Option<(io::ErrorKind, String)>,
}

/// The decoder of one format.
enum Format<B: BufRead> {
    /// No compression.
    Plain(B),
    /// gzip.
    Gzip(Box<Gzip<B>>),
    /// zstd.
    Zstd {
        decoder: Frames<B>,
        /// The window that the first frame asks for, in bytes.
        window: Option<u64>,
    },
    /// xz.
    Xz(Box<XzReader<B>>),
    /// bzip2.
    Bzip2(MultiBzDecoder<B>),
}

impl<B: BufRead> Decoder<B> {
    /// Decodes `reader`, whose format is `compression`, and which begins at a checkpoint.
    ///
    /// # Errors
    ///
    /// An error if the decoder cannot be created.
    pub fn starting(compression: Compression, reader: B, at: &Checkpoint) -> io::Result<Self> {
        let mut reader = reader;
        let format = match compression {
            Compression::None => Format::Plain(reader),
            Compression::Gzip => Format::Gzip(Box::new(Gzip::new(reader, at))),
            Compression::Zstd => {
                let window = zstd_window(reader.fill_buf()?);
                Format::Zstd { decoder: Frames::new(reader, at)?, window }
            }
            Compression::Xz => {
                Format::Xz(Box::new(XzReader::new_mem_limit(reader, true, XZ_MEMORY)))
            }
            Compression::Bzip2 => Format::Bzip2(MultiBzDecoder::new(reader)),
        };
        Ok(Self { format, failed: None })
    }

    /// Makes checkpoints while decoding, `spacing` decoded bytes apart, if the format has any.
    pub fn mark(&mut self, spacing: u64) {
        match &mut self.format {
            Format::Gzip(gzip) => gzip.mark(spacing),
            Format::Zstd { decoder, .. } => decoder.mark(spacing),
            Format::Plain(_) | Format::Xz(_) | Format::Bzip2(_) => {}
        }
    }

    /// Returns the bytes before a fault, too, if the format can.
    pub fn read_to_the_fault(&mut self) {
        if let Format::Gzip(gzip) = &mut self.format {
            gzip.read_to_the_fault();
        }
    }

    /// Lets cores without work help, if the stream has parts that can be decoded side by side.
    pub fn help_with(&mut self, idle: &IdleCores) {
        if let Format::Gzip(gzip) = &mut self.format {
            gzip.help_with(idle);
        }
    }

    /// Takes the checkpoints that were made.
    pub fn take_checkpoints(&mut self) -> Checkpoints {
        match &mut self.format {
            Format::Gzip(gzip) => gzip.take_checkpoints(),
            Format::Zstd { decoder, .. } => decoder.take_checkpoints(),
            Format::Plain(_) | Format::Xz(_) | Format::Bzip2(_) => Checkpoints::default(),
        }
    }

    /// Returns the peculiarity of the stream, if there is one.
    pub fn note(&self) -> Option<Note> {
        match &self.format {
            Format::Gzip(gzip) => gzip.note(),
            Format::Zstd { decoder, .. } => decoder.note(),
            _ => None,
        }
    }
}

impl<B: BufRead> Read for Decoder<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, text)) = &self.failed {
            return Err(io::Error::new(*kind, text.clone()));
        }
        let result = self.format.read(buf);
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failed = Some((error.kind(), error.to_string()));
        }
        result
    }
}

impl<B: BufRead> Read for Format<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buf),
            Self::Gzip(decoder) => decoder.read(buf).map_err(named_end),
            Self::Zstd { decoder, window } => {
                decoder.read(buf).map_err(|error| named_end(over_window(error, *window)))
            }
            Self::Xz(decoder) => decoder.read(buf).map_err(|error| named_end(over_memory(error))),
            Self::Bzip2(decoder) => decoder.read(buf).map_err(named_end),
        }
    }
}

/// Gives the early end of a stream the same words in every format.
fn named_end(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(io::ErrorKind::UnexpectedEof, "the compressed data end early")
        }
        _ => error,
    }
}

/// Replaces the error of a window that is too large, which zstd only reports in words.
fn over_window(error: io::Error, window: Option<u64>) -> io::Error {
    if !error.to_string().contains("too much memory") {
        return error;
    }
    let units = Units::Iec;
    let limit = units.size(1 << ZSTD_WINDOW_LOG);
    let window = window.filter(|window| *window > 1 << ZSTD_WINDOW_LOG);
    let window = window.map_or_else(String::new, |window| format!(" of {}", units.size(window)));
    let text = format!("its zstd window{window} is over the limit of {limit}");
    io::Error::new(io::ErrorKind::OutOfMemory, text)
}

fn over_memory(error: io::Error) -> io::Error {
    if error.kind() != io::ErrorKind::OutOfMemory && !error.to_string().contains("memory") {
        return error;
    }
    let limit = Units::Iec.size(u64::from(XZ_MEMORY) << 10);
    io::Error::new(
        io::ErrorKind::OutOfMemory,
        format!("its xz dictionary is over the limit of {limit}"),
    )
}

/// Returns the window size in bytes that the first zstd frame requires (RFC 8878, 3.1.1.1), if it
/// is in these bytes.
fn zstd_window(mut head: &[u8]) -> Option<u64> {
    while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, rest @ ..] = head {
        head = rest.get(usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?..)?;
    }
    let [0x28, 0xb5, 0x2f, 0xfd, descriptor, rest @ ..] = head else { return None };
    if descriptor & 0x20 == 0 {
        let byte = *rest.first()?;
        let base = 1_u64 << (10 + (byte >> 3));
        return Some(base + base / 8 * u64::from(byte & 7));
    }
    // A single segment: the window is the whole content.
    let id = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let len = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let mut bytes = [0; 8];
    bytes[..len].copy_from_slice(rest.get(id..id + len)?);
    Some(u64::from_le_bytes(bytes) + if len == 2 { 256 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> (io::Result<Vec<u8>>, Option<Note>) {
        let mut decoder = decode(Compression::sniff(bytes), bytes).unwrap();
        let mut out = Vec::new();
        let result = decoder.read_to_end(&mut out).map(|_| out);
        (result, decoder.get_ref().note())
    }

    #[test]
    fn all_members_of_a_gzip_file_are_read() {
        let (read, note) = read(&[gz(b"one "), gz(b""), gz(b"two")].concat());
        assert_eq!((read.unwrap(), note), (b"one two".to_vec(), None));
    }

    #[test]
    fn what_follows_the_last_member_is_ignored_and_remarked() {
        let (bytes, note) = read(&[gz(b"one"), b"junk".to_vec()].concat());
        assert_eq!(bytes.unwrap(), b"one");
        assert_eq!(note, Some(Note::Leftovers));
        assert_eq!(read(&[gz(b"one"), vec![0; 100]].concat()).1, Some(Note::Leftovers));
    }

    #[test]
    fn what_follows_the_last_frame_of_zstd_is_ignored_and_remarked() {
        let frame = zstd::encode_all(&b"one"[..], 3).unwrap();
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0][..], b"ab"].concat();
        let (bytes, note) = read(&[&frame[..], &skipped, &frame].concat());
        assert_eq!((bytes.unwrap(), note), (b"oneone".to_vec(), None));
        for junk in [&b"abc"[..], b"junk and more", &[0; 100], &[0x51, 0x2a, 0]] {
            let (bytes, note) = read(&[&frame[..], junk].concat());
            assert_eq!(
                (bytes.unwrap(), note),
                (b"one".to_vec(), Some(Note::Leftovers)),
                "{junk:?}"
            );
        }
        assert!(read(&[&frame[..], &frame[..7]].concat()).0.is_err(), "a frame that was cut");
    }

    #[test]
    fn a_wrong_checksum_is_remarked_and_a_short_stream_is_an_error() {
        let mut bytes = gz(b"contents");
        let at = bytes.len() - 8;
        bytes[at] ^= 1;
        let (contents, note) = read(&bytes);
        assert_eq!(contents.unwrap(), b"contents");
        assert_eq!(note, Some(Note::Checksum));
        assert!(read(&gz(b"contents")[..12]).0.is_err());
    }

    #[test]
    fn a_stream_that_was_cut_in_the_header_of_its_next_member_fails_for_good() {
        for cut in 1..18 {
            let bytes = [&gz(b"one")[..], &gz(b"two")[..cut]].concat();
            let mut decoder = decode(Compression::Gzip, &bytes[..]).unwrap();
            let mut out = Vec::new();
            for again in 0..3 {
                let error = decoder.read_to_end(&mut out).expect_err("it was cut");
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{cut} {again}");
            }
            assert!(out.starts_with(b"one"), "{cut}");
        }
    }

    #[test]
    fn every_compression_is_decoded_frame_by_frame() {
        let skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let frame = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
        let frames =
            [skippable.to_vec(), frame(b"one "), skippable.to_vec(), frame(b"two")].concat();
        assert_eq!(read(&frames).0.unwrap(), b"one two");
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(b"one").unwrap();
        let member = encoder.finish().unwrap();
        assert_eq!(read(&member.repeat(2)).0.unwrap(), b"oneone");
        // printf one | xz --check=crc32
        let xz = [
            0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x01, 0x69, 0x22, 0xde, 0x36, 0x02, 0x00,
            0x21, 0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x02, 0x6f,
            0x6e, 0x65, 0x00, 0x00, 0xf1, 0x86, 0x6c, 0x7a, 0x00, 0x01, 0x17, 0x03, 0x07, 0x60,
            0x0c, 0xbc, 0x90, 0x42, 0x99, 0x0d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x59, 0x5a,
        ];
        assert_eq!(read(&xz.repeat(2)).0.unwrap(), b"oneone");
    }
}
