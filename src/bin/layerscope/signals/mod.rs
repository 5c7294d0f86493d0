//! Signal handling, in one place.
//!
//! A signal that ends the program lets it clean up first and then ends it by the same signal, so
//! that the shell knows the cause. A signal that was ignored when the program started stays
//! ignored, because `nohup` and background jobs of scripts rely on it.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use elsewhere::{cancelling, die, received, stop, watch, without_keys};
#[cfg(unix)]
pub use unix::{cancelling, die, received, stop, watch, without_keys};

/// The request that a signal makes to the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has such signals"))]
pub enum Asked {
    /// Restore the terminal and end.
    End,
    /// Restore the terminal and stop until the shell continues the program.
    Stop,
    /// Draw again, after the program was stopped.
    Continue,
}
