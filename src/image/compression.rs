//! How the bytes of a layer are compressed: told by the bytes themselves, never by a name or a media type.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use crate::archive::{Forward, ReadAt, Window};

/// A compression that a layer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// A plain tar.
    None,
    /// RFC 1952, of one member or several.
    Gzip,
    /// RFC 8878, of one frame or several, with skippable frames anywhere.
    Zstd,
    /// The .xz format.
    Xz,
    /// The bzip2 format.
    Bzip2,
}

impl Compression {
    /// Tells the compression from the first bytes.
    pub fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', ..] => Self::Bzip2,
            _ => Self::None,
        }
    }

    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

/// The first bytes of `source` from `offset`.
pub fn head(source: &dyn ReadAt, offset: u64) -> io::Result<Vec<u8>> {
    crate::archive::read_extent(source, crate::archive::Extent { offset, len: 512 })
}

/// Says what bytes that are no tar seem to be.
pub fn describe(source: &dyn ReadAt) -> String {
    let head = head(source, 0).unwrap_or_default();
    let text = match Compression::sniff(&head) {
        Compression::Gzip => "a gzip file",
        Compression::Zstd => "a zstd file",
        Compression::Xz => "an xz file",
        Compression::Bzip2 => "a bzip2 file",
        Compression::None => match &head[..] {
            [b'%', b'P', b'D', b'F', ..] => "a PDF document",
            [b'P', b'K', 3 | 5, ..] => "a zip archive",
            [0x7f, b'E', b'L', b'F', ..] => "an executable",
            [b'#', b'!', ..] => "a script",
            [b'{' | b'[', ..] => "JSON text",
            [0x89, b'P', b'N', b'G', ..] => "a PNG picture",
            _ if head.iter().all(|&b| b == 0) => "zeros",
            _ if std::str::from_utf8(&head[..head.len().min(256)]).is_ok() => "text",
            _ => "neither a tar nor a known compressed format",
        },
    };
    text.into()
}

/// The most memory that a zstd stream may ask for its window, as a power of two (128 MiB, as `zstd -d` has it).
const ZSTD_WINDOW_LOG: u32 = 27;
/// The decoded bytes that are held at a time; measured best between 256 KiB and 1 MiB.
const DECODED_BUFFER: usize = 256 << 10;

/// A decoder's output as something that can be walked forwards.
pub struct Decoded<D>(BufReader<D>);

impl<D: Read> Decoded<D> {
    fn new(decoder: D) -> Self {
        Self(BufReader::with_capacity(DECODED_BUFFER, decoder))
    }

    /// The decoder.
    pub fn get_ref(&self) -> &D {
        self.0.get_ref()
    }
}

impl<D: Read> Read for Decoded<D> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl<D: Read> BufRead for Decoded<D> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.0.consume(n);
    }
}

impl<D: Read> Forward for Decoded<D> {
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

/// Decodes zstd frames.
pub fn zstd(window: Window<'_>) -> io::Result<Decoded<zstd::stream::read::Decoder<'static, Window<'_>>>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(window)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(Decoded::new(decoder))
}

/// Decodes gzip members.
pub fn gzip(window: Window<'_>) -> Decoded<GzipMembers<'_>> {
    Decoded::new(GzipMembers { state: Some(State::Between(window)), members: 0, note: None })
}

/// Reads the members of a gzip file one after the other.
///
/// What follows the last member is ignored, and a wrong checksum at the end of
/// a member costs nothing before it: engines behave so, and it is remarked.
pub struct GzipMembers<'a> {
    state: Option<State<'a>>,
    members: u64,
    note: Option<&'static str>,
}

enum State<'a> {
    Between(Window<'a>),
    Member(Box<GzDecoder<Window<'a>>>),
}

impl GzipMembers<'_> {
    /// What was odd about the stream.
    pub fn note(&self) -> Option<&'static str> {
        self.note
    }
}

impl Read for GzipMembers<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state.take() {
                None => return Ok(0),
                Some(State::Between(mut window)) => {
                    let head = window.fill_buf()?;
                    let another = head.first() == Some(&0x1f) && head.get(1).is_none_or(|&b| b == 0x8b);
                    if head.is_empty() || (self.members > 0 && !another) {
                        if self.members > 0 && head.iter().any(|&b| b != 0) {
                            self.note = Some("junk follows the compressed stream; ignored");
                        }
                        return Ok(0);
                    }
                    self.members += 1;
                    self.state = Some(State::Member(Box::new(GzDecoder::new(window))));
                }
                Some(State::Member(mut decoder)) => match decoder.read(buf) {
                    Ok(0) if !buf.is_empty() => self.state = Some(State::Between(decoder.into_inner())),
                    Err(error) if is_checksum(&error) => {
                        self.note = Some("a gzip checksum is wrong; the contents may be damaged");
                        self.state = Some(State::Between(decoder.into_inner()));
                    }
                    result => {
                        self.state = Some(State::Member(decoder));
                        return result;
                    }
                },
            }
        }
    }
}

/// flate2 tells a wrong checksum from a broken stream only in words.
fn is_checksum(error: &io::Error) -> bool {
    error.to_string().contains("checksum")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Extent, FileSource};
    use std::io::Write;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(bytes: &[u8]) -> (io::Result<Vec<u8>>, Option<&'static str>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let source = FileSource::open(file.path()).unwrap();
        let mut decoder = gzip(Window::new(&source, Extent::whole(&source), 64));
        let mut out = Vec::new();
        let result = decoder.read_to_end(&mut out).map(|_| out);
        (result, decoder.get_ref().note())
    }

    #[test]
    fn all_members_of_a_gzip_file_are_read() {
        let (read, note) = decode(&[gz(b"one "), gz(b""), gz(b"two")].concat());
        assert_eq!((read.unwrap(), note), (b"one two".to_vec(), None));
    }

    #[test]
    fn junk_behind_the_last_member_is_ignored_and_zeros_are_not_worth_a_word() {
        let (read, note) = decode(&[gz(b"one"), b"junk".to_vec()].concat());
        assert_eq!(read.unwrap(), b"one");
        assert!(note.unwrap().contains("junk"));
        assert_eq!(decode(&[gz(b"one"), vec![0; 100]].concat()).1, None);
    }

    #[test]
    fn a_wrong_checksum_is_remarked_and_a_short_stream_is_an_error() {
        let mut bytes = gz(b"contents");
        let at = bytes.len() - 8;
        bytes[at] ^= 1;
        let (read, note) = decode(&bytes);
        assert_eq!(read.unwrap(), b"contents");
        assert!(note.unwrap().contains("checksum"));
        assert!(decode(&gz(b"contents")[..12]).0.is_err());
    }

    #[test]
    fn compression_is_told_by_the_first_bytes() {
        assert_eq!(Compression::sniff(&gz(b"x")), Compression::Gzip);
        assert_eq!(Compression::sniff(&[0x5a, 0x2a, 0x4d, 0x18, 0, 0]), Compression::Zstd);
        assert_eq!(Compression::sniff(b"BZh9"), Compression::Bzip2);
        assert_eq!(Compression::sniff(b"etc/passwd"), Compression::None);
    }
}
