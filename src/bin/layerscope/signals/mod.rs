//! Signals: the one place that looks at them.
//!
//! A signal that ends the program lets it clean up first, and ends it then, so that the shell knows. One that was
//! ignored when the program started stays ignored: `nohup` and the background jobs of scripts rely on it.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use elsewhere::{cancelling, die, received, stop, watch, without_keys};
#[cfg(unix)]
pub use unix::{cancelling, die, received, stop, watch, without_keys};

/// What a signal asks of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has such signals"))]
pub enum Asked {
    /// To give the terminal back and end.
    End,
    /// To give the terminal back and stop until the shell lets it go on.
    Stop,
    /// To draw anew, after the program was stopped.
    Continue,
}
