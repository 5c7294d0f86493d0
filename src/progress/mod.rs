//! Progress counters, cancellation, and threads for long work.
//!
//! Every long operation takes a [`Progress`]. This room names nothing else of the crate, so every
//! room can use it.

mod cancel;
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

pub use cancel::is_cancelled;
pub(crate) use cancel::{cancelled, check_cancelled, check_flag};
pub use threads::{join, spawn, try_spawn, workers};

/// The counters and flags shared with the reading threads.
#[derive(Default)]
pub struct Progress {
    /// Stored bytes of layers that have been read or passed over.
    pub done: AtomicU64,
    /// Stored bytes of all layers.
    pub total: AtomicU64,
    /// Layers that have been read.
    pub layers: AtomicU64,
    /// A flag that cancels the readers. It is a separate `Arc`, so that a signal handler can set
    /// it.
    pub cancel: Arc<AtomicBool>,
    /// True to hash everything, and to compare it with the digests in manifest and config.
    pub verify: bool,
}
