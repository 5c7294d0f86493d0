//! Progress counters, cancellation, and threads for long work.
//!
//! Every long operation takes a [`Progress`]. This room names nothing else of the crate, so every
//! room can use it.

mod cancel;
mod idle;
mod threads;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use cancel::is_cancelled;
pub(crate) use cancel::{cancelled, check_cancelled, check_flag};
pub use idle::{IdleCores, TakenCore};
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
    /// True if no contents of files will be read, so that nothing is kept for that.
    pub account_only: bool,
    /// The bytes of contents that were kept while layers passed.
    pub kept: AtomicU64,
    /// The bytes of files with secrets that were kept, too.
    pub kept_hits: AtomicU64,
    /// The bytes of small texts that were kept for a second look, too.
    pub kept_texts: AtomicU64,
    /// The layers whose files are searched for secrets while they pass.
    pub searching: Searching,
    /// The cores that read no layer.
    pub idle: IdleCores,
    /// The answer that is waited for before the first byte comes: `asking Docker`.
    pub waiting: Mutex<Option<String>>,
}

/// The layers whose files are searched for secrets while they pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Searching {
    /// None, since nobody wants to know.
    Nothing,
    /// Those that are downloaded: the cache keeps what was found for somebody who asks later.
    #[default]
    Downloads,
    /// All.
    Everything,
}

impl Searching {
    /// Returns all layers if somebody wants to know, and none otherwise.
    pub fn all_if(wanted: bool) -> Self {
        if wanted { Self::Everything } else { Self::Nothing }
    }
}

impl Progress {
    /// Returns whether somebody wants to know the secrets in all layers.
    pub fn wants_secrets(&self) -> bool {
        self.searching == Searching::Everything && !self.account_only
    }

    /// Notes what is waited for, as a clause without a subject: `asking Docker`.
    pub fn wait_for(&self, what: impl Into<String>) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(what.into());
    }

    /// Returns what is waited for, until the first byte comes.
    pub fn waiting(&self) -> Option<String> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone();
        waiting.filter(|_| self.done.load(Ordering::Relaxed) == 0)
    }
}
