//! Detects compression, and reads compressed bytes from the start or from any offset.

mod checkpoint;
mod decode;
mod gzip;
mod region;
mod seek;
mod sniff;
mod zstd_frames;

pub(crate) use checkpoint::Checkpoints;
pub use decode::{Decoded, ZSTD_WINDOW_LOG, decode};
pub(crate) use decode::{Note, Stream};
pub(crate) use region::{Bytes, Region, Watched};
pub(crate) use seek::{DecodedStream, Shared};
pub(crate) use sniff::identify;
pub use sniff::{Compression, describe, head};
