//! How far work is, how it is cancelled, and how two pieces of it run side by side.
//!
//! Everything that reads for long takes a [`Progress`]. It names nothing else of the crate, so every room can use it.

mod cancel;
mod join;

use std::sync::atomic::{AtomicBool, AtomicU64};

pub(crate) use cancel::check_cancelled;
pub use cancel::is_cancelled;
pub use join::join;

/// Shared with the reading threads: how far they are, and what they are to do.
#[derive(Default)]
pub struct Progress {
    /// Stored bytes of layers that have been read or passed over.
    pub done: AtomicU64,
    /// Stored bytes of all layers.
    pub total: AtomicU64,
    /// Layers that have been read.
    pub layers: AtomicU64,
    /// Asks the readers to stop.
    pub cancel: AtomicBool,
    /// Whether to hash everything, to compare it with the digests in manifest and config.
    pub verify: bool,
}
