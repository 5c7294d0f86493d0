//! A thread that reads keys and clicks, and that can leave them to another program for a while.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossterm::event::{self, Event};
use layerscope::progress::try_spawn;

/// The longest wait for an event, and for the thread, which only needs to wake up.
const PATIENCE: Duration = Duration::from_secs(1);

/// A callback that receives events until it returns false, and one that is called when the input
/// ends.
type Taker = (Box<dyn FnMut(Event) -> bool + Send>, Box<dyn FnOnce() + Send>);

/// A thread that has not started to read.
pub struct Reader {
    start: Sender<Taker>,
    gate: Arc<Gate>,
}

/// The reading thread.
pub struct Input {
    gate: Arc<Gate>,
}

/// A guard: nothing is read until it is dropped.
pub struct Rest<'a> {
    gate: &'a Gate,
}

#[derive(Default)]
struct Gate {
    state: Mutex<ReadingState>,
    changed: Condvar,
}

#[derive(Default)]
struct ReadingState {
    /// True if the thread should not read.
    closed: bool,
    /// True if the thread has stopped reading.
    waiting: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, ReadingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the gate is closed.
    fn pass(&self) {
        let mut state = self.state();
        while state.closed {
            state.waiting = true;
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = false;
    }
}

impl Reader {
    /// Creates the thread, which does nothing yet.
    ///
    /// # Errors
    ///
    /// The system provides no thread.
    pub fn prepare() -> io::Result<Self> {
        let gate = Arc::new(Gate::default());
        let (start, taker) = channel::<Taker>();
        let reader = Self { start, gate: gate.clone() };
        try_spawn(move || {
            let Ok((mut take, end)) = taker.recv() else { return };
            loop {
                gate.pass();
                match next_event() {
                    Ok(None) if is_gone() => return end(),
                    Ok(None) => {}
                    Ok(Some(event)) => {
                        if !take(event) {
                            return;
                        }
                    }
                    Err(_) => return end(),
                }
            }
        })?;
        Ok(reader)
    }

    /// Reads until `take` returns false or the input ends, and then calls `end`.
    pub fn watch(
        self,
        take: impl FnMut(Event) -> bool + Send + 'static,
        end: impl FnOnce() + Send + 'static,
    ) -> Input {
        // The thread waits for this.
        let _ = self.start.send((Box::new(take), Box::new(end)));
        Input { gate: self.gate }
    }
}

impl Input {
    /// Stops the thread from reading, until the returned value is dropped.
    pub fn rest(&self) -> Rest<'_> {
        let mut state = self.gate.state();
        state.closed = true;
        if wake().is_ok() {
            while !state.waiting {
                let (next, waited) = self
                    .gate
                    .changed
                    .wait_timeout(state, PATIENCE)
                    .unwrap_or_else(PoisonError::into_inner);
                state = next;
                if waited.timed_out() {
                    break;
                }
            }
        }
        Rest { gate: &self.gate }
    }
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        self.gate.state().closed = false;
        self.gate.changed.notify_all();
    }
}

/// Waits for an event; `None` after a second without one.
fn next_event() -> io::Result<Option<Event>> {
    if event::poll(PATIENCE)? { event::read().map(Some) } else { Ok(None) }
}

/// Returns whether the terminal was closed. A program whose controlling terminal it is gets a
/// signal; another one would read its end again and again.
#[cfg(unix)]
fn is_gone() -> bool {
    let is_closed = |size: rustix::io::Result<_>| size == Err(rustix::io::Errno::IO);
    is_closed(rustix::termios::tcgetwinsize(io::stdin()).map(drop))
        || is_closed(rustix::termios::tcgetwinsize(io::stdout()).map(drop))
}

#[cfg(not(unix))]
fn is_gone() -> bool {
    false
}

/// Wakes the thread by an event that sets the terminal's size to the current one.
#[cfg(unix)]
fn wake() -> io::Result<()> {
    signal_hook::low_level::raise(signal_hook::consts::SIGWINCH)
}

#[cfg(not(unix))]
fn wake() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
