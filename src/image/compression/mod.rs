//! Detects compression, and reads compressed bytes from the start or from any offset.

mod decode;
mod region;
mod seek;
mod sniff;

pub(crate) use decode::Stream;
pub use decode::{Decoded, ZSTD_WINDOW_LOG, decode};
pub(crate) use region::{Bytes, Region, Watched};
pub(crate) use seek::{DecodedStream, Shared};
pub use sniff::{Compression, describe, head};
