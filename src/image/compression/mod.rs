//! Detects compression, and decodes compressed bytes from the start or from a checkpoint.

mod checkpoint;
mod decode;
mod gzip;
mod note;
mod sniff;
mod zstd_frames;

pub(crate) use checkpoint::{CLOSE, Checkpoint, Checkpoints, SPACING};
pub use decode::{Decoded, decode};
pub(crate) use decode::{Decoder, Stream};
pub(crate) use note::Note;
pub(crate) use sniff::identify;
pub use sniff::{Compression, describe, head};
pub use zstd_frames::ZSTD_WINDOW_LOG;
