//! Estimates the size of a packed program.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::archive::{Extent, ReadAt, read_extent};
use crate::display::Counter;
use crate::files::executable::Executable;

/// The number of pieces of a program that are compressed to estimate its packed size.
const SAMPLES: u64 = 8;
/// The limit of the estimated compression: one part in so many.
const DENSEST: u64 = 10;
/// The size of a piece in bytes.
const SAMPLE: u64 = 1 << 20;

/// Estimates the size of a program when it is stripped and packed, by compressing pieces of it;
/// `None` if it is packed already, or does not look like a program.
///
/// # Errors
///
/// An error of `source`.
pub fn guess_packed(source: &dyn ReadAt, executable: &Executable) -> io::Result<Option<u64>> {
    if executable.packed.is_some() {
        return Ok(None);
    }
    // Stripping removes the end of the file.
    let size = executable.size.saturating_sub(executable.strip.saves).min(source.len());
    let apart = size / SAMPLES;
    let (mut read, mut compressed) = (0u64, 0u64);
    for i in 0..SAMPLES {
        let extent = Extent { offset: 0, len: size }.part(i * apart, SAMPLE.min(apart.max(1)));
        let bytes = read_extent(source, extent)?;
        let mut encoder = DeflateEncoder::new(Counter::default(), Compression::best());
        encoder.write_all(&bytes)?;
        compressed += encoder.finish()?.0;
        read += bytes.len() as u64;
    }
    let packed = u128::from(size) * u128::from(compressed) / u128::from(read.max(1));
    // No real program compresses this well: these are zeros, or images of one colour.
    Ok(u64::try_from(packed).ok().filter(|&packed| packed > size / DENSEST))
}
