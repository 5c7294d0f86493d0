//! Stores an archive without its runs of zeros, as used for the built-in images.
//!
//! The names and sizes in a demonstration image are real but its contents are filler. Written out,
//! it is an archive of hundreds of megabytes; stored, it has only the pages that are not zero,
//! compressed. Reading needs no more memory than these pages.
//!
//! Packed form (zstd): the length of the archive, then for each run of non-zero pages its offset,
//! its length and its bytes; numbers are 64-bit little endian.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::ReadAt;

const PAGE: usize = 512;
const ZEROS: [u8; PAGE] = [0; PAGE];

/// An archive whose unwritten parts are zeros.
///
/// Two archives are equal if their bytes are.
#[derive(Debug, PartialEq, Eq)]
pub struct HoledSource {
    len: u64,
    /// Offset of each run in the archive and in `bytes`, in order.
    runs: Vec<(u64, usize)>,
    bytes: Vec<u8>,
}

impl HoledSource {
    /// Unpacks the output of [`pack`].
    ///
    /// # Errors
    ///
    /// An error if `packed` is not such an output.
    pub fn unpack(packed: &[u8]) -> io::Result<Self> {
        let mut reader = zstd::stream::read::Decoder::new(packed)?;
        let mut bytes = Vec::new();
        let mut runs = Vec::new();
        let len = number(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        while let Some(offset) = number(&mut reader)? {
            let run = number(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            runs.push((offset, bytes.len()));
            if (&mut reader).take(run).read_to_end(&mut bytes)? as u64 != run {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Self { len, runs, bytes })
    }

    /// Writes the full archive, with zeros for holes.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write_to(&self, mut out: impl Write) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        let mut offset = 0;
        while offset < self.len {
            let n = self.read_at(&mut buffer, offset)?;
            out.write_all(&buffer[..n])?;
            offset += n as u64;
        }
        Ok(())
    }

    /// Writes the archive to a new file. Holes stay holes if the filesystem supports them, and need
    /// no space there.
    ///
    /// # Errors
    ///
    /// An error of `file`.
    pub fn write_to_file(&self, file: &mut File) -> io::Result<()> {
        file.set_len(self.len)?;
        for (i, &(start, at)) in self.runs.iter().enumerate() {
            file.seek(SeekFrom::Start(start))?;
            file.write_all(self.run(i, at))?;
        }
        Ok(())
    }

    /// Returns the bytes of a run from `at` on.
    fn run(&self, i: usize, at: usize) -> &[u8] {
        &self.bytes[at..self.runs.get(i + 1).map_or(self.bytes.len(), |next| next.1)]
    }
}

fn number(reader: &mut impl Read) -> io::Result<Option<u64>> {
    let mut bytes = [0; 8];
    let mut done = 0;
    while done < bytes.len() {
        match reader.read(&mut bytes[done..])? {
            0 if done == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => done += n,
        }
    }
    Ok(Some(u64::from_le_bytes(bytes)))
}

impl ReadAt for HoledSource {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        let buf = &mut buf[..n];
        buf.fill(0);
        let end = offset + n as u64;
        let first = self.runs.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
        for (i, &(start, at)) in
            self.runs.iter().enumerate().skip(first).take_while(|(_, (start, _))| *start < end)
        {
            let run = self.run(i, at);
            let from = offset.max(start);
            let to = end.min(start + run.len() as u64);
            if from < to {
                let index = |at: u64, base: u64| {
                    usize::try_from(at - base).expect("inside the buffer or the run")
                };
                buf[index(from, offset)..index(to, offset)]
                    .copy_from_slice(&run[index(from, start)..index(to, start)]);
            }
        }
        Ok(n)
    }

    fn len(&self) -> u64 {
        self.len
    }
}

/// Packs an archive: the counterpart of [`HoledSource::unpack`].
///
/// # Errors
///
/// An error of `archive`.
pub fn pack(mut archive: impl Read, level: i32) -> io::Result<Vec<u8>> {
    let mut runs: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut offset = 0u64;
    let mut page = [0; PAGE];
    loop {
        let mut filled = 0;
        while filled < PAGE {
            match archive.read(&mut page[filled..])? {
                0 => break,
                n => filled += n,
            }
        }
        if page[..filled] != ZEROS[..filled] {
            match runs.last_mut() {
                Some((start, bytes)) if *start + bytes.len() as u64 == offset => {
                    bytes.extend(&page[..filled]);
                }
                _ => runs.push((offset, page[..filled].to_vec())),
            }
        }
        offset += filled as u64;
        if filled < PAGE {
            break;
        }
    }
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), level)?;
    encoder.write_all(&offset.to_le_bytes())?;
    for (start, bytes) in runs {
        encoder.write_all(&start.to_le_bytes())?;
        encoder.write_all(&(bytes.len() as u64).to_le_bytes())?;
        encoder.write_all(&bytes)?;
    }
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_read_back_at_every_offset() {
        let mut archive = vec![0u8; 10_000];
        for (i, b) in archive.iter_mut().enumerate() {
            if i % 3000 < 700 {
                *b = u8::try_from(i % 251).unwrap();
            }
        }
        let source = HoledSource::unpack(&pack(&archive[..], 1).unwrap()).unwrap();
        assert_eq!(source.len(), 10_000);
        for offset in [0, 1, 511, 512, 699, 700, 2999, 3000, 9_900, 9_999, 10_000, 20_000] {
            let mut buf = vec![7; 1500];
            let n = source.read_at(&mut buf, offset).unwrap();
            let start = usize::try_from(offset).unwrap().min(archive.len());
            assert_eq!(buf[..n], archive[start..archive.len().min(start + 1500)], "at {offset}");
        }
        let mut whole = Vec::new();
        source.write_to(&mut whole).unwrap();
        assert_eq!(whole, archive);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        source.write_to_file(file.as_file_mut()).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), archive);
    }
}
