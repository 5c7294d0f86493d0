//! The header of a gzip member (RFC 1952, 2.3).

use std::io::{self, BufRead};

use flate2::Crc;

/// The most bytes of a name or a comment.
const FIELD_LIMIT: usize = 65535;
/// The bits of the flags that have no meaning yet.
const RESERVED: u8 = 0xe0;

/// Reads the header of a member; returns how many bytes it has.
///
/// # Errors
///
/// An error of `input`, or a description of what is wrong.
pub fn read_header(input: &mut impl BufRead) -> io::Result<u64> {
    let mut header = Header { input, crc: Crc::new(), len: 0 };
    let [magic @ .., method, flags, _, _, _, _, _, _] = header.bytes::<10>()?;
    if magic != [0x1f, 0x8b] || method != 8 || flags & RESERVED != 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "invalid gzip header"));
    }
    let has = |bit: u8| flags >> bit & 1 == 1;
    if has(2) {
        let extra = u16::from_le_bytes(header.bytes()?);
        for _ in 0..extra {
            header.byte()?;
        }
    }
    // The name and the comment.
    for _ in 0..u8::from(has(3)) + u8::from(has(4)) {
        header.skip_text()?;
    }
    if has(1) {
        let sum = header.crc.sum() & 0xffff;
        if sum != u32::from(u16::from_le_bytes(header.bytes()?)) {
            let problem = "invalid gzip header: its checksum is wrong";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
    }
    Ok(header.len)
}

struct Header<'a, B> {
    input: &'a mut B,
    crc: Crc,
    len: u64,
}

impl<B: BufRead> Header<'_, B> {
    fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.input.fill_buf()?.first().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.input.consume(1);
        self.crc.update(&[byte]);
        self.len += 1;
        Ok(byte)
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    fn skip_text(&mut self) -> io::Result<()> {
        for _ in 0..=FIELD_LIMIT {
            if self.byte()? == 0 {
                return Ok(());
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "gzip header field too long"))
    }
}
