//! The other side of plain layers: the headers of a tar, found by hand and in one thread, and
//! nothing checked.
//!
//! It shares no code with the program, so that the program cannot be compared with its own
//! mistakes.

use std::fs::File;
use std::io;

/// A run of bytes of the archive: where it starts, and how long it is.
pub type Run = (u64, u64);

const BLOCK: usize = 512;
/// Measured best for many small files, and as good as any for large ones.
const WINDOW: usize = 32 << 10;

/// What a header says.
pub struct Header<'a> {
    /// The path, byte for byte.
    pub name: &'a [u8],
    /// The type flag.
    pub flag: u8,
    /// Bytes of contents.
    pub size: u64,
    /// Where they start in the archive.
    pub data: u64,
}

/// Calls `each` for every entry of the tar in `run`.
pub fn headers(file: &File, run: Run, mut each: impl FnMut(Header<'_>)) -> io::Result<()> {
    let mut window =
        Window { file, end: run.0 + run.1, start: 0, filled: 0, buffer: vec![0; WINDOW] };
    let (mut at, mut path, mut pax_path, mut pax_size) = (run.0, Vec::new(), None, None);
    while let Some(block) = window.bytes(at, BLOCK)?.filter(|block| block[0] != 0) {
        let (flag, size) = (block[156], number(&block[124..136]));
        let data = at + BLOCK as u64;
        if matches!(flag, b'x' | b'g' | b'L' | b'K') {
            let length = usize::try_from(size).map_err(io::Error::other)?;
            let body = window.bytes(data, length)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            match flag {
                b'L' => pax_path = Some(until_nul(body).to_vec()),
                b'x' => {
                    pax_path = record(body, b"path").map(<[u8]>::to_vec).or(pax_path);
                    pax_size = record(body, b"size")
                        .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
                }
                _ => {}
            }
            at = data + size.next_multiple_of(BLOCK as u64);
            continue;
        }
        path.clear();
        if let Some(name) = pax_path.take() {
            path = name;
        } else {
            // The old GNU format has times where others have the beginning of a long path.
            if &block[257..263] == b"ustar\0" && block[345] != 0 {
                path.extend_from_slice(until_nul(&block[345..500]));
                path.push(b'/');
            }
            path.extend_from_slice(until_nul(&block[..100]));
        }
        let size = pax_size.take().unwrap_or(if matches!(flag, b'1'..=b'6') { 0 } else { size });
        each(Header { name: &path, flag, size, data });
        at = data + size.next_multiple_of(BLOCK as u64);
    }
    Ok(())
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|&b| b == 0).unwrap_or(field.len())]
}

fn number(field: &[u8]) -> u64 {
    if field[0] & 0x80 != 0 {
        return field[4..].iter().fold(0, |n, &b| n << 8 | u64::from(b));
    }
    field.iter().filter(|b| b.is_ascii_digit()).fold(0, |n, &b| n << 3 | u64::from(b - b'0'))
}

/// The value of a record of an extended header.
fn record<'a>(mut body: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    loop {
        let space = body.iter().position(|&b| b == b' ')?;
        let length: usize = std::str::from_utf8(&body[..space]).ok()?.parse().ok()?;
        let value = body.get(space + 1..length.checked_sub(1)?)?;
        if let Some(value) = value.strip_prefix(key).and_then(|value| value.strip_prefix(b"=")) {
            return Some(value);
        }
        body = &body[length..];
    }
}

/// What was read last, kept over jumps.
struct Window<'a> {
    file: &'a File,
    end: u64,
    start: u64,
    filled: usize,
    buffer: Vec<u8>,
}

impl Window<'_> {
    /// The `length` bytes at `at`; `None` behind the end.
    fn bytes(&mut self, at: u64, length: usize) -> io::Result<Option<&[u8]>> {
        let (from, to) = (at, at + length as u64);
        if to > self.end {
            return Ok(None);
        }
        if from < self.start || to > self.start + self.filled as u64 {
            self.buffer.resize(self.buffer.len().max(length), 0);
            let want =
                usize::try_from(self.end - from).unwrap_or(usize::MAX).min(self.buffer.len());
            (self.start, self.filled) = (from, 0);
            while self.filled < length {
                match read_at(
                    self.file,
                    &mut self.buffer[self.filled..want],
                    from + self.filled as u64,
                )? {
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    n => self.filled += n,
                }
            }
        }
        let offset = usize::try_from(from - self.start).expect("inside the window");
        Ok(Some(&self.buffer[offset..offset + length]))
    }
}

/// Reads at an offset, without moving anything.
pub fn read_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buf, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buf, offset);
}
