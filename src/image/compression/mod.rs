//! Compressed bytes: which compression they have, reading them from the start, and reading them from anywhere.

mod decode;
mod region;
mod seek;
mod sniff;

pub(crate) use decode::Stream;
pub use decode::{Decoded, ZSTD_WINDOW_LOG, decode};
pub(crate) use region::{Bytes, Region, Watched};
pub(crate) use seek::{DecodedStream, Shared};
pub use sniff::{Compression, describe, head};
